"""Passwords: by mailed link (invitation, reset) and one's own; whatever opened the old one ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.accounts import passwords, queries
from app.accounts.events import InvitationSent, PasswordChanged, ResetRequested
from app.accounts.models import AccountLink, User
from app.accounts.services import sessions, tokens
from app.core import throttle
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.events import record
from app.core.keys.links import handle_of, new_handle
from app.core.time import clock

INVITE, RESET = "invite", "reset"
LIFE = {INVITE: timedelta(days=7), RESET: timedelta(hours=1)}
GONE = _l("This link was used already, or has run out. Ask for a new one.")


def request_reset(email: str, *, address: str) -> None:
    """Mail a link for a new password, if there is such an account; the answer and the work are the same either way."""
    account = email.strip().lower()[:254]
    throttle.hit_each(("reset.account", account), ("reset.address", address))
    _request_reset(account, actor=system_actor("a new password was asked for"))


@command
def _request_reset(email: str, *, actor: Actor) -> None:
    user = queries.find_by_email(email)
    link = new_link(user.id if user is not None and user.is_open else None, RESET)
    record(ResetRequested(link.user_id or link.id, None, link.id), actor=actor)


def send_invitation(user: User, hospital_id: UUID | None, *, actor: Actor) -> None:
    """Mail the link where a person chooses the first password; earlier links end. Part of the caller's command."""
    close_links(user.id)
    link = new_link(user.id, INVITE)
    record(InvitationSent(user.id, hospital_id, link.id), actor=actor)


def new_link(user_id: UUID | None, purpose: str) -> AccountLink:
    """Make a link's row; its token is derived when it is mailed."""
    link = AccountLink(user_id=user_id, purpose=purpose, handle=new_handle(), expires_at=clock.now() + LIFE[purpose])
    db.session.add(link)
    db.session.flush()
    return link


def close_links(user_id: UUID) -> None:
    """End every open link of a person."""
    db.session.execute(
        update(AccountLink)
        .where(AccountLink.user_id == user_id, AccountLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def link_of(purpose: str, token: str, *, lock: bool = False) -> tuple[AccountLink, User]:
    """Find the open link of a token and its person. NotFound: not ours, used, too old, or the account is closed."""
    handle = handle_of(purpose, token)
    if handle is None:
        raise NotFound(GONE)
    query = (
        select(AccountLink, User)
        .join(User, User.id == AccountLink.user_id)
        .where(
            AccountLink.handle == handle,
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > clock.now(),
            User.is_active,
            User.archived_at.is_(None),
        )
    )
    if lock:
        query = query.with_for_update(of=AccountLink)
    found = db.session.execute(query).unique().one_or_none()
    if found is None:
        raise NotFound(GONE)
    return found[0], found[1]


def choose_password(purpose: str, token: str, password: str) -> User:
    """Set the password by a mailed link, which is good once; every session of the person ends. NotFound. Invalid: too weak."""
    with acting_as(system_actor("choose a password by link")) as actor:
        return _choose(purpose, token, password, actor=actor)


@command
def _choose(purpose: str, token: str, password: str, *, actor: Actor) -> User:
    _link, user = link_of(purpose, token, lock=True)
    _set_password(user, password, actor)
    return user


@command
def change_password(old: str, new: str, *, actor: Actor) -> None:
    """Change one's own password; other sessions and tokens end. Invalid: the old one is wrong, the new one too weak."""
    user = db.session.get_one(User, actor.id)
    throttle.hit("password.account", str(user.id))
    if not passwords.matches(old, user.password_hash):
        raise Invalid(old_password=_l("The password is not right."))
    throttle.forget("password.account", str(user.id))
    _set_password(user, new, actor)


def _set_password(user: User, password: str, actor: Actor) -> None:
    problem = passwords.problem_of(password, user.email)
    if problem is not None:
        raise Invalid(new_password=problem)
    user.password_hash, user.password_changed_at = passwords.hashed(password), clock.now()
    close_links(user.id)
    sessions.revoke_all(user.id, actor=actor, but=actor.session_id)
    tokens.revoke_all_of(user.id)
    record(PasswordChanged(user.id, None), actor=actor)


def lock_out(user_id: UUID, *, actor: Actor) -> None:
    """End every session, token and mailed link of a person, inside the caller's command."""
    sessions.revoke_all(user_id, actor=actor)
    tokens.revoke_all_of(user_id)
    close_links(user_id)
