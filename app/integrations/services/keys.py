"""Keys of source systems: one per source, kept as a digest, rotated with an overlap, limited to the source's hospital."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from flask import g
from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor, ActorKind, Holding, Role
from app.core.access.policy import load
from app.core.db import command
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.integrations.events import SourceKeyRotated, SourceOldKeyStopped
from app.integrations.models import SourceSystem
from app.integrations.policy import Perm
from app.integrations.services import senders
from app.integrations.services.senders import PREFIX, Sender, digest

OVERLAP = timedelta(hours=24)
ARCHIVED = _l("This record is archived. Restore it first.")


@command
def rotate(source_id: UUID, *, actor: Actor) -> str:
    """Give the source a new key and return it, once; the old one works for another day. Conflict: it is archived."""
    source = load(SourceSystem, source_id, actor=actor, needs=Perm.SETUP, lock=True)
    if source.archived_at is not None:
        raise Conflict(ARCHIVED, current=source)
    key = PREFIX + secrets.token_urlsafe(32)
    source.old_key_digest = source.key_digest
    source.old_key_until = clock.now() + OVERLAP if source.key_digest else None
    source.key_digest = digest(key)
    source.key_hint = key[-4:]
    source.key_rotated_at = clock.now()
    record(SourceKeyRotated(source.id, source.hospital_id), actor=actor)
    return key


@command
def stop_old(source_id: UUID, *, actor: Actor) -> SourceSystem:
    """End the day that the old key has left, because it fell into wrong hands or nobody uses it; again is harmless."""
    source = load(SourceSystem, source_id, actor=actor, needs=Perm.SETUP, lock=True)
    if source.old_key_digest is not None:
        source.old_key_digest = source.old_key_until = None
        record(SourceOldKeyStopped(source.id, source.hospital_id), actor=actor)
    return source


def actor_of(source: Sender) -> Actor:
    """Give a source system as actor: it may submit events to its own hospital, nothing else."""
    return Actor(
        ActorKind.SOURCE,
        source.id,
        (Holding(Role.SOURCE_SYSTEM, frozenset({source.hospital_id})),),
        name=source.code,
    )


def bearer(token: str) -> Actor | None:
    """Give the source system whose key this is as actor, or None."""
    source = g.source = senders.by_key(token)  # held for the request, so that the intake does not read it again
    return actor_of(source) if source is not None else None
