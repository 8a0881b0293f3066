"""Reading the log as a case's timeline: one statement for the entries and their changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db.base import db
from app.core.events.models import EventDetail, EventLog

LIMIT = 200

LABELS: dict[str, Any] = {}
ICONS: dict[str, str] = {}


def describe(kind: str, label: Any, icon: str = "point") -> None:
    """Give the words and the icon with which events of a kind stand in timelines."""
    LABELS[kind], ICONS[kind] = label, icon


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as a page shows it."""

    id: UUID
    kind: str
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    data: dict[str, Any]
    subject_type: str = ""
    subject_id: UUID | None = None
    request_id: str = ""

    @property
    def label(self) -> Any:
        """What happened, in the reader's language."""
        return LABELS.get(self.kind, self.kind)

    @property
    def icon(self) -> str:
        """The icon of this kind of event."""
        return ICONS.get(self.kind, "point")


def of_subject(*subject_ids: UUID, actor: Actor, newest_first: bool = True) -> list[TimelineEntry]:
    """Give what happened to a case (and to others that belong to it); the caller has found the case through the actor."""
    order = EventLog.at.desc() if newest_first else EventLog.at
    rows = db.session.execute(
        select(EventLog).where(EventLog.subject_id.in_(subject_ids)).order_by(order, EventLog.id.desc()).limit(LIMIT)
    ).scalars()
    return [
        TimelineEntry(
            row.id,
            row.kind,
            row.at,
            row.actor_kind,
            row.actor_id,
            row.data,
            row.subject_type,
            row.subject_id,
            row.request_id,
        )
        for row in rows
    ]


def changes_of(event_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Give what events changed, field -> [before, after] as JSON values; events without a change, or erased, are left out."""
    rows = db.session.execute(select(EventDetail).where(EventDetail.event_id.in_(list(event_ids)))).scalars()
    return {row.event_id: row.changes for row in rows}
