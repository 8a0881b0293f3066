"""The demo's event log: what would have been recorded, at its time, sealed into the chain at the end."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.core.access.actor import ActorKind
from app.core.db import db
from app.core.events.kinds import Event
from app.core.events.models import EventLog, EventSeal
from app.core.events.record import said_by
from app.core.events.sealer import GENESIS, LOCK, seals_of
from app.core.time import clock
from app.portal.demo.bulk import Sheets


class Log:
    """Collects events; `seal` numbers them in the order of their time and links them to the chain that is there."""

    def __init__(self, sheets: Sheets) -> None:
        """Write into these sheets."""
        self.sheets = sheets
        self.rows: list[dict[str, Any]] = []

    def say(self, event: Event, at: datetime, *, by: UUID | None = None, reason: str = "") -> UUID:
        """Say that something happened, by a person or (for a reason) by PX360 itself; gives the event's id."""
        event_id = self.sheets.id_at(at)
        row = {
            "id": event_id,
            "at": at,
            "kind": event.kind,
            "subject_type": event.subject_type,
            "subject_id": event.subject_id,
            "hospital_id": event.hospital_id,
            "actor_kind": str(ActorKind.PERSON if by else ActorKind.SYSTEM),
            "actor_id": by,
            "request_id": "",
            "data": said_by(event, "" if by else reason),
            "digest": GENESIS,
        }
        self.rows.append(row)
        return event_id

    def seal(self) -> None:
        """Add the events with their seals to the sheets; nothing else may be sealing meanwhile."""
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        last = db.session.execute(select(EventSeal).order_by(EventSeal.position.desc()).limit(1)).scalar_one_or_none()
        position, mac = (last.position, last.mac) if last else (0, GENESIS)
        self.rows.sort(key=lambda row: (row["at"], row["id"]))
        self.sheets.rows[EventLog] += self.rows
        now = clock.now()
        for seal in seals_of((SimpleNamespace(**row) for row in self.rows), position, mac):
            self.sheets.rows[EventSeal].append({**seal, "sealed_at": now})
        self.rows = []
