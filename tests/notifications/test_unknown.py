"""Nobody knows whether it arrived: ask, wait, then by class; with providers that deduplicate and such that do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.notifications.enums import Channel, MessageClass
from app.notifications.gateways import Outcome, OutcomeKind
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import settlement
from tests.conftest import NOON
from tests.notifications.conftest import SYSTEM, claimed, events_of, message, queue, sweep, tries, work
from tests.provider import Provider

QUIET = [MessageClass.SURVEY, MessageClass.REMINDER, MessageClass.SERVICE]
URGENT = [MessageClass.SECURITY, MessageClass.ESCALATION]


@pytest.fixture
def mute(sms: Provider) -> Provider:
    """A provider that takes messages, breaks the line, and knows no reference when it is asked."""
    sms.mood, sms.knows_references = "hang", False
    return sms


def later(**span: float) -> Any:
    """The clock some time after noon."""
    return clock.frozen(NOON + timedelta(**span))


def lost(sort: MessageClass, **more: Any) -> Any:
    """Send a message on a line that breaks after the provider took it."""
    found = queue(sort, **more)
    work()
    assert message(found).status == "unknown"
    return found


def test_a_time_out_is_unknown_and_never_simply_sent_again(mute: Provider) -> None:
    found = lost(MessageClass.SURVEY)
    with later(minutes=1):
        work()
        sweep()

    assert message(found).status == "unknown"
    assert len(mute.arrived) == 1
    assert [each.outcome for each in tries(found)] == ["unknown"]


def test_a_provider_that_can_be_asked_settles_it(sms: Provider) -> None:
    sms.mood = "hang"
    found = lost(MessageClass.SURVEY)
    with later(seconds=16):
        sweep()

    row = message(found)
    assert (row.status, row.provider_reference, row.parts, row.cost_halalas) == ("sent", "m0", 1, 5)
    assert len(sms.arrived) == 1


def test_a_provider_that_can_not_be_asked_is_not(mute: Provider) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(ProviderRow, mute.row_id).settings = {"base_url": mute.base_url}
    lost(MessageClass.SURVEY)
    asked = mute.asked
    with later(seconds=16):
        sweep()

    assert mute.asked == asked == 0


@pytest.mark.parametrize("sort", QUIET)
def test_surveys_reminders_and_service_messages_are_given_up_visibly_after_two_hours(
    mute: Provider, sort: MessageClass
) -> None:
    found = lost(sort, channels=(Channel.SMS, Channel.EMAIL))
    with later(minutes=119):
        sweep()
        assert message(found).status == "unknown"
    with later(minutes=150):
        sweep()
        work()

    row = message(found)
    assert (row.status, row.reason) == ("failed", "no_receipt")
    assert row.channel == "sms", "the next channel is not used: it may have arrived"
    assert len(mute.arrived) == 1


@pytest.mark.parametrize("sort", URGENT)
@pytest.mark.parametrize("deduplicates", [True, False])
def test_codes_and_escalations_are_sent_once_more_under_the_same_reference_and_say_so(
    mute: Provider, sort: MessageClass, deduplicates: bool
) -> None:
    mute.deduplicates = deduplicates
    found = lost(sort)
    with later(minutes=1):
        sweep()
        assert message(found).status == "unknown", "the receipt has its time first"
    mute.mood = "good"
    with later(minutes=15):
        sweep()
        work()

    first, second = tries(found)
    assert first.reference == second.reference
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert message(found).status == "sent"
    if deduplicates:
        assert len(mute.arrived) == 1, "the person got it once"
        assert message(found).provider_reference == "m0"
    else:
        assert len(mute.arrived) == 2
        assert mute.arrived[1]["body"].startswith("أُرسلت مرة أخرى")


def test_a_repeat_that_is_lost_as_well_is_given_up(mute: Provider) -> None:
    found = lost(MessageClass.ESCALATION)
    for minutes in (11, 12, 30, 40):
        with later(minutes=minutes):
            sweep()
            work()

    row = message(found)
    assert (row.status, row.reason, row.repeats) == ("failed", "no_receipt", 1)
    assert len(tries(found)) == 2


def test_a_code_that_is_too_old_is_not_repeated(mute: Provider) -> None:
    found = lost(MessageClass.SECURITY)
    with later(hours=2):
        sweep()
        work()

    assert message(found).status == "failed"
    assert len(tries(found)) == 1


def test_a_worker_that_died_leaves_an_unknown_message_and_not_a_second_one(sms: Provider) -> None:
    found = queue()
    claimed()
    assert message(found).status == "sending"  # and here the worker dies

    with later(minutes=2):
        work()
        sweep()
        assert message(found).status == "sending"
    sms.knows_references = False
    with later(minutes=4):
        sweep()
        work()

    assert message(found).status == "unknown"
    assert sms.arrived == []


def test_a_worker_that_was_only_slow_still_writes_what_came_of_it(sms: Provider) -> None:
    found = queue()
    ticket = claimed()
    with later(minutes=4):
        sweep()
        with acting_as(SYSTEM):
            settlement.settle(ticket.message_id, ticket.try_id, Outcome(OutcomeKind.ACCEPTED, "m9"), actor=SYSTEM)

    assert (message(found).status, message(found).provider_reference) == ("sent", "m9")


def test_an_old_try_decides_nothing_any_more(mute: Provider) -> None:
    found = lost(MessageClass.ESCALATION)
    mute.mood = "good"
    with later(minutes=11):
        sweep()
        work()
        with acting_as(SYSTEM):
            settlement.settle(found, tries(found)[0].id, Outcome(OutcomeKind.REJECTED, code="x"), actor=SYSTEM)

    assert message(found).status == "sent"


def test_a_sent_message_whose_receipt_never_comes_stays_sent_and_says_so(sms: Provider) -> None:
    found = queue()
    work()
    with later(hours=71):
        sweep()
        assert message(found).reason == ""
    with later(hours=73):
        sweep()

    row = message(found)
    assert (row.status, row.reason, row.look_at) == ("sent", "no_receipt", None)


def test_the_sweep_looks_at_nothing_that_is_not_due(sms: Provider, count_statements: Any) -> None:
    before = count_statements(sweep)
    for _number in range(5):
        queue()
    work()

    assert count_statements(sweep) == before


def test_being_unknown_is_an_event_of_the_case(mute: Provider) -> None:
    found = lost(MessageClass.SURVEY)

    assert events_of(message(found).about_id) == ["notifications.message.queued", "notifications.message.unknown"]
