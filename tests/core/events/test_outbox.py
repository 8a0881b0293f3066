"""The outbox: what must follow is written before the commit, and follows at least once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.access.wall import TenantWallBreach, passage
from app.core.db import db, unit_of_work, uuid7
from app.core.events import Change, Entry, Event, Signal, kinds, on, outbox, record, record_many, sealer
from app.core.events.models import Delivery, EventDetail, EventLog, EventSeal, EventUnsealed
from app.core.time import clock
from tests.conftest import NOON
from tests.guards.test_pages import counted

SYSTEM = system_actor("test")


@dataclass(frozen=True)
class ThingHappened(Event):
    """An event of these tests."""

    kind: ClassVar[str] = "test.thing.happened"
    subject_type: ClassVar[str] = "thing"
    number: int
    severity: str | None = None

    @property
    def signal(self) -> Signal | None:
        """A signal when it is severe."""
        return Signal("test", f"thing:{self.number}", self.severity, None, uuid7(), None) if self.severity else None


class Heard:
    """What the handlers of a test heard; `broken` makes the first one fail."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.signals: list[str] = []
        self.broken = False


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Subscribe two handlers for one test."""
    found = Heard()
    listed, named = {key: list(value) for key, value in kinds._subscribers.items()}, dict(kinds._by_name)

    @on(ThingHappened)
    def hear_thing(entry: Entry) -> None:
        if found.broken:
            raise RuntimeError("a name that must not be kept: Noura")
        found.numbers.append(entry.data["number"])

    @on(Signal)
    def hear_signal(entry: Entry) -> None:
        assert entry.signal is not None
        found.signals.append(entry.signal.cause_key)

    yield found
    kinds._subscribers.clear()
    kinds._subscribers.update(listed)
    kinds._by_name.clear()
    kinds._by_name.update(named)


def happen(number: int, subject: UUID, severity: str | None = None) -> None:
    """Let the thing happen, in its own transaction."""
    with acting_as(SYSTEM), unit_of_work():
        record(ThingHappened(subject, None, number, severity), actor=SYSTEM)


def test_a_handler_hears_after_the_commit_and_once(app, heard, drain) -> None:
    happen(1, uuid7())
    assert heard.numbers == []

    drain()
    drain()

    assert heard.numbers == [1]


def test_a_rolled_back_command_leaves_neither_log_nor_delivery(app, heard, drain) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(SYSTEM), unit_of_work():
        record(ThingHappened(uuid7(), None, 1), actor=SYSTEM)
        raise ZeroDivisionError
    drain()

    assert heard.numbers == []
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(sa.func.count()).select_from(EventLog)).scalar_one() == 0


def test_events_of_one_subject_are_heard_in_order(app, heard, drain) -> None:
    subject = uuid7()
    for number in range(1, 8):
        happen(number, subject)

    drain()

    assert heard.numbers == [1, 2, 3, 4, 5, 6, 7]


def test_a_failing_handler_holds_back_only_its_own_subject_and_is_parked_in_the_end(app, heard, drain) -> None:
    stuck = uuid7()
    heard.broken = True
    happen(1, stuck)
    happen(2, stuck)
    for turn in range(len(outbox.PAUSES) + 1):
        with clock.frozen(NOON + timedelta(days=turn)):
            drain()
    heard.broken = False
    happen(9, uuid7())
    drain()

    assert heard.numbers == [9]
    parked = db.session.execute(sa.select(Delivery).where(Delivery.parked_at.is_not(None))).scalar_one()
    assert parked.last_error == "RuntimeError"

    with unit_of_work():
        outbox.release(parked.id)
    drain()
    assert heard.numbers == [9, 1, 2]


def test_a_skipped_delivery_lets_its_pair_move_on(app, heard, drain) -> None:
    subject = uuid7()
    heard.broken = True
    happen(1, subject)
    for turn in range(len(outbox.PAUSES) + 1):
        with clock.frozen(NOON + timedelta(days=turn)):
            drain()
    heard.broken = False
    happen(2, subject)
    parked = db.session.execute(sa.select(Delivery.id).where(Delivery.parked_at.is_not(None))).scalar_one()
    with unit_of_work():
        outbox.skip(parked)
    drain()

    assert heard.numbers == [2]


def test_a_lease_that_ran_out_is_taken_over(app, heard, drain) -> None:
    happen(1, uuid7())
    assert len(outbox.claim()) == 1
    assert outbox.claim() == []

    with clock.frozen(NOON + outbox.LEASE + timedelta(seconds=1)):
        drain()

    assert heard.numbers == [1]


def test_a_signal_reaches_who_listens_for_signals_without_knowing_the_event(app, heard, drain) -> None:
    happen(5, uuid7(), severity="high")
    happen(6, uuid7())
    drain()

    assert heard.signals == ["thing:5"]


def test_the_chain_is_whole_and_an_edit_is_found(app) -> None:
    subject = uuid7()
    with acting_as(SYSTEM), unit_of_work():
        for number in range(3):
            record(ThingHappened(subject, None, number), actor=SYSTEM, change=Change({"name": ("أ", "ب")}))
    sealer.seal_events()
    assert sealer.verify().is_whole
    assert sealer.verify().checked == 3

    with acting_as(SYSTEM):
        row = db.session.execute(sa.select(EventLog.id).where(EventLog.data["number"].as_integer() == 1)).scalar_one()
    with passage("try to forge"), pytest.raises(sa.exc.ProgrammingError), db.session.begin_nested():
        db.session.execute(sa.text("UPDATE event_log SET kind = 'x'"))
    with acting_as(SYSTEM), unit_of_work():
        detail = db.session.get(EventDetail, row)
        detail.changes = {"name": ["أ", "ج"]}
    faults = sealer.verify().faults
    assert [fault for _position, fault in faults] == ["the before and after values were changed"]


def test_erasing_the_details_leaves_the_chain_whole(app) -> None:
    with acting_as(SYSTEM), unit_of_work():
        record(ThingHappened(uuid7(), None, 1), actor=SYSTEM, change=Change({"name": ("أ", "ب")}))
    sealer.seal_events()
    with unit_of_work():
        db.session.execute(sa.delete(EventDetail))

    verdict = sealer.verify()

    assert verdict.is_whole
    assert verdict.erased_details == 1


def test_the_application_may_not_remove_a_seal(app) -> None:
    with acting_as(SYSTEM), unit_of_work():
        record(ThingHappened(uuid7(), None, 1), actor=SYSTEM)
    sealer.seal_events()
    with pytest.raises(sa.exc.ProgrammingError), db.session.begin_nested():
        db.session.execute(sa.delete(EventSeal))


def test_many_events_leave_what_each_would_leave_in_the_same_statements(app, heard) -> None:
    subject, other = uuid7(), uuid7()
    happen(0, subject)

    def cost(*events: ThingHappened) -> int:
        with acting_as(SYSTEM), unit_of_work(), counted() as statements:
            ids = record_many(events, actor=SYSTEM)
        assert len(set(ids)) == len(events)
        return len(statements)

    few = cost(ThingHappened(subject, None, 1))
    many = cost(*(ThingHappened(each, None, number) for number, each in enumerate((other, subject, other, subject), 2)))

    with acting_as(SYSTEM):
        rows = db.session.execute(
            sa.select(Delivery.subject_id, Delivery.sequence, EventLog.data["number"].as_integer())
            .join(EventLog, EventLog.id == Delivery.event_id)
            .order_by(EventLog.id)
        ).all()
        unsealed = db.session.execute(sa.select(sa.func.count()).select_from(EventUnsealed)).scalar_one()
    assert rows == [(subject, 1, 0), (subject, 2, 1), (other, 1, 2), (subject, 3, 3), (other, 2, 4), (subject, 4, 5)]
    assert unsealed == len(rows)
    assert many == few


def test_many_events_are_heard_in_the_order_of_each_subject(app, heard, drain) -> None:
    subject = uuid7()
    with acting_as(SYSTEM), unit_of_work():
        record_many([ThingHappened(subject, None, number) for number in range(5)], actor=SYSTEM)

    drain()

    assert heard.numbers == [0, 1, 2, 3, 4]


def test_no_events_cost_nothing(app) -> None:
    with acting_as(SYSTEM), unit_of_work(), counted() as statements:
        assert record_many([], actor=SYSTEM) == []
    assert statements == []


def test_a_delivery_that_kills_its_worker_is_parked_alone_and_those_taken_with_it_are_delivered(
    app, heard, monkeypatch
) -> None:
    killer, others = uuid7(), [uuid7() for _number in range(4)]
    happen(0, killer)
    for number, subject in enumerate(others, 1):
        happen(number, subject)
    deliver, deaths = outbox._deliver, []

    def dying(claimed: outbox.Claim) -> None:
        if outbox.entry_of(claimed.event_id).subject_id == killer:
            deaths.append(claimed.attempts)
            raise SystemExit  # nothing on the way notes it, as when the process is gone
        deliver(claimed)

    monkeypatch.setattr(outbox, "_deliver", dying)
    for turn in range(20):
        with clock.frozen(NOON + turn * (outbox.LEASE + timedelta(seconds=1))):
            try:
                while outbox.drain_batch():
                    pass
            except SystemExit:
                db.session.rollback()

    assert deaths == list(range(1, outbox.MOST_TRIES + 1))
    assert sorted(heard.numbers) == [1, 2, 3, 4]
    parked = db.session.execute(sa.select(Delivery)).scalar_one()
    assert (parked.last_error, parked.attempts, parked.parked_at is not None) == ("WorkerDied", outbox.MOST_TRIES, True)


def test_many_deliveries_are_claimed_in_two_statements_and_none_is_looked_for_in_one(app, heard) -> None:
    for number in range(1, 20):
        happen(number, uuid7())
    with counted() as many:
        assert len(outbox.claim()) == 19
    with counted() as none:
        assert outbox.claim() == []

    assert [len([each for each in found if "event_deliveries" in each]) for found in (many, none)] == [2, 1]


@pytest.mark.parametrize("number", [1, 5])
def test_what_happened_is_told_in_one_statement_with_its_details_numbers_and_deliveries(
    app, heard: Heard, number: int
) -> None:
    subject = uuid7()
    with acting_as(SYSTEM), unit_of_work():
        with counted() as statements:
            made = record_many([ThingHappened(subject, None, each) for each in range(number)], actor=SYSTEM)
        with counted() as detailed:
            record(ThingHappened(subject, None, 99), actor=SYSTEM, change=Change({"name": ("a", "b")}))

    assert len(statements) == len(detailed) == 1
    with acting_as(SYSTEM):
        numbers = db.session.execute(
            sa.select(Delivery.sequence).where(Delivery.subject_id == subject).order_by(Delivery.sequence).distinct()
        ).scalars()
        assert list(numbers) == list(range(1, number + 2))
    assert len(set(made)) == number


def test_an_event_of_another_hospital_than_the_actors_is_refused(app) -> None:
    mine, theirs = uuid7(), uuid7()
    actor = system_actor("test", mine)

    with pytest.raises(TenantWallBreach), acting_as(actor), unit_of_work():
        record(ThingHappened(uuid7(), theirs, 1), actor=actor)


def test_an_event_outside_any_scope_is_refused(app) -> None:
    with pytest.raises(TenantWallBreach), unit_of_work():
        record(ThingHappened(uuid7(), None, 1), actor=SYSTEM)
