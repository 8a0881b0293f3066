"""Events reach the receiver, signed, at least once, with the same id; failures are tried again, later each time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.db.unit import _depth
from app.core.events import outbox
from app.core.time import clock
from app.integrations.outbound import jobs, posting
from app.integrations.outbound.models import WebhookTry
from app.integrations.outbound.services import endpoints, queueing, redelivery, secrets, sending
from app.notifications.models import Notification
from tests.cast import Cast, count
from tests.integrations.outbound.conftest import (
    SYSTEM,
    Receiver,
    complain,
    endpoint_row,
    is_signed,
    make_endpoint,
    rows,
    send_all,
)

pytestmark = pytest.mark.usefixtures("loopback")
RECEIVED = ("complaint.received",)


def tries() -> list[WebhookTry]:
    """Every try of every delivery, newest first."""
    with acting_as(SYSTEM):
        query = sa.select(WebhookTry).order_by(WebhookTry.begun_at.desc(), WebhookTry.id.desc())
        return list(db.session.execute(query).scalars())


def test_a_receiver_hears_of_a_complaint_and_can_verify_it(house: Cast, receiver: Receiver, drain: Any) -> None:
    _id, secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complaint = complain(house)
    drain()
    send_all()

    (heard,) = receiver.heard
    assert is_signed(heard, secret) and not is_signed(heard, "whsec_" + "A" * 43 + "=")
    assert heard.headers["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert heard.headers["content-type"] == "application/json"
    assert heard.said["type"] == "complaint.received" and heard.said["id"] == heard.headers["webhook-id"]
    assert heard.said["data"] == {
        "id": str(complaint.id),
        "hospital_id": str(house.a.id),
        "reference": complaint.reference,
        "channel": "desk",
        "severity": "medium",
        "assignee_id": str(complaint.assignee_id),
    }
    (row,) = rows()
    assert (row.state, row.answer_code, row.attempts, row.problem) == ("delivered", 204, 1, "")


def test_only_chosen_kinds_and_only_the_own_hospital_are_told(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=("complaint.assigned",))
    make_endpoint(house, receiver.url, kinds=RECEIVED, of="b")
    complain(house)
    drain()
    send_all()

    assert receiver.heard == [] and rows() == []


def test_the_same_event_taken_twice_makes_one_delivery(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    (row,) = rows()
    with acting_as(SYSTEM), unit_of_work():
        queueing.queue_event(outbox.entry_of(row.event_id))
    send_all()

    assert len(rows()) == 1 and len(receiver.heard) == 1


def test_the_row_is_committed_as_sending_before_the_first_byte(
    house: Cast, receiver: Receiver, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    seen = []

    def look(*_args: Any) -> posting.Outcome:
        seen.append((_depth.get(), [row.state for row in rows()]))
        return posting.Outcome(code=200)

    monkeypatch.setattr(posting, "post", look)
    send_all()

    assert seen == [(0, ["sending"])]


def test_a_failure_is_tried_again_with_the_same_id_and_body_until_it_arrives(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    _id, secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.status, receiver.answer = 500, b"<b>broken</b>"
    send_all()
    (row,) = rows()
    assert (row.state, row.answer_code, row.answer_text, row.problem) == ("retrying", 500, "<b>broken</b>", "status")
    assert row.next_try_at == clock.now() + timedelta(seconds=5)

    receiver.status = 200
    send_all()
    assert len(receiver.heard) == 1, "not before its pause is over"
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        send_all()

    first, second = receiver.heard
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 6
    assert is_signed(first, secret) and is_signed(second, secret)
    (row,) = rows()
    assert (row.state, row.attempts, row.problem) == ("delivered", 2, "")
    taken, refused = tries()
    assert (refused.problem, refused.answer_code, refused.answer_text) == ("status", 500, "<b>broken</b>")
    assert (taken.problem, taken.answer_code, taken.answer_text) == ("", 200, ""), (
        "of what was taken only its code is kept"
    )
    assert taken.begun_at - refused.begun_at == timedelta(seconds=6)
    assert refused.took_ms is not None and taken.took_ms is not None


def test_after_the_last_pause_it_is_given_up(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.status = 503
    pauses, now = [], clock.now()
    for _try in range(len(sending.PAUSES) + 1):
        with clock.frozen(now):
            send_all()
            (row,) = rows()
            if row.next_try_at is not None:
                pauses.append(row.next_try_at - now)
                now = row.next_try_at

    assert pauses == list(sending.PAUSES) and pauses == sorted(pauses)
    assert (row.state, row.attempts, len(receiver.heard)) == ("dead", 8, 8)
    assert [each.answer_code for each in tries()] == [503] * 8


def test_a_receiver_may_ask_for_a_longer_pause(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.status, receiver.headers = 429, {"Retry-After": "900"}
    send_all()

    (row,) = rows()
    assert row.next_try_at == clock.now() + timedelta(minutes=15)


def test_a_redirect_is_not_followed(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.status, receiver.headers = 307, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    send_all()

    assert [each.path for each in receiver.heard] == ["/hook"]
    (row,) = rows()
    assert (row.state, row.problem, row.answer_code) == ("retrying", "redirect", 307)


def test_of_a_long_answer_only_the_beginning_is_kept_as_text(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.status, receiver.answer = 400, b"no\x00 \xff" + b"x" * 5_000_000
    send_all()

    (row,) = rows()
    assert row.answer_text.startswith("no  ") and len(row.answer_text) == posting.KEPT_CHARACTERS


def test_a_receiver_that_is_too_slow_is_left(
    house: Cast, receiver: Receiver, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    receiver.before = lambda: time.sleep(1.5)
    begun = time.monotonic()
    send_all()

    assert time.monotonic() - begun < 1.4
    (row,) = rows()
    assert (row.state, row.problem) == ("retrying", "timeout")


def test_a_worker_that_dies_leaves_a_row_that_is_sent_again_with_the_same_id(
    house: Cast, receiver: Receiver, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    original = posting.post

    def killed(*args: Any) -> posting.Outcome:
        original(*args)  # the bytes have left, and the process ends before it hears the answer
        raise SystemExit

    monkeypatch.setattr(posting, "post", killed)
    with pytest.raises(SystemExit):
        send_all()
    monkeypatch.setattr(posting, "post", original)
    db.session.expunge_all()
    assert [row.state for row in rows()] == ["sending"]

    jobs.sweep_webhooks()
    assert [row.state for row in rows()] == ["sending"], "not before its time is over"
    with clock.frozen(clock.now() + sending.LOST_AFTER):
        jobs.sweep_webhooks()
        assert [(row.state, row.problem) for row in rows()] == [("retrying", "lost")]
        send_all()

    assert [each.headers["webhook-id"] for each in receiver.heard] == [str(rows()[0].event_id)] * 2
    assert [(row.state, row.attempts) for row in rows()] == [("delivered", 2)]
    assert [(each.problem, each.answer_code, each.took_ms is None) for each in tries()] == [
        ("", 204, False),
        ("lost", None, True),
    ]


def test_a_late_answer_of_a_worker_taken_for_lost_changes_nothing(house: Cast, receiver: Receiver, drain: Any) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    with acting_as(SYSTEM), unit_of_work():
        ticket = sending.take(endpoint_id, actor=SYSTEM)
    assert ticket is not None
    with clock.frozen(clock.now() + sending.LOST_AFTER):
        sending.retake_lost()
        send_all()
        sending.settle(ticket, posting.Outcome("timeout"), actor=SYSTEM)

    (row,) = rows()
    assert (row.state, row.problem) == ("delivered", "")


def test_while_a_secret_is_rotated_both_sign_and_afterwards_only_the_new_one(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    endpoint_id, old = make_endpoint(house, receiver.url, kinds=RECEIVED)
    new = secrets.rotate(endpoint_id, actor=SYSTEM)
    complain(house)
    drain()
    send_all()
    with clock.frozen(clock.now() + secrets.OVERLAP):
        complain(house)
        drain()
        send_all()

    during, after = receiver.heard
    assert new != old and is_signed(during, new) and is_signed(during, old)
    assert is_signed(after, new) and not is_signed(after, old)


def test_a_stopped_old_secret_signs_no_more(house: Cast, receiver: Receiver, drain: Any) -> None:
    endpoint_id, old = make_endpoint(house, receiver.url, kinds=RECEIVED)
    secrets.rotate(endpoint_id, actor=SYSTEM)
    secrets.stop_old(endpoint_id, actor=SYSTEM)
    complain(house)
    drain()
    send_all()

    assert not is_signed(receiver.heard[0], old)


def test_a_receiver_that_fails_rests_and_the_others_do_not_wait_for_it(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    with_trouble, _secret = make_endpoint(house, "http://127.0.0.1:9/", kinds=RECEIVED)
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    for _number in range(3):
        complain(house)
    drain()
    send_all()

    assert len(receiver.heard) == 3
    assert sorted(row.state for row in rows(endpoint_id=with_trouble)) == ["retrying", "waiting", "waiting"]
    assert {row.problem for row in rows(endpoint_id=with_trouble)} == {"", "unreachable"}


def test_a_test_event_reaches_also_a_paused_endpoint_and_is_tried_once(house: Cast, receiver: Receiver) -> None:
    endpoint_id, secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    endpoints.pause(endpoint_id, actor=SYSTEM)
    queueing.send_test(endpoint_id, actor=SYSTEM)
    send_all()
    receiver.status = 500
    queueing.send_test(endpoint_id, actor=SYSTEM)
    send_all()

    assert receiver.heard[0].said["type"] == "webhook.test" and is_signed(receiver.heard[0], secret)
    assert [row.state for row in rows()] == ["delivered", "dead"]
    assert endpoint_row(endpoint_id).failing_since is None


def test_what_ended_can_be_sent_again_with_the_same_id(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    send_all()
    (row,) = rows()
    redelivery.redeliver(row.id, actor=SYSTEM)
    assert redelivery.redeliver_many([row.id], actor=SYSTEM) == 0, "it is under way already"
    send_all()

    assert len({each.headers["webhook-id"] for each in receiver.heard}) == 1 and len(receiver.heard) == 2


def test_what_waits_for_an_archived_endpoint_is_not_sent(house: Cast, receiver: Receiver, drain: Any) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    endpoints.archive(endpoint_id, actor=SYSTEM)
    complain(house)
    drain()
    send_all()

    assert receiver.heard == [] and len(rows()) == 1
    assert count(Notification, kind="webhooks/gave_out") == 0


def test_what_a_dead_worker_left_of_an_archived_endpoint_is_held_and_not_sent(
    house: Cast, receiver: Receiver, drain: Any
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=RECEIVED)
    complain(house)
    drain()
    with acting_as(SYSTEM), unit_of_work():
        sending.take(endpoint_id, actor=SYSTEM)
    endpoints.archive(endpoint_id, actor=SYSTEM)
    with clock.frozen(clock.now() + sending.LOST_AFTER):
        jobs.sweep_webhooks()
        send_all()

    assert receiver.heard == [] and [(row.state, row.next_try_at) for row in rows()] == [("retrying", None)]


def test_the_job_sends_until_nothing_is_due(house: Cast, receiver: Receiver, drain: Any) -> None:
    make_endpoint(house, receiver.url, kinds=RECEIVED)
    for _number in range(3):
        complain(house)
    drain()
    jobs.send_webhooks()

    assert len(receiver.heard) == 3
