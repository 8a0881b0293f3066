"""Carrying events out, after the answer: tried again with growing pauses, then given up visibly; reprocessed by hand.

A try is counted when it is claimed, before it begins: an event that kills its worker is given up like one that fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, tuple_, update
from sqlalchemy.orm import defer

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import standing
from app.core.db import command, db, unit_of_work, write_one
from app.core.events import record
from app.core.jobs.limits import TimeIsUp, one_piece
from app.core.time import clock
from app.core.web.live import touch
from app.integrations.enums import WITHOUT_VISIT, Problem
from app.integrations.events import InboundGivenUp
from app.integrations.models import InboundEvent
from app.integrations.services.lookups import place_of
from app.integrations.workflow import INBOUND
from app.journeys.rules import VisitEvent
from app.journeys.services import progress

BATCH = 50
LEASE = timedelta(seconds=60)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 14_400))
MOST_TRIES = len(PAUSES) + 1
_HELD = standing(
    select(InboundEvent)
    .where(
        InboundEvent.id == bindparam("id"),
        InboundEvent.attempts == bindparam("attempts"),
        InboundEvent.next_try_at.is_not(None),
    )
    .options(defer(InboundEvent.raw))  # nobody reads the message again
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


class WorkerDied(Exception):
    """Every worker that carried an event out was killed at it, or ran out of memory."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An event that this worker carries out; `attempts` tells its try from any other."""

    id: UUID
    hospital_id: UUID
    attempts: int


def process_due() -> int:
    """Carry out one batch of events that are due; returns how many were tried."""
    claims = _claim()
    for place, each in enumerate(claims):
        try:
            _try(each)
        except TimeIsUp:
            _give_back(claims[place + 1 :])
            raise
    db.session.expunge_all()
    return len(claims)


def _claim() -> list[Claim]:
    """Take what is due and count the try. What a worker left that died is taken alone: only what kills is counted again."""
    now = clock.now()
    due = (
        select(InboundEvent.id, InboundEvent.hospital_id, InboundEvent.attempts, InboundEvent.is_begun)
        .where(InboundEvent.next_try_at <= now)
        .order_by(InboundEvent.next_try_at, InboundEvent.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with acting_as(system_actor("process inbound events")), unit_of_work():
        rows = db.session.execute(due).all()
        left = [row for row in rows if row.is_begun]
        claims = [Claim(row.id, row.hospital_id, row.attempts + 1) for row in left[:1] or rows]
        if claims:
            values = {"attempts": InboundEvent.attempts + 1, "is_begun": True, "next_try_at": now + LEASE}
            _mark(InboundEvent.id.in_([each.id for each in claims]), values)
    return claims


def _give_back(claims: Sequence[Claim]) -> None:
    """Let other workers have at once what was taken and not begun."""
    with acting_as(system_actor("process inbound events")), unit_of_work():
        ours = tuple_(InboundEvent.id, InboundEvent.attempts).in_([(each.id, each.attempts) for each in claims])
        _mark(ours, {"attempts": InboundEvent.attempts - 1, "is_begun": False, "next_try_at": clock.now()})


def _mark(which: ColumnElement[bool], values: dict[str, Any]) -> None:
    db.session.execute(update(InboundEvent).where(which).values(values).execution_options(synchronize_session=False))


def _try(claimed: Claim) -> None:
    actor = system_actor("process inbound events", claimed.hospital_id)
    with acting_as(actor), one_piece("inbound_failed", partial(_note_fault, claimed, actor), event_id=str(claimed.id)):
        if claimed.attempts > MOST_TRIES:
            raise WorkerDied
        _process(claimed, actor=actor)


@command
def _process(claimed: Claim, *, actor: Actor) -> None:
    """Carry out one event if it is still this worker's: each of its codes moves the visit it speaks of."""
    event = _held(claimed)
    if event is None:
        return
    problem = _carry_out(event, actor)
    if problem is None:
        INBOUND.apply(event, "process", actor=actor)
        event.error_code, event.error_field, event.next_try_at, event.is_begun = "", "", None, False
    else:
        _fail(event, problem, actor)
    write_one(event)
    touch("inbound", hospital_id=event.hospital_id)


def _held(claimed: Claim) -> InboundEvent | None:
    """Lock the event of a claim; None when it was settled meanwhile or another worker has it."""
    return db.session.execute(_HELD, {"id": claimed.id, "attempts": claimed.attempts}).scalar_one_or_none()


def _carry_out(event: InboundEvent, actor: Actor) -> Problem | None:
    codes = [code for code in event.codes if code not in WITHOUT_VISIT]
    if not codes:
        return None
    if event.patient_id is None:
        return Problem.NO_PATIENT
    if not event.encounter:
        return Problem.NO_ENCOUNTER
    place = place_of(event.hospital_id, event.facts.get("departments", ()), event.facts.get("physician", ""))
    for code in codes:
        journey = progress.apply(_visit_event(event, code, *place), actor=actor)
        if journey is None:
            return Problem.UNKNOWN_VISIT
        event.journey_id = journey.id
    return None


def _visit_event(event: InboundEvent, code: str, department_id: UUID | None, physician_id: UUID | None) -> VisitEvent:
    facts = event.facts
    scheduled = facts.get("scheduled_at")
    return VisitEvent(
        hospital_id=event.hospital_id,
        code=code,
        encounter=event.encounter,
        patient_id=event.patient_id,  # type: ignore[arg-type]
        occurred_at=event.occurred_at or event.received_at,
        department_id=department_id,
        physician_id=physician_id,
        location=str(facts.get("location", "")),
        journey_kind=facts.get("journey_kind") or None,
        source_event_id=event.id,
        scheduled_at=datetime.fromisoformat(scheduled) if scheduled else None,
        cause=str(facts.get("cause", "")),
    )


def _fail(event: InboundEvent, problem: Problem, actor: Actor) -> None:
    event.error_code, event.is_begun = problem, False
    if event.attempts >= MOST_TRIES:
        INBOUND.apply(event, "give_up", actor=actor)
        event.next_try_at = None
        record(InboundGivenUp(event.id, event.hospital_id, problem), actor=actor)
        return
    INBOUND.apply(event, "fail", actor=actor)
    event.next_try_at = clock.now() + PAUSES[event.attempts - 1]


def _note_fault(claimed: Claim, actor: Actor, problem: BaseException) -> None:
    with unit_of_work():
        event = _held(claimed)
        if event is not None:
            event.attempts = min(event.attempts, MOST_TRIES)
            _fail(event, Problem.KILLED if isinstance(problem, WorkerDied) else Problem.FAULT, actor)


@command
def forget_raw(*, actor: Actor, limit: int = 1000) -> int:
    """Remove raw messages whose time has passed; their coded facts stay. Returns how many."""
    late = (
        db.session.execute(
            select(InboundEvent)
            .where(InboundEvent.raw.is_not(None), InboundEvent.raw_until <= clock.now())
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    for event in late:
        event.raw = event.raw_until = None
    return len(late)
