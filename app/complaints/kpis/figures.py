"""Figures of complaints: how many each person owns, by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, cast, func, literal_column, select

from app.accounts.models import User
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import require, visible
from app.core.db import db
from app.core.i18n import DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class OfMonth:
    """How many complaints of one local month a person owns; a month without any has no line."""

    person_id: UUID | None  # None: nobody owns them
    name_en: str
    name_ar: str
    month: date  # its first day
    received: int
    closed: int  # of those received, however they ended


def by_person_and_month(since: datetime, until: datetime, *, actor: Actor) -> Sequence[OfMonth]:
    """Count what was received from `since` to before `until` by owner and local month, in one statement.

    Only what the actor may see. NotAllowed without the right to read complaints.
    """
    require(actor, Perm.READ)
    month = cast(
        func.date_trunc("month", func.timezone(literal_column(f"'{DEFAULT_ZONE}'"), Complaint.received_at)), Date
    )
    counted = (
        select(
            Complaint.assignee_id,
            month.label("month"),
            func.count().label("received"),
            func.count(Complaint.closed_at).label("closed"),
        )
        .where(visible(Complaint, actor, Perm.READ), Complaint.received_at >= since, Complaint.received_at < until)
        .group_by(Complaint.assignee_id, month)
        .subquery()
    )
    rows = db.session.execute(
        select(counted.c.assignee_id, User.name_en, User.name_ar, counted.c.month, counted.c.received, counted.c.closed)
        .outerjoin_from(counted, User, User.id == counted.c.assignee_id)
        .order_by(counted.c.month, User.name_en, counted.c.assignee_id)
    )
    return [OfMonth(row[0], row[1] or "", row[2] or "", row[3], row[4], row[5]) for row in rows]
