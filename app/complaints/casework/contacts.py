"""Earlier contacts of a patient, or of who speaks from the same phone: complaints and inquiries together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db

MOST = 10
KINDS: tuple[tuple[str, Any, Perm], ...] = (
    ("complaint", Complaint, Perm.READ),
    ("inquiry", Inquiry, Perm.INQUIRY_READ),
)


@dataclass(frozen=True, slots=True)
class Contact:
    """A complaint or an inquiry, and which of both it is."""

    kind: str
    case: Any

    @property
    def at(self) -> datetime:
        """When it was received."""
        at: datetime = self.case.received_at
        return at


def earlier_of(case: Any, *, actor: Actor) -> list[Contact]:
    """Give what came before a complaint or inquiry from the same patient or phone, newest first, as far as one may see it.

    Two statements at most, and none where nobody is known; the caller has found the case through the actor.
    """
    return _found(case.hospital_id, case.patient_id, case.contact_phone, actor, before=case)


def of_patient(hospital_id: UUID, patient_id: UUID, *, actor: Actor) -> list[Contact]:
    """Give what came from a patient so far, newest first, as far as the actor may see it; two statements."""
    return _found(hospital_id, patient_id, "", actor)


def _found(
    hospital_id: UUID, patient_id: UUID | None, phone: str, actor: Actor, *, before: Any = None
) -> list[Contact]:
    if not (patient_id or phone) or not can(actor, Perm.IDENTIFY):
        return []
    found: list[Contact] = []
    for kind, model, needs in KINDS:
        query = select(model).where(
            model.hospital_id == hospital_id, or_(*_same(model, patient_id, phone)), visible(model, actor, needs)
        )
        if before is not None:
            query = query.where(model.id != before.id, model.received_at <= before.received_at)
        rows: Sequence[Any] = db.session.execute(query.order_by(model.received_at.desc()).limit(MOST)).scalars().all()
        found += [Contact(kind, row) for row in rows]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _same(model: Any, patient_id: UUID | None, phone: str) -> list[ColumnElement[bool]]:
    """Both ways have an index: phones are a part of what the search of either looks in."""
    ways: list[ColumnElement[bool]] = [model.patient_id == patient_id] if patient_id else []
    if phone:
        ways.append(and_(model.search.contains(phone, autoescape=True), model.contact_phone == phone))
    return ways
