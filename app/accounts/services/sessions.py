"""Sessions of browsers: server side, listed to their owner, revocable at once; the cookie only carries a random token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, bindparam, delete, select, update
from sqlalchemy.orm import joinedload

from app.accounts import queries
from app.accounts.models import AccountLink, LoginSession, RefreshToken, User
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.time import clock
from app.organizations.models import Hospital

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)  # what has ended is kept so long


def digest(token: str) -> bytes:
    """Digest a session's token; it is 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


@command
def begin(user_id: UUID, *, agent: str, actor: Actor) -> str:
    """Begin a session and give its token for the cookie; it is stored nowhere."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        LoginSession(
            user_id=user_id,
            token_digest=digest(token),
            agent="".join(char for char in agent if char.isprintable())[:200],
            last_seen_at=now,
            expires_at=now + LIFE,
        )
    )
    db.session.flush()
    return token


@dataclass(frozen=True, slots=True)
class Found:
    """A live session, its person with the roles, and whether a rule asks that person for a second factor."""

    session: LoginSession
    asks_second_factor: bool
    user: User


def find(token: str) -> Found | None:
    """Find the live session of a token and whose it is: one statement for every page."""
    now = clock.now()
    given = {"digest": digest(token), "now": now, "idle_since": now - IDLE}
    row = db.session.execute(_FIND, given).unique().one_or_none()
    return Found(row[0], bool(row[1]), row[2]) if row is not None else None


def _live(now: Any, idle_since: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now,
        LoginSession.last_seen_at > idle_since,
    )


_NOW = bindparam("now", type_=DateTime(timezone=True))
_FIND = (
    select(LoginSession, queries.asks_second_factor(LoginSession.user_id, _NOW), User)
    .join(User, User.id == LoginSession.user_id)
    .options(joinedload(User.assignments))
    .where(LoginSession.token_digest == bindparam("digest"), *_live(_NOW, bindparam("idle_since")))
)


def of_user(user_id: UUID) -> Sequence[LoginSession]:
    """Give a person's live sessions, the last used first."""
    now = clock.now()
    query = select(LoginSession).where(LoginSession.user_id == user_id, *_live(now, now - IDLE))
    return db.session.execute(query.order_by(LoginSession.last_seen_at.desc()).limit(50)).scalars().all()


@command
def revoke(session_id: UUID, *, actor: Actor) -> None:
    """End one of the actor's own sessions. NotFound when it is somebody else's."""
    ended = db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.user_id == actor.id)
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound()


@command
def revoke_all(user_id: UUID, *, actor: Actor, but: UUID | None = None) -> None:
    """End every session of a person, but one if it is named."""
    change = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
    if but is not None:
        change = change.where(LoginSession.id != but)
    db.session.execute(change.values(revoked_at=clock.now()).execution_options(synchronize_session=False))


@command
def switch_hospital(session_id: UUID, hospital_id: UUID | None, *, actor: Actor) -> None:
    """Look at one hospital, or at all again (None). NotFound: it is not one of the person's hospitals."""
    if hospital_id is not None and not _reaches(hospital_id, actor):
        raise NotFound()
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.user_id == actor.id)
        .values(current_hospital_id=hospital_id)
        .execution_options(synchronize_session=False)
    )


def _reaches(hospital_id: UUID, actor: Actor) -> bool:
    """Tell whether a hospital in use is within the person's whole reach, wherever they look now."""
    user = queries.get(actor.id) if actor.id else None
    if user is None:
        return False
    reached = queries.actor_of(user).hospital_ids
    known = select(Hospital.id).where(Hospital.id == hospital_id, Hospital.archived_at.is_(None))
    return (reached is None or hospital_id in reached) and db.session.execute(known).first() is not None


@command
def forget_old(*, actor: Actor) -> int:
    """Remove sessions, tokens and links that ended more than 30 days ago; returns how many rows went."""
    before, gone = clock.now() - KEPT, 0
    for model in (LoginSession, RefreshToken, AccountLink):
        swept = db.session.execute(
            delete(model).where(model.expires_at < before).execution_options(synchronize_session=False)
        )
        gone += swept.rowcount  # type: ignore[attr-defined]
    return gone
