"""Steps of an inquiry's workflow that have no command of their own: start, close, reopen, cancel; and the end of every step."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.complaints.inquiries import sla
from app.complaints.inquiries.enums import AWAITED, CANCEL_REASONS, FINAL, InquiryStatus
from app.complaints.inquiries.events import InquiryMoved
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import get_for_step
from app.complaints.inquiries.services.writing import write
from app.complaints.inquiries.workflow import INQUIRY, OF_THEIR_OWN
from app.complaints.services.stepping import SILENCE, need
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What a step was given; each verb takes what its line of the workflow names."""

    reason: str = ""
    cancel_reason: str = ""


@command
def move(inquiry_id: UUID, verb: str, facts: StepFacts, *, version: int | None, actor: Actor) -> Inquiry:
    """Start, close, reopen or cancel.

    Invalid: a field that the step needs, by name. Conflict: the state refuses, or `version` is stale. NotAllowed: the
    actor may not take this step. NotFound: outside the scope. ValueError: a verb that has a command of its own.
    """
    if verb in OF_THEIR_OWN:
        raise ValueError(f"{verb} has a command of its own")
    inquiry = get_for_step(inquiry_id, actor=actor, version=version)
    before = inquiry.status
    step = INQUIRY.apply(inquiry, verb, actor=actor)
    need(step.fields, facts, {"cancel_reason": CANCEL_REASONS})
    if "reason" in step.fields:
        write(inquiry, facts.reason, kind="reason", actor=actor)
    if verb == "start":
        inquiry.assignee_id = inquiry.assignee_id or actor.id
    if verb == "reopen":
        inquiry.reopened_count += 1
    code = ""
    if verb == "cancel":
        code = inquiry.cancel_reason = facts.cancel_reason
    follow(inquiry, verb, before, actor=actor, code=code)
    return inquiry


def follow(inquiry: Inquiry, verb: str, before: str, *, actor: Actor, code: str = "") -> None:
    """End a step: the clock runs while an answer is awaited, and what happened is told."""
    if inquiry.status not in FINAL:
        inquiry.closed_at = None
    if inquiry.status in AWAITED and before not in AWAITED:
        sla.start(inquiry, actor=actor)
    elif inquiry.status not in AWAITED and before in AWAITED:
        sla.stop(inquiry, actor=actor)
    record(
        InquiryMoved(inquiry.id, inquiry.hospital_id, inquiry.reference, verb, before, inquiry.status, code),
        actor=actor,
    )
    touch("inquiries", hospital_id=inquiry.hospital_id)


def close_silent(*, actor: Actor, most: int = 200) -> int:
    """Close answered inquiries after seven days of silence, each in a transaction of its own. Gives how many."""
    query = (
        select(Inquiry.id)
        .where(Inquiry.answered_at <= clock.now() - SILENCE, Inquiry.status == InquiryStatus.ANSWERED)
        .order_by(Inquiry.answered_at)
        .limit(most)
    )
    found = db.session.execute(query).scalars().all()
    for inquiry_id in found:
        move(inquiry_id, "close_silent", StepFacts(), version=None, actor=actor)
    return len(found)
