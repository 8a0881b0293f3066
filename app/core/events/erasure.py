"""Erasing what is personal: texts of rows, and of the log what stood before and after; the log and its chain stay whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from app.core.db.base import db
from app.core.events.models import EventDetail, EventLog

ERASED = "–"  # stands where words of an erased person stood


def blank(model: Any, which: ColumnElement[bool], **values: Any) -> None:
    """Overwrite what is personal in the rows that `which` chooses, inside the caller's transaction; the rows stay counted."""
    db.session.execute(update(model).where(which).values(**values))


def forget_details(subject_ids: Collection[UUID]) -> int:
    """Remove the details of every event of these subjects, inside the caller's transaction. Gives how many there were.

    The digest of a detail stays in the log row, so the chain still proves that nothing else was changed.
    """
    events = select(EventLog.id).where(EventLog.subject_id.in_(subject_ids))
    found = db.session.execute(
        delete(EventDetail).where(EventDetail.event_id.in_(events)).execution_options(synchronize_session=False)
    )
    return int(found.rowcount)  # type: ignore[attr-defined]
