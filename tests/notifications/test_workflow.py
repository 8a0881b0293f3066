"""Every state of a message against every verb: what may follow what, and nothing else."""

from __future__ import annotations

import pytest

from app.core.access.actor import Actor, ActorKind, Holding, Role, acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, NotAllowed
from app.notifications.enums import RANK, MessageClass, MessageStatus
from app.notifications.models import Message
from app.notifications.services import retry
from app.notifications.workflow import MESSAGE
from tests.cast import Cast
from tests.notifications.conftest import message, queue

S = MessageStatus
SYSTEM = system_actor("test")
ADMIN = Actor(ActorKind.PERSON, None, (Holding(Role.PX_ADMIN, None),))

# verb -> the states in which it is possible, and where it leads; written by hand, not read from the table
POSSIBLE: dict[str, tuple[str, set[str]]] = {
    "take": (S.SENDING, {S.QUEUED}),
    "accept": (S.SENT, {S.QUEUED, S.SENDING, S.UNKNOWN}),
    "lose": (S.UNKNOWN, {S.SENDING}),
    "requeue": (S.QUEUED, {S.SENDING, S.UNKNOWN}),
    "fail": (S.FAILED, {S.QUEUED, S.SENDING, S.UNKNOWN, S.SENT}),
    "deliver": (S.DELIVERED, {S.QUEUED, S.SENDING, S.UNKNOWN, S.SENT, S.FAILED}),
    "read": (S.READ, {S.QUEUED, S.SENDING, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED}),
    "suppress": (S.SUPPRESSED, {S.QUEUED}),
    "fall_back": (S.QUEUED, {S.SENDING, S.SENT, S.UNKNOWN}),
    "retry": (S.QUEUED, {S.FAILED}),
}


def test_the_table_has_exactly_these_verbs() -> None:
    assert {step.verb for step in MESSAGE.steps} == set(POSSIBLE)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", list(POSSIBLE))
def test_every_state_and_verb(verb: str, state: MessageStatus) -> None:
    row = Message(status=state, message_class=MessageClass.SURVEY, reason="", phone="+966501234567")
    to, possible = POSSIBLE[verb]
    actor = ADMIN if verb == "retry" else SYSTEM

    if state in possible:
        MESSAGE.apply(row, verb, actor=actor)
        assert row.status == to
    else:
        with pytest.raises(Conflict):
            MESSAGE.apply(row, verb, actor=actor)
        assert row.status == state


@pytest.mark.parametrize("verb", [verb for verb in POSSIBLE if verb != "retry"])
def test_no_person_moves_a_message_but_by_a_retry(verb: str) -> None:
    row = Message(status=next(iter(POSSIBLE[verb][1])), message_class=MessageClass.SURVEY, reason="")
    with pytest.raises(NotAllowed):
        MESSAGE.apply(row, verb, actor=ADMIN)


def test_every_state_has_a_rank_so_that_no_receipt_can_break_on_one() -> None:
    assert set(RANK) == set(S)


def test_the_state_has_no_other_writer(app: object, texts: None) -> None:
    row = message(queue())
    with pytest.raises(RuntimeError, match="only the workflow"):
        row.status = S.SENT


def failed(cast: Cast, sort: MessageClass = MessageClass.SURVEY, reason: str = "rejected") -> Message:
    """A message of hospital A that has failed."""
    row = message(queue(sort, hospital_id=cast.a.id))
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.merge(row)
        MESSAGE.apply(row, "fail", actor=SYSTEM)
        row.reason, row.attempts = reason, 6
    return row


def test_the_office_sends_a_failed_message_again_with_a_life_of_its_own(cast: Cast, texts: None) -> None:
    row = failed(cast)
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        again = retry.retry(row.id, version=row.version, actor=actor)

    assert (again.status, again.reason, again.attempts, again.repeats) == ("queued", "", 0, 0)


def test_a_retry_of_what_may_have_arrived_says_that_it_comes_again(cast: Cast, texts: None) -> None:
    row = failed(cast, reason="no_receipt")
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        assert retry.retry(row.id, version=row.version, actor=actor).repeats == 1


def test_nobody_sends_a_security_code_again_by_hand(cast: Cast, texts: None) -> None:
    row = failed(cast, MessageClass.SECURITY)
    actor = cast.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Conflict):
        retry.retry(row.id, version=row.version, actor=actor)
    assert message(row.id).status == "failed"


def test_a_case_that_does_not_want_the_message_any_more_refuses_the_retry(
    cast: Cast, texts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(retry._still_wanted, "case", lambda _id: "It was answered.")
    row = failed(cast)
    actor = cast.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Conflict) as refusal:
        retry.retry(row.id, version=row.version, actor=actor)
    assert (refusal.value.code, refusal.value.message) == ("not_needed", "It was answered.")


def test_a_failed_message_whose_address_was_erased_is_not_sent_again() -> None:
    row = Message(status=S.FAILED, message_class=MessageClass.SURVEY, reason="", phone="", email="")
    with pytest.raises(Conflict):
        MESSAGE.apply(row, "retry", actor=ADMIN)
