"""Idempotency-Key: the same key and body gets the same answer; the same key with another body is a conflict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from app.core.access.actor import Actor
from app.core.db import command, db, take_turn
from app.core.errors import Conflict, Invalid
from app.core.time import clock
from app.integrations.models import StoredAnswer
from app.integrations.services.senders import Sender

MOST = 120
KEPT = timedelta(hours=24)


def answered(source: Sender, key: str | None, body: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give the stored answer of a key, or act and store the answer with it. Conflict: the key came with another body."""
    if not key:
        return act()
    if len(key) > MOST:
        raise Invalid(idempotency_key=_l("This text is too long."))
    outcome = _once(source, key, hashlib.sha256(body).digest(), act)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


@command
def _once(source: Sender, key: str, digest: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any] | Conflict:
    """Act once and keep the answer. A conflict of the act is given, not raised: what it kept for review must be committed."""
    take_turn(f"{source.id}:{key}", 365)
    known = db.session.execute(
        select(StoredAnswer).where(StoredAnswer.source_id == source.id, StoredAnswer.key == key)
    ).scalar_one_or_none()
    if known is not None:
        if known.body_digest != digest:
            raise Conflict(_l("This Idempotency-Key was used with another body."), code="idempotency_conflict")
        return dict(known.body)
    try:
        answer = act()
    except Conflict as refusal:
        return refusal
    stored = {name: str(value) if name == "id" else value for name, value in answer.items()}
    db.session.add(
        StoredAnswer(
            hospital_id=source.hospital_id, source_id=source.id, key=key, body_digest=digest, status=202, body=stored
        )
    )
    return stored


@command
def forget_old(*, actor: Actor) -> int:
    """Remove stored answers after a day: nobody sends the same request again later than that. Returns how many."""
    late = delete(StoredAnswer).where(StoredAnswer.created_at < clock.now() - KEPT).returning(StoredAnswer.id)
    return len(db.session.execute(late).all())
