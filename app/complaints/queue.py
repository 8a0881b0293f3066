"""The queue of complaints: its tabs, filters and search, and its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import load_only

from app.accounts.models import User
from app.complaints.casework.lists import PAGE, Meant, Queue
from app.complaints.enums import AT_WORK, SHOWN_TO_COMPLAINANT, ComplaintStatus
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint, Explanation
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.core.db.among import among
from app.core.db.said import Texts, found_by, words_of
from app.organizations.models import Department, Patient

QUEUE = Queue(
    Complaint, Perm.READ, ComplaintStatus.NEW, AT_WORK, numbers=(Complaint.reference, Complaint.outside_number)
)


# what is looked at of rows that were chosen: by what they are judged, and what is shown of them
CHOSEN = (
    load_only(
        Complaint.version, Complaint.reference, Complaint.title, Complaint.status, Complaint.severity,
        Complaint.hospital_id, Complaint.department_ids, Complaint.assignee_id, Complaint.created_by_id,
    ),
    load_only(Department.name_en, Department.name_ar),
    load_only(User.name_en, User.name_ar),
    load_only(Patient.name_en, Patient.name_ar),
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


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of the queue as its page shows it: of each complaint the columns of a line, and the key of the next page."""

    rows: Sequence[Any]
    next_key: str | None


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


def list_lines(filters: Filters, *, actor: Actor, key: str | None = None) -> Lines:
    """Give one page of the queue as `list_page` does, of each complaint only what its line shows and by what it is paged."""
    order = QUEUE.order_of(filters.tab, filters.sort)
    return Lines(*order.page_of(filtered(_lines(), filters, actor), key=key, limit=PAGE, of=lambda line: line))


@cache
def _lines() -> Any:
    """Build the statement of lines once; its names are bilingual, for `named(line, "owner")`."""
    row, names = Complaint, []
    for name, model in (("department", Department), ("owner", User), ("patient", Patient)):
        names += [model.name_en.label(f"{name}_en"), model.name_ar.label(f"{name}_ar")]
    shown = (
        row.id, row.reference, row.title, row.status, row.severity, row.channel, row.contact_name, row.is_anonymous,
        row.red_flags, row.received_at, row.due_at, row.closed_at,
    )  # fmt: skip
    return QUEUE.beside_people(select(*shown, *names))


def list_chosen(complaint_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give those of these complaints that the actor may see, in the order of their deadlines; one statement."""
    query = QUEUE.with_people().where(among(Complaint.id, complaint_ids), visible(Complaint, actor, Perm.READ))
    query = query.options(*CHOSEN)
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
