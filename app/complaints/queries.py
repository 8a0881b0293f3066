"""Readers of complaints: the queue with its tabs, one complaint with its points, and the choices of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased, contains_eager, lazyload

from app.accounts.models import User
from app.complaints.enums import AT_WORK, SHOWN_TO_COMPLAINANT, ComplaintStatus
from app.complaints.models import FAR_SQL, Complaint, ComplaintNote, ComplaintPoint, TaxonomyClass, TaxonomyVersion
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, load, require, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.text.digits import strip_marks, western_digits
from app.core.text.names import name_needles
from app.core.time import clock
from app.core.web.keys import read_key, write_key
from app.notifications.models import Message
from app.organizations.models import Department, Patient
from app.organizations.queries import patient_clause

PAGE = 25
COUNT_CAP = 10_000
SOON = timedelta(hours=8)
FAR = datetime(9000, 1, 1, tzinfo=UTC)
# as a literal, so that the planner finds the index whose expression it is
QUEUED_AT: ColumnElement[Any] = func.coalesce(Complaint.due_at, literal_column(FAR_SQL))
TABS = ("mine", "new", "unassigned", "due_soon", "overdue", "open", "all")
LEAST_SIGNS = 3


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; it lives in the address."""

    tab: str = "open"
    department_id: UUID | None = None
    severity: str = ""
    status: str = ""
    channel: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    complaint: Complaint
    department: Department | None
    owner: User | None
    patient: Patient | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue, by key."""

    rows: list[Row]
    next_key: str | None


def get(complaint_id: UUID, *, actor: Actor) -> Complaint:
    """Find a complaint through the actor. NotFound outside the scope."""
    return load(Complaint, complaint_id, actor=actor, needs=Perm.READ)


def with_points(complaint_id: UUID, *, actor: Actor, version: int | None = None) -> Complaint:
    """Find a complaint with its points, locked for a step of its workflow. NotFound, Conflict (`version`)."""
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.READ, version=version, lock=True)
    db.session.refresh(complaint, ["points"])
    return complaint


def tab_clause(tab: str, actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of a tab."""
    now = clock.now()
    at_work = Complaint.closed_at.is_(None)
    clauses: Mapping[str, ColumnElement[bool]] = {
        "mine": and_(at_work, Complaint.assignee_id == actor.id),
        "new": and_(at_work, Complaint.status == ComplaintStatus.NEW),
        "unassigned": and_(at_work, Complaint.assignee_id.is_(None)),
        "due_soon": and_(_unresolved(), Complaint.due_at > now, Complaint.due_at <= now + SOON),
        "overdue": and_(_unresolved(), Complaint.due_at <= now),
        "open": at_work,
        "all": Complaint.id.is_not(None),
    }
    return clauses[tab]


def _unresolved() -> ColumnElement[bool]:
    return and_(Complaint.closed_at.is_(None), Complaint.status.in_(AT_WORK))


def tab_counts(*, actor: Actor) -> dict[str, int]:
    """Count every tab but "all" in one statement over what has not ended, up to 10,000."""
    scope = (
        select(Complaint.assignee_id, Complaint.due_at, Complaint.status)
        .where(visible(Complaint, actor, Perm.READ), Complaint.closed_at.is_(None))
        .limit(COUNT_CAP)
        .subquery()
    )
    now = clock.now()
    unresolved = scope.c.status.in_(AT_WORK)
    row = db.session.execute(
        select(
            func.count().filter(scope.c.assignee_id == actor.id),
            func.count().filter(scope.c.status == ComplaintStatus.NEW),
            func.count().filter(scope.c.assignee_id.is_(None)),
            func.count().filter(unresolved, scope.c.due_at > now, scope.c.due_at <= now + SOON),
            func.count().filter(unresolved, scope.c.due_at <= now),
            func.count(),
        ).select_from(scope)
    ).one()
    return dict(zip(TABS, row, strict=False))


def list_page(filters: Filters, *, actor: Actor, key: str | None = None, limit: int = PAGE) -> Page:
    """Give one page of the queue in the order of its deadlines, by key, in one statement; "all" begins with the newest."""
    query = filtered(
        select(Complaint, Department, User, Patient)
        .join(Department, Department.id == Complaint.department_id, isouter=True)
        .join(User, User.id == Complaint.assignee_id, isouter=True)
        .join(Patient, Patient.id == Complaint.patient_id, isouter=True)
        .options(lazyload(User.assignments)),
        filters,
        actor,
    )
    after = read_key(key)
    place: Any
    order: Any
    if filters.tab == "all":
        place, order = Complaint.received_at, (Complaint.received_at.desc(), Complaint.id.desc())
        beyond = tuple_(place, Complaint.id) < tuple_(*after) if after else None  # as a pair it is a range of the index
    else:
        place, order = QUEUED_AT, (QUEUED_AT, Complaint.id)
        beyond = tuple_(place, Complaint.id) > tuple_(*after) if after else None
    if beyond is not None:
        query = query.where(beyond)
    found = db.session.execute(query.order_by(*order).limit(limit + 1)).all()
    rows = [Row(*each) for each in found[:limit]]
    if len(found) <= limit:
        return Page(rows, None)
    last = rows[-1].complaint
    return Page(rows, write_key(last.received_at if filters.tab == "all" else last.due_at or FAR, last.id))


def filtered(query: Any, filters: Filters, actor: Actor) -> Any:
    """Narrow a query on complaints to what the actor may see and the filters ask for."""
    query = query.where(visible(Complaint, actor, Perm.READ), tab_clause(filters.tab, actor))
    if filters.department_id:
        query = query.where(Complaint.department_ids.contains([filters.department_id]))
    for column, wanted in (
        (Complaint.severity, filters.severity),
        (Complaint.status, filters.status),
        (Complaint.channel, filters.channel),
    ):
        if wanted:
            query = query.where(column == wanted)
    if filters.text.strip():
        query = query.where(search_clause(filters.text, actor))
    return query


def search_clause(text: str, actor: Actor) -> ColumnElement[bool]:
    """Find by number, outside number, words, names in either script, phone or file number; each way has an index."""
    wanted = " ".join(text.split())[:100]
    number = western_digits(strip_marks(wanted)).upper()
    by_number = or_(Complaint.reference == number, Complaint.outside_number == number)
    if not can(actor, Perm.IDENTIFY):
        return by_number
    ways = [
        and_(*(Complaint.search.contains(word, autoescape=True) for word in way if word))
        for way in name_needles(wanted)
        if len(wanted) >= LEAST_SIGNS
    ]
    patients = select(Patient.id).where(patient_clause(wanted, actor)).limit(200)
    return or_(by_number, *ways, Complaint.patient_id.in_(db.session.execute(patients).scalars().all()))


def notes_of(complaint_id: UUID) -> list[tuple[ComplaintNote, User | None]]:
    """Give what was written on a complaint, with the authors; the caller has found the complaint."""
    rows = db.session.execute(
        select(ComplaintNote, User)
        .join(User, User.id == ComplaintNote.author_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(ComplaintNote.complaint_id == complaint_id)
    )
    return [(row[0], row[1]) for row in rows]


def messages_of(complaint_id: UUID) -> Sequence[Message]:
    """Give the messages about a complaint, newest first; the caller has found the complaint."""
    query = select(Message).where(Message.about_id == complaint_id).order_by(Message.created_at.desc())
    return db.session.execute(query.limit(20)).scalars().all()


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


def get_whole(
    complaint_id: UUID, *, actor: Actor
) -> tuple[Complaint, Department | None, User | None, Patient | None, Complaint | None]:
    """Find a complaint with its points, leading department, owner, patient and the one it was merged into; one statement.

    NotAllowed, NotFound outside the scope.
    """
    require(actor, Perm.READ)
    other = aliased(Complaint)
    row = (
        db.session.execute(
            select(Complaint, Department, User, Patient, other)
            .outerjoin(Department, Department.id == Complaint.department_id)
            .outerjoin(User, User.id == Complaint.assignee_id)
            .outerjoin(Patient, Patient.id == Complaint.patient_id)
            .outerjoin(other, other.id == Complaint.duplicate_of_id)
            .outerjoin(Complaint.points)
            .where(Complaint.id == complaint_id, visible(Complaint, actor, Perm.READ))
            .options(contains_eager(Complaint.points).joinedload(ComplaintPoint.department), lazyload(User.assignments))
            .order_by(ComplaintPoint.position)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2], row[3], row[4]
