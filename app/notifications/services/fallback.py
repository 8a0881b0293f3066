"""What follows when a channel failed: the next one, or the end. Never two channels at once."""

from __future__ import annotations

from app.core.access.actor import Actor
from app.core.events import record
from app.core.time import clock
from app.notifications.enums import Reason
from app.notifications.events import MessageFailed
from app.notifications.models import Message
from app.notifications.workflow import MESSAGE


def next_channel(message: Message, reason: Reason, actor: Actor) -> None:
    """Fall back to the next channel of the person, or fail when there is none; the message is queued when this is called."""
    rest = message.channels[1:]
    if not rest:
        fail(message, reason, actor)
        return
    message.channels = rest
    message.channel = rest[0]
    message.attempts = 0
    message.provider_id = None
    message.provider_reference = None
    message.look_at = None
    message.not_before = clock.now()


def fail(message: Message, reason: Reason, actor: Actor) -> None:
    """Give the message up, visibly."""
    MESSAGE.apply(message, "fail", actor=actor)
    message.reason = reason
    message.look_at = None
    record(
        MessageFailed(
            message.about_id,
            message.hospital_id,
            message.about_type,
            message.id,
            message.template,
            message.channel,
            reason,
        ),
        actor=actor,
    )
