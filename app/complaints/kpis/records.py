"""The records behind a number: those in the numerator, the rest of the denominator, and those whose time is not over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, literal, or_, select

from app.complaints.kpis.definitions import Kpi, Subject
from app.complaints.kpis.queries import rows_of
from app.complaints.kpis.rows import Wanted
from app.complaints.models import Complaint, Explanation
from app.core.db import db
from app.core.web.keys import read_key, write_key
from app.organizations.models import Department
from app.surveys.models import SurveyInstance

PAGE = 25
SIDES: dict[str, Any] = {
    "numerator": _l("In the numerator"),
    "rest": _l("Not in the numerator"),
    "pending": _l("Time not over"),
}
FACTS: dict[str, Any] = {
    "first_resolved_at": _l("First resolved"),
    "resolved_at": _l("Resolved"),
    "answered_at": _l("Answered"),
    "activated_at": _l("Activated"),
    "first_contact_at": _l("First contact"),
    "first_reopened_at": _l("Opened again"),
    "due_at": _l("Deadline"),
    "completed_at": _l("Completed"),
    "followed_up_at": _l("Patient called"),
    "escalated_at": _l("Escalated"),
}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record behind a number: itself, its department, the instant by which its month is told, and what the KPI looks at."""

    subject: Any
    department: Department | None
    reference: str
    at: datetime
    fact: datetime | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of records, by key."""

    rows: list[RecordRow]
    next_key: str | None


_MODELS: dict[Subject, Any] = {
    Subject.COMPLAINT: Complaint,
    Subject.EXPLANATION: Explanation,
    Subject.SURVEY: SurveyInstance,
}
_SIDES: dict[str, Callable[[Any], Any]] = {
    "numerator": lambda rows: and_(rows.c.met, ~rows.c.pending),
    "rest": lambda rows: and_(rows.c.counts, ~rows.c.met, ~rows.c.pending),
    "pending": lambda rows: rows.c.pending,
}


def list_records(kpi: Kpi, side: str, wanted: Wanted, *, key: str | None = None, limit: int = PAGE) -> RecordPage:
    """Give one page of the records on a side of a KPI in the wanted months, newest first, in one statement."""
    model, rows = _MODELS[kpi.subject], rows_of([kpi.code], wanted)
    query = (
        select(model, Department, Complaint.reference, rows.c.at)
        .select_from(rows)
        .join(model, model.id == rows.c.id)
        .outerjoin(Department, Department.id == model.department_id)
        .where(rows.c.month.in_(wanted.months), _SIDES[side](rows))
        .order_by(rows.c.at.desc(), rows.c.id.desc())
        .limit(limit + 1)
    )
    if kpi.subject is Subject.EXPLANATION:
        query = query.outerjoin(Complaint, Complaint.id == Explanation.complaint_id)
    elif kpi.subject is Subject.SURVEY:
        query = query.with_only_columns(SurveyInstance, Department, literal(""), rows.c.at)
    after = read_key(key)
    if after is not None:
        query = query.where(or_(rows.c.at < after[0], and_(rows.c.at == after[0], rows.c.id < after[1])))
    found = db.session.execute(query).all()
    shown = [RecordRow(each[0], each[1], each[2], each[3], getattr(each[0], kpi.fact)) for each in found[:limit]]
    more = len(found) > limit
    return RecordPage(shown, write_key(shown[-1].at, _id(shown[-1])) if more else None)


def _id(row: RecordRow) -> UUID:
    found: UUID = row.subject.id
    return found
