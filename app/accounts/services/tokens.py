"""API tokens: short access tokens (JWT) and refresh tokens that are good once; using one twice revokes its family."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from flask import current_app
from sqlalchemy import select, update

from app.accounts.models import RefreshToken, User
from app.core.db import command, db, uuid7
from app.core.errors import NotSignedIn
from app.core.time import clock

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=14)
ISSUER, AUDIENCE, ALGORITHM = "px360", "px360-api", "HS256"


@dataclass(frozen=True, slots=True)
class Pair:
    """What a client gets."""

    access: str
    refresh: str
    expires_in: int


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@command
def issue(user: User) -> Pair:
    """Begin a family of tokens for a person who has just proved who they are."""
    return _issue(user, uuid7())


def _issue(user: User, family: UUID) -> Pair:
    refresh = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        RefreshToken(user_id=user.id, family=family, token_digest=_digest(refresh), expires_at=now + REFRESH_LIFE)
    )
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.id),
        "fam": str(family),
        "iat": now,
        "exp": now + ACCESS_LIFE,
    }
    access = jwt.encode(claims, current_app.config["SECRET_KEY"], ALGORITHM)
    return Pair(access, refresh, int(ACCESS_LIFE.total_seconds()))


@command
def _use(token: str) -> tuple[str, Pair | None]:
    row = db.session.execute(
        select(RefreshToken).where(RefreshToken.token_digest == _digest(token)).with_for_update()
    ).scalar_one_or_none()
    now = clock.now()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return "bad", None
    if row.used_at is not None:
        _revoke(row.family)
        return "reused", None
    row.used_at = now
    user = db.session.get(User, row.user_id)
    if user is None or not user.is_open:
        return "bad", None
    return "good", _issue(user, row.family)


def rotate(token: str) -> Pair:
    """Give a new pair for a refresh token. NotSignedIn: it is not good; one used before also ends its whole family."""
    _state, pair = _use(token)
    if pair is None:
        raise NotSignedIn()
    return pair


@command
def revoke_family(family: UUID) -> None:
    """End every token of a family (logging out of the API)."""
    _revoke(family)


@command
def revoke_all_of(user_id: UUID) -> None:
    """End every token of a person (a new password, an archived account)."""
    db.session.execute(
        update(RefreshToken)
        .where(RefreshToken.user_id == user_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _revoke(family: UUID) -> None:
    db.session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def user_of(access: str) -> tuple[UUID, UUID] | None:
    """Give (person, family) of an access token that is good, or None."""
    try:
        claims: dict[str, Any] = jwt.decode(
            access,
            current_app.config["SECRET_KEY"],
            [ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "fam"]},
        )
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
        found = UUID(claims["sub"]), UUID(claims["fam"])
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return found if expires > clock.now() else None


def is_family_alive(family: UUID) -> bool:
    """Tell whether a family of tokens has not been revoked."""
    return (
        db.session.execute(
            select(RefreshToken.id).where(RefreshToken.family == family, RefreshToken.revoked_at.is_not(None)).limit(1)
        ).first()
        is None
    )
