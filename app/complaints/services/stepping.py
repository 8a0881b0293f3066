"""Steps of a complaint's workflow: what each asks for, what it does to the clocks, and what it says.

One table, `TAKES`, holds what is particular to a verb; everything else is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints import sla
from app.complaints.enums import CANCEL_REASONS, CONTACT_WAYS, FINAL, RESOLUTIONS, WAIT_REASONS, ComplaintStatus
from app.complaints.events import ComplaintMerged, ComplaintMoved
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.queries import get, with_points
from app.complaints.services.receiving import hold_surveys, let_surveys_go
from app.complaints.services.writing import write
from app.complaints.texts.filling import refuse_unfilled
from app.complaints.workflow import COMPLAINT
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.bulk.deeds import Wish
from app.core.bulk.together import Became, Changed, all_or_each, decide_each, moved_among, settle
from app.core.db import command, db
from app.core.errors import Invalid, Refusal
from app.core.events import record_many
from app.core.sla.calendars import working_hours
from app.core.time import calendar as working
from app.core.time import clock

LONGEST_WAIT = timedelta(hours=40)  # of working time: five working days of eight hours (product.md section 5)
SILENCE = timedelta(days=7)  # after which a resolved complaint, or an answered inquiry, closes by itself
LISTS = {"way": CONTACT_WAYS, "wait_reason": WAIT_REASONS, "category": RESOLUTIONS, "cancel_reason": CANCEL_REASONS}


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What a step was given; each verb takes what its line of the workflow names."""

    reason: str = ""
    way: str = ""
    statement: str = ""
    contacted_at: datetime | None = None  # None: now
    wait_reason: str = ""
    until: datetime | None = None
    category: str = ""
    resolution: str = ""
    cancel_reason: str = ""
    other: str = ""  # the number of the complaint that goes on


@command
def move(complaint_id: UUID, verb: str, facts: StepFacts, *, version: int | None, actor: Actor) -> Complaint:
    """Take a step of the workflow.

    Invalid: a field that the step needs, by name. Conflict: the state or a guard refuses, or `version` is stale.
    NotAllowed: the actor may not take this step. NotFound: outside the actor's scope.
    """
    complaint = with_points(complaint_id, actor=actor, version=version)
    _settle([_take(complaint, verb, facts, actor)], actor)
    return complaint


@command
def move_many(versions: Mapping[UUID, int | None], verb: str, *, actor: Actor) -> dict[UUID, Complaint | Refusal]:
    """Take a step of `ALONE` with many complaints, in one transaction and as many statements as with one.

    Gives of each what `move` gives or raises: the complaint as it is now, or why it stayed as it was.
    """
    if verb not in ALONE:
        raise ValueError(f"{verb} asks for something or touches other rows: move each by itself")
    wishes = {complaint_id: Wish(version) for complaint_id, version in versions.items()}

    def decide(complaint: Complaint, _wish: Wish) -> Changed:
        return _take(complaint, verb, StepFacts(), actor)

    became, moved = decide_each(Complaint, wishes, decide, needs=Perm.READ, actor=actor)
    _settle(moved, actor)
    return became


def _take(complaint: Complaint, verb: str, facts: StepFacts, actor: Actor) -> Changed:
    """Take the step on the row itself; gives what is to be told of it."""
    before = complaint.status
    step = COMPLAINT.apply(complaint, verb, actor=actor)
    need(step.fields, facts, LISTS)
    code = TAKES[verb](complaint, facts, actor) if verb in TAKES else ""
    if facts.reason.strip():
        write(complaint, facts.reason, kind="reason", actor=actor)
    about = (complaint.id, complaint.hospital_id, complaint.reference)
    return Changed(complaint, ComplaintMoved(*about, verb, before, complaint.status, code or ""))


def _settle(moved: Sequence[Changed], actor: Actor) -> None:
    """Do what follows from steps, for all of them at once: clocks, surveys, events, and word to open pages.

    An ended complaint has no running clock and holds no survey back; one that goes on again has and does.
    """
    steps = [(each.row, cast(ComplaintMoved, each.event)) for each in moved]
    ended = [row for row, event in steps if event.after in FINAL and event.before not in FINAL]
    again = [row for row, event in steps if event.before in FINAL and event.after not in FINAL]
    for complaint in ended:
        complaint.due_at = None
        if complaint.status != ComplaintStatus.DUPLICATE:  # that may be undone, and then it waits on
            complaint.wait_until = None
    for complaint in again:
        complaint.closed_at = None
    if ended:
        _stop_clocks(*ended)
    settle(moved, "complaints", actor=actor)
    if ended:
        let_surveys_go(*ended, actor=actor)
    if again:
        hold_surveys(*again, actor=actor)


def _stop_clocks(*complaints: Complaint) -> None:
    ids = [each.id for each in complaints]
    sla.stop(ids, sla.ACTIVATION, sla.FIRST_CONTACT, sla.RESOLUTION, sla.WITHIN_72_HOURS)


def need(fields: tuple[str, ...], facts: Any, lists: Mapping[str, Any]) -> None:
    """Tell of every field that a step needs and did not get; codes must be of their list. Raises Invalid."""
    wrong: dict[str, Any] = {}
    for name in fields:
        value = getattr(facts, name)
        if not value or (isinstance(value, str) and not value.strip()):
            wrong[name] = _("This field is required.")
        elif name in lists and value not in lists[name]:
            wrong[name] = _("Choose one of the listed codes.")
    if wrong:
        raise Invalid(**wrong)


def _activate(complaint: Complaint, facts: StepFacts, actor: Actor) -> str:
    """The officer has spoken with the patient, heard the statement and explained what follows."""
    now = clock.now()
    contacted_at = facts.contacted_at or now
    if not complaint.received_at <= contacted_at <= now:
        raise Invalid(contacted_at=_("Give an instant between the receipt and now."))
    earlier = complaint.first_contact_at
    complaint.first_contact_at = min(earlier, contacted_at) if earlier else contacted_at
    complaint.contact_way = facts.way
    complaint.assignee_id = complaint.assignee_id or actor.id
    sla.stop([complaint.id], sla.ACTIVATION, sla.FIRST_CONTACT)
    write(complaint, facts.statement, kind="statement", actor=actor)
    return facts.way


def _wait(complaint: Complaint, facts: StepFacts, actor: Actor) -> str:
    now = clock.now()
    longest = working.due(working_hours(complaint.hospital_id), now, int(LONGEST_WAIT.total_seconds()))
    if facts.until is None or longest is None or not now < facts.until <= longest:
        raise Invalid(until=_("Choose a time within the next five working days."))
    complaint.wait_reason, complaint.wait_until = facts.wait_reason, facts.until
    sla.hold(complaint, facts.wait_reason, actor=actor)
    return facts.wait_reason


def _resume(complaint: Complaint, _facts: StepFacts, actor: Actor) -> str:
    complaint.wait_reason, complaint.wait_until = "", None
    sla.go_on(complaint, actor=actor)
    return ""


def _resolve(complaint: Complaint, facts: StepFacts, actor: Actor) -> str:
    refuse_unfilled(facts.resolution, "resolution")
    complaint.resolution, complaint.resolution_category = facts.resolution.strip(), facts.category
    complaint.first_resolved_at = complaint.first_resolved_at or complaint.resolved_at
    sla.stop([complaint.id], sla.RESOLUTION, sla.WITHIN_72_HOURS)
    complaint.due_at = None
    return facts.category


def _close(complaint: Complaint, _facts: StepFacts, _actor: Actor) -> str:
    complaint.first_closed_at = complaint.first_closed_at or complaint.closed_at
    return ""


def _reopen(complaint: Complaint, _facts: StepFacts, actor: Actor) -> str:
    if complaint.closed_at:
        complaint.first_reopened_at = complaint.first_reopened_at or clock.now()
    complaint.reopened_count += 1
    complaint.resolved_at = None
    sla.start_again(complaint, actor=actor)
    return ""


def _cancel(complaint: Complaint, facts: StepFacts, _actor: Actor) -> str:
    complaint.cancel_reason = facts.cancel_reason
    return facts.cancel_reason


def _merge(complaint: Complaint, facts: StepFacts, actor: Actor) -> str:
    """This complaint ends; the other one, of the same hospital and still open, goes on for both."""
    number = facts.other.strip().upper()
    with db.session.no_autoflush:  # a duplicate that names no other may not reach the database
        other = db.session.execute(
            select(Complaint).where(Complaint.reference == number, visible(Complaint, actor, Perm.READ))
        ).scalar_one_or_none()
    if other is None or other.id == complaint.id or other.hospital_id != complaint.hospital_id:
        raise Invalid(other=_("There is no other complaint of this number."))
    if other.status in FINAL:
        raise Invalid(other=_("That complaint has ended."))
    complaint.duplicate_of_id = other.id
    _stop_clocks(complaint)
    _say_merged(complaint, other, "merged", actor)
    return ""


def _part(complaint: Complaint, _facts: StepFacts, actor: Actor) -> str:
    """It goes on where it was before the merge, and its clocks as though there had been none."""
    assert complaint.duplicate_of_id is not None
    other = get(complaint.duplicate_of_id, actor=actor)
    complaint.duplicate_of_id = None
    complaint.status_before_merge = ""
    sla.regain(complaint, actor=actor)
    _say_merged(complaint, other, "parted", actor)
    return ""


def _say_merged(complaint: Complaint, other: Complaint, what: str, actor: Actor) -> None:
    record_many(
        (
            ComplaintMerged(one.id, one.hospital_id, one.reference, another.id, another.reference, what)
            for one, another in ((complaint, other), (other, complaint))
        ),
        actor=actor,
    )


TAKES: dict[str, Callable[[Complaint, StepFacts, Actor], str]] = {
    "activate": _activate,
    "wait": _wait,
    "resume": _resume,
    "resolve": _resolve,
    "close": _close,
    "close_silent": _close,
    "reopen": _reopen,
    "cancel": _cancel,
    "merge": _merge,
    "part": _part,
}
# steps that ask for nothing, touch no other row, and refuse before they write
ALONE = frozenset({"start", "go_on", "close", "close_silent", "unclose"})


def resume_waiting(*, actor: Actor, most: int = 200) -> int:
    """Let complaints go on whose return date has come; each by itself: one that breaks keeps no other. Gives how many."""
    query = (
        select(Complaint.id)
        .where(Complaint.wait_until <= clock.now(), Complaint.status == ComplaintStatus.WAITING_PATIENT)
        .order_by(Complaint.wait_until)
        .limit(most)
    )
    waiting = db.session.execute(query).scalars().all()

    def resume(ids: Sequence[UUID]) -> Became:
        try:
            return {each: move(each, "resume", StepFacts(), version=None, actor=actor) for each in ids}
        except Refusal:  # somebody was faster
            return {}

    return sum(moved_among(all_or_each([each], resume)) for each in waiting)


def close_silent(*, actor: Actor, most: int = 200) -> int:
    """Close resolved complaints that nobody objected to for seven days. Gives how many."""
    query = (
        select(Complaint.id)
        .where(Complaint.resolved_at <= clock.now() - SILENCE, Complaint.status == ComplaintStatus.RESOLVED)
        .order_by(Complaint.resolved_at)
        .limit(most)
    )
    silent = db.session.execute(query).scalars().all()

    def close(ids: Sequence[UUID]) -> Became:
        return move_many(dict.fromkeys(ids), "close_silent", actor=actor)

    return moved_among(all_or_each(silent, close))
