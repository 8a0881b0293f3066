"""Which gateway carries a channel, built from its row; secrets are decrypted only here."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import select

from app.core.db import db
from app.core.jobs import redis_client
from app.core.keys.fields import decrypt, encrypt
from app.core.keys.links import new_handle, token_for
from app.core.keys.rotation import encrypted
from app.core.time import clock
from app.notifications.gateways import Gateway, build
from app.notifications.models import Message, Provider

CONTEXT = "providers.secrets"
MINUTE = 60
LONGEST_LINE = 60  # minutes; what would wait longer for its turn is looked at again then
encrypted("providers", "secrets", CONTEXT)


def for_message(message: Message) -> Provider | None:
    """Give the provider of the next try: in order, the next one after each try that was turned away.

    A repeat goes to the provider that may have the message already, which can tell it by our reference.
    """
    found = of_channel(message.hospital_id, message.channel)
    if message.repeats and message.provider_id is not None:
        for provider in found:
            if provider.id == message.provider_id:
                return provider
    return found[message.attempts % len(found)] if found else None


def of_channel(hospital_id: UUID | None, channel: str) -> list[Provider]:
    """Give the active providers of a channel in order; the group's stand in only where the hospital has none of its own."""
    rows = list(
        db.session.execute(
            select(Provider)
            .where(
                Provider.channel == channel,
                Provider.is_active,
                Provider.archived_at.is_(None),
                Provider.holds_in(hospital_id),
            )
            .order_by(Provider.priority, Provider.id)
        ).scalars()
    )
    own = [row for row in rows if row.hospital_id is not None]
    return own or rows


def gateway(provider: Provider) -> Gateway:
    """Build the gateway of a provider row. Raises GatewayError and Undecipherable."""
    return build(
        provider.kind,
        provider.channel,
        {**provider.settings, "callback_url": callback_url(provider)},
        secrets_of(provider),
        is_production=current_app.config["SETTINGS"].is_production,
    )


def secrets_of(provider: Provider) -> dict[str, str]:
    """Decrypt the provider's secrets."""
    if not provider.secrets:
        return {}
    found: dict[str, str] = json.loads(decrypt(provider.secrets, context=CONTEXT))
    return found


def sealed(secrets: dict[str, Any]) -> bytes:
    """Encrypt a provider's secrets for its row."""
    return encrypt(json.dumps(secrets).encode(), context=CONTEXT)


def callback_url(provider: Provider) -> str:
    """Give the secret address to which the provider sends receipts."""
    return f"{current_app.config['BASE_URL']}/webhooks/{token_for('receipt', provider.receipt_handle)}/"


def fresh_handle() -> str:
    """Make the handle of a new provider row."""
    return new_handle()


def pause_for_rate(provider: Provider, *, is_urgent: bool) -> timedelta | None:
    """Count one message against the provider's rate; None when it may leave now, else how long it waits for its turn.

    A tenth of the rate is kept for urgent messages. Those beyond it are spread over the minutes that they need, so that each
    is looked at about once. With Redis away the provider's own limit has to do.
    """
    now = clock.now().timestamp()
    minute = int(now // MINUTE)
    key = f"px360:rate:{provider.id}:{minute}"
    room = max(provider.rate_per_minute if is_urgent else provider.rate_per_minute * 9 // 10, 1)
    granted = _count(key, 1)
    if granted is None or granted <= room:
        return None
    _count(key, -1)
    place = 1 if is_urgent else _count(f"{key}:line", 1) or 1
    minutes = min((place - 1) // room + 1, LONGEST_LINE)
    return timedelta(seconds=(minute + minutes) * MINUTE - now + 0.05)


def _count(key: str, by: int) -> int | None:
    try:
        pipe = redis_client().pipeline()
        pipe.incrby(key, by)
        pipe.expire(key, 2 * MINUTE)
        return int(pipe.execute()[0])
    except RedisError:
        return None
