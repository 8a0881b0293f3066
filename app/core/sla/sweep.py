"""The SLA sweep: reminders, breaches and escalations, each decided once and in order. Its cost follows what is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db.base import db
from app.core.db.unit import unit_of_work
from app.core.events.record import record
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import SWEEPS, job
from app.core.logging import get_logger
from app.core.sla.clocks import instant_of, steps_of
from app.core.sla.events import ClockBreached, ClockEscalated, ClockReminded
from app.core.sla.models import SlaClock, SlaDecision
from app.core.sla.rules import ClockStep
from app.core.time import clock as time

log = get_logger(__name__)

BATCH = 100
REST = timedelta(minutes=5)  # a clock whose step failed is looked at again after this


@job(queue=SWEEPS, timeout=300)
def sweep_clocks() -> None:
    """Decide every step that is due, batch by batch, each batch in its own transaction."""
    with acting_as(system_actor("sla sweep")) as actor:
        while _sweep_batch(actor) == BATCH:
            pass


periodic(sweep_clocks, every_seconds=15, purpose="Decide SLA reminders, breaches and escalation steps that are due")


def _sweep_batch(actor: Actor) -> int:
    with unit_of_work():
        clocks = (
            db.session.execute(
                select(SlaClock)
                .where(SlaClock.look_at <= time.now())
                .order_by(SlaClock.look_at, SlaClock.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True, of=SlaClock)
                .execution_options(populate_existing=True)
            )
            .scalars()
            .all()
        )
        decided = _decided([clock.id for clock in clocks])
        # each case in the order of ids, as whoever writes of several: two never wait for each other
        for clock in sorted(clocks, key=lambda each: each.subject_id):
            try:
                with db.session.begin_nested():
                    _decide(clock, decided[clock.id], actor)
            except (SQLAlchemyError, ArithmeticError, ValueError, LookupError) as problem:
                log.error("clock_failed", clock=str(clock.id), problem=type(problem).__name__)
                clock.look_at = time.now() + REST
        found = len(clocks)
    db.session.expunge_all()
    return found


def _decided(clock_ids: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = db.session.execute(select(SlaDecision.clock_id, SlaDecision.step).where(SlaDecision.clock_id.in_(clock_ids)))
    for clock_id, step in rows:
        found[clock_id].add(step)
    return found


def _decide(clock: SlaClock, decided: set[str], actor: Actor) -> None:
    now = time.now()
    for step in steps_of(clock):
        if step.code in decided:
            continue
        at = instant_of(clock, step)
        if at is None or at > now:
            clock.look_at = at
            return
        db.session.add(
            SlaDecision(clock_id=clock.id, hospital_id=clock.hospital_id, step=step.code, due_at=at, decided_at=now)
        )
        if step.sort == "breach":
            clock.breached_at = at
        _say(clock, step, at, actor)
    clock.look_at = None


def _say(clock: SlaClock, step: ClockStep, at: datetime, actor: Actor) -> None:
    common: dict[str, Any] = {
        "subject_id": clock.subject_id,
        "hospital_id": clock.hospital_id,
        "subject": clock.subject_type,
        "clock_id": clock.id,
        "clock": clock.kind,
        "severity": clock.severity,
        "due_at": at.isoformat(),
    }
    if step.sort == "reminder":
        record(ClockReminded(**common, percent=int(step.code.partition(":")[2])), actor=actor)
    elif step.sort == "breach":
        record(ClockBreached(**common), actor=actor)
    else:
        record(ClockEscalated(**common, level=step.level, to=step.to), actor=actor)
