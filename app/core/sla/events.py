"""What clocks say. The subject is the case itself, so that its timeline shows its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events.kinds import Event


@dataclass(frozen=True)
class ClockEvent(Event):
    """Base: which clock of which case."""

    subject: str  # the subject's type, action for example
    clock_id: UUID
    clock: str  # action.resolution
    severity: str | None

    @property
    def subject_type(self) -> str:  # type: ignore[override]
        """The type of the case whose clock it is."""
        return self.subject


@dataclass(frozen=True)
class ClockReminded(ClockEvent):
    """A reminder fell due: `percent` of the target has been used."""

    kind: ClassVar[str] = "core.clock.reminded"
    percent: int
    due_at: str  # of the step


@dataclass(frozen=True)
class ClockBreached(ClockEvent):
    """The deadline passed at `due_at`, whenever the sweep saw it."""

    kind: ClassVar[str] = "core.clock.breached"
    due_at: str


@dataclass(frozen=True)
class ClockEscalated(ClockEvent):
    """A rung of the ladder was reached: tell `to`."""

    kind: ClassVar[str] = "core.clock.escalated"
    level: int
    to: str  # a role, or user:<id>
    due_at: str  # of the step


@dataclass(frozen=True)
class ClockMoved(ClockEvent):
    """A change of a calendar or a rule moved the due time; empty: a pause is open."""

    kind: ClassVar[str] = "core.clock.moved"
    due_before: str
    due_at: str
    cause: str


@dataclass(frozen=True)
class ClockExtensionMoved(ClockEvent):
    """Somebody asked for a later due time, or a second person granted or refused it."""

    kind: ClassVar[str] = "core.clock.extension_moved"
    extension_id: UUID
    asked_by_id: UUID | None
    what: str  # asked, granted, refused, withdrawn
    due_before: str
    due_at: str  # that was asked for


@dataclass(frozen=True)
class CalendarChanged(Event):
    """A working calendar was made or changed: `what` names the part."""

    kind: ClassVar[str] = "core.calendar.changed"
    subject_type: ClassVar[str] = "calendar"
    what: str


@dataclass(frozen=True)
class PolicyChanged(Event):
    """An SLA rule was made, changed or archived."""

    kind: ClassVar[str] = "core.sla_policy.changed"
    subject_type: ClassVar[str] = "sla_policy"
    clock: str
    what: str
