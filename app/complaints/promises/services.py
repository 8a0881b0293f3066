"""Making promises, keeping them, and the check that reminds of them and breaks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import queries as accounts
from app.complaints.casework.kinds import CASES, CaseKind
from app.complaints.promises.enums import KINDS, PromiseState
from app.complaints.promises.events import ComplaintPromiseMoved, InquiryPromiseMoved
from app.complaints.promises.models import Promise
from app.core.access.actor import Actor
from app.core.access.policy import can_on
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import Event, record
from app.core.time import clock
from app.core.web.live import touch

REMIND = timedelta(minutes=15)  # before it is due
FARTHEST = timedelta(days=90)  # in which a promise means something
MOST = 20  # open ones on one case
BATCH = 200


COLUMNS = {"complaint": "complaint_id", "inquiry": "inquiry_id"}  # of a promise, which name its case
EVENTS: Mapping[str, Callable[..., Event]] = {"complaint": ComplaintPromiseMoved, "inquiry": InquiryPromiseMoved}


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """What is promised: kind, words, until when, and who keeps it (None: who promises)."""

    kind: str = "call"
    what: str = ""
    due_at: datetime | None = None
    owner_id: UUID | None = None


def find(promise_id: UUID, *, actor: Actor, lock: bool = False) -> Promise:
    """Find a promise of a case that the actor may work on. NotAllowed, NotFound."""
    query = select(Promise).where(Promise.id == promise_id).execution_options(populate_existing=True)
    promise = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if promise is None:
        raise NotFound()
    CASES[promise.case].load(promise.case_id, actor=actor)
    return promise


@command
def make(case: str, case_id: UUID, facts: PromiseFacts, *, actor: Actor) -> Promise:
    """Write down a promise on a case (`complaint` or `inquiry`).

    Invalid: no such kind, no time or one that is past or more than 90 days ahead, an owner who may not work
    on the case. Conflict: the case has ended, or it has too many open promises.
    """
    kind = CASES[case]
    row = kind.load(case_id, actor=actor, lock=True)
    if row.status in kind.final:
        raise Conflict(_("The case has ended: nothing can be promised there."), code="wrong_state", current=row)
    owner_id = facts.owner_id or actor.id
    due_at = _checked(facts, owner_id, row, kind)
    mine = getattr(Promise, COLUMNS[case])
    opened = db.session.scalars(
        select(Promise.id).where(mine == case_id, Promise.settled_at.is_(None)).limit(MOST)
    ).all()
    if len(opened) == MOST:
        raise Conflict(_("This case has too many open promises. Settle some first."), code="too_many")
    promise = Promise(
        hospital_id=row.hospital_id,
        kind=facts.kind,
        what=facts.what.strip(),
        due_at=due_at,
        owner_id=owner_id,
        made_by_id=actor.id,
        look_at=max(clock.now(), due_at - REMIND),
        **{COLUMNS[case]: case_id},
    )
    db.session.add(promise)
    db.session.flush()
    _say(promise, "make", actor)
    return promise


def _checked(facts: PromiseFacts, owner_id: UUID | None, row: Any, kind: CaseKind) -> datetime:
    now = clock.now()
    if facts.kind not in KINDS:
        raise Invalid(kind=_("Choose one of the listed codes."))
    if facts.due_at is None or facts.due_at <= now:
        raise Invalid(due_at=_("Choose a time that is still to come."))
    if facts.due_at > now + FARTHEST:
        raise Invalid(due_at=_("Promise nothing that is more than 90 days ahead."))
    owner = accounts.get(owner_id) if owner_id else None
    if owner is None or not owner.is_active or not can_on(accounts.actor_of(owner), kind.works, row):
        raise Invalid(owner_id=_("Who keeps a promise must be able to work on this case."))
    return facts.due_at


@command
def settle(promise_id: UUID, *, is_done: bool, version: int | None, actor: Actor) -> Promise:
    """Say that a promise was done, in time or late, or take an open one back.

    NotFound: no promise of a case that the actor may work on. Conflict: it is settled already, it is broken and cannot be
    taken back any more, or somebody changed it since `version`.
    """
    promise = find(promise_id, actor=actor, lock=True)
    is_broken = promise.state == PromiseState.BROKEN or promise.due_at < clock.now()
    if promise.settled_at is not None or (is_broken and not is_done):
        raise Conflict(_("This promise is settled."), code="wrong_state", current=promise)
    if version is not None and version != promise.version:
        raise Conflict(current=promise)
    if is_done:
        promise.state = PromiseState.BROKEN if is_broken else PromiseState.KEPT
    else:
        promise.state = PromiseState.WITHDRAWN
    promise.look_at = None
    promise.settled_at, promise.settled_by_id = clock.now(), actor.id
    _say(promise, ("keep_late" if is_broken else "keep") if is_done else "withdraw", actor)
    return promise


def check(*, actor: Actor) -> int:
    """Do the next step of each promise whose time has come: remind, or call it broken. Gives how many were looked at.

    Each step is one transaction; a second check at the same time takes others.
    """
    due = select(Promise.id).where(Promise.look_at <= clock.now()).order_by(Promise.look_at, Promise.id).limit(BATCH)
    found = db.session.scalars(due).all()
    for promise_id in found:
        _step(promise_id, actor=actor)
    return len(found)


@command
def _step(promise_id: UUID, *, actor: Actor) -> None:
    now = clock.now()
    promise = db.session.scalars(
        select(Promise).where(Promise.id == promise_id, Promise.look_at <= now).with_for_update(skip_locked=True)
    ).one_or_none()
    if promise is None:
        return
    is_late = promise.due_at <= now
    if is_late:
        promise.state = PromiseState.BROKEN
    promise.look_at = None if is_late else promise.due_at
    _say(promise, "break" if is_late else "remind", actor)


def owner_of_case(case: str, case_id: UUID) -> UUID | None:
    """Give who owns a complaint or an inquiry."""
    row = db.session.get(CASES[case].model, case_id)
    return row.assignee_id if row is not None else None


def close_of(case: str, case_id: UUID, *, actor: Actor) -> int:
    """Take back the open promises of a case that has ended, within the caller's command; broken ones stay. Gives how many."""
    mine = getattr(Promise, COLUMNS[case])
    query = select(Promise).where(mine == case_id, Promise.state == PromiseState.OPEN, Promise.settled_at.is_(None))
    found = db.session.scalars(query.with_for_update()).all()
    for promise in found:
        promise.state, promise.look_at, promise.settled_at = PromiseState.WITHDRAWN, None, clock.now()
        _say(promise, "withdraw", actor)
    return len(found)


def _say(promise: Promise, verb: str, actor: Actor) -> None:
    kind = CASES[promise.case]
    case = db.session.get_one(kind.model, promise.case_id)
    event = EVENTS[promise.case](
        case.id, case.hospital_id, case.reference, promise.id, promise.owner_id, promise.kind, verb, promise.due_at
    )
    record(event, actor=actor)
    touch(kind.live, hospital_id=promise.hospital_id)
