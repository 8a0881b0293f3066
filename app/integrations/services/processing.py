"""Carrying events out, after the answer: tried again with growing pauses, then given up visibly; reprocessed by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db, unit_of_work
from app.core.events import record
from app.core.jobs.limits import TimeIsUp
from app.core.logging import get_logger
from app.core.time import clock
from app.core.web.live import touch
from app.integrations.enums import WITHOUT_VISIT, Problem
from app.integrations.events import InboundGivenUp
from app.integrations.models import InboundEvent
from app.integrations.workflow import INBOUND
from app.journeys.rules import VisitEvent
from app.journeys.services import progress

log = get_logger(__name__)

BATCH = 50
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 14_400))


def process_due() -> int:
    """Carry out one batch of events that are due; returns how many were tried."""
    with acting_as(system_actor("process inbound events")), unit_of_work():
        due = db.session.execute(
            select(InboundEvent.id, InboundEvent.hospital_id)
            .where(InboundEvent.next_try_at <= clock.now())
            .order_by(InboundEvent.next_try_at, InboundEvent.id)
            .limit(BATCH)
        ).all()
    for event_id, hospital_id in due:
        _try(event_id, hospital_id)
    db.session.expunge_all()
    return len(due)


def _try(event_id: UUID, hospital_id: UUID) -> None:
    actor = system_actor("process inbound events", hospital_id)
    try:
        with acting_as(actor):
            process(event_id, actor=actor)
    except (Exception, TimeIsUp) as problem:
        log.error("inbound_failed", event_id=str(event_id), problem=type(problem).__name__, exc_info=True)
        with acting_as(actor):
            _note_fault(event_id, actor=actor)
        if isinstance(problem, TimeIsUp):
            raise


@command
def process(event_id: UUID, *, actor: Actor) -> None:
    """Carry out one event if it is still due: each of its codes moves the visit it speaks of."""
    event = db.session.execute(
        select(InboundEvent)
        .where(InboundEvent.id == event_id, InboundEvent.next_try_at.is_not(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if event is None:
        return
    event.attempts += 1
    problem = _carry_out(event, actor)
    if problem is None:
        INBOUND.apply(event, "process", actor=actor)
        event.error_code, event.error_field, event.next_try_at = "", "", None
    else:
        _fail(event, problem, actor)
    touch("inbound", hospital_id=event.hospital_id)


def _carry_out(event: InboundEvent, actor: Actor) -> Problem | None:
    codes = [code for code in event.codes if code not in WITHOUT_VISIT]
    if not codes:
        return None
    if event.patient_id is None:
        return Problem.NO_PATIENT
    if not event.encounter:
        return Problem.NO_ENCOUNTER
    for code in codes:
        journey = progress.apply(_visit_event(event, code), actor=actor)
        if journey is None:
            return Problem.UNKNOWN_VISIT
        event.journey_id = journey.id
    return None


def _visit_event(event: InboundEvent, code: str) -> VisitEvent:
    facts = event.facts

    def uuid_of(name: str) -> UUID | None:
        return UUID(facts[name]) if facts.get(name) else None

    scheduled = facts.get("scheduled_at")
    return VisitEvent(
        hospital_id=event.hospital_id,
        code=code,
        encounter=event.encounter,
        patient_id=event.patient_id,  # type: ignore[arg-type]
        occurred_at=event.occurred_at or event.received_at,
        department_id=uuid_of("department_id"),
        physician_id=uuid_of("physician_id"),
        location=str(facts.get("location", "")),
        journey_kind=facts.get("journey_kind") or None,
        source_event_id=event.id,
        scheduled_at=datetime.fromisoformat(scheduled) if scheduled else None,
        cause=str(facts.get("cause", "")),
    )


def _fail(event: InboundEvent, problem: Problem, actor: Actor) -> None:
    event.error_code = problem
    if event.attempts > len(PAUSES):
        INBOUND.apply(event, "give_up", actor=actor)
        event.next_try_at = None
        record(InboundGivenUp(event.id, event.hospital_id, problem), actor=actor)
        return
    INBOUND.apply(event, "fail", actor=actor)
    event.next_try_at = clock.now() + PAUSES[event.attempts - 1]


@command
def _note_fault(event_id: UUID, *, actor: Actor) -> None:
    event = db.session.execute(
        select(InboundEvent).where(InboundEvent.id == event_id).with_for_update()
    ).scalar_one_or_none()
    if event is not None and event.next_try_at is not None:
        event.attempts += 1
        _fail(event, Problem.FAULT, actor)


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
