"""Complaints: every state x verb, what each step asks for, what it does to the clocks, and what ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.complaints import jobs, sla
from app.complaints.models import Complaint, ComplaintNote
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.services import stepping
from app.complaints.services.stepping import StepFacts
from app.complaints.workflow import COMPLAINT
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refusal
from app.core.sla import clocks, sweep
from app.core.sla.models import SlaClock, SlaDecision
from app.core.time import clock
from tests.cast import Cast
from tests.complaints.conftest import PATH, brought_to, received, step

VERBS = sorted({step.verb for step in COMPLAINT.steps})
CLOCKS = (sla.ACTIVATION, sla.FIRST_CONTACT, sla.RESOLUTION, sla.WITHIN_72_HOURS)
SYSTEM = system_actor("a test of complaints")


def running(complaint: Complaint) -> set[str]:
    """The kinds of clocks that run."""
    with acting_as(SYSTEM):
        return {kind for kind in CLOCKS if clocks.open_clock(complaint.id, kind) is not None}


def clock_of(complaint: Complaint, kind: str = sla.RESOLUTION) -> SlaClock:
    """The newest clock of a kind."""
    with acting_as(SYSTEM):
        return [each for each in clocks.of_subject(complaint.id) if each.kind == kind][-1]


@pytest.mark.parametrize("state", list(PATH))
@pytest.mark.parametrize("verb", VERBS)
def test_every_state_takes_exactly_its_verbs(reference_data: Cast, state: str, verb: str) -> None:
    complaint = brought_to(reference_data, state)
    wanted = COMPLAINT.step(verb, state)

    if wanted is not None and wanted.needs is not None:
        after = "new" if verb == "part" else wanted.to  # it was merged while it was new
        assert step(reference_data, complaint, verb).status == after
    else:
        with pytest.raises((Conflict, NotAllowed)):
            step(reference_data, complaint, verb)
        assert complaint.status == state


@pytest.mark.parametrize(
    ("state", "verb", "field"),
    [(state, each.verb, field) for each in COMPLAINT.steps for state in list(each.from_)[:1] for field in each.fields],
)
def test_a_step_says_which_field_it_lacks_and_changes_nothing(
    reference_data: Cast, state: str, verb: str, field: str
) -> None:
    complaint = brought_to(reference_data, str(state))
    with pytest.raises(Invalid) as refusal:
        step(reference_data, complaint, verb, **{field: None if field == "until" else ""})
    assert field in refusal.value.fields
    db.session.rollback()
    with acting_as(SYSTEM):
        assert db.session.get_one(Complaint, complaint.id).status == str(state)


def test_every_clock_starts_at_the_receipt_and_ends_when_what_it_waits_for_happens(reference_data: Cast) -> None:
    complaint = received(reference_data, severity="high")
    assert running(complaint) == set(CLOCKS)
    assert complaint.due_at == clock_of(complaint).due_at
    assert clock_of(complaint).target_seconds == 16 * 3600
    assert {clock_of(complaint, kind).started_at for kind in CLOCKS} == {complaint.received_at}

    complaint = step(reference_data, complaint, "activate")
    assert running(complaint) == {sla.RESOLUTION, sla.WITHIN_72_HOURS}
    assert complaint.first_contact_at == complaint.activated_at

    complaint = step(reference_data, step(reference_data, complaint, "start"), "resolve")
    assert running(complaint) == set()
    assert complaint.first_resolved_at == complaint.resolved_at


def test_waiting_for_the_patient_stops_the_clock_until_the_return_date_and_goes_on_by_itself(
    reference_data: Cast,
) -> None:
    complaint = brought_to(reference_data, "waiting_patient")
    assert (complaint.due_at, complaint.wait_reason) == (None, "patient_answer")
    assert complaint.wait_until is not None

    with clock.frozen(complaint.wait_until - timedelta(minutes=1)):
        jobs.resume_waiting_complaints()
        db.session.refresh(complaint)
        assert complaint.status == "waiting_patient"
    with clock.frozen(complaint.wait_until + timedelta(minutes=1)):
        jobs.resume_waiting_complaints()
        jobs.resume_waiting_complaints()  # once more does nothing
        db.session.refresh(complaint)

    assert (complaint.status, complaint.wait_until) == ("in_progress", None)
    assert complaint.due_at is not None
    assert len(clock_of(complaint).pauses) == 1


def test_nobody_waits_longer_than_five_working_days(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "in_progress")
    with pytest.raises(Invalid) as refusal:
        step(reference_data, complaint, "wait", until=clock.now() + timedelta(days=9))
    assert "until" in refusal.value.fields


def test_the_deadline_of_the_ministry_is_never_paused(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "waiting_patient", channel="moh", outside_number="937-1")

    assert complaint.due_at == complaint.received_at + timedelta(hours=24)
    assert clock_of(complaint).pauses == []


def test_reopening_starts_a_new_cycle_and_keeps_the_first_resolution(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "closed")
    first = complaint.first_resolved_at

    with clock.frozen(clock.now() + timedelta(days=3)):
        complaint = step(reference_data, complaint, "reopen")
        again = step(reference_data, complaint, "resolve")

    assert (again.reopened_count, again.first_resolved_at) == (1, first)
    assert again.resolved_at != first
    assert clock_of(again).cycle == 2


def test_after_thirty_days_it_can_not_be_reopened(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "closed")
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(Conflict):
        step(reference_data, complaint, "reopen")


def test_a_resolved_complaint_closes_by_itself_after_seven_days_of_silence(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "resolved")
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        jobs.close_silent_complaints()
        db.session.refresh(complaint)
        assert complaint.status == "resolved"
    with clock.frozen(clock.now() + timedelta(days=7)):
        jobs.close_silent_complaints()
        db.session.refresh(complaint)
    assert complaint.status == "closed"


def test_it_is_not_resolved_before_each_point_has_a_finding(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "in_progress")
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        point = points.add(complaint.id, PointFacts("Waiting"), actor=officer)
    with pytest.raises(Conflict):
        step(reference_data, complaint, "resolve")
    db.session.rollback()

    with acting_as(officer):
        judged = PointFacts("Waiting", finding="upheld", answer="نعتذر")
        points.change(complaint.id, point.id, judged, version=point.version, actor=officer)
    db.session.refresh(complaint)
    assert step(reference_data, complaint, "resolve").status == "resolved"


def test_what_is_written_with_a_step_stands_on_the_complaint(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "in_progress")
    with acting_as(SYSTEM):
        kinds = db.session.execute(sa.select(ComplaintNote.kind).where(ComplaintNote.complaint_id == complaint.id))
    assert "statement" in set(kinds.scalars())


@pytest.mark.parametrize("who", ["physician", "viewer", "source_user", "outsider"])
def test_who_has_no_right_takes_no_step(reference_data: Cast, who: str) -> None:
    complaint = received(reference_data)
    with pytest.raises(Refusal) as refusal:
        step(reference_data, complaint, "activate", by=who)
    assert refusal.value.status in (403, 404)


def test_of_two_officers_at_once_the_second_is_told(reference_data: Cast) -> None:
    complaint = received(reference_data)
    version = complaint.version
    step(reference_data, complaint, "activate")
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer), pytest.raises(Conflict):
        stepping.move(complaint.id, "cancel", StepFacts(reason="x", cancel_reason="out_of_scope"), version=version,
                      actor=officer)  # fmt: skip


def test_a_merged_complaint_names_the_other_and_can_be_parted_again(reference_data: Cast) -> None:
    kept, merged = received(reference_data), received(reference_data)
    merged = step(reference_data, merged, "merge", other=kept.reference.lower())
    assert (merged.status, merged.duplicate_of_id) == ("duplicate", kept.id)
    assert running(merged) == set()

    parted = step(reference_data, merged, "part")

    assert (parted.status, parted.duplicate_of_id, parted.closed_at) == ("new", None, None)
    assert step(reference_data, parted, "activate").status == "activated"


@pytest.mark.parametrize("state", ["new", "activated", "in_progress", "waiting_patient", "partially_resolved"])
def test_parting_gives_back_state_and_clocks_as_they_were(reference_data: Cast, state: str) -> None:
    complaint = brought_to(reference_data, state)
    before = (running(complaint), complaint.due_at, complaint.wait_until, clock_of(complaint).cycle)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        step(reference_data, complaint, "merge")
        parted = step(reference_data, complaint, "part")

    assert parted.status == state
    assert (running(parted), parted.due_at, parted.wait_until, clock_of(parted).cycle) == before
    assert parted.status_before_merge == ""


def test_what_was_resolved_before_and_merged_gets_no_clock_that_was_over(reference_data: Cast) -> None:
    complaint = step(reference_data, brought_to(reference_data, "resolved"), "reopen")
    before = running(complaint)
    step(reference_data, complaint, "merge")

    assert running(step(reference_data, complaint, "part")) == before == {sla.RESOLUTION}


def test_a_wait_that_would_have_ended_while_merged_ended_then(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "waiting_patient")
    until = complaint.wait_until
    assert until is not None
    step(reference_data, complaint, "merge")
    with clock.frozen(until + timedelta(days=3)):
        assert jobs.resume_waiting_complaints() is None
        db.session.refresh(complaint)
        assert complaint.status == "duplicate"
        parted = step(reference_data, complaint, "part")
        assert (clock_of(parted).pauses[0].until_at, parted.due_at is None) == (until, False)
        jobs.resume_waiting_complaints()
        db.session.refresh(parted)
    assert parted.status == "in_progress"


def test_parting_tells_nobody_of_a_deadline_a_second_time(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "in_progress")
    due = complaint.due_at
    assert due is not None

    def decisions() -> int:
        sweep.sweep_clocks()
        with acting_as(SYSTEM):
            query = sa.select(sa.func.count()).where(SlaDecision.clock_id == clock_of(complaint).id)
            return db.session.execute(query).scalar_one()

    with clock.frozen(due + timedelta(days=9)):
        before = decisions()
        step(reference_data, step(reference_data, complaint, "merge"), "part")
        assert decisions() == before == 6  # two reminders, the deadline, three levels
        assert clock_of(complaint).breached_at == due


def test_a_deadline_that_passed_while_merged_is_said_after_the_parting(reference_data: Cast) -> None:
    complaint = brought_to(reference_data, "in_progress")
    due = complaint.due_at
    assert due is not None
    step(reference_data, complaint, "merge")
    with clock.frozen(due + timedelta(minutes=1)):
        step(reference_data, complaint, "part")
        sweep.sweep_clocks()
        assert clock_of(complaint).breached_at == due


def test_a_merge_is_undone_within_thirty_days_only(reference_data: Cast) -> None:
    complaint = step(reference_data, received(reference_data), "merge")
    with clock.frozen(clock.now() + timedelta(days=30, minutes=1)), pytest.raises(Conflict):
        step(reference_data, complaint, "part")


def test_it_is_merged_into_no_ended_other_or_own_one(reference_data: Cast) -> None:
    complaint, ended = received(reference_data), brought_to(reference_data, "closed")
    for other in (ended.reference, complaint.reference, "CMP-2026-999999"):
        with pytest.raises(Invalid) as refusal:
            step(reference_data, complaint, "merge", other=other)
        assert "other" in refusal.value.fields
        db.session.rollback()
