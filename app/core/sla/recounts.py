"""Counting open clocks again after a calendar or a rule changed: shown before it is saved, done batch by batch after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db.base import db
from app.core.db.unit import after_commit, unit_of_work
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import SWEEPS, job, nudge_once, nudge_taken
from app.core.sla.choosing import Rulebook, subject_of
from app.core.sla.clocks import pauses_of, recount
from app.core.sla.kinds import CaseName, case_names
from app.core.sla.models import SlaClock, SlaRecount, WorkingCalendar
from app.core.sla.rules import counting
from app.core.time import calendar as working
from app.core.time import clock as time
from app.core.web.live import touch

BATCH = 200
AT_ONCE = 500  # so many are counted again inside the command itself; more go on in the background
LOOKED_AT = 1_000  # clocks that a preview counts
SHOWN = 50
FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which open clocks a change can touch: of one hospital or of all, of one kind or of all."""

    hospital_id: UUID | None
    clock: str | None = None

    def open_clocks(self) -> Select[Any]:
        """Select them, in the order of their ids."""
        query = select(SlaClock).where(SlaClock.stopped_at.is_(None)).order_by(SlaClock.id)
        if self.hospital_id is not None:
            query = query.where(SlaClock.hospital_id == self.hospital_id)
        if self.clock is not None:
            query = query.where(SlaClock.kind == self.clock)
        return query


@dataclass(frozen=True, slots=True)
class Move:
    """An open clock whose due time a change would move, with its case where that can be named."""

    kind: str
    subject_id: UUID
    case: CaseName | None
    before: datetime | None
    after: datetime | None
    rungs_before: tuple[dict[str, Any], ...] = ()  # the levels that count for it, in order: to, after_minutes, in
    rungs_after: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would move: how many, the first of them, and whether not all open clocks were looked at.

    `ladders` counts the clocks whose escalation levels change; `moves` shows these too.
    """

    count: int = 0
    ladders: int = 0
    moves: tuple[Move, ...] = ()
    is_capped: bool = False


def preview(scope: Scope, change: Callable[[], object]) -> Preview:
    """Make `change`, see which open clocks it moves, and take it back. Nothing stays."""
    with unit_of_work():
        trial = db.session.begin_nested()
        try:
            change()
            db.session.flush()
            return _moves(scope)
        finally:
            trial.rollback()


def _moves(scope: Scope) -> Preview:
    rulebook, found, moved, ladders = Rulebook(), [], 0, 0
    clocks = db.session.execute(scope.open_clocks().limit(LOOKED_AT + 1)).scalars().all()
    for clock in clocks[:LOOKED_AT]:
        terms = rulebook.terms(clock.kind, subject_of(clock))
        after = _would_be_due(clock, terms, rulebook)
        before, then = _rungs(clock, clock.ladder), _rungs(clock, terms["ladder"] if terms else clock.ladder)
        moved += after != clock.due_at
        ladders += before != then
        if after != clock.due_at or before != then:
            found.append(Move(clock.kind, clock.subject_id, None, clock.due_at, after, before, then))
    found.sort(key=lambda move: (move.before == move.after, move.before or FAR))  # what moves stands first
    return Preview(moved, ladders, tuple(_named(found[:SHOWN])), len(clocks) > LOOKED_AT)


def _rungs(clock: SlaClock, ladder: list[Any]) -> tuple[dict[str, Any], ...]:
    """Give the levels that count for a clock without their filters, in order: who is told, and when."""
    held = counting(ladder, severity=clock.severity, source=clock.source)
    held.sort(key=lambda rung: (rung["after_minutes"], rung["level"]))
    return tuple({name: rung.get(name) for name in ("after_minutes", "to", "in")} for rung in held)


def _would_be_due(clock: SlaClock, terms: dict[str, Any] | None, rulebook: Rulebook) -> datetime | None:
    if terms is None:
        return clock.due_at
    row = rulebook.calendar(clock.hospital_id) if terms["calendar_id"] else None
    return working.due(
        hours_of(row), clock.started_at, max(1, terms["target_seconds"] + clock.extra_seconds), pauses_of(clock)
    )


def hours_of(row: WorkingCalendar | None) -> working.Calendar:
    """Give a row's hours; around the clock without one."""
    from app.core.sla.calendars import DEFAULT_ZONE, parsed

    return parsed(row) if row else working.always_open(DEFAULT_ZONE)


def _named(moves: list[Move]) -> list[Move]:
    names: dict[UUID, CaseName] = {}
    for kind in {move.kind for move in moves}:
        names |= case_names(kind, [move.subject_id for move in moves if move.kind == kind])
    return [replace(move, case=names.get(move.subject_id)) for move in moves]


def begin(scope: Scope, cause: str, *, actor: Actor) -> int:
    """Count the open clocks of a scope again, inside the caller's command; what is left goes on in the background.

    Returns how many moved so far.
    """
    work = SlaRecount(hospital_id=scope.hospital_id, clock=scope.clock, cause=cause[:60], by_id=actor.id)
    db.session.add(work)
    db.session.flush()
    for _part in range(0, AT_ONCE, BATCH):
        if _count_batch(work, actor):
            return work.moved
    after_commit(_nudge)
    return work.moved


def _nudge() -> None:
    nudge_once(recount_clocks)


@job(queue=SWEEPS, timeout=300)
def recount_clocks() -> None:
    """Go on with every recount that is not finished, each batch in its own transaction."""
    nudge_taken(recount_clocks)
    with acting_as(system_actor("count deadlines again")) as actor:
        while _next_batch(actor):
            db.session.expunge_all()


periodic(recount_clocks, every_seconds=30, purpose="Go on counting deadlines again after a calendar or a rule changed")


def _next_batch(actor: Actor) -> bool:
    with unit_of_work():
        work = db.session.execute(
            select(SlaRecount)
            .where(SlaRecount.finished_at.is_(None))
            .order_by(SlaRecount.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if work is None:
            return False
        _count_batch(work, actor)
        return True


def _count_batch(work: SlaRecount, actor: Actor) -> bool:
    """Count one batch again; tells whether it was the last."""
    query = Scope(work.hospital_id, work.clock).open_clocks().limit(BATCH).with_for_update(of=SlaClock)
    if work.after_id is not None:
        query = query.where(SlaClock.id > work.after_id)
    clocks = db.session.execute(query.execution_options(populate_existing=True)).scalars().all()
    rulebook = Rulebook()
    for clock in clocks:
        work.moved += recount(clock, work.cause, rulebook=rulebook, actor=actor)
        work.after_id = clock.id
    if len(clocks) < BATCH:
        work.finished_at = time.now()
    for hospital_id in {clock.hospital_id for clock in clocks}:
        touch("actions", hospital_id=hospital_id)
    return work.finished_at is not None
