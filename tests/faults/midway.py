"""Holding a real process still at a chosen point: it waits in the database for a row that the test keeps."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from rq import Queue
from rq.registry import FailedJobRegistry, StartedJobRegistry

from app.accounts import queries
from app.accounts.models import User
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.jobs import queues
from app.core.sla.clocks import steps_of
from app.core.sla.models import SlaClock, SlaDecision, SlaPolicy
from app.core.time import clock
from app.px_action_center.services import opening
from tests.faults.stack import Stack
from tests.meanwhile import WAITING

SYSTEM = system_actor("furnish a test")
TARGET = timedelta(hours=2)
LADDER = [{"level": 1, "after_minutes": 0, "to": "hospital_admin"}]


@contextmanager
def held(stack: Stack, statement: str, **values: Any) -> Iterator[None]:
    """Keep what a statement locks until the block ends; nothing of it stays."""
    with stack.app.app_context():
        engine = db.engine
    with engine.connect() as line:
        said = sa.text(statement).execution_options(px360_walled="open")
        line.execute(said, values)
        yield
        line.rollback()


@contextmanager
def held_case(stack: Stack, clock_id: UUID) -> Iterator[None]:
    """Let whoever says something of the case of a clock wait until the block ends."""
    (row,) = stack.rows(SlaClock, id=clock_id)
    with held(
        stack,
        "INSERT INTO subject_sequences AS s (subject_id, last) VALUES (:case, 0) "
        "ON CONFLICT (subject_id) DO UPDATE SET last = s.last",
        case=row.subject_id,
    ):
        yield


@contextmanager
def frozen_redis(redis: Any) -> Iterator[None]:
    """Let everybody who asks Redis wait until the block ends."""
    os.kill(redis.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(redis.process.pid, signal.SIGCONT)


def waiting(stack: Stack) -> bool:
    """Whether a process waits for a lock of the database."""
    with stack.app.app_context(), db.engine.connect() as line:
        return bool(line.execute(WAITING).scalar_one())


def others(stack: Stack) -> int:
    """Count the connections of other processes that are in a transaction."""
    with stack.app.app_context(), db.engine.connect() as line:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL "
            "AND pid <> pg_backend_pid()"
        )
        return int(line.execute(sa.text(query)).scalar_one())


def ask_for(stack: Stack, job: Callable[..., None], limit: int | None = None) -> str:
    """Queue a job as the scheduler does, here with a time limit of its own in seconds; gives the id of the call."""
    with stack.app.app_context():
        declared = queues.all_jobs()[job.px360_job]  # type: ignore[attr-defined]
        called = Queue(declared.queue, connection=queues.redis_client()).enqueue(
            queues.run, declared.name, job_timeout=limit or declared.timeout, result_ttl=60
        )
        return str(called.id)


def has_failed(stack: Stack, job: Callable[..., None], called: str) -> bool:
    """Whether a call of a job ended in failure."""
    with stack.app.app_context():
        queue = queues.all_jobs()[job.px360_job].queue  # type: ignore[attr-defined]
        return called in FailedJobRegistry(queue, connection=queues.redis_client()).get_job_ids()


def is_idle(stack: Stack, name: str) -> bool:
    """Whether nothing of a queue is in hand, and nothing waits."""
    with stack.app.app_context():
        redis = queues.redis_client()
        return not len(Queue(name, connection=redis)) and not StartedJobRegistry(name, connection=redis).get_job_ids()


def clocks_due(stack: Stack, count: int, passed: timedelta, *, is_plain: bool = False) -> list[UUID]:
    """Start clocks of two hours that fell due so long ago; a plain one has its breach to decide and nothing else."""
    with stack.app.app_context(), acting_as(SYSTEM), unit_of_work():
        due = clock.now() - passed
        made = [
            SlaClock(
                id=uuid7(), hospital_id=stack.cast.a.id, kind="case.resolution", subject_type="case", subject_id=uuid7(),
                severity="high", target_seconds=int(TARGET.total_seconds()), reminders=[] if is_plain else [50, 90],
                ladder=[] if is_plain else LADDER, started_at=due - TARGET, due_at=due,
                look_at=due if is_plain else due - TARGET / 2, pauses=[],
            )
            for _number in range(count)
        ]  # fmt: skip
        db.session.add_all(made)
        return [each.id for each in made]


def actions_open(stack: Stack, count: int) -> list[UUID]:
    """Open critical actions of the emergency department whose clocks run two hours, around the clock; gives the clocks."""
    with stack.app.app_context(), acting_as(SYSTEM):
        with unit_of_work():
            for rule in db.session.execute(sa.select(SlaPolicy).filter_by(clock="action.resolution")).scalars():
                rule.is_business, rule.target_minutes = False, int(TARGET.total_seconds()) // 60
        actor = queries.actor_of(db.session.get_one(User, stack.cast["px_coordinator"].id))
        actions = [
            opening.open_by_hand(
                hospital_id=stack.cast.a.id, title="Long wait", severity="critical", department_id=stack.cast.er.id,
                patient_id=None, actor=actor,
            ).id
            for _number in range(count)
        ]  # fmt: skip
        query = sa.select(SlaClock.id).where(SlaClock.subject_id.in_(actions)).order_by(SlaClock.id)
        return list(db.session.execute(query).scalars())


def decided(stack: Stack, clock_ids: list[UUID]) -> dict[UUID, list[str]]:
    """What was decided of clocks, in order; clocks of which nothing was are left out."""
    found: dict[UUID, list[str]] = {}
    for each in sorted(stack.rows(SlaDecision), key=lambda row: row.id):
        if each.clock_id in clock_ids:
            found.setdefault(each.clock_id, []).append(each.step)
    return found


def all_steps(stack: Stack, clock_ids: list[UUID]) -> dict[UUID, list[str]]:
    """What is to be decided of clocks, in order."""
    return {each.id: [step.code for step in steps_of(each)] for each in stack.rows(SlaClock) if each.id in clock_ids}
