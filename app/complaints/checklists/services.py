"""Which items belong to a complaint, and ticking them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, or_, select

from app.accounts.models import User
from app.complaints.checklists.events import ComplaintChecked
from app.complaints.checklists.models import ChecklistItem, ChecklistTick
from app.complaints.models import Complaint, ComplaintPoint, TaxonomyClass
from app.complaints.policy import Perm
from app.complaints.services.working import open_case
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch


@dataclass(frozen=True, slots=True)
class Line:
    """An item on a complaint, and who has done it when."""

    item: ChecklistItem
    tick: ChecklistTick | None
    who: User | None


def lines_of(complaint_id: UUID, *, actor: Actor) -> tuple[Complaint, list[Line]]:
    """Give a complaint's checklist: items of every complaint and of the classes of its points, and what was ticked before.

    At most three statements. NotFound outside the scope.
    """
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.WORK, sees=Perm.READ)
    ticked = (ChecklistTick.item_id == ChecklistItem.id) & (ChecklistTick.complaint_id == complaint_id)
    query = (
        select(ChecklistItem, ChecklistTick, User)
        .join(ChecklistTick, ticked, isouter=True)
        .join(User, User.id == ChecklistTick.done_by_id, isouter=True)
        .where(or_(_fits(complaint), ChecklistTick.id.is_not(None)))
        .order_by(ChecklistItem.class_code, ChecklistItem.position, ChecklistItem.code)
        .limit(100)
    )
    return complaint, [Line(*row) for row in db.session.execute(query).unique().all()]


def _fits(complaint: Complaint) -> ColumnElement[bool]:
    """An item that is in use, of the hospital or the group, whose code is how a class of a point begins."""
    codes = (
        select(TaxonomyClass.code)
        .join(ComplaintPoint, ComplaintPoint.class_id == TaxonomyClass.id)
        .where(ComplaintPoint.complaint_id == complaint.id)
    )
    begins = codes.where(func.starts_with(TaxonomyClass.code, ChecklistItem.class_code)).exists()
    return (
        ChecklistItem.archived_at.is_(None)
        & ChecklistItem.holds_in(complaint.hospital_id)
        & or_(ChecklistItem.class_code == literal(""), begins)
    )


@command
def tick(complaint_id: UUID, item_id: UUID, *, is_done: bool, actor: Actor) -> None:
    """Say that an item was done, or take that back; saying it twice changes nothing.

    NotFound: no such complaint or item there. Conflict: the complaint has ended.
    """
    complaint = open_case(complaint_id, version=None, actor=actor)
    found = select(ChecklistItem).where(ChecklistItem.id == item_id, _fits(complaint))
    item = db.session.execute(found).scalar_one_or_none()
    if item is None:
        raise NotFound()
    if is_done:
        row = {"hospital_id": complaint.hospital_id, "complaint_id": complaint_id, "item_id": item_id}
        known = select(ChecklistTick.id).filter_by(complaint_id=complaint_id, item_id=item_id)
        changed = db.session.execute(known).first() is None  # the complaint is locked: nobody ticks beside
        if changed:
            db.session.add(ChecklistTick(**row, done_by_id=actor.id, done_at=clock.now()))
            db.session.flush()
    else:
        mine = (ChecklistTick.complaint_id == complaint_id) & (ChecklistTick.item_id == item_id)
        changed = db.session.execute(delete(ChecklistTick).where(mine)).rowcount > 0  # type: ignore[attr-defined]
    if changed:
        what = "done" if is_done else "undone"
        record(
            ComplaintChecked(complaint.id, complaint.hospital_id, complaint.reference, item_id, item.code, what),
            actor=actor,
        )
        touch("complaints", hospital_id=complaint.hospital_id)
