"""What messages say; the subject is what the message was about, so that its timeline shows the message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class MessageEvent(Event):
    """Base: which message of which case."""

    about_type: str
    message_id: UUID
    template: str
    channel: str

    @property
    def subject_type(self) -> str:  # type: ignore[override]
        """The type of what the message is about."""
        return self.about_type


@dataclass(frozen=True)
class MessageQueued(MessageEvent):
    """It was decided to send a message; the drain sends it."""

    kind: ClassVar[str] = "notifications.message.queued"


@dataclass(frozen=True)
class MessageSent(MessageEvent):
    """A provider took the message."""

    kind: ClassVar[str] = "notifications.message.sent"


@dataclass(frozen=True)
class MessageDelivered(MessageEvent):
    """The message reached the person's device."""

    kind: ClassVar[str] = "notifications.message.delivered"


@dataclass(frozen=True)
class MessageFailed(MessageEvent):
    """Every channel failed, or the message became too old."""

    kind: ClassVar[str] = "notifications.message.failed"
    reason: str


@dataclass(frozen=True)
class MessageUnknown(MessageEvent):
    """Nobody knows whether the message arrived."""

    kind: ClassVar[str] = "notifications.message.unknown"


@dataclass(frozen=True)
class SetupEvent(Event):
    """Base: somebody changed what governs sending; the row is the subject."""

    what: str  # created, changed, archived, tested


@dataclass(frozen=True)
class MessageTemplateChanged(SetupEvent):
    """A text was made, changed or archived."""

    kind: ClassVar[str] = "notifications.template.changed"
    subject_type: ClassVar[str] = "message_template"


@dataclass(frozen=True)
class ProviderChanged(SetupEvent):
    """A provider was set up, changed, archived or tried; its secrets stand in no event."""

    kind: ClassVar[str] = "notifications.provider.changed"
    subject_type: ClassVar[str] = "provider"
    outcome: str = ""  # of a test


@dataclass(frozen=True)
class ContactRuleChanged(SetupEvent):
    """Quiet hours or the order of channels were changed."""

    kind: ClassVar[str] = "notifications.contact_rule.changed"
    subject_type: ClassVar[str] = "contact_rule"
