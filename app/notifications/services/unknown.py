"""The sweep over what is open: dead workers, unknown fates, receipts that never came. It looks only at what is due.

Source: product.md section 8: ask the provider by reference where it can answer, wait for the receipt, then by class give up
visibly (surveys, reminders) or send again marked as a repeat (security codes, critical escalation).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.logging import get_logger
from app.core.time import clock
from app.notifications.enums import MessageClass, MessageStatus, Reason
from app.notifications.gateways import Gateway, OutcomeKind
from app.notifications.models import Message, MessageTry, Provider
from app.notifications.services import fallback, progress, providers, settlement
from app.notifications.workflow import MESSAGE

log = get_logger(__name__)

BATCH = 200
MOST_REPEATS = 1
LONGEST_LOOK = timedelta(minutes=30)
SHORTEST_LOOK = timedelta(seconds=15)


def sweep() -> int:
    """Settle one batch of messages whose time to look has come; returns how many were looked at."""
    with acting_as(system_actor("settle open messages")) as actor:
        with unit_of_work():
            due = (
                db.session.execute(
                    select(Message.id).where(Message.look_at <= clock.now()).order_by(Message.look_at).limit(BATCH)
                )
                .scalars()
                .all()
            )
        for message_id in due:
            _lose_if_dead(message_id, actor)
            _ask_about(message_id, actor)
            _decide(message_id, actor)
            db.session.expunge_all()
        return len(due)


def _locked(message_id: UUID) -> Message | None:
    """Lock a message that is still due; None when another sweep or a receipt has it or has settled it."""
    return db.session.execute(
        select(Message)
        .where(Message.id == message_id, Message.look_at <= clock.now())
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _lose_if_dead(message_id: UUID, actor: Actor) -> None:
    """The worker died after it may have sent the first byte: the fate is unknown."""
    with unit_of_work():
        message = _locked(message_id)
        if message is not None and message.status == MessageStatus.SENDING:
            settlement.lose(message, None, actor)
            message.look_at = clock.now()


def _ask_about(message_id: UUID, actor: Actor) -> None:
    with unit_of_work():
        found = _asking(message_id)
    if found is None:
        return
    gateway, attempt_id, reference = found
    try:
        outcome = gateway.ask(reference)
    except Exception as problem:  # an outside boundary; the sweep asks again
        log.error("gateway_ask_failed", message=str(message_id), problem=type(problem).__name__, exc_info=True)
        return
    if outcome is not None and outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED):
        settlement.settle(message_id, attempt_id, outcome, actor=actor)


def _asking(message_id: UUID) -> tuple[Gateway, UUID, str] | None:
    """Give whom to ask about an unknown message, where that provider can answer by our reference."""
    status = db.session.execute(select(Message.status).where(Message.id == message_id)).scalar_one()
    attempt_id = progress.latest_try(message_id)
    if status != MessageStatus.UNKNOWN or attempt_id is None:
        return None
    attempt = db.session.get_one(MessageTry, attempt_id)
    provider = db.session.get(Provider, attempt.provider_id)
    try:
        gateway = providers.gateway(provider) if provider else None
    except Exception as problem:  # noqa: BLE001 - settings that are not usable now; the sweep asks again
        log.error("gateway_not_usable", provider=str(attempt.provider_id), problem=type(problem).__name__)
        return None
    return (gateway, attempt.id, attempt.reference) if gateway and gateway.can_ask_by_reference else None


def _decide(message_id: UUID, actor: Actor) -> None:
    with unit_of_work():
        message = _locked(message_id)
        if message is None:
            return
        if message.status == MessageStatus.UNKNOWN:
            _decide_unknown(message, actor)
            return
        if message.status == MessageStatus.SENT:
            message.reason = Reason.NO_RECEIPT  # it stays `sent`: that is true, and nothing more is known
        message.look_at = None


def _decide_unknown(message: Message, actor: Actor) -> None:
    now, sort = clock.now(), MessageClass(message.message_class)
    waited = now - (message.tried_at or message.created_at)
    wait = timedelta(minutes=sort.receipt_wait_minutes)
    if waited < wait:
        message.look_at = now + min(max(waited, SHORTEST_LOOK), LONGEST_LOOK, max(wait - waited, SHORTEST_LOOK))
    elif sort.is_repeated_when_unknown and message.repeats < MOST_REPEATS and message.expires_at > now:
        message.repeats += 1
        MESSAGE.apply(message, "requeue", actor=actor)
        message.look_at = None
        message.not_before = now
    else:
        fallback.fail(message, Reason.NO_RECEIPT, actor)
