"""Figures of complaints for reports; each in one statement over what the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import lazyload

from app.accounts.models import User
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db


def by_person_and_month(since: datetime, zone: str, *, actor: Actor) -> Sequence[Any]:
    """Give (owner, local month of receipt, complaints, resolved, reopened) since an instant, by name and month."""
    month = func.to_char(func.timezone(zone, Complaint.received_at), "YYYY-MM")
    figures = (
        select(
            Complaint.assignee_id.label("owner_id"),
            month.label("month"),
            func.count().label("received"),
            func.count(Complaint.first_resolved_at).label("resolved"),
            func.count().filter(Complaint.reopened_count > 0).label("reopened"),
        )
        .where(visible(Complaint, actor, Perm.READ), Complaint.received_at >= since)
        .group_by(Complaint.assignee_id, month)
        .subquery()
    )
    query = (
        select(User, figures.c.month, figures.c.received, figures.c.resolved, figures.c.reopened)
        .select_from(figures)
        .outerjoin(User, User.id == figures.c.owner_id)
        .options(lazyload(User.assignments))
        .order_by(User.name_en, User.id, figures.c.month)
    )
    return db.session.execute(query).all()
