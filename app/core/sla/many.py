"""Clocks of many cases at once: counted anew or let go on together, in few statements whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, select, update

from app.core.access.actor import Actor
from app.core.db.among import among
from app.core.db.base import db
from app.core.db.many import write_many
from app.core.events.record import record_many
from app.core.sla import clocks
from app.core.sla.choosing import Rulebook, Subject
from app.core.sla.models import SlaClock
from app.core.time import clock as time


def newest_of(subject_ids: Collection[UUID], kind: str) -> dict[UUID, SlaClock]:
    """Give the last clock `kind` of each of these cases that has had one, running or not; locked, to be written together."""
    query = select(SlaClock).where(SlaClock.subject_id.in_(subject_ids), SlaClock.kind == kind)
    query = query.order_by(SlaClock.cycle).with_for_update(of=SlaClock).execution_options(populate_existing=True)
    with db.session.no_autoflush:  # the cases are written together, later
        return {clock.subject_id: clock for clock in db.session.execute(query).scalars()}


def revise(revised: Collection[tuple[SlaClock, Subject]], cause: str, *, actor: Actor) -> None:
    """Choose the rules of many running clocks anew, as `clocks.revise` does of one."""
    with db.session.no_autoflush:
        rulebook, taken = Rulebook(), []
        for clock, subject in revised:
            terms = rulebook.terms(clock.kind, subject)
            if terms is not None:
                clocks.take(clock, terms)
                taken.append(clock)
        clocks.schedule_all(taken, cause, actor=actor)
        write_many(taken)


def open_of(subject_ids: Collection[UUID], kinds: Collection[str]) -> list[SlaClock]:
    """Give the running clocks of these kinds of many cases, in one statement beside their pauses; locked as `newest_of`."""
    query = select(SlaClock).where(SlaClock.subject_id.in_(subject_ids), SlaClock.kind.in_(kinds))
    query = query.where(SlaClock.stopped_at.is_(None)).order_by(SlaClock.id)
    with db.session.no_autoflush:
        locked = query.with_for_update(of=SlaClock).execution_options(populate_existing=True)
        return list(db.session.execute(locked).scalars())


def extend(due: Collection[tuple[SlaClock, datetime]], cause: str, *, actor: Actor) -> None:
    """Let many running clocks fall due at their instants instead, as `clocks.extend` does one."""
    before = [(clock, clock.due_at) for clock, _until in due]
    with db.session.no_autoflush:
        for clock, until in due:
            clock.extra_seconds = clocks.extra_until(clock, until)
        clocks.schedule_all([clock for clock, _until in due], cause, actor=actor)
        write_many(clock for clock, _until in due)
    record_many([clocks.moved(clock, was, cause) for clock, was in before], actor=actor)


def stop(subject_ids: Collection[UUID], kinds: Collection[str]) -> None:
    """End the named clocks of cases where they run: what they waited for has happened. One statement, whatever their number.

    Nothing pending is written before it, events least of all: the sweep takes clocks before events too, so neither waits
    for the other.
    """
    now = time.now()
    passed = and_(SlaClock.due_at < now, SlaClock.breached_at.is_(None))
    ended = (
        update(SlaClock)
        .where(among(SlaClock.subject_id, subject_ids), SlaClock.kind.in_(kinds), SlaClock.stopped_at.is_(None))
        .values(
            stopped_at=now,
            breached_at=case((passed, SlaClock.due_at), else_=SlaClock.breached_at),
            look_at=None,
            version=SlaClock.version + 1,
        )
        .execution_options(synchronize_session="fetch")
    )
    with db.session.no_autoflush:
        db.session.execute(ended)


def regain(stopped: Collection[SlaClock], cause: str, *, actor: Actor) -> None:
    """Let many stopped clocks count on from their original start, as `clocks.regain` does one; those that run stay as they are."""
    again = [clock for clock in stopped if clock.stopped_at is not None]
    with db.session.no_autoflush:
        decided, rulebook = clocks.decided_of([clock.id for clock in again]), Rulebook()
        for clock in again:
            clocks.run_again(clock, decided[clock.id], rulebook)
        clocks.schedule_all(again, cause, actor=actor)
        write_many(again)
