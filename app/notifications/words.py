"""Words of messages for templates."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.notifications.enums import Channel, MessageClass, MessageStatus, Reason
from app.notifications.labels import TEMPLATES
from app.notifications.models import Message, ReceiptRow
from app.organizations.identity import mask_phone

TONES: dict[str, str] = {
    MessageStatus.QUEUED: "neutral",
    MessageStatus.SENDING: "accent",
    MessageStatus.SENT: "accent",
    MessageStatus.DELIVERED: "success",
    MessageStatus.READ: "success",
    MessageStatus.UNKNOWN: "warning",
    MessageStatus.FAILED: "danger",
    MessageStatus.SUPPRESSED: "neutral",
}


def message_words(message: Message) -> dict[str, Any]:
    """Give how a message stands in the log: its state, tone, reason, channel and masked address."""
    status = MessageStatus(message.status)
    reason = Reason(message.reason).label if message.reason in set(Reason) else ""
    return {
        "status": status.label,
        "tone": TONES[status],
        "reason": reason,
        "channel": Channel(message.channel).label,
        "class": MessageClass(message.message_class).label,
        "address": masked_address(message),
    }


def message_label(template: str) -> Any:
    """Give what a message is about in words; the code where it is none of ours."""
    return TEMPLATES.get(template, template)


def receipt_words(row: ReceiptRow) -> tuple[str, str]:
    """Give the word and the tone of a receipt's state."""
    status = MessageStatus(row.state)
    return status.label, TONES[status]


def address_of(message: Message) -> str:
    """Give where a message goes, whole: for those who may identify patients."""
    return message.email if message.channel == Channel.EMAIL else message.phone


def masked_address(message: Message) -> str:
    """Give where a message goes, so that a person knows it again and nobody else learns it."""
    if message.channel == Channel.EMAIL:
        name, _at, host = message.email.partition("@")
        return f"{name[:2]}•••@{host}" if host else ""
    return mask_phone(message.phone) if message.phone else ""


def init_app(app: Flask) -> None:
    """Give them to templates."""
    app.jinja_env.globals["message_words"] = message_words
    app.jinja_env.globals["message_label"] = message_label
