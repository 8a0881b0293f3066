"""Erasing the personal part of the log: what stood before and after. The log itself and its chain of seals stay whole."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select

from app.core.db.base import db
from app.core.events.models import EventDetail, EventLog


def forget_details(subject_ids: Collection[UUID]) -> int:
    """Remove the details of every event of these subjects, inside the caller's transaction. Gives how many there were.

    The digest of a detail stays in the log row, so the chain still proves that nothing else was changed.
    """
    events = select(EventLog.id).where(EventLog.subject_id.in_(subject_ids))
    found = db.session.execute(
        delete(EventDetail).where(EventDetail.event_id.in_(events)).execution_options(synchronize_session=False)
    )
    return int(found.rowcount)  # type: ignore[attr-defined]
