"""Secrets of endpoints: encrypted, shown once, rotated so that the old one and the new one both sign for a day."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.core.access.actor import Actor
from app.core.db import command
from app.core.events import record
from app.core.keys.fields import decrypt, encrypt
from app.core.keys.rotation import encrypted
from app.core.time import clock
from app.integrations.outbound import queries, signing
from app.integrations.outbound.events import EndpointOldSecretStopped, EndpointSecretRotated
from app.integrations.outbound.models import WebhookEndpoint

CONTEXT, OLD_CONTEXT = "webhook_endpoints.secret", "webhook_endpoints.old_secret"
OVERLAP = timedelta(hours=24)
encrypted("webhook_endpoints", "secret", CONTEXT)
encrypted("webhook_endpoints", "old_secret", OLD_CONTEXT)


def give(endpoint: WebhookEndpoint, secret: str) -> None:
    """Set the secret that signs from now on."""
    endpoint.secret = encrypt(secret.encode(), context=CONTEXT)
    endpoint.secret_hint = secret[-4:]
    endpoint.secret_rotated_at = clock.now()


def in_force(endpoint: WebhookEndpoint) -> list[str]:
    """Give the secrets that sign now, the newest first. Raises Undecipherable."""
    found = [decrypt(endpoint.secret, context=CONTEXT).decode()]
    if endpoint.old_secret is not None and has_old(endpoint):
        found.append(decrypt(endpoint.old_secret, context=OLD_CONTEXT).decode())
    return found


def has_old(endpoint: WebhookEndpoint) -> bool:
    """Tell whether an old secret still signs beside the new one."""
    return endpoint.old_secret_until is not None and endpoint.old_secret_until > clock.now()


@command
def rotate(endpoint_id: UUID, *, version: int | None = None, actor: Actor) -> str:
    """Give the endpoint a new secret and return it, once; the old one signs beside it for another day. Conflict: archived."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor, version=version)
    plain = decrypt(endpoint.secret, context=CONTEXT)
    endpoint.old_secret = encrypt(plain, context=OLD_CONTEXT)
    endpoint.old_secret_until = clock.now() + OVERLAP
    secret = signing.new_secret()
    give(endpoint, secret)
    record(EndpointSecretRotated(endpoint.id, endpoint.hospital_id), actor=actor)
    return secret


@command
def stop_old(endpoint_id: UUID, *, actor: Actor) -> WebhookEndpoint:
    """End the day that the old secret has left, because it fell into wrong hands; again is harmless."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor)
    if endpoint.old_secret is not None:
        endpoint.old_secret = endpoint.old_secret_until = None
        record(EndpointOldSecretStopped(endpoint.id, endpoint.hospital_id), actor=actor)
    return endpoint
