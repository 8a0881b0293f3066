"""Contact holds: another domain asks that a patient is not surveyed while something is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.db.among import among
from app.core.time import clock
from app.surveys.models import ContactHold


@dataclass(frozen=True, slots=True)
class Hold:
    """Whom a case asks to leave alone: a patient of a hospital, about one visit or all."""

    patient_id: UUID
    hospital_id: UUID
    cause_id: UUID
    journey_id: UUID | None = None


@command
def place(holds: Sequence[Hold], *, placed_by: str, actor: Actor) -> None:
    """Ask to wait with surveys because of cases; asked again for a case it holds again."""
    if not holds:
        return
    query = select(ContactHold).where(
        ContactHold.placed_by == placed_by, ContactHold.cause_id.in_([each.cause_id for each in holds])
    )
    known = {row.cause_id: row for row in db.session.execute(query).scalars()}
    for each in holds:
        row = known.get(each.cause_id)
        if row is None:
            row = ContactHold(hospital_id=each.hospital_id, placed_by=placed_by, cause_id=each.cause_id)
            db.session.add(row)
        row.patient_id, row.journey_id, row.lifted_at = each.patient_id, each.journey_id, None


@command
def lift(cause_ids: Collection[UUID], *, placed_by: str, actor: Actor) -> None:
    """Let surveys go again; nothing happens to a case that held none."""
    db.session.execute(
        update(ContactHold)
        .where(
            ContactHold.placed_by == placed_by, among(ContactHold.cause_id, cause_ids), ContactHold.lifted_at.is_(None)
        )
        .values(lifted_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
