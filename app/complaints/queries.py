"""Readers of complaints: the queue with its tabs, one complaint with its points, and the choices of forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, lazyload, load_only, selectinload

from app.accounts.models import User
from app.complaints.casework.lists import PAGE, Meant, Queue
from app.complaints.enums import AT_WORK, SHOWN_TO_COMPLAINANT, ComplaintStatus
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint, Explanation, TaxonomyClass, TaxonomyVersion
from app.complaints.points.models import PointPerson
from app.complaints.policy import Perm
from app.complaints.sources.known import as_column, remember
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on, load, require, visible
from app.core.db import db
from app.core.db.said import Texts, found_by, words_of
from app.core.errors import NotFound
from app.core.i18n import named
from app.organizations.models import Department, Patient

QUEUE = Queue(
    Complaint, Perm.READ, ComplaintStatus.NEW, AT_WORK, numbers=(Complaint.reference, Complaint.outside_number)
)


# what a line of the queue shows, and by what it is paged
LINE = (
    load_only(
        Complaint.reference, Complaint.title, Complaint.status, Complaint.severity, Complaint.channel,
        Complaint.contact_name, Complaint.is_anonymous, Complaint.red_flags, Complaint.received_at, Complaint.due_at,
        Complaint.closed_at,
        raiseload=True,
    ),
    load_only(Department.name_en, Department.name_ar, raiseload=True),
    load_only(User.name_en, User.name_ar, raiseload=True),
    load_only(Patient.name_en, Patient.name_ar, raiseload=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue, and its order; it lives in the address."""

    tab: str = "open"
    department_id: UUID | None = None
    severity: str = ""
    status: str = ""
    channel: str = ""
    text: str = ""
    sort: str = ""

    def as_args(self) -> dict[str, str]:
        """Give them as the address of the queue names them, without those that narrow nothing."""
        given = {
            "tab": self.tab,
            "department": str(self.department_id or ""),
            "severity": self.severity,
            "status": self.status,
            "channel": self.channel,
            "q": self.text,
            "sort": self.sort,
        }
        return {name: value for name, value in given.items() if value}


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


def many_with_points(complaint_ids: Iterable[UUID], *, actor: Actor) -> dict[UUID, Complaint]:
    """Find those of these complaints that the actor may see, with their points, locked in the order of their ids."""
    require(actor, Perm.READ)
    found = db.session.execute(
        select(Complaint)
        .where(Complaint.id.in_(list(complaint_ids)), visible(Complaint, actor, Perm.READ))
        .order_by(Complaint.id)
        .options(selectinload(Complaint.points))
        .with_for_update(of=Complaint)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in found.scalars()}


def tab_counts(*, actor: Actor) -> dict[str, int]:
    """Count every tab but "all" in one statement over what has not ended, up to 10,000."""
    return QUEUE.tab_counts(actor)


def list_page(
    filters: Filters, *, actor: Actor, key: str | None = None, limit: int = PAGE, meant: Meant = None
) -> Page:
    """Give one page of the queue in the order asked for, by key, in one statement; usual are the deadlines, of "all" the newest."""
    query = filtered(QUEUE.with_people(), filters, actor, meant)
    rows, next_key = QUEUE.page_of(query, filters.tab, sort=filters.sort, key=key, limit=limit)
    return Page([Row(*each) for each in rows], next_key)


def list_lines(filters: Filters, *, actor: Actor, key: str | None = None) -> Page:
    """Give one page of the queue as `list_page` does, of each row only what its line shows."""
    query = filtered(QUEUE.with_people().options(*LINE), filters, actor)
    rows, next_key = QUEUE.page_of(query, filters.tab, sort=filters.sort, key=key, limit=PAGE)
    return Page([Row(*each) for each in rows], next_key)


def list_chosen(complaint_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give those of these complaints that the actor may see, in the order of their deadlines; one statement."""
    query = QUEUE.with_people().where(Complaint.id.in_(complaint_ids), visible(Complaint, actor, Perm.READ))
    rows = db.session.execute(query.order_by(Complaint.due_at.nulls_last(), Complaint.id)).all()
    return [Row(*each) for each in rows]


def filtered(query: Any, filters: Filters, actor: Actor, meant: Meant = None) -> Any:
    """Narrow a query on complaints to what the actor may see and the filters ask for."""
    query = query.where(visible(Complaint, actor, Perm.READ), QUEUE.tab_clause(filters.tab, actor))
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
        query = query.where(search_clause(filters.text, actor, meant))
    return query


def search_clause(text: str, actor: Actor, meant: Meant = None) -> ColumnElement[bool]:
    """Find by number, outside number, words, names in either script, phone, e-mail address or file number, and by words of
    notes, points and explanations.

    What notes say finds only the complaints on which the actor works, and explanations only for who may read them; a
    partner's desk finds by what it reads of its own: points, and what was written to who complained.
    """
    words = words_of(text) if can(actor, Perm.IDENTIFY) else []
    needs = Perm.WORK if can(actor, Perm.WORK) else Perm.IDENTIFY
    by_case, by_text = found_by(Complaint.id, QUEUE.ways(text, actor, meant), words, _texts(needs, actor))
    return by_case if by_text is None else or_(by_case, and_(visible(Complaint, actor, needs), by_text))


def _texts(needs: Perm, actor: Actor) -> Sequence[Texts]:
    points = Texts(ComplaintPoint, ComplaintPoint.complaint_id)
    if needs is not Perm.WORK:
        shown = ComplaintNote.kind.in_(SHOWN_TO_COMPLAINANT)
        return (points, Texts(ComplaintNote, ComplaintNote.complaint_id, (shown,)))
    asked = visible(Explanation, actor, Perm.EXPLANATION_READ)
    return (
        points,
        Texts(ComplaintNote, ComplaintNote.complaint_id),
        Texts(Explanation, Explanation.complaint_id, (asked,)),
    )


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
