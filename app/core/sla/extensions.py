"""More time: somebody asks for a later due time with a reason, and a second person grants or refuses it.

The permissions are those of the clock's kind on its case. A change that would move a deadline away by itself (a case judged
less grave) is held back in the same way until a second person agrees (product.md section 6).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_on
from app.core.db.base import db
from app.core.db.ids import uuid7
from app.core.db.many import write_many
from app.core.db.unit import command
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events.erasure import ERASED, blank
from app.core.events.record import record, record_many
from app.core.sla import clocks, many
from app.core.sla.choosing import Subject
from app.core.sla.events import ClockExtensionMoved
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaClock, SlaExtension
from app.core.time import clock as time

FARTHEST = timedelta(days=60)
MOST_SIGNS = 2_000
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class May:
    """What an actor may do about more time for a clock now."""

    ask: bool
    decide: bool
    withdraw: bool


def of_clock(clock_id: UUID) -> Sequence[SlaExtension]:
    """Give what was asked for a clock, newest first; the caller has found its case."""
    query = select(SlaExtension).where(SlaExtension.clock_id == clock_id).order_by(SlaExtension.created_at.desc())
    return db.session.execute(query.limit(20)).scalars().all()


def clocks_of(subject_id: UUID, *, actor: Actor) -> list[tuple[SlaClock, list[SlaExtension]]]:
    """Give the clocks of a case with what was asked for each. NotFound, NotAllowed: as the case."""
    found = [clock for clock in clocks.of_subject(subject_id) if clock.kind in KINDS]
    if not found:
        raise NotFound()
    KINDS[found[0].kind].find(subject_id, actor)
    query = select(SlaExtension).where(SlaExtension.clock_id.in_([clock.id for clock in found]))
    asked = db.session.execute(query.order_by(SlaExtension.created_at)).scalars().all()
    return [(clock, [each for each in asked if each.clock_id == clock.id]) for clock in found]


def may(clock: SlaClock, case: Any, found: Sequence[SlaExtension], actor: Actor) -> May:
    """Tell what the actor may do with what was found for a clock of a case."""
    kind = KINDS[clock.kind]
    waiting = next((each for each in found if each.state == "open"), None)
    asks = bool(kind.asks) and can_on(actor, kind.asks, case)
    grants = bool(kind.grants) and can_on(actor, kind.grants, case)
    is_counting = clock.is_open and clock.pausable and clock.due_at is not None
    return May(
        ask=is_counting and waiting is None and asks,
        decide=waiting is not None and clock.is_open and grants and waiting.asked_by_id != actor.id,
        withdraw=waiting is not None and clock.is_open and waiting.asked_by_id == actor.id,
    )


@command
def ask(clock_id: UUID, until: datetime | None, reason: str, *, actor: Actor) -> SlaExtension:
    """Ask for a later due time of a clock whose case the actor works on.

    NotFound, NotAllowed: as the case. Invalid: no reason, or a time that is not later than the deadline or too far ahead.
    Conflict: the clock has ended or rests, may not be moved, or a request waits already.
    """
    clock, case = _found(clock_id, actor)
    if not can_on(actor, KINDS[clock.kind].asks, case):
        raise NotAllowed()
    return ask_for(clock, until, reason, actor=actor)


def ask_for(clock: SlaClock, until: datetime | None, reason: str, *, actor: Actor) -> SlaExtension:
    """The same for a caller that has judged who asks (a signed link), within its command."""
    if not clock.pausable:
        raise Conflict(_("This deadline may not be moved."), code="not_movable")
    if not clock.is_open or clock.due_at is None:
        raise Conflict(_("This deadline has ended or is paused."), code="wrong_state")
    if not reason.strip() or len(reason) > MOST_SIGNS:
        raise Invalid(reason=_("Say why more time is needed, in at most %(most)s signs.", most=MOST_SIGNS))
    if until is None or until <= max(clock.due_at, time.now()):
        raise Invalid(until=_("Choose a time after the deadline and after now."))
    if until > time.now() + FARTHEST:
        raise Invalid(until=_("Choose a time within the next 60 days."))
    if _waiting(clock.id) is not None:
        raise Conflict(_("Somebody has asked for more time already."), code="waiting")
    return _open(clock, until, reason.strip(), ASKED, actor)


def revise(clock: SlaClock, subject: Subject, cause: str, *, actor: Actor, holds: bool = True) -> None:
    """Choose a clock's rule anew; an earlier due time holds at once, a later one is held back until a second person agrees.

    Within the caller's command; with `holds` off nothing is held back (a change is taken back). What was asked for before
    is settled by this. A clock that may not be moved has no second person: its rule alone decides.
    """
    waiting = _waiting(clock.id)
    if waiting is not None:
        _settle(waiting, clock, "withdrawn", "", actor)
    before = clock.due_at
    if clock.extra_seconds < 0:
        clock.extra_seconds = 0
    clocks.revise(clock, subject, cause, actor=actor)
    if clock.pausable and holds:
        _hold_back(clock, before, cause, actor)


def revise_all(revised: Sequence[tuple[SlaClock, Subject]], cause: str, *, actor: Actor, holds: bool = True) -> None:
    """The same for the running clocks of many cases at once, in few statements."""
    clocks_by_id = {clock.id: clock for clock, _subject in revised}
    due_before = {clock.id: clock.due_at for clock, _subject in revised}
    query = select(SlaExtension).where(SlaExtension.clock_id.in_(clocks_by_id), SlaExtension.state == "open")
    with db.session.no_autoflush:
        waiting = db.session.execute(query.with_for_update()).scalars().all()
        for each in waiting:
            _decided(each, "withdrawn", "", actor)
        write_many(waiting)
        for clock, _subject in revised:
            clock.extra_seconds = max(clock.extra_seconds, 0)
        many.revise(revised, cause, actor=actor)
    held = [
        (clock, clock.due_at, before)
        for clock, _subject in revised
        if holds and clock.pausable and clock.due_at and (before := due_before[clock.id]) and clock.due_at > before
    ]
    many.extend([(clock, before) for clock, _later, before in held], cause, actor=actor)
    opened = [_request(clock, later, "", cause, actor) for clock, later, _before in held]
    db.session.add_all(opened)
    told = [_moved(each, clocks_by_id[each.clock_id], "withdrawn") for each in waiting]
    record_many([*told, *(_moved(each, clocks_by_id[each.clock_id], "asked") for each in opened)], actor=actor)


@command
def decide(extension_id: UUID, *, is_granted: bool, answer: str, version: int, actor: Actor) -> SlaExtension:
    """Grant or refuse more time, as another person than who asked.

    NotFound, NotAllowed: as the case, or it is the actor's own request. Invalid: a refusal says why. Conflict: it is settled,
    the clock has ended, or somebody changed it since `version`.
    """
    extension, clock, case = _load(extension_id, actor)
    if not can_on(actor, KINDS[clock.kind].grants, case) or extension.asked_by_id == actor.id:
        raise NotAllowed()
    _check(extension, clock, version)
    if not is_granted and not answer.strip():
        raise Invalid(answer=_("Say why."))
    if len(answer) > MOST_SIGNS:
        raise Invalid(answer=_("This text is too long."))
    if is_granted and extension.cause != ASKED:
        clocks.let_go(clock, "extended", actor=actor)
    elif is_granted:
        clocks.extend(clock, extension.until_at, "extended", actor=actor)
    _settle(extension, clock, "granted" if is_granted else "refused", answer.strip(), actor)
    return extension


@command
def withdraw(extension_id: UUID, *, version: int, actor: Actor) -> SlaExtension:
    """Take one's own request back. NotAllowed: it is somebody else's. Conflict: as `decide`."""
    extension, clock, _case = _load(extension_id, actor)
    if extension.asked_by_id != actor.id:
        raise NotAllowed()
    _check(extension, clock, version)
    _settle(extension, clock, "withdrawn", "", actor)
    return extension


def _hold_back(clock: SlaClock, due_before: datetime | None, cause: str, actor: Actor) -> None:
    later = clock.due_at
    if due_before is not None and later is not None and later > due_before:
        clocks.extend(clock, due_before, cause, actor=actor)
        _open(clock, later, "", cause, actor)


def _found(clock_id: UUID, actor: Actor) -> tuple[SlaClock, Any]:
    query = select(SlaClock).where(SlaClock.id == clock_id)
    clock = db.session.execute(query.with_for_update(of=SlaClock)).scalar_one_or_none()
    if clock is None or clock.kind not in KINDS or not KINDS[clock.kind].asks:
        raise NotFound()
    return clock, KINDS[clock.kind].find(clock.subject_id, actor)


def _load(extension_id: UUID, actor: Actor) -> tuple[SlaExtension, SlaClock, Any]:
    extension = db.session.get(SlaExtension, extension_id)
    if extension is None:
        raise NotFound()
    clock, case = _found(extension.clock_id, actor)
    db.session.refresh(extension)
    return extension, clock, case


def _check(extension: SlaExtension, clock: SlaClock, version: int) -> None:
    if extension.state != "open" or not clock.is_open:
        raise Conflict(_("This request for more time is settled."), code="wrong_state", current=extension)
    if extension.version != version:
        raise Conflict(current=extension)


def _waiting(clock_id: UUID) -> SlaExtension | None:
    query = select(SlaExtension).where(SlaExtension.clock_id == clock_id, SlaExtension.state == "open")
    return db.session.execute(query).scalar_one_or_none()


def _open(clock: SlaClock, until: datetime, reason: str, cause: str, actor: Actor) -> SlaExtension:
    extension = _request(clock, until, reason, cause, actor)
    db.session.add(extension)
    db.session.flush()
    record(_moved(extension, clock, "asked"), actor=actor)
    return extension


def _request(clock: SlaClock, until: datetime, reason: str, cause: str, actor: Actor) -> SlaExtension:
    return SlaExtension(
        id=uuid7(),
        hospital_id=clock.hospital_id,
        clock_id=clock.id,
        cause=cause,
        due_before=clock.due_at,
        until_at=until,
        reason=reason,
        asked_by_id=actor.id,
    )


def _settle(extension: SlaExtension, clock: SlaClock, state: str, answer: str, actor: Actor) -> None:
    _decided(extension, state, answer, actor)
    db.session.flush()
    record(_moved(extension, clock, state), actor=actor)


def _decided(extension: SlaExtension, state: str, answer: str, actor: Actor) -> None:
    extension.state, extension.answer = state, answer
    extension.decided_by_id, extension.decided_at = actor.id, time.now()


def _moved(extension: SlaExtension, clock: SlaClock, what: str) -> ClockExtensionMoved:
    return ClockExtensionMoved(
        clock.subject_id,
        clock.hospital_id,
        clock.subject_type,
        clock.id,
        clock.kind,
        clock.severity,
        extension.id,
        extension.asked_by_id,
        what,
        extension.due_before.isoformat() if extension.due_before else "",
        extension.until_at.isoformat(),
    )


def forget(subject_ids: Collection[UUID]) -> None:
    """Remove the words of every request for more time about these cases, within the caller's transaction."""
    of_cases = select(SlaClock.id).where(SlaClock.subject_id.in_(subject_ids))
    blank(SlaExtension, SlaExtension.clock_id.in_(of_cases), reason=ERASED, answer="")
