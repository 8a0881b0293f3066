"""Readers of inquiries: the queue with its tabs, one inquiry with what its page names, and the choices of forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, lazyload

from app.accounts.models import User
from app.complaints.casework.lists import PAGE, Meant, Queue
from app.complaints.inquiries.enums import AWAITED, InquiryStatus
from app.complaints.inquiries.models import Inquiry, InquiryCategory, InquiryNote
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on, load, require, visible
from app.core.db import db
from app.core.db.said import Texts, found_by, words_of
from app.core.errors import NotFound
from app.core.i18n import named
from app.organizations.models import Department, Patient

QUEUE = Queue(Inquiry, Perm.INQUIRY_READ, InquiryStatus.OPEN, AWAITED, numbers=(Inquiry.reference,))


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue, and its order; it lives in the address."""

    tab: str = "open"
    department_id: UUID | None = None
    category_id: UUID | None = None
    status: str = ""
    channel: str = ""
    text: str = ""
    sort: str = ""

    def as_args(self) -> dict[str, str]:
        """Give them as the address of the queue names them, without those that narrow nothing."""
        given = {
            "tab": self.tab,
            "department": str(self.department_id or ""),
            "category": str(self.category_id or ""),
            "status": self.status,
            "channel": self.channel,
            "q": self.text,
            "sort": self.sort,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    inquiry: Inquiry
    department: Department | None
    owner: User | None
    patient: Patient | None
    category: InquiryCategory | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue, by key."""

    rows: list[Row]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """One inquiry with the rows that its page names; those that the reader may not see are None."""

    inquiry: Inquiry
    department: Department | None
    owner: User | None
    patient: Patient | None
    category: InquiryCategory | None
    answered_by: User | None
    complaint: Complaint | None  # that it became


def get(inquiry_id: UUID, *, actor: Actor) -> Inquiry:
    """Find an inquiry through the actor. NotFound outside the scope."""
    return load(Inquiry, inquiry_id, actor=actor, needs=Perm.INQUIRY_READ)


def get_for_step(inquiry_id: UUID, *, actor: Actor, version: int | None) -> Inquiry:
    """Find an inquiry, locked for a step of its workflow. NotFound, Conflict (`version`)."""
    return load(Inquiry, inquiry_id, actor=actor, needs=Perm.INQUIRY_READ, version=version, lock=True)


def get_whole(inquiry_id: UUID, *, actor: Actor) -> Whole:
    """Find an inquiry and what its page names, in one statement. NotAllowed, NotFound outside the scope."""
    require(actor, Perm.INQUIRY_READ)
    answerer = aliased(User)
    row = db.session.execute(
        QUEUE.with_people(InquiryCategory, answerer, Complaint)
        .outerjoin(InquiryCategory, InquiryCategory.id == Inquiry.category_id)
        .outerjoin(answerer, answerer.id == Inquiry.answered_by_id)
        .outerjoin(Complaint, and_(Complaint.id == Inquiry.complaint_id, visible(Complaint, actor, Perm.READ)))
        .where(Inquiry.id == inquiry_id, visible(Inquiry, actor, Perm.INQUIRY_READ))
        .options(lazyload(answerer.assignments))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return Whole(*row)


def tab_counts(*, actor: Actor) -> dict[str, int]:
    """Count every tab but "all" in one statement over what has not ended, up to 10,000."""
    return QUEUE.tab_counts(actor)


def list_page(
    filters: Filters, *, actor: Actor, key: str | None = None, limit: int = PAGE, meant: Meant = None
) -> Page:
    """Give one page of the queue in the order asked for, by key, in one statement; usual are the deadlines, of "all" the newest."""
    query = QUEUE.with_people(InquiryCategory).outerjoin(InquiryCategory, InquiryCategory.id == Inquiry.category_id)
    rows, next_key = QUEUE.page_of(
        _filtered(query, filters, actor, meant), filters.tab, sort=filters.sort, key=key, limit=limit
    )
    return Page([Row(*each) for each in rows], next_key)


def list_chosen(inquiry_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give those of these inquiries that the actor may see, in the order of their deadlines; one statement."""
    query = QUEUE.with_people(InquiryCategory).outerjoin(InquiryCategory, InquiryCategory.id == Inquiry.category_id)
    query = query.where(Inquiry.id.in_(inquiry_ids), visible(Inquiry, actor, Perm.INQUIRY_READ))
    rows = db.session.execute(query.order_by(Inquiry.due_at.nulls_last(), Inquiry.id)).all()
    return [Row(*each) for each in rows]


def _filtered(query: Any, filters: Filters, actor: Actor, meant: Meant) -> Any:
    query = query.where(visible(Inquiry, actor, Perm.INQUIRY_READ), QUEUE.tab_clause(filters.tab, actor))
    for column, wanted in (
        (Inquiry.department_id, filters.department_id),
        (Inquiry.category_id, filters.category_id),
        (Inquiry.status, filters.status),
        (Inquiry.channel, filters.channel),
    ):
        if wanted:
            query = query.where(column == wanted)
    if filters.text.strip():
        query = query.where(search_clause(filters.text, actor, meant))
    return query


def search_clause(text: str, actor: Actor, meant: Meant = None) -> ColumnElement[bool]:
    """Find by number, words, names in either script, phone, e-mail address or file number, and by words of notes and answers.

    Each way has an index. Who does not work on inquiries finds by the answers only, as on the page.
    """
    words = words_of(text) if can(actor, Perm.IDENTIFY) else []
    works = can(actor, Perm.INQUIRY_WORK)
    needs, only = (Perm.INQUIRY_WORK, ()) if works else (Perm.IDENTIFY, (InquiryNote.kind == "answer",))
    texts = [Texts(InquiryNote, InquiryNote.inquiry_id, only)]
    by_case, by_text = found_by(Inquiry.id, QUEUE.ways(text, actor, meant), words, texts)
    return by_case if by_text is None else or_(by_case, and_(visible(Inquiry, actor, needs), by_text))


def notes_of(inquiry: Inquiry, *, actor: Actor) -> list[tuple[InquiryNote, User | None]]:
    """Give what was written on an inquiry, with the authors; the caller has found it through the actor.

    Who does not work on it sees the answers, and nothing where they may not know who asks.
    """
    if not can(actor, Perm.IDENTIFY):
        return []
    query = (
        select(InquiryNote, User)
        .join(User, User.id == InquiryNote.author_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(InquiryNote.inquiry_id == inquiry.id)
    )
    if not can_on(actor, Perm.INQUIRY_WORK, inquiry):
        query = query.where(InquiryNote.kind == "answer")
    return [(row[0], row[1]) for row in db.session.execute(query)]


def options_categories(*, actor: Actor, hospital_id: UUID | None = None) -> Sequence[InquiryCategory]:
    """Give the categories in use that the actor may read: the group's and (of one hospital, if named) the hospitals'."""
    query = select(InquiryCategory).where(
        InquiryCategory.archived_at.is_(None), visible(InquiryCategory, actor, Perm.CATEGORY_READ)
    )
    if hospital_id is not None:
        query = query.where(InquiryCategory.holds_in(hospital_id))
    return db.session.execute(query.order_by(InquiryCategory.name_en, InquiryCategory.id)).scalars().all()


def category_names(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Give categories' names in the reader's language, in one statement."""
    rows = db.session.execute(select(InquiryCategory).where(InquiryCategory.id.in_(set(ids)))).scalars()
    return {row.id: named(row) for row in rows}


def is_category_of(hospital_id: UUID, category_id: UUID) -> bool:
    """Tell whether a category is in use, of the group or of this hospital."""
    found = db.session.get(InquiryCategory, category_id)
    return found is not None and found.archived_at is None and found.hospital_id in (None, hospital_id)
