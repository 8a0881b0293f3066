"""What an event is, what a signal is, and who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from app.core.access.actor import ActorKind


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that may deserve a PX action, in words that every domain shares: the only way into the action center."""

    kind: str  # survey_low_score, complaint_escalated, ...
    cause_key: str  # the same cause opens one action, however often it is signalled
    severity: str  # critical, high, medium, low
    value: float | None
    hospital_id: UUID
    department_id: UUID | None
    patient_id: UUID | None = None


@dataclass(frozen=True)
class Event:
    """Base of every event: a frozen dataclass in the past tense with ids and codes, never patient text.

    A subclass sets `kind` (`domain.thing.happened`) and `subject_type`, names its first field as the subject's id with
    `subject_id`, and may carry a `signal`.
    """

    kind: ClassVar[str] = ""
    subject_type: ClassVar[str] = ""

    subject_id: UUID
    hospital_id: UUID | None

    @property
    def signal(self) -> Signal | None:
        """The signal that goes with this event, if it may deserve a PX action."""
        return None

    def data(self) -> dict[str, Any]:
        """Give the event's own fields as JSON values."""
        return {
            entry.name: _plain(getattr(self, entry.name))
            for entry in fields(self)
            if entry.name not in ("subject_id", "hospital_id")
        }


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, (list, tuple, frozenset, set)):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as a handler gets it, read back from the log."""

    id: UUID
    kind: str
    subject_type: str
    subject_id: UUID
    hospital_id: UUID | None
    actor_kind: ActorKind
    actor_id: UUID | None
    at: datetime
    data: dict[str, Any]

    def uuid(self, name: str) -> UUID | None:
        """Give the field `name` of the event as an id."""
        value = self.data.get(name)
        return UUID(value) if value else None

    @property
    def signal(self) -> Signal | None:
        """The signal that the event carried, if any."""
        raw = self.data.get("_signal")
        if not raw:
            return None
        ids = {name: UUID(raw[name]) if raw.get(name) else None for name in ("department_id", "patient_id")}
        return Signal(
            kind=raw["kind"],
            cause_key=raw["cause_key"],
            severity=raw["severity"],
            value=raw["value"],
            hospital_id=UUID(raw["hospital_id"]),
            **ids,
        )


Handler = Callable[[Entry], None]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A handler with its stable name and how long its deliveries wait (the undo window)."""

    name: str
    handle: Handler
    wait: timedelta


_SIGNALS = "*signal"
_subscribers: dict[str, list[Subscriber]] = {}
_by_name: dict[str, Subscriber] = {}


def on(*kinds: type[Event] | type[Signal], wait: timedelta = timedelta(0)) -> Callable[[H], H]:
    """Subscribe a handler to events of these kinds (`Signal`: to every event that carries one).

    The handler runs after the commit, at least once, in its own transaction, in order per subject; it must be harmless
    when it runs twice.
    """

    def subscribe(handle: H) -> H:
        name = f"{handle.__module__.removeprefix('app.')}.{handle.__name__}"
        subscriber = Subscriber(name, handle, wait)
        _by_name[name] = subscriber
        for kind in kinds:
            key = kind.kind if issubclass(kind, Event) else _SIGNALS
            listed = _subscribers.setdefault(key, [])
            listed[:] = [other for other in listed if other.name != name] + [subscriber]
        return handle

    return subscribe


def subscribers_of(event: Event) -> list[Subscriber]:
    """Give who is told of this event."""
    listed = list(_subscribers.get(event.kind, ()))
    if event.signal is not None:
        listed += _subscribers.get(_SIGNALS, ())
    return listed


def subscriber_named(name: str) -> Subscriber | None:
    """Find a subscriber by its stable name; None when the code no longer has it."""
    return _by_name.get(name)


def all_subscriptions() -> dict[str, list[str]]:
    """Give event kind -> subscriber names, for the generated table in the docs."""
    return {kind: [subscriber.name for subscriber in listed] for kind, listed in sorted(_subscribers.items())}
