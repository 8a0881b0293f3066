"""What the intake says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True)
class SourceKeyRotated(Event):
    """A source system got a new key."""

    kind: ClassVar[str] = "integrations.source.key_rotated"
    subject_type: ClassVar[str] = "source_system"


@dataclass(frozen=True)
class SourceOldKeyStopped(Event):
    """The old key of a source system was stopped before its day was over."""

    kind: ClassVar[str] = "integrations.source.old_key_stopped"
    subject_type: ClassVar[str] = "source_system"


@dataclass(frozen=True)
class InboundReprocessed(Event):
    """Somebody sent an event through again."""

    kind: ClassVar[str] = "integrations.event.reprocessed"
    subject_type: ClassVar[str] = "inbound_event"


@dataclass(frozen=True)
class InboundSetAside(Event):
    """Somebody looked at an event and left it as it is."""

    kind: ClassVar[str] = "integrations.event.set_aside"
    subject_type: ClassVar[str] = "inbound_event"


@dataclass(frozen=True)
class InboundGivenUp(Event):
    """An event could not be carried out in any of its tries."""

    kind: ClassVar[str] = "integrations.event.given_up"
    subject_type: ClassVar[str] = "inbound_event"
    problem: str
