"""Codes of messages, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext


class Channel(StrEnum):
    """Ways to reach a person."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return {Channel.SMS: _l("SMS"), Channel.WHATSAPP: _l("WhatsApp"), Channel.EMAIL: _l("E-mail")}[self]


class MessageStatus(StrEnum):
    """The states of a message (product.md section 5). Receipts only raise the state."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SUPPRESSED = "suppressed"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return {
            MessageStatus.QUEUED: pgettext("message", "Waiting"),
            MessageStatus.SENDING: pgettext("message", "Being sent"),
            MessageStatus.SENT: pgettext("message", "Sent"),
            MessageStatus.DELIVERED: pgettext("message", "Delivered"),
            MessageStatus.READ: pgettext("message", "Read"),
            MessageStatus.UNKNOWN: pgettext("message", "Unknown"),
            MessageStatus.FAILED: pgettext("message", "Failed"),
            MessageStatus.SUPPRESSED: pgettext("message", "Not sent"),
        }[self]


# how far a message is; a receipt that says less than what is known changes nothing
RANK: dict[str, int] = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.UNKNOWN: 2,
    MessageStatus.SENT: 3,
    MessageStatus.FAILED: 4,
    MessageStatus.DELIVERED: 5,
    MessageStatus.READ: 6,
    MessageStatus.SUPPRESSED: 9,
}


class MessageClass(StrEnum):
    """What a message is for: decides quiet hours, its life, and what happens when nobody knows whether it arrived."""

    SURVEY = "survey"
    REMINDER = "reminder"
    SERVICE = "service"
    SECURITY = "security"
    ESCALATION = "escalation"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return CLASS_LABELS[self]

    @property
    def is_quiet_at_night(self) -> bool:
        """Whether quiet hours hold it back (domain.md section 1.5)."""
        return self in (MessageClass.SURVEY, MessageClass.REMINDER)

    @property
    def is_repeated_when_unknown(self) -> bool:
        """Whether it is sent again, marked as a repeat, when a time-out left it unknown; the others give up visibly."""
        return self in (MessageClass.SECURITY, MessageClass.ESCALATION)

    @property
    def life_hours(self) -> int:
        """After how many hours it is not worth sending any more."""
        return LIFE_HOURS[self]

    @property
    def receipt_wait_minutes(self) -> int:
        """How long a message whose fate is unknown waits for its receipt before its class decides."""
        return RECEIPT_WAIT_MINUTES[self]


CLASS_LABELS: dict[MessageClass, Any] = {
    MessageClass.SURVEY: _l("Survey"),
    MessageClass.REMINDER: _l("Reminder"),
    MessageClass.SERVICE: _l("Service message"),
    MessageClass.SECURITY: _l("Security code"),
    MessageClass.ESCALATION: _l("Escalation"),
}
RECEIPT_WAIT_MINUTES: dict[MessageClass, int] = {
    MessageClass.SURVEY: 120,
    MessageClass.REMINDER: 120,
    MessageClass.SERVICE: 120,
    MessageClass.SECURITY: 2,
    MessageClass.ESCALATION: 10,
}
LIFE_HOURS: dict[MessageClass, int] = {
    MessageClass.SURVEY: 72,
    MessageClass.REMINDER: 48,
    MessageClass.SERVICE: 72,
    MessageClass.SECURITY: 1,
    MessageClass.ESCALATION: 24,
}


class Reason(StrEnum):
    """Why we did not send, or stopped trying."""

    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"
    NO_PROVIDER = "no_provider"
    NO_TEMPLATE = "no_template"
    TOO_OLD = "too_old"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    GAVE_UP = "gave_up"
    NO_RECEIPT = "no_receipt"
    UNDELIVERED = "undelivered"

    @property
    def label(self) -> Any:
        """The reason in the reader's language."""
        return REASON_LABELS[self]


REASON_LABELS: dict[Reason, Any] = {
    Reason.NO_ADDRESS: _l("There is no address for this channel."),
    Reason.NO_CONSENT: _l("The person does not want messages on this channel."),
    Reason.NO_CHANNEL: _l("The hospital uses none of these channels."),
    Reason.NO_PROVIDER: _l("No provider is set up for this channel."),
    Reason.NO_TEMPLATE: _l("There is no text in the person's language."),
    Reason.TOO_OLD: _l("It became too old to be useful."),
    Reason.WITHDRAWN: _l("It was no longer needed."),
    Reason.REJECTED: _l("The provider refused it."),
    Reason.GAVE_UP: _l("The provider could not be reached."),
    Reason.NO_RECEIPT: _l("The provider never said whether it arrived."),
    Reason.UNDELIVERED: _l("The provider took it but could not deliver it."),
}
