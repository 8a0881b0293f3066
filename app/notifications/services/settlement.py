"""What came of a try, and what follows: accepted, tried again later, the next channel, or `unknown`."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import db, unit_of_work
from app.core.events import record
from app.core.time import clock
from app.notifications.enums import Channel, MessageStatus, Reason
from app.notifications.events import MessageSent, MessageUnknown
from app.notifications.gateways import WITHOUT_RECEIPTS, Outcome, OutcomeKind
from app.notifications.models import Message, MessageTry, Provider
from app.notifications.services import fallback, progress
from app.notifications.workflow import MESSAGE

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600))
LONGEST_PAUSE = 3600  # seconds; a provider that asks for more is asked again then
FIRST_LOOK = timedelta(seconds=15)  # an unknown message is asked about from here on
_OPEN = (MessageStatus.SENDING, MessageStatus.UNKNOWN)


def settle(message_id: UUID, try_id: UUID, outcome: Outcome, *, actor: Actor) -> None:
    """Write what came of a try, and decide what follows. An older try decides nothing, but what it cost is kept."""
    with unit_of_work():
        message = db.session.execute(
            select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
        ).scalar_one()
        attempt = db.session.get_one(MessageTry, try_id, populate_existing=True)
        _note(attempt, outcome)
        is_latest = progress.latest_try(message.id) == attempt.id
        if outcome.kind is OutcomeKind.ACCEPTED:
            _accepted(message, attempt, outcome, actor, is_latest=is_latest)
        elif is_latest and message.status in _OPEN:
            _REFUSED[outcome.kind](message, outcome, actor)


def _note(attempt: MessageTry, outcome: Outcome) -> None:
    attempt.outcome, attempt.code = outcome.kind, (outcome.code or "")[:60]
    attempt.provider_reference = outcome.provider_id or attempt.provider_reference
    if outcome.kind is OutcomeKind.ACCEPTED:
        attempt.parts = outcome.parts or attempt.parts  # ours where the provider does not tell
    if attempt.took_ms is None:
        attempt.took_ms = max(round((clock.now() - attempt.created_at).total_seconds() * 1000), 0)


def _accepted(message: Message, attempt: MessageTry, outcome: Outcome, actor: Actor, *, is_latest: bool) -> None:
    provider = db.session.get(Provider, attempt.provider_id)
    progress.one_at_a_time(attempt.provider_id, outcome.provider_id or attempt.reference)
    price = provider.price_per_part_halalas if provider else 0
    message.parts += attempt.parts
    message.cost_halalas += outcome.cost if outcome.cost is not None else price * attempt.parts
    if is_latest:
        message.provider_reference = outcome.provider_id or message.provider_reference
    if is_latest and message.status in (*_OPEN, MessageStatus.QUEUED) and attempt.channel == message.channel:
        MESSAGE.apply(message, "accept", actor=actor)
        message.sent_at = message.sent_at or clock.now()
        has_receipts = (
            provider is not None and provider.kind not in WITHOUT_RECEIPTS and provider.channel != Channel.EMAIL
        )
        message.look_at = clock.now() + progress.RECEIPT_LIFE if has_receipts else None
        record(progress.event_of(MessageSent, message), actor=actor)
    db.session.flush()
    progress.apply_kept(message, attempt, actor)


def _busy(message: Message, outcome: Outcome, actor: Actor) -> None:
    """Nothing left this house: try again later, and on the next channel when it lasts."""
    MESSAGE.apply(message, "requeue", actor=actor)
    message.look_at = None
    message.provider_code = (outcome.code or "")[:60]
    if message.attempts > len(PAUSES):
        fallback.next_channel(message, Reason.GAVE_UP, actor)
        return
    message.not_before = clock.now() + pause_after(message.attempts, outcome.retry_after)


def pause_after(attempts: int, retry_after: int | None = None) -> timedelta:
    """Give how long to wait after so many tries: growing, a little apart, and at least what the provider asked for."""
    pause = PAUSES[attempts - 1] * random.uniform(1, 1.2)  # noqa: S311 - spreads load only
    return max(pause, timedelta(seconds=min(retry_after or 0, LONGEST_PAUSE)))


def _rejected(message: Message, outcome: Outcome, actor: Actor) -> None:
    MESSAGE.apply(message, "requeue", actor=actor)
    message.provider_code = (outcome.code or "")[:60]
    fallback.next_channel(message, Reason.REJECTED, actor)


def lose(message: Message, _outcome: Outcome | None, actor: Actor) -> None:
    """Bytes may have left and nobody knows: the sweep asks, waits and decides."""
    if message.status == MessageStatus.SENDING:
        MESSAGE.apply(message, "lose", actor=actor)
        record(progress.event_of(MessageUnknown, message), actor=actor)
    message.look_at = clock.now() + FIRST_LOOK


_REFUSED = {
    OutcomeKind.BUSY: _busy,
    OutcomeKind.REJECTED: _rejected,
    OutcomeKind.UNKNOWN: lose,
}
