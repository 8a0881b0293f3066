"""What the webhooks say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class EndpointEvent(Event):
    """Base: the endpoint is the subject."""

    subject_type: ClassVar[str] = "webhook_endpoint"


@dataclass(frozen=True)
class EndpointChanged(EndpointEvent):
    """An endpoint was made, changed, paused, resumed or archived by a person."""

    kind: ClassVar[str] = "integrations.webhook.changed"
    what: str  # created, changed, paused, resumed, archived


@dataclass(frozen=True)
class EndpointSecretRotated(EndpointEvent):
    """An endpoint got a new secret; the old one signs beside it for another day."""

    kind: ClassVar[str] = "integrations.webhook.secret_rotated"


@dataclass(frozen=True)
class EndpointOldSecretStopped(EndpointEvent):
    """The old secret of an endpoint was stopped before its day was over."""

    kind: ClassVar[str] = "integrations.webhook.old_secret_stopped"


@dataclass(frozen=True)
class EndpointGaveOut(EndpointEvent):
    """An endpoint was paused by PX360 itself: nothing arrived for days, or it answered that it is gone."""

    kind: ClassVar[str] = "integrations.webhook.gave_out"
    reason: str  # failing, gone


@dataclass(frozen=True)
class EndpointTested(EndpointEvent):
    """Somebody sent a test event."""

    kind: ClassVar[str] = "integrations.webhook.tested"


@dataclass(frozen=True)
class DeliveryRedelivered(EndpointEvent):
    """Somebody sent an event again."""

    kind: ClassVar[str] = "integrations.webhook.redelivered"
    delivery_id: UUID
