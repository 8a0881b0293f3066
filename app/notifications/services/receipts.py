"""Receipts: states only move forward, whatever order they come in; repeats are harmless, unknown ids are kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.db import command, db, uuid7
from app.core.time import clock
from app.notifications.models import Message, MessageTry, Provider, ReceiptRow
from app.notifications.receipts import Receipt
from app.notifications.services import progress


@command
def take(provider: Provider, receipt: Receipt, *, actor: Actor) -> None:
    """Keep a receipt and raise the message's state; it never goes back.

    A receipt whose message nobody knows yet is kept, and applied when the provider's answer makes its id known.
    """
    name = receipt.provider_id or receipt.reference or ""
    progress.one_at_a_time(provider.id, name)
    found = _found(provider.id, receipt)
    _keep(provider.id, name, receipt, found[0].id if found else None)
    if found is None:
        return
    message, attempt = found
    if receipt.provider_id and attempt.provider_reference is None:
        attempt.provider_reference = receipt.provider_id
    if receipt.provider_id and message.provider_reference is None and message.provider_id == provider.id:
        message.provider_reference = receipt.provider_id
    progress.advance(message, attempt, receipt.state, receipt.code, actor)


def _keep(provider_id: UUID, name: str, receipt: Receipt, message_id: UUID | None) -> None:
    now = clock.now()
    made = db.session.execute(
        insert(ReceiptRow)
        .values(
            id=uuid7(),
            created_at=now,
            updated_at=now,
            provider_id=provider_id,
            provider_reference=name,
            state=receipt.state,
            code=(receipt.code or "")[:60],
            message_id=message_id,
        )
        .on_conflict_do_nothing()
        .returning(ReceiptRow.id)
    ).scalar_one_or_none()
    if made is None and message_id is not None:  # it was kept before its message was known
        db.session.execute(
            update(ReceiptRow)
            .where(
                ReceiptRow.provider_id == provider_id,
                ReceiptRow.provider_reference == name,
                ReceiptRow.state == receipt.state,
                ReceiptRow.message_id.is_(None),
            )
            .values(message_id=message_id)
        )


def _found(provider_id: UUID, receipt: Receipt) -> tuple[Message, MessageTry] | None:
    for column, value in (
        (MessageTry.provider_reference, receipt.provider_id),
        (MessageTry.reference, receipt.reference),
    ):
        if not value:
            continue
        message_id = db.session.execute(
            select(MessageTry.message_id).where(MessageTry.provider_id == provider_id, column == value).limit(1)
        ).scalar_one_or_none()
        if message_id is not None:
            return _locked(message_id, provider_id, column, value)
    return None


def _locked(message_id: UUID, provider_id: UUID, column: object, value: str) -> tuple[Message, MessageTry]:
    """Lock the message first, then read its try as it stands: whoever writes a try holds the message."""
    message = db.session.execute(
        select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    attempt = (
        db.session.execute(
            select(MessageTry)
            .where(MessageTry.message_id == message_id, MessageTry.provider_id == provider_id, column == value)  # type: ignore[arg-type]
            .order_by(MessageTry.created_at.desc(), MessageTry.id.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        .scalars()
        .one()
    )
    return message, attempt
