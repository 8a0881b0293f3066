"""Readers of complaints: the queue with its tabs, one complaint with its points, and the choices of forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, union_all
from sqlalchemy.orm import aliased, contains_eager, lazyload, selectinload

from app.accounts.models import User
from app.complaints.casework.lists import PAGE, Queue, words_of
from app.complaints.enums import AT_WORK, SHOWN_TO_COMPLAINANT, ComplaintStatus
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint, TaxonomyClass, TaxonomyVersion
from app.complaints.policy import Perm
from app.complaints.sources.known import as_column, remember
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on, load, require, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import named
from app.notifications.models import Message
from app.organizations.models import Department, Patient

QUEUE = Queue(
    Complaint, Perm.READ, ComplaintStatus.NEW, AT_WORK, numbers=(Complaint.reference, Complaint.outside_number)
)

TEXTS: tuple[Any, ...] = (ComplaintNote, ComplaintPoint)  # that the search looks in besides
COMMON = (
    500  # complaints with the same words in their texts, from which on looking these up first is no way to find a page
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; it lives in the address."""

    tab: str = "open"
    department_id: UUID | None = None
    severity: str = ""
    status: str = ""
    channel: str = ""
    text: str = ""

    def as_args(self) -> dict[str, str]:
        """Give them as the address of the queue names them, without those that narrow nothing."""
        given = {
            "tab": self.tab,
            "department": str(self.department_id or ""),
            "severity": self.severity,
            "status": self.status,
            "channel": self.channel,
            "q": self.text,
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


def list_page(filters: Filters, *, actor: Actor, key: str | None = None, limit: int = PAGE) -> Page:
    """Give one page of the queue in the order of its deadlines, by key, in one statement; "all" begins with the newest."""
    query = filtered(QUEUE.with_people(), filters, actor)
    rows, next_key = QUEUE.page_of(query, filters.tab, key=key, limit=limit)
    return Page([Row(*each) for each in rows], next_key)


def list_chosen(complaint_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give those of these complaints that the actor may see, in the order of their deadlines; one statement."""
    query = QUEUE.with_people().where(Complaint.id.in_(complaint_ids), visible(Complaint, actor, Perm.READ))
    rows = db.session.execute(query.order_by(Complaint.due_at.nulls_last(), Complaint.id)).all()
    return [Row(*each) for each in rows]


def filtered(query: Any, filters: Filters, actor: Actor) -> Any:
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
        query = query.where(search_clause(filters.text, actor))
    return query


def search_clause(text: str, actor: Actor) -> ColumnElement[bool]:
    """Find by number, outside number, words, names in either script, phone or file number, and by words of notes and points.

    What notes and points say finds only the complaints of which the actor may read them: notes who works on it (`work`),
    points also the partner's desk that entered it (`identify`).
    """
    by_case, words = QUEUE.search(text, actor), words_of(text)
    if not words or not can(actor, Perm.IDENTIFY):
        return by_case
    needs, texts = (Perm.WORK, TEXTS) if can(actor, Perm.WORK) else (Perm.IDENTIFY, (ComplaintPoint,))
    return or_(by_case, and_(visible(Complaint, actor, needs), _texts_say(words, texts)))


def _texts_say(words: Sequence[str], texts: Sequence[Any]) -> ColumnElement[bool]:
    """Find by words that stand together in one note or point.

    Rare words are looked up first, by their indexes; of common ones the queue is walked in its order until its page is
    full, which then is soon.
    """
    said = {model: [model.folded.contains(each, autoescape=True) for each in words] for model in texts}
    ways = [select(model.complaint_id).where(*clauses).limit(COMMON + 1) for model, clauses in said.items()]
    ids = db.session.execute(union_all(*ways)).scalars().all()
    if len(ids) <= COMMON:
        return Complaint.id.in_(ids)
    return or_(*(exists().where(model.complaint_id == Complaint.id, *clauses) for model, clauses in said.items()))


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
            .where(Complaint.id == complaint_id, visible(Complaint, actor, Perm.READ))
            .options(
                contains_eager(Complaint.points).joinedload(ComplaintPoint.department),
                contains_eager(Complaint.points).selectinload(ComplaintPoint.people),
                lazyload(User.assignments),
            )
            .order_by(ComplaintPoint.position)
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
