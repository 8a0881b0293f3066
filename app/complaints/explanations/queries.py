"""Readers of requests to explain: those of a complaint, those that wait for an actor, and what stands beside one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, lazyload

from app.accounts.models import User
from app.complaints.enums import ExplanationStatus
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can_on, load, visible
from app.core.db import db
from app.core.db.orders import FAR
from app.organizations.models import Department, Patient


def explanations_of(complaint_id: UUID, *, actor: Actor) -> list[tuple[Explanation, User | None, Department | None]]:
    """Give the requests to explain a complaint that the actor may see, oldest first."""
    rows = db.session.execute(
        select(Explanation, User, Department)
        .join(User, User.id == Explanation.assignee_id, isouter=True)
        .join(Department, Department.id == Explanation.department_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(Explanation.complaint_id == complaint_id, visible(Explanation, actor, Perm.EXPLANATION_READ))
        .order_by(Explanation.created_at)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def asked_of(actor: Actor) -> Sequence[tuple[Explanation, str]]:
    """Give the open requests to explain that the actor may answer or rule on, by deadline, with the complaint's number."""
    rows = db.session.execute(
        select(Explanation, Complaint.reference)
        .join(Complaint, Complaint.id == Explanation.complaint_id)
        .where(
            visible(Explanation, actor, Perm.EXPLANATION_READ),
            Explanation.status.in_([ExplanationStatus.REQUESTED, ExplanationStatus.ANSWERED]),
        )
        .order_by(func.coalesce(Explanation.due_at, FAR), Explanation.id)
        .limit(200)
    )
    return [(row[0], row[1]) for row in rows]


def get_explanation(explanation_id: UUID, *, actor: Actor) -> Explanation:
    """Find a request to explain through the actor. NotFound outside the scope."""
    return load(Explanation, explanation_id, actor=actor, needs=Perm.EXPLANATION_READ)


@dataclass(frozen=True, slots=True)
class About:
    """What the page of a request shows beside it; of the complaint only its number, unless the officer allowed more."""

    reference: str
    complaint_url_id: UUID | None  # for those who may open the complaint
    asked_by: User | None
    assignee: User | None
    department: Department | None
    patient: Patient | None
    point: str


def about_explanation(explanation: Explanation, *, actor: Actor) -> About:
    """Read who asks and who is asked; the patient only where the officer said that they may know."""
    asker, asked = aliased(User), aliased(User)
    row = db.session.execute(
        select(Complaint, asker, asked, Department, Patient, ComplaintPoint)
        .select_from(Complaint)
        .join(asker, asker.id == explanation.asked_by_id, isouter=True)
        .join(asked, asked.id == explanation.assignee_id, isouter=True)
        .join(Department, Department.id == explanation.department_id, isouter=True)
        .join(Patient, Patient.id == Complaint.patient_id, isouter=True)
        .join(ComplaintPoint, ComplaintPoint.id == explanation.point_id, isouter=True)
        .options(lazyload(asker.assignments), lazyload(asked.assignments))
        .where(Complaint.id == explanation.complaint_id)
    ).one()
    complaint, asked_by, assignee, department, patient, point = row
    return About(
        complaint.reference,
        complaint.id if can_on(actor, Perm.READ, complaint) else None,
        asked_by,
        assignee,
        department,
        patient if explanation.shows_patient else None,
        point.summary if point else "",
    )
