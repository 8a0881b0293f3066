"""Linking complaints: related ones, and those about the same event; and writing to all of an event at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from app.complaints.casework.contact import recipient_of
from app.complaints.enums import LINKS
from app.complaints.events import ComplaintLinked
from app.complaints.links.queries import event_of
from app.complaints.models import ClusterMember, Complaint, ComplaintCluster, ComplaintLink
from app.complaints.policy import Perm
from app.complaints.services import writing
from app.core.access.actor import Actor
from app.core.access.policy import can_on, load, visible
from app.core.db import command, db, take_turn
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import record
from app.core.web.live import touch

RELATED, SAME_EVENT = "related", "same_event"
MOST = 60  # complaints about one event
TO_ALL = ("note", "message")
UNTOLD = ("cancelled", "duplicate")  # nothing is to be said there, or the other complaint says it


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a text to all of an event reached, by number."""

    written: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)


@command
def link(complaint_id: UUID, number: str, *, kind: str, actor: Actor) -> Complaint:
    """Link a complaint with another one of its hospital by number; gives the other one. A known link stays as it is.

    Invalid: no such complaint that the actor may see (`other`), or no such kind. Conflict: the event has too many.
    """
    complaint = _case(complaint_id, actor)
    if kind not in LINKS:
        raise Invalid(kind=_("Choose one of the listed codes."))
    other = db.session.execute(
        select(Complaint).where(Complaint.reference == number.strip().upper(), visible(Complaint, actor, Perm.READ))
    ).scalar_one_or_none()
    if other is None or other.id == complaint.id or other.hospital_id != complaint.hospital_id:
        raise Invalid(other=_("There is no other complaint of this number."))
    is_new = _relate(complaint, other, actor) if kind == RELATED else _gather(complaint, other, actor)
    if is_new:
        _say(complaint, other, kind, "linked", actor)
    return other


@command
def unlink(complaint_id: UUID, other_id: UUID, *, kind: str, actor: Actor) -> None:
    """Take a link back: the two are not related, or the other one (or this one itself) is not about the event.

    NotFound: there is no such link.
    """
    complaint = _case(complaint_id, actor)
    other = load(Complaint, other_id, actor=actor, needs=Perm.READ)
    gone = _part(complaint, other) if kind == RELATED else _take_out(complaint, other)
    if not gone:
        raise NotFound()
    _say(complaint, other, kind, "unlinked", actor)


@command
def write_to_all(complaint_id: UUID, body: str, *, kind: str, actor: Actor) -> Told:
    """Write a note on each complaint about the event, or a message to each who complained; gives whom it reached.

    Only complaints that the actor may work on. Invalid: nothing was written. Conflict: it is about no event that others
    complain of too, or (`unreachable`) no message reaches anybody.
    """
    _case(complaint_id, actor)
    if kind not in TO_ALL:
        raise Invalid(kind=_("Choose one of the listed codes."))
    members = [each for each in event_of(complaint_id, actor=actor) if can_on(actor, Perm.WORK, each)]
    if len(members) < 2:
        raise Conflict(_("No other complaint is linked to the same event."), code="alone")
    told = Told()
    for each in members:
        if kind == "message" and each.status in UNTOLD:
            continue
        if kind == "message" and (each.is_anonymous or recipient_of(each) is None):
            told.unreachable.append(each.reference)
            continue
        writing.add_note(each.id, body, kind=kind, actor=actor)
        told.written.append(each.reference)
    if not told.written:
        raise Conflict(_("No message reaches who complained. Call them instead."), code="unreachable")
    return told


def _case(complaint_id: UUID, actor: Actor) -> Complaint:
    """Find the complaint; links of one hospital are written one after the other."""
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.WORK, sees=Perm.READ)
    take_turn(f"{complaint.hospital_id}", 365)
    return complaint


def _pair(complaint: Complaint, other: Complaint) -> tuple[UUID, UUID]:
    return (complaint.id, other.id) if complaint.id < other.id else (other.id, complaint.id)


def _relate(complaint: Complaint, other: Complaint, actor: Actor) -> bool:
    one_id, other_id = _pair(complaint, other)
    known = select(ComplaintLink.id).filter_by(one_id=one_id, other_id=other_id)
    if db.session.execute(known).first() is not None:
        return False
    row = ComplaintLink(hospital_id=complaint.hospital_id, one_id=one_id, other_id=other_id, linked_by_id=actor.id)
    db.session.add(row)
    db.session.flush()
    return True


def _part(complaint: Complaint, other: Complaint) -> bool:
    one_id, other_id = _pair(complaint, other)
    row = db.session.execute(select(ComplaintLink).filter_by(one_id=one_id, other_id=other_id)).scalar_one_or_none()
    if row is None:
        return False
    db.session.delete(row)
    db.session.flush()
    return True


def _gather(complaint: Complaint, other: Complaint, actor: Actor) -> bool:
    """Put both about one event; two events become one."""
    mine, theirs = _member(complaint), _member(other)
    if mine is not None and theirs is not None:
        return _join_events(mine.cluster_id, theirs.cluster_id)
    known = mine or theirs
    if known is None:
        cluster = ComplaintCluster(hospital_id=complaint.hospital_id, started_by_id=actor.id)
        db.session.add(cluster)
        db.session.flush()
    cluster_id = known.cluster_id if known else cluster.id
    _refuse_too_many(ClusterMember.cluster_id == cluster_id, more=1)
    for each, member in ((complaint, mine), (other, theirs)):
        if member is None:
            db.session.add(
                ClusterMember(
                    hospital_id=each.hospital_id, cluster_id=cluster_id, complaint_id=each.id, added_by_id=actor.id
                )
            )
    db.session.flush()
    return True


def _join_events(cluster_id: UUID, other_id: UUID) -> bool:
    if cluster_id == other_id:
        return False
    _refuse_too_many(or_(ClusterMember.cluster_id == cluster_id, ClusterMember.cluster_id == other_id))
    db.session.execute(update(ClusterMember).where(ClusterMember.cluster_id == other_id).values(cluster_id=cluster_id))
    db.session.execute(delete(ComplaintCluster).where(ComplaintCluster.id == other_id))
    return True


def _refuse_too_many(which: ColumnElement[bool], more: int = 0) -> None:
    count = db.session.execute(select(func.count()).select_from(ClusterMember).where(which)).scalar_one()
    if count + more > MOST:
        raise Conflict(_("An event has at most %(most)s complaints.", most=MOST), code="too_many")


def _member(complaint: Complaint) -> ClusterMember | None:
    query = select(ClusterMember).filter_by(complaint_id=complaint.id).execution_options(populate_existing=True)
    return db.session.execute(query).scalar_one_or_none()


def _take_out(complaint: Complaint, other: Complaint) -> bool:
    """Take one out; an event with one complaint left is none."""
    mine, theirs = _member(complaint), _member(other)
    if mine is None or theirs is None or mine.cluster_id != theirs.cluster_id:
        return False
    cluster_id = theirs.cluster_id
    db.session.delete(theirs)
    db.session.flush()
    left = db.session.execute(select(ClusterMember).filter_by(cluster_id=cluster_id)).scalars().all()
    if len(left) < 2:
        for each in left:
            db.session.delete(each)
        db.session.flush()
        db.session.execute(delete(ComplaintCluster).where(ComplaintCluster.id == cluster_id))
    return True


def _say(complaint: Complaint, other: Complaint, kind: str, what: str, actor: Actor) -> None:
    both = ((complaint, other), (other, complaint)) if other.id != complaint.id else ((complaint, complaint),)
    for one, another in both:
        record(
            ComplaintLinked(one.id, one.hospital_id, one.reference, another.id, another.reference, kind, what),
            actor=actor,
        )
    touch("complaints", hospital_id=complaint.hospital_id)
