"""Steps of an inquiry's workflow that have no command of their own: start, close, reopen, cancel; and the end of every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select

from app.complaints.inquiries import sla
from app.complaints.inquiries.enums import AWAITED, CANCEL_REASONS, FINAL, InquiryStatus
from app.complaints.inquiries.events import InquiryMoved
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import get_for_step
from app.complaints.inquiries.services.writing import as_note, write
from app.complaints.inquiries.workflow import INQUIRY, OF_THEIR_OWN, UNCANCEL
from app.complaints.policy import Perm
from app.complaints.services.stepping import SILENCE, need
from app.core.access.actor import Actor
from app.core.bulk.deeds import Wish
from app.core.bulk.together import Became, Changed, all_or_each, decide_each, moved_among, settle
from app.core.db import command, db
from app.core.errors import Refusal
from app.core.time import clock

LISTS = {"cancel_reason": CANCEL_REASONS}


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What a step was given; each verb takes what its line of the workflow names."""

    reason: str = ""
    cancel_reason: str = ""


@command
def move(inquiry_id: UUID, verb: str, facts: StepFacts, *, version: int | None, actor: Actor) -> Inquiry:
    """Start, close, reopen or cancel; a closing or cancellation is taken back within three minutes.

    Invalid: a field that the step needs, by name. Conflict: the state refuses, or `version` is stale. NotAllowed: the
    actor may not take this step. NotFound: outside the scope. ValueError: a verb that has a command of its own.
    """
    inquiry = get_for_step(inquiry_id, actor=actor, version=version)
    moved = _take(inquiry, verb, facts, actor)
    _settle([moved], actor)
    if "reason" in INQUIRY.step_fields(verb):
        write(inquiry, facts.reason, kind="reason", actor=actor)
    return inquiry


@command
def move_many(
    versions: Mapping[UUID, int | None], verb: str, facts: StepFacts, *, actor: Actor
) -> dict[UUID, Inquiry | Refusal]:
    """Take a step with many inquiries, in one transaction and as many statements as with one.

    Gives of each what `move` gives or raises: the inquiry as it is now, or why it stayed as it was. Invalid: a field that
    the step needs. ValueError: a verb that has a command of its own, or starts a clock.
    """
    if verb in OF_THEIR_OWN or verb == "reopen":
        raise ValueError(f"{verb} asks for something of each: move each by itself")
    need(INQUIRY.step_fields(verb), facts, LISTS)
    wishes = {inquiry_id: Wish(version) for inquiry_id, version in versions.items()}

    def decide(inquiry: Inquiry, _wish: Wish) -> Changed:
        return _take(inquiry, verb, facts, actor)

    became, moved = decide_each(Inquiry, wishes, decide, needs=Perm.INQUIRY_READ, actor=actor)
    _settle(moved, actor)
    if "reason" in INQUIRY.step_fields(verb):
        db.session.add_all(as_note(each.row, facts.reason, kind="reason", actor=actor) for each in moved)
    return became


def _take(inquiry: Inquiry, verb: str, facts: StepFacts, actor: Actor) -> Changed:
    """Take the step on the row itself; gives what is to be told of it."""
    if verb in OF_THEIR_OWN:
        raise ValueError(f"{verb} has a command of its own")
    before = inquiry.status
    step = INQUIRY.apply(inquiry, verb, actor=actor)
    need(step.fields, facts, LISTS)
    if verb == "start":
        inquiry.assignee_id = inquiry.assignee_id or actor.id
    if verb == "reopen":
        inquiry.reopened_count += 1
    code = facts.cancel_reason if verb == "cancel" else ""
    if verb in ("cancel", UNCANCEL):
        inquiry.cancel_reason = code
    return _moved(inquiry, verb, before, code)


def follow(inquiry: Inquiry, verb: str, before: str, *, actor: Actor, code: str = "") -> None:
    """End a step that was taken elsewhere: the clock runs while an answer is awaited, and what happened is told."""
    _settle([_moved(inquiry, verb, before, code)], actor)


def _moved(inquiry: Inquiry, verb: str, before: str, code: str) -> Changed:
    about = (inquiry.id, inquiry.hospital_id, inquiry.reference)
    return Changed(inquiry, InquiryMoved(*about, verb, before, inquiry.status, code))


def _settle(moved: Sequence[Changed], actor: Actor) -> None:
    """Do what follows from steps, for all of them at once: clocks, events, and word to open pages.

    A question that is opened again starts a new cycle; one whose cancellation is taken back counts on as though there had
    been none.
    """
    events = [(each.row, cast(InquiryMoved, each.event)) for each in moved]
    for inquiry, event in events:
        if event.after not in FINAL:
            inquiry.closed_at = None
    ended = [row for row, event in events if event.before in AWAITED and event.after not in AWAITED]
    again = [(row, event) for row, event in events if event.before not in AWAITED and event.after in AWAITED]
    for inquiry in ended:
        inquiry.due_at = None
    sla.regain([row for row, event in again if event.verb == UNCANCEL], actor=actor)
    for inquiry in [row for row, event in again if event.verb != UNCANCEL]:
        sla.start(inquiry, actor=actor)
    sla.stop(ended)
    settle(moved, "inquiries", actor=actor)


def close_silent(*, actor: Actor, most: int = 200) -> int:
    """Close answered inquiries after seven days of silence. Gives how many."""
    query = (
        select(Inquiry.id)
        .where(Inquiry.answered_at <= clock.now() - SILENCE, Inquiry.status == InquiryStatus.ANSWERED)
        .order_by(Inquiry.answered_at)
        .limit(most)
    )
    silent = db.session.execute(query).scalars().all()

    def close(ids: Sequence[UUID]) -> Became:
        return move_many(dict.fromkeys(ids), "close_silent", StepFacts(), actor=actor)

    return moved_among(all_or_each(silent, close))
