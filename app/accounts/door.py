"""Who is at the door: the session cookie of a browser, or the bearer token of a program. One place reads both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from flask import current_app, g, request, session
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.accounts import queries
from app.accounts.models import LoginSession, User
from app.accounts.services import sessions, tokens
from app.core import throttle
from app.core.access.actor import Actor
from app.core.db import db, in_own_transaction
from app.core.errors import NotAllowed
from app.core.time import clock
from app.core.web.doors import door_of

COOKIE_KEY = "sid"


def load_actor() -> Actor | None:
    """Give the actor of this request, or None when nobody is signed in."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer ") and request.path.startswith("/api/"):
        return _by_token(header.removeprefix("Bearer ").strip())
    token = session.get(COOKIE_KEY)
    return _by_session(token) if token else None


class SecondFactorDue(NotAllowed):
    """403: a role of this person must have a second factor, and none is set up yet."""

    code = "second_factor_due"
    default = _l("Your role must have a second factor. Set it up on the page of your account first.")


# what somebody may do whose second factor is due: set it up, or leave
OPEN_WHILE_DUE = frozenset(
    {
        "accounts.second_factor",
        "accounts.start_second_factor",
        "accounts.confirm_second_factor",
        "accounts.sign_out",
        "accounts_api.logout",
    }
)


def _check_second_factor(user: User, *, asked: bool) -> None:
    endpoint = request.endpoint or ""
    if not asked or user.has_second_factor or endpoint in OPEN_WHILE_DUE:
        return
    if endpoint and door_of(current_app, endpoint)[0] != "public":
        raise SecondFactorDue()


def _by_session(token: str) -> Actor | None:
    seen = sessions.find(token)
    user = _alive(seen.user) if seen is not None else None
    if seen is None or user is None:
        return None
    _check_second_factor(user, asked=seen.asks_second_factor)
    found = seen.session
    if found.last_seen_at < clock.now() - sessions.SEEN_EVERY:
        _note_seen(found.id)
    g.zone = user.zone or None
    actor = replace(queries.actor_of(user), session_id=found.id)
    reached = actor.hospital_ids
    wish = found.current_hospital_id
    if wish is not None and (reached is None or wish in reached):
        return actor.narrowed_to(wish)
    return actor


def _by_token(token: str) -> Actor | None:
    found = tokens.user_of(token)
    if found is None or not tokens.is_family_alive(found[1]):
        return _by_other_means(token)
    g.token_family = found[1]
    user = _alive(db.session.get(User, found[0], options=[joinedload(User.assignments)]))
    if user is None:
        return None
    throttle.hit("api.actor", str(user.id))
    if not user.has_second_factor:
        _check_second_factor(user, asked=queries.must_have_second_factor(user.id))
    return queries.actor_of(user)


_others: list[Callable[[str], Actor | None]] = []


def also_know(find: Callable[[str], Actor | None]) -> None:
    """Let a higher domain know bearers of another kind (source systems with their key)."""
    if find not in _others:
        _others.append(find)


def _by_other_means(token: str) -> Actor | None:
    for find in _others:
        actor = find(token)
        if actor is not None:
            return actor
    return None


def _alive(user: User | None) -> User | None:
    g.account = user  # kept for the frame, since the session alone would let the row go
    return user if user is not None and user.is_open else None


def _note_seen(session_id: UUID) -> None:
    """Note that the browser is in use: a sighting, in its own short transaction."""
    with in_own_transaction():
        row = db.session.get(LoginSession, session_id)
        if row is not None:
            row.last_seen_at = clock.now()
