"""The life of a survey: states by verbs, reminders, links that run out, and the three jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.db import unit_of_work
from app.core.errors import Conflict
from app.core.time import clock
from app.notifications.models import Message
from app.organizations.models import Patient
from app.surveys import jobs
from app.surveys.enums import RANK, InstanceState, may_rise
from app.surveys.models import SurveyAnswer, SurveyInstance
from app.surveys.services import answering, expiry, reminding, sending
from app.surveys.workflow import INSTANCE, rise
from tests.cast import Cast
from tests.surveys.conftest import SYSTEM, answer_all, change, one, path_of, rows

VERBS = {
    "send": "sent",
    "fail": "failed",
    "deliver": "delivered",
    "open": "opened",
    "start": "in_progress",
    "complete": "completed",
    "abandon": "abandoned",
    "expire": "expired",
    "cancel": "cancelled",
}


def make(state: str, cast: Cast) -> SurveyInstance:
    """A survey in a state, in memory."""
    return SurveyInstance(hospital_id=cast.a.id, state=state, once="x", handle="x", context={}, questions=[])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", list(InstanceState))
def test_every_verb_in_every_state_rises_or_changes_nothing(cast: Cast, state: InstanceState, verb: str) -> None:
    instance = make(state, cast)
    allowed = may_rise(state, InstanceState(VERBS[verb]))

    assert rise(instance, verb, actor=SYSTEM) is allowed
    assert instance.state == (VERBS[verb] if allowed else state)
    assert not allowed or RANK[InstanceState(instance.state)] > RANK[state]


@pytest.mark.parametrize("state", list(InstanceState))
def test_a_skip_is_only_for_what_never_left(cast: Cast, state: InstanceState) -> None:
    instance = make(state, cast)

    if state is InstanceState.PENDING:
        INSTANCE.apply(instance, "skip", actor=SYSTEM)
        assert instance.state == "cancelled"
    else:
        with pytest.raises(Conflict):
            INSTANCE.apply(instance, "skip", actor=SYSTEM)


def rise_to(instance: SurveyInstance, *verbs: str) -> None:
    """Take steps as receipts and sightings would."""
    with acting_as(SYSTEM), unit_of_work():
        for verb in verbs:
            rise(instance, verb, actor=SYSTEM)


def reminders() -> list[Message]:
    return rows(Message, template="surveys/reminder")


def after(instance: SurveyInstance, **span: float) -> Any:
    """Freeze the clock so long after the invitation."""
    assert instance.invited_at is not None
    return clock.frozen(instance.invited_at + timedelta(**span))


def test_a_reminder_goes_once_to_one_who_has_not_answered(invited: SurveyInstance) -> None:
    rise_to(invited, "send")
    with after(invited, hours=47):
        assert reminding.remind_due() == 0
    with after(invited, hours=49):
        reminding.remind_due()
        reminding.remind_due()

    assert len(reminders()) == 1
    assert one(SurveyInstance).remind_at is None


def test_a_reminder_never_follows_an_answer(invited: SurveyInstance, client: Any) -> None:
    rise_to(invited, "send")
    answer_all(client, path_of(invited))
    with after(invited, hours=49):
        reminding.remind_due()

    assert reminders() == []


def test_a_reminder_on_its_way_is_taken_back_by_the_answer(invited: SurveyInstance, client: Any) -> None:
    rise_to(invited, "send")
    with after(invited, hours=49):
        reminding.remind_due()
        answer_all(client, path_of(invited))

    assert [(each.status, each.reason) for each in reminders()] == [("suppressed", "withdrawn")]


@pytest.mark.parametrize("fact", ["deceased_at", "no_contact", "erased_at"])
def test_nobody_who_may_not_be_written_to_is_reminded(invited: SurveyInstance, patient: Patient, fact: str) -> None:
    rise_to(invited, "send")
    change(patient, **{fact: True if fact == "no_contact" else invited.invited_at})
    with after(invited, hours=49):
        reminding.remind_due()

    assert reminders() == []


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_who_never_got_the_invitation_gets_no_reminder(invited: SurveyInstance, state: str) -> None:
    if state == "failed":
        rise_to(invited, "fail")
    with after(invited, hours=49):
        reminding.remind_due()

    assert reminders() == []


@pytest.mark.parametrize(
    ("verbs", "end"),
    [
        ((), "expired"),
        (("send",), "expired"),
        (("send", "deliver", "open"), "expired"),
        (("send", "open", "start"), "abandoned"),
    ],
)
def test_a_link_that_runs_out_is_abandoned_when_begun_else_expired(
    invited: SurveyInstance, verbs: tuple[str, ...], end: str
) -> None:
    rise_to(invited, *verbs)
    with after(invited, days=9):
        expiry.close_expired()
        assert one(SurveyInstance).state != end
    with after(invited, days=11):
        expiry.close_expired()

    assert (one(SurveyInstance).state, one(SurveyInstance).remind_at) == (end, None)


def test_partial_answers_stay_when_a_form_is_abandoned(invited: SurveyInstance) -> None:
    bearer = system_actor_of(invited)
    with acting_as(bearer):
        answering.save({"OPD-01": "2"}, actor=bearer)
    with after(invited, days=11):
        expiry.close_expired()

    assert one(SurveyInstance).state == "abandoned"
    assert one(SurveyAnswer).value == "2"


def system_actor_of(instance: SurveyInstance) -> Any:
    from app.core.access.actor import token_actor

    return token_actor(instance.id, instance.hospital_id, "survey link")


def test_a_late_receipt_takes_no_state_back(invited: SurveyInstance, client: Any) -> None:
    answer_all(client, path_of(invited))
    rise_to(invited, "send", "deliver", "fail", "open")

    assert one(SurveyInstance).state == "completed"


def test_the_three_jobs_do_what_is_due(patient: Patient, visit: Callable[..., Any]) -> None:
    visit(patient)
    from tests.surveys.conftest import later

    with later():
        jobs.create_and_send_surveys()
    instance = one(SurveyInstance)
    rise_to(instance, "send")
    with after(instance, hours=49):
        jobs.send_survey_reminders()
    assert len(reminders()) == 1
    with after(instance, days=12):
        jobs.close_expired_surveys()
    assert one(SurveyInstance).state == "expired"


def test_the_jobs_stand_in_the_periodic_table() -> None:
    from app.core.jobs.periodic import PERIODIC

    names = {line.name for line in PERIODIC.values()}
    assert {"create_and_send_surveys", "send_survey_reminders", "close_expired_surveys"} <= {
        name.rpartition(".")[2] for name in names
    }


def test_a_batch_that_is_decided_twice_sends_once(patient: Patient, visit: Callable[..., Any]) -> None:
    visit(patient)
    from tests.surveys.conftest import later

    with later():
        instance = one(SurveyInstance)
        assert sending.send(instance.id, actor=system_actor("one")) is None
        assert sending.send(instance.id, actor=system_actor("two")) is None

    assert len(rows(Message)) == 1
