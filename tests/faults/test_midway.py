"""Real workers and a real listener, killed or out of time in the middle of something: nothing is lost, nothing done twice."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import redis

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.events.models import Delivery, EventLog
from app.core.events.outbox import PAUSES, drain_events
from app.core.events.sealer import seal_events
from app.core.jobs import queues
from app.core.jobs.runs import last_runs
from app.core.sla import clocks
from app.core.sla.models import SlaClock, SlaNotice
from app.core.sla.notices import tell_waiting
from app.core.sla.sweep import BATCH, sweep_clocks
from app.core.time import clock
from app.integrations.hl7.frames import framed
from app.integrations.jobs import process_inbound_events
from app.integrations.models import InboundEvent, SourceSystem
from app.journeys.models import Journey
from app.notifications.models import Notification
from app.organizations.models import Patient
from tests.conftest import environment
from tests.faults.midway import (
    SYSTEM,
    actions_open,
    all_steps,
    ask_for,
    clocks_due,
    decided,
    frozen_redis,
    has_failed,
    held,
    held_case,
    is_idle,
    others,
    waiting,
)
from tests.faults.stack import Stack, running_stack
from tests.integrations.hl7.messages import message

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = 3 * DAY


@pytest.fixture(scope="module")
def stack(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database of its own and one worker, which some tests kill."""
    folder = tmp_path_factory.mktemp("midway")
    given = environment(servers, clone(), folder)
    redis.Redis.from_url(servers.redis_url).flushdb()
    with running_stack(given, folder, ("worker", "hl7")) as found:
        yield found


@pytest.fixture
def worker(stack: Stack) -> None:
    """The worker, also after a test that failed while there was none."""
    if "worker" not in stack.processes:
        stack.start("worker")


def said(stack: Stack, subject_id: UUID) -> list[str]:
    """What the clocks of a case said, in order."""
    lines = stack.rows(EventLog, subject_id=subject_id)
    return [
        f"{each.kind.rpartition('.')[2]}:{each.data.get('percent') or each.data.get('level') or ''}"
        for each in sorted(lines, key=lambda row: row.id)
        if each.kind.startswith("core.clock.")
    ]


def told(stack: Stack, name: str) -> list[str]:
    """The bell lines of a person about deadlines."""
    lines = stack.rows(Notification, user_id=stack.cast[name].id)
    return [each.kind for each in lines if each.kind in ("actions/reminder", "actions/breached", "core/clocks")]


def test_after_two_days_a_sweep_killed_midway_is_finished_by_the_next_and_each_person_reads_one_summary(
    stack: Stack, worker: None
) -> None:
    actions = actions_open(stack, 3)
    plain = clocks_due(stack, BATCH, timedelta(hours=-1) / 2, is_plain=True)  # due before the first step of the actions
    stack.move_clock(2 * DAY)
    with held_case(stack, actions[1]):
        ask_for(stack, sweep_clocks)
        stack.wait("the sweep in the middle of its second batch", lambda: waiting(stack))
        stack.kill("worker")
        assert set(decided(stack, plain + actions)) == set(plain)
    stack.wait("the dead sweep's connection to end", lambda: not others(stack))

    stack.start("worker")
    for _time in range(2):
        ask_for(stack, sweep_clocks)
    stack.wait("every clock", lambda: decided(stack, actions) == all_steps(stack, actions))
    stack.wait("the handlers", lambda: len(stack.rows(SlaNotice)) == 3 * 6 and not stack.rows(Delivery))
    stack.move_clock(2 * DAY + timedelta(minutes=2))
    for _time in range(2):
        ask_for(stack, tell_waiting)
    stack.wait("the summary", lambda: told(stack, "department_manager") and told(stack, "hospital_admin"))

    assert decided(stack, plain) == all_steps(stack, plain)
    cases = {each.id: each.subject_id for each in stack.rows(SlaClock)}
    rungs = ["escalated:1", "escalated:2", "escalated:3"]
    for each in actions:
        assert said(stack, cases[each]) == ["reminded:50", "reminded:90", "breached:", *rungs]
    assert all(said(stack, cases[each]) == ["breached:"] for each in plain)
    assert told(stack, "department_manager") == told(stack, "hospital_admin") == ["core/clocks"]


def test_two_sweeps_at_once_share_the_due_clocks_and_decide_each_step_once(stack: Stack, worker: None) -> None:
    plain, full = clocks_due(stack, BATCH, HOUR, is_plain=True), clocks_due(stack, 4, -HOUR / 2)
    stack.move_clock(LATER)
    with held_case(stack, plain[50]), stack.app.app_context(), clock.moved(LATER):
        ask_for(stack, sweep_clocks)
        stack.wait("the first sweep to stand in the middle", lambda: waiting(stack))
        for _time in range(2):
            sweep_clocks()  # a second one, on connections of this process
        assert decided(stack, plain) == {}
        assert decided(stack, full) == all_steps(stack, full)
    stack.wait("the first sweep", lambda: len(decided(stack, plain)) == BATCH)

    assert decided(stack, plain + full) == all_steps(stack, plain + full)
    cases = {each.id: each.subject_id for each in stack.rows(SlaClock)}
    assert all(said(stack, cases[each]) == ["breached:"] for each in plain)
    assert all(len(said(stack, cases[each])) == 4 for each in full)


def test_a_job_over_its_time_limit_ends_and_the_worker_goes_on_with_the_next(stack: Stack, worker: None) -> None:
    due = clocks_due(stack, 1, HOUR)
    with held_case(stack, due[0]):
        called = ask_for(stack, sweep_clocks, limit=1)
        ask_for(stack, seal_events)
        stack.wait("the end of the job", lambda: has_failed(stack, sweep_clocks, called))
        stack.wait("the next one", lambda: has_run(stack, "core.events.sealer.seal_events"))
        assert not waiting(stack)  # its query was ended on the server too
        assert decided(stack, due) == {}

    ask_for(stack, sweep_clocks)
    stack.wait("the sweep after it", lambda: decided(stack, due) == all_steps(stack, due))


def has_run(stack: Stack, name: str) -> bool:
    """Whether a job has run to its end since Redis was emptied."""
    with stack.app.app_context():
        return any(each.at is not None for each in last_runs() if each.name == name)


def test_a_handler_over_the_time_limit_is_tried_again_later_and_the_others_need_not_wait(
    stack: Stack, worker: None
) -> None:
    opened = actions_open(stack, 2)
    stack.wait("everybody to be told of these", lambda: not stack.rows(Delivery) and is_idle(stack, queues.EVENTS))
    stuck, free = move_deadlines(stack, opened)
    with held(stack, "SELECT id FROM px_actions WHERE id = :id FOR UPDATE", id=stuck):
        called = ask_for(stack, drain_events, limit=2)
        stack.wait("the end of the job", lambda: has_failed(stack, drain_events, called))
        (kept,) = [each for each in stack.rows(Delivery, subject_id=stuck) if each.last_error]
        assert (kept.last_error, kept.attempts, kept.lease_owner) == ("TimeIsUp", 1, None)
        assert all(each.lease_owner is None for each in stack.rows(Delivery))
        stack.move_clock(LATER - timedelta(minutes=1))  # so that its pause lasts as long as this test needs
        ask_for(stack, drain_events)
        stack.wait("the other case", lambda: not stack.rows(Delivery, subject_id=free))
        stack.wait("all but one", lambda: [each.id for each in stack.rows(Delivery)] == [kept.id])

    stack.move_clock(LATER + PAUSES[0])
    ask_for(stack, drain_events)
    stack.wait("the next try", lambda: not stack.rows(Delivery))


def move_deadlines(stack: Stack, clock_ids: list[UUID]) -> list[UUID]:
    """Give each of these clocks another hour, which their cases learn by an event; gives the cases in the events' order.

    The drain is not nudged, as though a nudge waited already: here only the test calls it.
    """
    with stack.app.app_context():
        queues.redis_client().set(queues._flag(drain_events.px360_job, ()), 1, ex=60)
    with stack.app.app_context(), acting_as(SYSTEM), unit_of_work():
        found = [db.session.get_one(SlaClock, each) for each in clock_ids]
        for each in found:
            assert each.due_at is not None
            clocks.extend(each, each.due_at + HOUR, "granted", actor=SYSTEM)
        return [each.subject_id for each in found]


def line_to(stack: Stack) -> socket.socket:
    """A line of the hospital's system to the listener, as soon as it listens."""
    return stack.wait("the listener", lambda: socket.create_connection(("127.0.0.1", stack.mllp_port), timeout=20))


def arrival(number: int, trigger: str = "A04") -> str:
    """A patient's arrival, the same bytes each time."""
    pid = f"PID|1||70{number}^^^A^MR||الحربي^محمد^سعد^^^^L||19900425|M|||||^PRN^CP^^966^50^12345{number}||ar"
    return message(f"ADT^{trigger}", control=f"K-{number}", visit=f"K-{number}", pid=pid)


def check_once(stack: Stack, number: int) -> None:
    """After the sender sent the message again: one event, one patient, and one visit once it was carried out."""
    kept = stack.rows(InboundEvent, encounter=f"K-{number}")
    assert [(each.external_id, each.flag) for each in kept] == [(f"K-{number}", "")]
    ask_for(stack, process_inbound_events)
    stack.wait("the visit", lambda: stack.rows(Journey, encounter=f"K-{number}"))
    assert len(stack.rows(Journey, encounter=f"K-{number}")) == 1
    assert len(stack.rows(Patient, mrn=f"70{number}")) == 1


def test_a_listener_killed_inside_and_after_a_message_takes_it_once_when_it_comes_again(
    stack: Stack, servers: Any, worker: None
) -> None:
    whole = [framed(arrival(number).encode()) for number in (11, 12, 13)]
    lines = [line_to(stack) for _number in whole]
    key = f"{source(stack)}:K-12"
    with (
        held(stack, "SELECT pg_advisory_xact_lock(hashtextextended(:key, 363))", key=key),
        frozen_redis(servers.redis),  # between the commit and the answer stands the nudge
    ):
        for line, sent in zip(lines, (whole[0][:150], whole[1], whole[2]), strict=True):
            line.sendall(sent)
        stack.wait("the second message to be worked on", lambda: waiting(stack))
        stack.wait("the third to be stored", lambda: stack.rows(InboundEvent))
        stack.kill("hl7")
    for line in lines:
        with contextlib.closing(line), contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""  # no answer
    assert [each.external_id for each in stack.rows(InboundEvent)] == ["K-13"]

    stack.start("hl7")
    line_to(stack).close()
    for number in (11, 12, 13):
        assert f"MSA|AA|K-{number}" in stack.send_hl7(arrival(number))
        check_once(stack, number)


def source(stack: Stack) -> UUID:
    """The one hospital system."""
    (found,) = stack.rows(SourceSystem)
    return found.id
