"""Signing in: password, then the second factor. Nothing tells whether an account exists."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.accounts import passwords, queries
from app.accounts.events import SignedIn, SignInRefused
from app.accounts.models import User
from app.accounts.services.second_factor import is_good_code
from app.core import throttle
from app.core.access.actor import Actor, system_actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import record
from app.core.time import clock

NOBODY_ID = UUID(int=0)  # the subject of refusals where no account has the e-mail


@dataclass(frozen=True, slots=True)
class Passed:
    """The password was right; whether a code must follow."""

    user_id: UUID
    needs_code: bool


def check_password(email: str, password: str, *, address: str) -> Passed:
    """Check e-mail and password. Invalid: they do not fit (the same words and work whatever is wrong). TooMany: too many tries."""
    account = email.strip().lower()[:254]
    throttle.hit_each(("login.account", account), ("login.address", address))
    user = queries.find_by_email(account)
    fits = passwords.matches(password, user.password_hash if user else "")
    if user is None or not fits or not user.is_open:
        _note_refusal(user.id if user else NOBODY_ID, "password", actor=system_actor("sign in"))
        raise Invalid(password=_l("The e-mail and the password do not fit together."))
    if passwords.is_outdated(user.password_hash):
        _rehash(user.id, password)
    throttle.forget("login.account", account)
    return Passed(user.id, user.has_second_factor)


@command
def _rehash(user_id: UUID, password: str) -> None:
    user = db.session.get_one(User, user_id)
    user.password_hash = passwords.hashed(password)


@command
def _note_refusal(subject_id: UUID, factor: str, *, actor: Actor) -> None:
    record(SignInRefused(subject_id, None, factor), actor=actor)


@command
def note_sign_in(user_id: UUID, *, actor: Actor) -> None:
    """Write that a person signed in."""
    user = db.session.get_one(User, user_id)
    user.last_seen_at = clock.now()
    record(SignedIn(user_id, None), actor=actor)


def check_code(user_id: UUID, code: str) -> None:
    """Check a code of the second factor, or a recovery code; each is good once. Invalid: it is not good. TooMany."""
    throttle.hit_each(("login.mfa", str(user_id)), ("login.mfa_hour", str(user_id)))
    if not _use_code(user_id, code):
        _note_refusal(user_id, "code", actor=system_actor("sign in"))
        raise Invalid(code=_l("This code is not good, or was used already."))
    throttle.forget("login.mfa", str(user_id))


@command
def _use_code(user_id: UUID, code: str) -> bool:
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    return user is not None and user.is_open and user.has_second_factor and is_good_code(user, code)
