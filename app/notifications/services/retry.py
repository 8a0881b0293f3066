"""Sending a failed message again by hand, where that is allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.access.actor import Actor
from app.core.access.policy import load, require
from app.core.db import after_commit, command
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.notifications import queries
from app.notifications.enums import MessageClass, Reason
from app.notifications.events import MessageQueued
from app.notifications.models import Message
from app.notifications.policy import Perm
from app.notifications.services import progress
from app.notifications.services.messages import nudge
from app.notifications.workflow import MESSAGE

# what the message is about -> why it is not needed any more, or None; the domain that owns the case says it
_still_wanted: dict[str, Callable[[UUID], Any]] = {}


def ask_first(about_type: str, why_not: Callable[[UUID], Any]) -> None:
    """Let a domain refuse a retry about its cases (a survey that was answered meanwhile)."""
    _still_wanted[about_type] = why_not


@command
def retry(message_id: UUID, *, version: int, actor: Actor) -> Message:
    """Queue a failed message again on its last channel, with a life of its own; a new try carries a new reference.

    NotFound, NotAllowed; Conflict: it has not failed, it is of a kind that is never sent again by hand, its case no
    longer wants it, or somebody was faster.
    """
    require(actor, Perm.RETRY)
    queries.get(message_id, actor=actor)  # the log hides more than the policy: accounts' mails
    message = load(Message, message_id, actor=actor, needs=Perm.RETRY, sees=Perm.LOG_READ, version=version, lock=True)
    MESSAGE.apply(message, "retry", actor=actor)
    why_not = _still_wanted.get(message.about_type, lambda _about_id: None)(message.about_id)
    if why_not is not None:
        raise Conflict(why_not, code="not_needed")
    now = clock.now()
    if message.reason == Reason.NO_RECEIPT:
        message.repeats += 1  # it may have arrived: the text says that it comes again
    message.reason = message.provider_code = ""
    message.attempts = 0
    message.provider_id = message.provider_reference = message.look_at = None
    message.not_before = now
    message.expires_at = now + timedelta(hours=MessageClass(message.message_class).life_hours)
    record(progress.event_of(MessageQueued, message), actor=actor)
    after_commit(nudge)
    return message
