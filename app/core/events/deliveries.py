"""Parked deliveries: what could not be delivered in many tries waits for an administrator, who releases or skips it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.access.wall import passage
from app.core.db.base import db
from app.core.db.unit import after_commit, command
from app.core.errors import Conflict
from app.core.events import outbox
from app.core.events.kinds import Event
from app.core.events.models import Delivery, EventLog
from app.core.events.record import record
from app.core.events.timeline import describe
from app.core.health import Perm
from app.core.web.keys import read_key, write_key

PAGE = 50


@dataclass(frozen=True)
class DeliveryEvent(Event):
    """Base: which handler of which event; the subject is the event's own."""

    subject: str
    delivery_id: UUID
    subscriber: str
    event_kind: str

    @property
    def subject_type(self) -> str:  # type: ignore[override]
        """The type of the event's subject."""
        return self.subject


@dataclass(frozen=True)
class DeliveryReleased(DeliveryEvent):
    """An administrator put a parked delivery back to work."""

    kind: ClassVar[str] = "core.delivery.released"


@dataclass(frozen=True)
class DeliverySkipped(DeliveryEvent):
    """An administrator gave a parked delivery up, so that those behind it go on."""

    kind: ClassVar[str] = "core.delivery.skipped"


describe(DeliveryReleased.kind, _l("A delivery that was stuck was released"), "player-play")
describe(DeliverySkipped.kind, _l("A delivery that was stuck was skipped"), "player-skip-forward")


PROBLEMS: dict[str, Any] = {
    "WorkerDied": _l("The worker was killed each time, or ran out of memory."),
    "TimeIsUp": _l("It did not end within its time."),
}


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked delivery with its event."""

    delivery: Delivery
    event: EventLog

    @property
    def problem(self) -> Any:
        """Why it is stuck, in words; None where the code of the last error says more (`delivery.last_error`)."""
        return PROBLEMS.get(self.delivery.last_error)


def list_parked(*, actor: Actor, key: str | None = None) -> tuple[list[Parked], str | None]:
    """Give one page of what is parked, the longest first, and the key of the next."""
    query = (
        select(Delivery)
        .where(Delivery.parked_at.is_not(None), visible(Delivery, actor, Perm.DELIVERIES))
        .order_by(Delivery.parked_at, Delivery.id)
    )
    after = read_key(key)
    if after is not None:
        at, row_id = after
        query = query.where(or_(Delivery.parked_at > at, and_(Delivery.parked_at == at, Delivery.id > row_id)))
    rows = list(db.session.execute(query.limit(PAGE + 1)).scalars())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    events = _events([row.event_id for row in rows])
    last: Any = rows[-1] if rows else None
    return [Parked(row, events[row.event_id]) for row in rows], write_key(last.parked_at, last.id) if more else None


def _events(ids: list[UUID]) -> dict[UUID, EventLog]:
    with passage("the deliveries that the actor may see already chose these events"):
        return {row.id: row for row in db.session.execute(select(EventLog).where(EventLog.id.in_(ids))).scalars()}


@command
def release(delivery_id: UUID, *, actor: Actor) -> None:
    """Put a parked delivery back to work. Conflict: it is not parked any more."""
    delivery, event = _load(delivery_id, actor)
    outbox.release(delivery.id)
    record(DeliveryReleased(*_facts(delivery, event)), actor=actor)
    after_commit(outbox.nudge)


@command
def skip(delivery_id: UUID, *, actor: Actor) -> None:
    """Give a parked delivery up; what it would have done does not happen. Conflict: it is not parked any more."""
    delivery, event = _load(delivery_id, actor)
    outbox.skip(delivery.id)
    record(DeliverySkipped(*_facts(delivery, event)), actor=actor)
    after_commit(outbox.nudge)


def _load(delivery_id: UUID, actor: Actor) -> tuple[Delivery, EventLog]:
    delivery = load(Delivery, delivery_id, actor=actor, needs=Perm.DELIVERIES, lock=True)
    if delivery.parked_at is None:
        raise Conflict(_l("This delivery is at work again."), code="not_parked")
    return delivery, _events([delivery.event_id])[delivery.event_id]


def _facts(delivery: Delivery, event: EventLog) -> tuple[Any, ...]:
    return (event.subject_id, event.hospital_id, event.subject_type, delivery.id, delivery.subscriber, event.kind)
