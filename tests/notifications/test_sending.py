"""Deciding and sending: one decision one message, quiet hours, life, retries, fallback, rate, cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.notifications.enums import Channel, MessageClass
from app.notifications.models import ContactRule, MessageTemplate
from app.notifications.segments import count
from app.notifications.services import messages, settlement
from devstack.servers import free_port
from tests.cast import Cast
from tests.conftest import NOON
from tests.notifications.conftest import PHONE, SYSTEM, make_provider, message, queue, sweep, tries, work
from tests.provider import Provider, running_provider

NIGHT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 23:00 in Riyadh
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)  # 09:00


def test_a_message_goes_out_once_with_its_link_parts_and_cost(sms: Provider) -> None:
    found = queue()
    work()

    row = message(found)
    assert (row.status, row.parts, row.cost_halalas, row.attempts) == ("sent", 1, 5, 1)
    assert row.provider_reference == "m0"
    [arrived] = sms.arrived
    assert arrived["to"] == PHONE
    assert "/s/abcdefgh" in arrived["body"]
    assert arrived["reference"] == tries(found)[0].reference


def test_the_link_stands_in_no_row(sms: Provider) -> None:
    found = queue()
    work()

    token = sms.arrived[0]["body"].rpartition("/s/")[2]
    row = message(found)
    stored = repr({column.name: getattr(row, column.name) for column in row.__table__.columns})
    assert token not in stored


def test_the_same_decision_twice_is_one_message(sms: Provider) -> None:
    assert queue(once="invitation:1") == queue(once="invitation:1")
    work()

    assert len(sms.arrived) == 1


def test_parts_are_ours_where_the_provider_tells_none(sms: Provider) -> None:
    sms.tells_parts = False
    long = "{hospital} {link} " + "س" * 60
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.execute(sa.select(MessageTemplate).filter_by(code="surveys/invitation", channel="sms"))
        row.scalar_one().body_ar = long
    found = queue()
    work()

    assert count(sms.arrived[0]["body"]).parts == 2
    assert (message(found).parts, message(found).cost_halalas) == (2, 10)


def test_a_person_without_any_address_is_seen_in_the_log_with_the_reason(app: Any) -> None:
    row = message(queue(phone="", email=""))

    assert (row.status, row.reason) == ("suppressed", "no_address")


def test_a_survey_decided_at_night_waits_for_the_morning_with_a_little_jitter(sms: Provider) -> None:
    with clock.frozen(NIGHT):
        row = message(queue())
        work()

    assert sms.arrived == []
    assert MORNING <= row.not_before <= MORNING + timedelta(minutes=10)
    assert row.expires_at == NIGHT + timedelta(hours=72)


@pytest.mark.parametrize("sort", [MessageClass.SECURITY, MessageClass.ESCALATION, MessageClass.SERVICE])
def test_codes_escalations_and_service_messages_leave_at_night(sms: Provider, sort: MessageClass) -> None:
    with clock.frozen(NIGHT):
        queue(sort)
        work()

    assert len(sms.arrived) == 1


def test_a_retry_that_falls_into_the_night_waits_too(sms: Provider) -> None:
    sms.mood = "busy"
    with clock.frozen(NIGHT - timedelta(hours=2, seconds=1)):
        found = queue()
        work()
    sms.mood = "good"
    with clock.frozen(NIGHT):
        work()

    assert sms.arrived == []
    assert message(found).not_before >= MORNING


def test_the_hospitals_own_hours_and_order_hold(sms: Provider, cast: Cast) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(ContactRule(hospital_id=cast.a.id, closes_minute=24 * 60 - 1, channels=["email", "sms"]))
        db.session.add(ContactRule(hospital_id=None, closes_minute=20 * 60, channels=["sms"]))
    with clock.frozen(NIGHT):
        late = message(queue(hospital_id=cast.a.id))
        early = message(queue(hospital_id=cast.b.id))

    assert (late.channel, late.not_before) == ("email", NIGHT)
    assert early.channels == ["sms"]
    assert early.not_before >= MORNING


def test_an_invitation_older_than_three_days_is_dropped_and_said(sms: Provider) -> None:
    found = queue()
    with clock.frozen(NOON + timedelta(hours=72)):
        work()

    row = message(found)
    assert (row.status, row.reason) == ("failed", "too_old")
    assert sms.arrived == []


def test_a_busy_provider_is_asked_again_after_growing_pauses_and_then_given_up(sms: Provider) -> None:
    sms.mood = "busy"
    found = queue(channels=(Channel.SMS,), sort=MessageClass.SERVICE)
    pauses, now = [], NOON
    for _turn in range(len(settlement.PAUSES)):
        with clock.frozen(now):
            work()
            row = message(found)
            assert row.status == "queued"
            pauses.append(row.not_before - now)
            now = row.not_before
    with clock.frozen(now):
        work()

    assert pauses == sorted(pauses)
    assert all(wanted <= pause <= wanted * 1.2 for pause, wanted in zip(pauses, settlement.PAUSES, strict=True))
    row = message(found)
    assert (row.status, row.reason, row.provider_code) == ("failed", "gave_up", "503")
    assert len({each.reference for each in tries(found)}) == 1, "the same reference every time"


def test_what_a_provider_asks_to_wait_is_kept() -> None:
    assert settlement.pause_after(1, 120) == timedelta(seconds=120)
    assert settlement.pause_after(1, 999_999) == timedelta(seconds=3600)


def test_a_refused_connection_is_tried_again(texts: None) -> None:
    make_provider("sms", f"http://127.0.0.1:{free_port()}")
    found = queue()
    work()

    row = message(found)
    assert (row.status, row.attempts, row.provider_code) == ("queued", 1, "unreachable")


def test_each_try_that_was_turned_away_goes_to_the_next_provider(sms: Provider) -> None:
    sms.mood = "busy"
    with running_provider() as second:
        make_provider("sms", second.base_url, priority=20)
        found = queue()
        work()
        with clock.frozen(NOON + timedelta(minutes=1)):
            work()
            assert message(found).status == "sent"
        assert len(second.arrived) == 1


def test_a_hospitals_own_provider_carries_its_messages_and_nobody_elses(sms: Provider, cast: Cast) -> None:
    with running_provider() as own:
        make_provider("sms", own.base_url, hospital_id=cast.a.id, priority=99)
        queue(hospital_id=cast.a.id)
        queue(hospital_id=cast.b.id)
        work()
        assert (len(own.arrived), len(sms.arrived)) == (1, 1)


def test_a_refusal_falls_back_to_the_next_channel_and_never_uses_both(sms: Provider) -> None:
    with running_provider() as whatsapp:
        make_provider("whatsapp", whatsapp.base_url, kind="http")  # no such kind for this channel: never usable
        found = queue(channels=(Channel.SMS, Channel.EMAIL))
        sms.mood = "refuse"
        work()

    row = message(found)
    assert (row.status, row.channel, row.reason) == ("failed", "email", "no_provider")
    assert row.provider_code == "21"
    assert [each.outcome for each in tries(found)] == ["rejected"]


def test_settings_that_can_not_be_used_lose_nothing(texts: None) -> None:
    make_provider("sms", "ftp://nowhere")
    found = queue()
    work()

    row = message(found)
    assert (row.status, row.provider_code) == ("queued", "setup")


def test_a_message_without_text_in_any_channel_fails_visibly(sms: Provider) -> None:
    row_id = queue(template="no/such")
    work()

    assert (message(row_id).status, message(row_id).reason) == ("failed", "no_provider")


def test_the_rate_of_a_provider_spreads_messages_over_the_minutes_they_need(texts: None) -> None:
    with running_provider() as found:
        make_provider("sms", found.base_url, rate_per_minute=10)
        waiting = [queue() for _number in range(25)]
        work()
        assert len(found.arrived) == 9, "a tenth is kept for urgent ones"

        starts = sorted(message(each).not_before for each in waiting if message(each).status == "queued")
        assert len({each.replace(second=0, microsecond=0) for each in starts}) == 2
        for minute in (1, 2):
            with clock.frozen(NOON + timedelta(minutes=minute, seconds=1)):
                work()
        assert len(found.arrived) == 25


def test_urgent_messages_go_first_and_have_room_that_surveys_leave(texts: None) -> None:
    with running_provider() as found:
        make_provider("sms", found.base_url, rate_per_minute=10)
        for _number in range(12):
            queue()
        urgent = queue(MessageClass.SECURITY, phone="+966509999999")
        work()

        assert found.arrived[0]["to"] == "+966509999999"
        assert message(urgent).status == "sent"
        for tail in (1, 2):
            queue(MessageClass.ESCALATION, phone=f"+96650888888{tail}")
        work()
        assert "+966508888881" in {each["to"] for each in found.arrived}
        assert "+966508888882" not in {each["to"] for each in found.arrived}, "the rate holds for urgent ones too"
        assert len(found.arrived) == 10


def test_what_is_not_needed_any_more_is_taken_back(sms: Provider) -> None:
    with clock.frozen(NIGHT):
        found = queue()
        with acting_as(SYSTEM):
            about = message(found).about_id
            assert messages.withdraw(about, ["surveys/invitation"], actor=SYSTEM) == 1
    with clock.frozen(MORNING + timedelta(hours=1)):
        work()
        sweep()

    assert (message(found).status, message(found).reason) == ("suppressed", "withdrawn")
    assert sms.arrived == []
