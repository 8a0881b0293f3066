"""Contact holds: another domain asks that a patient is not surveyed while something is open."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.time import clock
from app.surveys.models import ContactHold


@command
def place(
    patient_id: UUID, *, hospital_id: UUID, placed_by: str, cause_id: UUID, journey_id: UUID | None = None, actor: Actor
) -> None:
    """Ask to wait with surveys to a patient (about one visit, or all) because of a case; asked again it holds again."""
    hold = _find(placed_by, cause_id)
    if hold is None:
        hold = ContactHold(hospital_id=hospital_id, placed_by=placed_by, cause_id=cause_id)
        db.session.add(hold)
    hold.patient_id, hold.journey_id, hold.lifted_at = patient_id, journey_id, None


@command
def lift(*, placed_by: str, cause_id: UUID, actor: Actor) -> None:
    """Let surveys go again; nothing happens when nothing was held."""
    hold = _find(placed_by, cause_id)
    if hold is not None and hold.lifted_at is None:
        hold.lifted_at = clock.now()


def _find(placed_by: str, cause_id: UUID) -> ContactHold | None:
    return db.session.execute(
        select(ContactHold).where(ContactHold.placed_by == placed_by, ContactHold.cause_id == cause_id)
    ).scalar_one_or_none()
