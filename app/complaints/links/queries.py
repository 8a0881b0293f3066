"""Readers of links: what is related to a complaint, and what else is about the same event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from app.complaints.models import ClusterMember, Complaint, ComplaintLink
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Linked:
    """What belongs to a complaint, as far as the actor may see it; oldest first."""

    related: list[Complaint]
    event: list[Complaint]  # the others about the same event


def linked_to(complaint_id: UUID, *, actor: Actor) -> Linked:
    """Give what is linked to a complaint; the caller has found the complaint."""
    pair = or_(
        and_(ComplaintLink.one_id == complaint_id, ComplaintLink.other_id == Complaint.id),
        and_(ComplaintLink.other_id == complaint_id, ComplaintLink.one_id == Complaint.id),
    )
    related = (
        select(Complaint)
        .join(ComplaintLink, pair)
        .where(visible(Complaint, actor, Perm.READ))
        .order_by(Complaint.received_at, Complaint.id)
    )
    others = [each for each in event_of(complaint_id, actor=actor) if each.id != complaint_id]
    return Linked(list(db.session.execute(related).scalars()), others)


def event_of(complaint_id: UUID, *, actor: Actor) -> list[Complaint]:
    """Give the complaints about the event of a complaint, itself too, oldest first; none where it is about no known event."""
    own = aliased(ClusterMember)
    query = (
        select(Complaint)
        .join(ClusterMember, ClusterMember.complaint_id == Complaint.id)
        .join(own, own.cluster_id == ClusterMember.cluster_id)
        .where(own.complaint_id == complaint_id, visible(Complaint, actor, Perm.READ))
        .order_by(Complaint.received_at, Complaint.id)
    )
    return list(db.session.execute(query).scalars())
