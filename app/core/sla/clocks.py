"""Commands on clocks: start, pause, resume, revise, stop. They join the caller's unit of work and record each value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, tuple_

from app.core.access.actor import Actor
from app.core.db.base import db
from app.core.errors import Conflict
from app.core.events.record import record
from app.core.sla.calendars import calendar_of, working_hours
from app.core.sla.choosing import Rulebook, Subject, subject_of
from app.core.sla.events import ClockMoved
from app.core.sla.models import SlaClock, SlaDecision, SlaPause, SlaRevision
from app.core.sla.rules import ClockStep, counting, steps
from app.core.time import calendar as working
from app.core.time import clock as time

BREACH_AND_AFTER = ("breach", "escalation")


def start(kind: str, subject: Subject, *, actor: Actor, started_at: datetime | None = None) -> SlaClock | None:
    """Start the clock `kind` of a subject by the rule that fits it; None when no rule wants one.

    A subject that has had this clock before gets a new cycle.
    """
    terms = Rulebook().terms(kind, subject)
    if terms is None:
        return None
    cycle = db.session.execute(
        select(func.coalesce(func.max(SlaClock.cycle), 0)).where(
            SlaClock.subject_id == subject.id, SlaClock.kind == kind
        )
    ).scalar_one()
    clock = SlaClock(
        kind=kind,
        subject_type=subject.type,
        subject_id=subject.id,
        hospital_id=subject.hospital_id,
        cycle=cycle + 1,
        started_at=started_at or time.now(),
        pauses=[],
        **terms,
    )
    db.session.add(clock)
    db.session.flush()
    _schedule(clock, "started", actor, decided=frozenset())
    return clock


def pause(clock: SlaClock, reason: str, *, actor: Actor) -> None:
    """Stop counting, with a reason code. Conflict when the rule forbids pauses or one is open already."""
    if not clock.pausable:
        raise Conflict(_l("This deadline may not be paused."), code="not_pausable")
    if any(span.until_at is None for span in clock.pauses):
        raise Conflict(_l("This deadline is paused already."), code="paused")
    clock.pauses.append(
        SlaPause(clock_id=clock.id, hospital_id=clock.hospital_id, reason=reason, from_at=time.now(), by_id=actor.id)
    )
    _schedule(clock, f"paused:{reason}", actor)


def resume(clock: SlaClock, *, actor: Actor) -> None:
    """Count again; nothing happens when no pause is open."""
    for span in clock.pauses:
        if span.until_at is None:
            span.until_at = time.now()
            _schedule(clock, "resumed", actor)


def revise(clock: SlaClock, subject: Subject, cause: str, *, actor: Actor) -> None:
    """Choose the rule anew after severity, source or priority changed; counts from the original start, never from now."""
    terms = Rulebook().terms(clock.kind, subject)
    if terms is not None:
        take(clock, terms)
        _schedule(clock, cause, actor)


def extend(clock: SlaClock, until: datetime, cause: str, *, actor: Actor) -> None:
    """Let an open, counting clock fall due at `until` instead; also earlier than its rule, which holds a later due time back.

    Instants outside the counted time fall on the last counted one before them.
    """
    _move(clock, extra_until(clock, until), cause, actor)


def extra_until(clock: SlaClock, until: datetime) -> int:
    """Give the seconds beyond the rule's (below zero: fewer) with which a clock falls due at `until`."""
    return int(working.elapsed(calendar_of(clock), clock.started_at, until, pauses_of(clock))) - clock.target_seconds


def let_go(clock: SlaClock, cause: str, *, actor: Actor) -> None:
    """Let a clock fall due as its rule says again."""
    _move(clock, 0, cause, actor)


def _move(clock: SlaClock, extra_seconds: int, cause: str, actor: Actor) -> None:
    before = clock.due_at
    clock.extra_seconds = extra_seconds
    _schedule(clock, cause, actor)
    _tell_moved(clock, before, cause, actor)


def recount(clock: SlaClock, cause: str, *, rulebook: Rulebook, actor: Actor) -> bool:
    """Choose and count anew after a calendar or a rule changed, from the original start. Tells whether the due time moved.

    A clock that would stay as it is gets no new revision.
    """
    before = clock.due_at
    changed = take(clock, rulebook.terms(clock.kind, subject_of(clock)) or {})
    after = due_of(clock)
    if not changed and after == before:
        look_at = _next_look(clock, decided_of([clock.id])[clock.id])
        clock.look_at = look_at  # a rung that counts in working time may move alone
        return False
    _schedule(clock, cause, actor)
    if clock.due_at == before:
        return False
    _tell_moved(clock, before, cause, actor)
    return True


def _tell_moved(clock: SlaClock, before: datetime | None, cause: str, actor: Actor) -> None:
    record(moved(clock, before, cause), actor=actor)


def moved(clock: SlaClock, before: datetime | None, cause: str) -> ClockMoved:
    """Give what is told of a clock whose due time moved."""
    return ClockMoved(
        clock.subject_id,
        clock.hospital_id,
        clock.subject_type,
        clock.id,
        clock.kind,
        clock.severity,
        due_before=before.isoformat() if before else "",
        due_at=clock.due_at.isoformat() if clock.due_at else "",
        cause=cause,
    )


def take(clock: SlaClock, terms: dict[str, object]) -> bool:
    """Let a clock go by these terms of a rule. Tells whether anything changed."""
    changed = {name: value for name, value in terms.items() if getattr(clock, name) != value}
    for name, value in changed.items():
        setattr(clock, name, value)
    return bool(changed)


def regain(clock: SlaClock, cause: str, *, actor: Actor) -> None:
    """Let a stopped clock count on from its original start, as though it had never been stopped; one that runs stays as it is.

    What was decided stays decided, so that nobody is told a second time.
    """
    if clock.stopped_at is None:
        return
    run_again(clock, decided_of([clock.id])[clock.id], Rulebook())
    _schedule(clock, cause, actor)


def run_again(clock: SlaClock, decided: frozenset[str], rulebook: Rulebook) -> None:
    """Take the stop of a clock back, by the rule that holds now; when it is due, is for the caller to schedule."""
    clock.stopped_at = None
    if "breach" not in decided:
        clock.breached_at = None  # the stop wrote it; now the sweep decides, and says it
    take(clock, rulebook.terms(clock.kind, subject_of(clock)) or {})


def of_subject(subject_id: UUID) -> list[SlaClock]:
    """Give all clocks of a case, oldest first."""
    return list(
        db.session.execute(
            select(SlaClock).where(SlaClock.subject_id == subject_id).order_by(SlaClock.created_at, SlaClock.id)
        ).scalars()
    )


def open_clock(subject_id: UUID, kind: str) -> SlaClock | None:
    """Give the running clock `kind` of a case, if there is one."""
    return db.session.execute(
        select(SlaClock).where(SlaClock.subject_id == subject_id, SlaClock.kind == kind, SlaClock.stopped_at.is_(None))
    ).scalar_one_or_none()


def pauses_of(clock: SlaClock) -> list[working.Pause]:
    """Give the clock's pauses as the calendar counts them."""
    return [working.Pause(span.from_at, span.until_at) for span in clock.pauses]


def steps_of(clock: SlaClock) -> list[ClockStep]:
    """Give every step that the clock takes, in order; rungs that are meant for other cases are none."""
    ladder = counting(clock.ladder, severity=clock.severity, source=clock.source)
    return steps(clock.allowed_seconds, clock.reminders, ladder)


def rungs_left_out(clock: SlaClock) -> list[ClockStep]:
    """Give the escalations of the clock's ladder that are meant for other cases."""
    counted = {step.code for step in steps_of(clock)}
    return [step for step in _every_step(clock) if step.code not in counted]


def _every_step(clock: SlaClock) -> list[ClockStep]:
    return steps(clock.allowed_seconds, clock.reminders, clock.ladder)


def due_of(clock: SlaClock) -> datetime | None:
    """Count when a clock is due; None while a pause is open."""
    return working.due(calendar_of(clock), clock.started_at, clock.allowed_seconds, pauses_of(clock))


def instant_of(clock: SlaClock, step: ClockStep) -> datetime | None:
    """Tell when a step falls due; None while a pause is open."""
    if step.in_business and clock.calendar_id is None:
        due = due_of(clock)
        return None if due is None else working.due(working_hours(clock.hospital_id), due, step.after_seconds)
    return working.due(calendar_of(clock), clock.started_at, step.at_seconds, pauses_of(clock))


def decided_of(clock_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Give the steps of these clocks that were decided, in one statement."""
    found: dict[UUID, set[str]] = {clock_id: set() for clock_id in clock_ids}
    query = select(SlaDecision.clock_id, SlaDecision.step).where(SlaDecision.clock_id.in_(found))
    for clock_id, step in db.session.execute(query):
        found[clock_id].add(step)
    return {clock_id: frozenset(steps) for clock_id, steps in found.items()}


def _next_look(clock: SlaClock, decided: frozenset[str]) -> datetime | None:
    waiting = next((step for step in steps_of(clock) if step.code not in decided), None)
    return instant_of(clock, waiting) if waiting and clock.stopped_at is None else None


def _schedule(clock: SlaClock, cause: str, actor: Actor, decided: frozenset[str] | None = None) -> None:
    """Set due time and next look from the inputs, and keep the value with its cause."""
    if decided is None:
        schedule_all([clock], cause, actor=actor)
        return
    clock.due_at = due_of(clock)
    clock.look_at = _next_look(clock, decided)
    db.session.add(_revision(clock, cause, actor))


def schedule_all(clocks: Sequence[SlaClock], cause: str, *, actor: Actor) -> None:
    """Set due times and next looks of many from their inputs, and keep each value with its cause; the clocks are not written yet.

    Breach and escalations that now lie ahead are opened again, because the deadline moved; reminders stay given. What was
    said stands in the event log; a deadline that has not passed yet must be able to pass.
    """
    decided = decided_of([clock.id for clock in clocks])
    opened: list[tuple[UUID, str]] = []
    for clock in clocks:
        clock.due_at = due_of(clock)
        ahead = _ahead(clock, decided[clock.id])
        if "breach" in ahead:
            clock.breached_at = None
        opened += [(clock.id, code) for code in ahead]
        clock.look_at = _next_look(clock, decided[clock.id] - ahead)
        db.session.add(_revision(clock, cause, actor))
    if opened:
        which = tuple_(SlaDecision.clock_id, SlaDecision.step).in_(opened)
        db.session.execute(delete(SlaDecision).where(which).execution_options(synchronize_session=False))


def _revision(clock: SlaClock, cause: str, actor: Actor) -> SlaRevision:
    return SlaRevision(
        clock_id=clock.id,
        hospital_id=clock.hospital_id,
        cause=cause[:60],
        policy_id=clock.policy_id,
        target_seconds=clock.allowed_seconds,
        due_at=clock.due_at,
        by_id=actor.id,
    )


def _ahead(clock: SlaClock, decided: frozenset[str]) -> frozenset[str]:
    """Give what was decided of breach and escalations and now lies ahead; rungs that do not count at present too."""
    now = time.now()
    return frozenset(
        step.code
        for step in _every_step(clock)
        if step.code in decided
        and step.sort in BREACH_AND_AFTER
        and (at := instant_of(clock, step)) is not None
        and at > now
    )
