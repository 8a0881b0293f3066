"""Reading promises: of a case, and what somebody has promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from app.accounts.models import User
from app.complaints.casework.kinds import CASES
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.promises.models import Promise
from app.complaints.promises.services import COLUMNS
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that somebody must keep, with its case."""

    promise: Promise
    reference: str
    title: str
    url: str


def of_case(case: str, case_id: UUID, *, actor: Actor) -> tuple[Any, Sequence[tuple[Promise, User | None]]]:
    """Give the case and its promises with who keeps them: what waits first, then the newest. NotFound outside the scope."""
    row = CASES[case].load(case_id, actor=actor)
    query = (
        select(Promise, User)
        .join(User, User.id == Promise.owner_id, isouter=True)
        .where(getattr(Promise, COLUMNS[case]) == case_id)
        .order_by(Promise.settled_at.is_not(None), Promise.due_at, Promise.id)
        .limit(100)
    )
    return row, [(promise, user) for promise, user in db.session.execute(query).unique().all()]


def due_of(actor: Actor, until: datetime, limit: int = 6) -> list[Due]:
    """Give what this person has promised until an instant and not done, the longest due first; one statement."""
    query = (
        select(Promise, Complaint.reference, Complaint.title, Inquiry.reference, Inquiry.title)
        .join(Complaint, Complaint.id == Promise.complaint_id, isouter=True)
        .join(Inquiry, Inquiry.id == Promise.inquiry_id, isouter=True)
        .where(
            Promise.owner_id == actor.id,
            Promise.settled_at.is_(None),
            Promise.due_at < until,
            or_(
                and_(Promise.complaint_id.is_not(None), visible(Complaint, actor, Perm.READ)),
                and_(Promise.inquiry_id.is_not(None), visible(Inquiry, actor, Perm.INQUIRY_READ)),
            ),
        )
        .order_by(Promise.due_at, Promise.id)
        .limit(limit)
    )
    return [
        Due(
            promise,
            reference or inquiry_reference,
            title or inquiry_title,
            f"{CASES[promise.case].pages}{promise.case_id}",
        )
        for promise, reference, title, inquiry_reference, inquiry_title in db.session.execute(query).all()
    ]
