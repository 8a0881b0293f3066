"""The outbox: deliveries are claimed by lease, run each in its own transaction, retried with pauses, then parked.

A try is counted when it is claimed, before its handler runs: one that kills its worker is parked like one that fails.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from app.core.access.actor import ActorKind, acting_as, system_actor
from app.core.access.wall import passage
from app.core.db.base import db
from app.core.db.unit import unit_of_work
from app.core.events.kinds import Entry, subscriber_named
from app.core.events.models import Delivery, EventLog
from app.core.jobs.limits import TimeIsUp, one_piece
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import EVENTS, SWEEPS, job, nudge_once, nudge_taken
from app.core.time import clock

BATCH = 50
LEASE = timedelta(seconds=60)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 900, 3600, 10_800))
MOST_TRIES = len(PAUSES) + 1
STINT_SECONDS = 45.0  # a drain job looks for work this long, then hands over to a fresh one

_owner = f"{os.uname().nodename[:40]}-{secrets.token_hex(4)}"


class WorkerDied(Exception):
    """Every worker that carried a delivery out was killed at it, or ran out of memory."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A leased delivery."""

    id: UUID
    event_id: UUID
    subscriber: str
    attempts: int
    hospital_id: UUID | None


def nudge() -> None:
    """Wake one drain (one, not one per event)."""
    nudge_once(drain_events)


@job(queue=EVENTS, timeout=180)
def drain_events() -> None:
    """Deliver what is due until nothing is left or the stint is over."""
    nudge_taken(drain_events)
    started = time.monotonic()
    while time.monotonic() - started < STINT_SECONDS:
        if not drain_batch():
            return
    nudge()


@job(queue=SWEEPS)
def sweep_outbox() -> None:
    """Wake the drain when deliveries wait: the guarantee behind the nudge (a lost Redis, a killed worker)."""
    if count_due(limit=1):
        nudge()


periodic(sweep_outbox, every_seconds=5, purpose="Deliver events whose nudge was lost, and due retries")


def drain_batch() -> int:
    """Claim and run one batch; returns how many deliveries were tried."""
    claims = claim()
    for place, each in enumerate(claims):
        try:
            _run(each)
        except TimeIsUp:
            _give_back(claims[place + 1 :])
            raise
    return len(claims)


def count_due(limit: int = 10_000) -> int:
    """Count deliveries that could run now, up to `limit`."""
    with unit_of_work():
        return len(db.session.execute(_due().limit(limit)).all())


def _due():  # type: ignore[no-untyped-def]
    now = clock.now()
    earlier = aliased(Delivery)
    return (
        select(Delivery.id, Delivery.lease_owner)
        .where(
            Delivery.parked_at.is_(None),
            Delivery.due_at <= now,
            (Delivery.lease_until.is_(None)) | (Delivery.lease_until < now),
            ~exists().where(
                earlier.subscriber == Delivery.subscriber,
                earlier.subject_id == Delivery.subject_id,
                earlier.sequence < Delivery.sequence,
            ),
        )
        .order_by(Delivery.due_at, Delivery.id)
    )


def claim(batch: int = BATCH) -> list[Claim]:
    """Lease the next deliveries and count the try; two workers never get the same one, and a pair never runs out of order.

    One whose lease ran out was left by a worker that died at it, or before it came to it. It is taken alone, so that only
    the one that kills is counted again and again.
    """
    with unit_of_work():
        chosen = db.session.execute(_due().limit(batch).with_for_update(skip_locked=True, of=Delivery)).all()
        left = [row.id for row in chosen if row.lease_owner is not None]
        wanted = left[:1] or [row.id for row in chosen]
        if not wanted:
            return []
        rows = db.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(wanted))
            .values(lease_owner=_owner, lease_until=clock.now() + LEASE, attempts=Delivery.attempts + 1)
            .returning(
                Delivery.id, Delivery.event_id, Delivery.subscriber, Delivery.attempts, Delivery.hospital_id_hint
            )
            .execution_options(synchronize_session=False)
        ).all()
    return [Claim(*row) for row in sorted(rows, key=lambda row: row[0])]


def _run(claimed: Claim) -> None:
    ids = {"subscriber": claimed.subscriber, "event_id": str(claimed.event_id), "attempts": claimed.attempts}
    with one_piece("handler_failed", partial(_retry_later, claimed), **ids):
        if claimed.attempts > MOST_TRIES:
            raise WorkerDied
        _deliver(claimed)


def _deliver(claimed: Claim) -> None:
    scope = system_actor(f"event handler {claimed.subscriber}", claimed.hospital_id)
    with acting_as(scope), unit_of_work():
        held = db.session.execute(
            select(Delivery)
            .where(Delivery.id == claimed.id, Delivery.lease_owner == _owner, Delivery.attempts == claimed.attempts)
            .with_for_update()
        ).scalar_one_or_none()
        if held is None:
            return  # the lease ran out and another worker has it
        subscriber = subscriber_named(claimed.subscriber)
        if subscriber is not None:
            subscriber.handle(entry_of(claimed.event_id))
        db.session.delete(held)


def _retry_later(claimed: Claim, problem: BaseException) -> None:
    now = clock.now()
    spent = claimed.attempts >= MOST_TRIES
    with unit_of_work():
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == claimed.id, Delivery.lease_owner == _owner, Delivery.attempts == claimed.attempts)
            .values(
                lease_owner=None,
                lease_until=None,
                attempts=min(claimed.attempts, MOST_TRIES),
                last_error=type(problem).__name__,
                parked_at=now if spent else None,
                due_at=now if spent else now + PAUSES[claimed.attempts - 1],
            )
            .execution_options(synchronize_session=False)
        )


def _give_back(claims: list[Claim]) -> None:
    """Let other workers have at once what was leased and not begun."""
    with unit_of_work():
        db.session.execute(
            update(Delivery)
            .where(Delivery.id.in_([each.id for each in claims]), Delivery.lease_owner == _owner)
            .values(lease_owner=None, lease_until=None, attempts=Delivery.attempts - 1)
            .execution_options(synchronize_session=False)
        )


def entry_of(event_id: UUID) -> Entry:
    """Read an event back from the log."""
    with passage("the event's own delivery or an authorised reader already chose this id"):
        row = db.session.execute(select(EventLog).where(EventLog.id == event_id)).scalar_one()
    return Entry(
        id=row.id,
        kind=row.kind,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        hospital_id=row.hospital_id,
        actor_kind=ActorKind(row.actor_kind),
        actor_id=row.actor_id,
        at=row.at,
        data=row.data,
    )


def release(delivery_id: UUID) -> None:
    """Put a parked delivery back to work (an administrator decided so)."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.parked_at.is_not(None))
        .values(parked_at=None, attempts=0, due_at=clock.now(), lease_until=None, lease_owner=None)
    )


def skip(delivery_id: UUID) -> None:
    """Give a parked delivery up, so that its pair moves on (an administrator decided so)."""
    row = db.session.get(Delivery, delivery_id)
    if row is not None and row.parked_at is not None:
        db.session.delete(row)
