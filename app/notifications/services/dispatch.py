"""Sending: `sending` is committed before the first byte; what came of it decides between retry, fallback and `unknown`.

Source: product.md section 8. Order of one try: claim one message and commit `sending` with our reference; talk to the
gateway without any transaction open; then write what came of it. One message is claimed at a time: a claimed one that waited
for others behind a slow provider would look like a dead worker's.
"""

from __future__ import annotations

import secrets
import time as stopwatch
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.logging import get_logger
from app.core.time import clock
from app.notifications import queries, quiet, segments
from app.notifications.enums import Channel, MessageClass, MessageStatus, Reason
from app.notifications.gateways import Outcome, OutcomeKind, Outgoing
from app.notifications.models import Message, MessageTry, Provider
from app.notifications.services import compose, fallback, providers, unknown
from app.notifications.services.settlement import settle
from app.notifications.workflow import MESSAGE

log = get_logger(__name__)

BATCH = 20
DEAD_WORKER = timedelta(minutes=3)  # `sending` for longer: the worker died after it may have sent the first byte
URGENT = (MessageClass.SECURITY, MessageClass.ESCALATION)

resolve_unknown = unknown.sweep


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one try needs, read before the transaction ends."""

    message_id: UUID
    try_id: UUID
    provider_id: UUID
    outgoing: Outgoing


def send_due(most: int = BATCH) -> int:
    """Send up to `most` messages that are due, urgent ones first; returns how many were looked at (0: nothing is due)."""
    with acting_as(system_actor("send messages")) as actor:
        for number in range(most):
            with unit_of_work():
                message = _next_due()
                ticket = _prepare(message, actor) if message is not None else None
            if message is None:
                return number
            if ticket is not None:
                settle(ticket.message_id, ticket.try_id, _hand_over(ticket), actor=actor)
        db.session.expunge_all()
        return most


def _next_due() -> Message | None:
    return _first_due(Message.message_class.in_([str(each) for each in URGENT])) or _first_due()


def _first_due(*where: ColumnElement[bool]) -> Message | None:
    found: Any = db.session.execute(
        select(Message)
        .where(Message.status == MessageStatus.QUEUED, Message.not_before <= clock.now(), *where)
        .order_by(Message.not_before, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


def _prepare(message: Message, actor: Actor) -> Ticket | None:
    """Decide whether this message leaves now; if so, write `sending`. The caller commits before the first byte."""
    now = clock.now()
    if message.expires_at <= now:
        fallback.fail(message, Reason.TOO_OLD, actor)
        return None
    if not _may_leave_now(message):
        return None
    provider = providers.for_message(message)
    if provider is None:
        fallback.next_channel(message, Reason.NO_PROVIDER, actor)
        return None
    text = compose.compose(message)
    if text is None:
        fallback.next_channel(message, Reason.NO_TEMPLATE, actor)
        return None
    pause = providers.pause_for_rate(provider, is_urgent=message.message_class in URGENT)
    if pause:
        message.not_before = now + pause
        return None
    return _take(message, provider, text, actor)


def _may_leave_now(message: Message) -> bool:
    """Hold a quiet message back that became due in quiet hours by a retry, a fallback or a late worker."""
    if not MessageClass(message.message_class).is_quiet_at_night:
        return True
    now, hours = clock.now(), queries.contact_rule(message.hospital_id).hours
    opening = quiet.opening_after(now, hours)
    if opening > now:
        message.not_before = quiet.with_jitter(now, opening, hours)
        return False
    return True


def _take(message: Message, provider: Provider, text: compose.Text, actor: Actor) -> Ticket:
    reference = _reference(message, provider)
    MESSAGE.apply(message, "take", actor=actor)
    message.attempts += 1
    message.tried_at = clock.now()
    message.look_at = message.tried_at + DEAD_WORKER
    message.provider_id = provider.id
    attempt = MessageTry(
        message_id=message.id,
        hospital_id=message.hospital_id,
        provider_id=provider.id,
        channel=message.channel,
        reference=reference,
        is_repeat=message.repeats > 0,
        parts=segments.count(text.body).parts if message.channel == Channel.SMS else 1,
    )
    db.session.add(attempt)
    db.session.flush()
    outgoing = compose.outgoing(text, provider, message, reference=reference)
    return Ticket(message.id, attempt.id, provider.id, outgoing)


def _reference(message: Message, provider: Provider) -> str:
    """Give our reference of this try: the same one again at the same provider, so that it can tell a repeat."""
    known = None
    if message.provider_id == provider.id:
        known = db.session.execute(
            select(MessageTry.reference)
            .where(
                MessageTry.message_id == message.id,
                MessageTry.provider_id == provider.id,
                MessageTry.channel == message.channel,
            )
            .order_by(MessageTry.created_at.desc(), MessageTry.id.desc())
            .limit(1)
        ).scalar_one_or_none()
    return known or f"px{message.id.hex[-12:]}{secrets.token_hex(4)}"


def _hand_over(ticket: Ticket) -> Outcome:
    try:
        with unit_of_work():  # ends before the first byte: no transaction stays open while the provider takes its time
            gateway = providers.gateway(db.session.get_one(Provider, ticket.provider_id))
    except Exception as problem:  # noqa: BLE001 - settings or secrets are not usable; nothing left this house
        log.error("gateway_not_usable", provider=str(ticket.provider_id), problem=type(problem).__name__)
        return Outcome(OutcomeKind.BUSY, code="setup")
    begun = stopwatch.monotonic()
    try:
        outcome = gateway.send(ticket.outgoing)
    except Exception as problem:
        log.error("gateway_failed", message=str(ticket.message_id), problem=type(problem).__name__, exc_info=True)
        outcome = Outcome(OutcomeKind.UNKNOWN, code=type(problem).__name__)
    log.info(
        "message_tried",
        message=str(ticket.message_id),
        outcome=outcome.kind,
        took_ms=round((stopwatch.monotonic() - begun) * 1000),
    )
    return outcome
