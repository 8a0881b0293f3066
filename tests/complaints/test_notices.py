"""Who is told of a complaint and of explanations, in time, late and up the ladder; each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints import sla
from app.complaints.models import Complaint, Explanation
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.sla import notices, sweep
from app.core.time import clock
from app.notifications.models import Notification
from app.organizations.models import Patient
from app.organizations.services import patients
from tests.cast import Cast
from tests.complaints.conftest import received, step
from tests.complaints.test_points_and_explanations import asked, move

SYSTEM = system_actor("a test of complaints")
Drain = Callable[[], int]


def told(cast: Cast, who: str) -> list[str]:
    """The kinds of lines in a person's bell."""
    with acting_as(SYSTEM):
        query = sa.select(Notification.kind).where(Notification.user_id == cast[who].id).order_by(Notification.id)
        return list(db.session.execute(query).scalars())


def passes(cast: Cast, drain: Drain, at: Any) -> None:
    """Let the sweep look at an instant, twice, and deliver what it decides."""
    with clock.frozen(at):
        for _turn in range(2):
            sweep.sweep_clocks()
            drain()
    with clock.frozen(at + timedelta(minutes=2)):  # what was decided late is gathered for a minute
        notices.tell_waiting()


def test_the_owner_is_told_of_a_new_complaint_of_others_only(reference_data: Cast, drain: Drain) -> None:
    received(reference_data, by="source_user", channel="partner")
    received(reference_data)  # the officer's own entry
    drain()
    assert told(reference_data, "px_coordinator") == ["complaints/assigned"]


def test_it_escalates_through_three_levels_each_once(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, severity="critical")  # twelve hours around the clock
    step(reference_data, complaint, "activate")
    drain()
    due = complaint.due_at
    assert due is not None

    passes(reference_data, drain, due)
    assert told(reference_data, "department_manager") == ["complaints/escalated"]
    assert "complaints/breached" in told(reference_data, "px_coordinator")
    assert told(reference_data, "hospital_admin") == []

    passes(reference_data, drain, due + timedelta(days=3))
    assert told(reference_data, "hospital_admin") == ["complaints/escalated"]

    passes(reference_data, drain, due + timedelta(days=9))
    assert told(reference_data, "px_admin") == ["complaints/escalated"]
    assert told(reference_data, "hospital_admin") == ["complaints/escalated"]


def test_nobody_is_told_of_the_clocks_that_only_reports_need(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, severity="low")
    step(reference_data, complaint, "activate")
    drain()
    before = told(reference_data, "px_coordinator")
    with acting_as(SYSTEM):
        from app.core.sla import clocks

        within = clocks.open_clock(complaint.id, sla.WITHIN_72_HOURS)
    assert within is not None
    assert within.due_at == complaint.received_at + timedelta(hours=72)
    assert (within.reminders, within.ladder) == ([], [])
    assert before == told(reference_data, "px_coordinator")


def test_who_is_asked_and_who_asked_are_told_of_each_step(reference_data: Cast, drain: Drain) -> None:
    explanation = asked(reference_data)
    drain()
    assert told(reference_data, "physician") == ["explanations/ask"]
    explanation = move(reference_data, explanation, "answer")
    drain()
    assert told(reference_data, "px_coordinator")[-1:] == ["explanations/answer"]
    move(reference_data, explanation, "return")
    drain()
    assert told(reference_data, "physician")[-1] == "explanations/return"


def test_a_late_explanation_goes_to_the_department_that_was_asked(reference_data: Cast, drain: Drain) -> None:
    explanation: Explanation = asked(reference_data)
    drain()
    assert explanation.due_at is not None
    passes(reference_data, drain, explanation.due_at)

    assert "explanations/breached" in told(reference_data, "physician")
    assert "explanations/escalated" in told(reference_data, "department_manager")


def test_complaints_follow_a_merged_patient_and_forget_an_erased_one(
    reference_data: Cast, patient: Patient, drain: Drain
) -> None:
    complaint = received(reference_data, patient_id=patient.id, contact_name="Abu Mohammed", contact_phone="0501112233")
    admin = reference_data.actor("hospital_admin")
    with acting_as(admin):
        patients.erase(patient.id, actor=admin)
    drain()
    db.session.expire_all()
    with acting_as(SYSTEM):
        left = db.session.get_one(Complaint, complaint.id)
    assert (left.words, left.contact_name, left.contact_phone) == ("–", "", "")
    assert left.severity == "medium"  # codes stay for statistics


@pytest.mark.parametrize("seconds", [0])
def test_a_passed_return_date_is_told_to_the_owner(reference_data: Cast, drain: Drain, seconds: int) -> None:
    from app.complaints import jobs

    complaint = received(reference_data)
    for verb in ("activate", "start", "wait"):
        complaint = step(reference_data, complaint, verb)
    assert complaint.wait_until is not None
    with clock.frozen(complaint.wait_until + timedelta(seconds=seconds)):
        jobs.resume_waiting_complaints()
        drain()
    assert "complaints/resumed" in told(reference_data, "px_coordinator")
