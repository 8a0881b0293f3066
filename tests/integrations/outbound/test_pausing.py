"""An endpoint is paused by a person, or by itself when nothing arrives, and its administrators are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import User
from app.core.access.actor import acting_as
from app.core.db import db
from app.core.time import clock
from app.integrations.outbound import jobs
from app.integrations.outbound.models import WebhookTry
from app.integrations.outbound.services import endpoints, health, retention
from app.notifications.models import Notification
from tests.cast import Cast, count
from tests.integrations.outbound.conftest import (
    SYSTEM,
    Receiver,
    complain,
    endpoint_row,
    make_endpoint,
    rows,
    send_all,
)

pytestmark = pytest.mark.usefixtures("loopback")
RECEIVED = ("complaint.received",)


def test_what_happens_while_an_endpoint_is_paused_waits_and_goes_out_when_it_is_resumed(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    endpoints.pause(endpoint_id, actor=SYSTEM)
    complain(house)
    drain()
    send_all()
    assert receiver.heard == [] and [(row.state, row.next_try_at) for row in rows()] == [("waiting", None)] * 2

    endpoints.resume(endpoint_id, actor=SYSTEM)
    send_all()
    assert len(receiver.heard) == 2 and {row.state for row in rows()} == {"delivered"}


def test_what_waits_for_two_weeks_is_given_up_and_what_ended_is_removed_after_a_month(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    endpoints.pause(endpoint_id, actor=SYSTEM)
    now = clock.now()
    with clock.frozen(now + retention.HELD - timedelta(minutes=1)):
        jobs.forget_old_webhooks()
        assert [row.state for row in rows()] == ["waiting"]
    with clock.frozen(now + retention.HELD + timedelta(minutes=1)):
        jobs.forget_old_webhooks()
        assert [(row.state, row.problem) for row in rows()] == [("dead", "too_old")]
    with clock.frozen(now + retention.KEPT + timedelta(minutes=1)):
        jobs.forget_old_webhooks()

    assert rows() == []


def test_the_tries_of_a_delivery_are_kept_as_long_as_it(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    send_all()
    for wait, kept in ((-timedelta(minutes=1), 1), (timedelta(minutes=1), 0)):
        with clock.frozen(clock.now() + retention.KEPT + wait):
            jobs.forget_old_webhooks()
        assert (len(rows()), count(WebhookTry)) == (kept, kept)


def test_an_endpoint_that_failed_for_three_days_is_paused_and_the_administrators_are_told(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    receiver.status = 500
    complain(house)
    drain()
    send_all()
    now = clock.now()
    with clock.frozen(now + health.FAILING_FOR - timedelta(minutes=1)):
        send_all()
        assert endpoint_row(endpoint_id).is_active
    with clock.frozen(now + health.FAILING_FOR):
        complain(house)
        drain()
        send_all()
        drain()

    row = endpoint_row(endpoint_id)
    assert (row.is_active, row.pause_reason) == (False, "failing")
    assert {row.next_try_at for row in rows()} == {None}
    with acting_as(SYSTEM):
        told = {db.session.get_one(User, each.user_id).email for each in _bells()}
    assert told == {house["hospital_admin"].email}


def _bells() -> list[Notification]:
    return list(db.session.query(Notification).filter_by(kind="webhooks/gave_out"))


def test_a_success_ends_the_count_of_failures(house: Cast, receiver: Receiver, drain: Any) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    receiver.status = 500
    complain(house)
    drain()
    send_all()
    assert endpoint_row(endpoint_id).failing_since is not None
    receiver.status = 200
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        send_all()

    row = endpoint_row(endpoint_id)
    assert (row.failing_since, row.failures, row.rests_until, row.version) == (None, 0, None, 1)


def test_a_receiver_that_is_gone_is_paused_at_once(house: Cast, receiver: Receiver, drain: Any) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    receiver.status = 410
    complain(house)
    drain()
    send_all()

    assert endpoint_row(endpoint_id).pause_reason == "gone" and [row.state for row in rows()] == ["dead"]
