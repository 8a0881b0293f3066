"""How far a message is: what providers say only raises its state, whatever order it comes in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import after_commit, db, take_turn
from app.core.events import record
from app.core.time import clock
from app.notifications.enums import RANK, MessageStatus, Reason
from app.notifications.events import MessageDelivered, MessageEvent, MessageSent
from app.notifications.models import Message, MessageTry, ReceiptRow
from app.notifications.services import fallback
from app.notifications.services.messages import nudge
from app.notifications.workflow import MESSAGE

RECEIPT_LIFE = timedelta(hours=72)  # providers repeat their reports so long (domain.md section 1.5)
_VERBS = {"sent": "accept", "delivered": "deliver", "read": "read"}
_GONE = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.UNKNOWN)


def advance(message: Message, attempt: MessageTry, state: str, code: str, actor: Actor) -> None:
    """Apply what a provider says of one try to its message, which the caller has locked."""
    if state == "failed":
        _undelivered(message, attempt, code, actor)
        return
    if RANK[state] <= RANK[message.status]:
        return
    if state == "sent" and message.status == MessageStatus.QUEUED and attempt.channel != message.channel:
        return  # an earlier channel took it, and failed since; only an arrival would end the turn of the next one
    _raise(message, state, actor)


def _raise(message: Message, state: str, actor: Actor) -> None:
    was = message.status
    MESSAGE.apply(message, _VERBS[state], actor=actor)
    now = clock.now()
    message.sent_at = message.sent_at or now
    message.reason = ""
    if state == "sent":
        message.look_at = now + RECEIPT_LIFE
        record(event_of(MessageSent, message), actor=actor)
        return
    message.look_at = None
    if RANK[was] < RANK[MessageStatus.DELIVERED]:
        message.delivered_at = message.delivered_at or now
        record(event_of(MessageDelivered, message), actor=actor)


def _undelivered(message: Message, attempt: MessageTry, code: str, actor: Actor) -> None:
    """The provider could not deliver: the next channel gets its turn, or the message has failed."""
    if message.status not in _GONE or latest_try(message.id) != attempt.id:
        return
    message.provider_code = code[:60]
    MESSAGE.apply(message, "fall_back", actor=actor)
    fallback.next_channel(message, Reason.UNDELIVERED, actor)
    after_commit(nudge)


def event_of(kind: type[MessageEvent], message: Message) -> MessageEvent:
    """Make an event that says nothing but which message of which case."""
    return kind(
        message.about_id, message.hospital_id, message.about_type, message.id, message.template, message.channel
    )


def latest_try(message_id: UUID) -> UUID | None:
    """Name the newest try of a message."""
    return db.session.execute(
        select(MessageTry.id)
        .where(MessageTry.message_id == message_id)
        .order_by(MessageTry.created_at.desc(), MessageTry.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def one_at_a_time(provider_id: UUID | None, provider_reference: str) -> None:
    """Let a receipt and the answer that makes its id known wait for each other, so that neither misses the other."""
    key = f"receipt:{provider_id}:{provider_reference}"
    take_turn(key, 362)


def apply_kept(message: Message, attempt: MessageTry, actor: Actor) -> None:
    """Apply the receipts that came before anybody knew their id; the caller holds the lock of `one_at_a_time`."""
    kept = db.session.execute(
        select(ReceiptRow)
        .where(
            ReceiptRow.provider_id == attempt.provider_id,
            ReceiptRow.provider_reference == attempt.provider_reference,
            ReceiptRow.message_id.is_(None),
        )
        .order_by(ReceiptRow.created_at, ReceiptRow.id)
    ).scalars()
    for row in kept.all():
        row.message_id = message.id
        advance(message, attempt, row.state, row.code, actor)
