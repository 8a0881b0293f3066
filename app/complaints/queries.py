"""Readers of complaints: one complaint with its points, and the choices of forms; the queue is in `queue`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased, contains_eager, lazyload

from app.accounts.models import User
from app.complaints.enums import SHOWN_TO_COMPLAINANT
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint, TaxonomyClass, TaxonomyVersion
from app.complaints.points.models import PointPerson
from app.complaints.policy import Perm
from app.complaints.sources.known import as_column, remember
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on, load, require, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import named
from app.organizations.models import Department, Patient


def get(complaint_id: UUID, *, actor: Actor) -> Complaint:
    """Find a complaint through the actor. NotFound outside the scope."""
    return load(Complaint, complaint_id, actor=actor, needs=Perm.READ)


def with_points(complaint_id: UUID, *, actor: Actor, version: int | None = None) -> Complaint:
    """Find a complaint with its points, locked for a step of its workflow. NotFound, Conflict (`version`)."""
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.READ, version=version, lock=True)
    db.session.refresh(complaint, ["points"])
    return complaint


def notes_of(complaint: Complaint, *, actor: Actor) -> list[tuple[ComplaintNote, User | None]]:
    """Give what was written on a complaint, with the authors; the caller has found it through the actor.

    Who does not work on it sees what who complained sees, and nothing where they may not know who that is.
    """
    if not can(actor, Perm.IDENTIFY):
        return []
    query = (
        select(ComplaintNote, User)
        .join(User, User.id == ComplaintNote.author_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(ComplaintNote.complaint_id == complaint.id)
    )
    if not can_on(actor, Perm.WORK, complaint):
        query = query.where(ComplaintNote.kind.in_(SHOWN_TO_COMPLAINANT))
    return [(row[0], row[1]) for row in db.session.execute(query)]


def shown_to_complainant(complaint: Complaint) -> Sequence[ComplaintNote]:
    """Give what the office wrote to who complained and what they added, oldest first; never an internal note."""
    return (
        db.session.execute(
            select(ComplaintNote)
            .where(ComplaintNote.complaint_id == complaint.id, ComplaintNote.kind.in_(SHOWN_TO_COMPLAINANT))
            .order_by(ComplaintNote.created_at, ComplaintNote.id)
        )
        .scalars()
        .all()
    )


def options_classes() -> Sequence[TaxonomyClass]:
    """Give the classifications of the current edition, in the order of its levels."""
    return (
        db.session.execute(
            select(TaxonomyClass)
            .join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyClass.taxonomy_id)
            .where(TaxonomyVersion.is_current, TaxonomyClass.retired_at.is_(None))
            .order_by(TaxonomyClass.code)
        )
        .scalars()
        .all()
    )


def class_names(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Give classifications' names in the reader's language, in one statement."""
    rows = db.session.execute(select(TaxonomyClass).where(TaxonomyClass.id.in_(set(ids)))).scalars()
    return {row.id: named(row) for row in rows}


def open_of_patient(patient_id: UUID, *, actor: Actor) -> Sequence[Complaint]:
    """Give the latest complaints of a patient that the actor may see, newest first."""
    return (
        db.session.execute(
            select(Complaint)
            .where(Complaint.patient_id == patient_id, visible(Complaint, actor, Perm.READ))
            .order_by(Complaint.received_at.desc())
            .limit(10)
        )
        .scalars()
        .all()
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """One complaint with its points, and the rows that its page names."""

    complaint: Complaint
    department: Department | None  # leads
    owner: User | None
    patient: Patient | None
    other: Complaint | None  # into which it was merged
    inquiry: Inquiry | None  # that it began as


def get_whole(complaint_id: UUID, *, actor: Actor) -> Whole:
    """Find a complaint with its points and what its page names, in one statement.

    NotAllowed, NotFound outside the scope.
    """
    require(actor, Perm.READ)
    other = aliased(Complaint)
    began_as = and_(Inquiry.complaint_id == Complaint.id, visible(Inquiry, actor, Perm.INQUIRY_READ))
    row = (
        db.session.execute(
            select(Complaint, Department, User, Patient, other, Inquiry, as_column())
            .outerjoin(Department, Department.id == Complaint.department_id)
            .outerjoin(User, User.id == Complaint.assignee_id)
            .outerjoin(Patient, Patient.id == Complaint.patient_id)
            .outerjoin(other, other.id == Complaint.duplicate_of_id)
            .outerjoin(Inquiry, began_as)
            .outerjoin(Complaint.points)
            .outerjoin(ComplaintPoint.people)
            .where(Complaint.id == complaint_id, visible(Complaint, actor, Perm.READ))
            .options(
                contains_eager(Complaint.points).joinedload(ComplaintPoint.department),
                contains_eager(Complaint.points).contains_eager(ComplaintPoint.people),
                lazyload(User.assignments),
            )
            .order_by(ComplaintPoint.position, PointPerson.id)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    *found, sources = row
    remember(sources)
    return Whole(*found)
