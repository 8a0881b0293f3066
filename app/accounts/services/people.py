"""People: inviting, changing, archiving; one's own names and preferences."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app.accounts import queries
from app.accounts.events import PlaceGiven, SessionsEnded, UserChanged
from app.accounts.models import User
from app.accounts.policy import Perm
from app.accounts.services import credentials, roles, second_factor
from app.core.access.actor import Actor, Role
from app.core.access.policy import require
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.time import clock

TAKEN = _l("Somebody has this e-mail already.")
CHANGES = ("name_en", "name_ar", "job_title", "language", "is_active")
PREFERENCES = ("name_en", "name_ar", "language", "theme", "zone")


@command
def invite(
    *,
    email: str,
    name_en: str,
    name_ar: str,
    language: str,
    role: Role,
    hospital_id: UUID | None,
    department_id: UUID | None = None,
    job_title: str = "",
    actor: Actor,
) -> User:
    """Make a person with a first role and mail them the link where they choose a password.

    Somebody whom the actor does not see yet, because they work in other hospitals, gets the role too and a mail that says
    so. Invalid: one of the actor's own people has the e-mail. NotAllowed: the role is not the actor's to give.
    """
    require(actor, Perm.WRITE)
    place = roles.check_place(role, hospital_id, department_id, actor)
    address = email.strip().lower()
    known = queries.find_by_email(address)
    if known is not None:
        return _give_place(known, role, place, actor)
    user = User(email=address, name_en=name_en, name_ar=name_ar, language=language, job_title=job_title)
    db.session.add(user)
    db.session.flush()
    roles.add(user.id, role, place, actor=actor)
    record(UserChanged(user.id, place[0], "created"), actor=actor)
    credentials.send_invitation(user, place[0], actor=actor)
    return roles.refreshed(user)


def _give_place(known: User, role: Role, place: tuple[UUID | None, UUID | None], actor: Actor) -> User:
    if queries.is_visible(known.id, actor=actor):
        raise Invalid(email=TAKEN)
    held = roles.add(known.id, role, place, actor=actor)
    record(PlaceGiven(known.id, place[0], held.id), actor=actor)
    return roles.refreshed(known)


@command
def invite_again(user_id: UUID, *, actor: Actor) -> None:
    """Mail a new link to somebody who has not chosen a password yet. Conflict: they have, or the account is closed."""
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE)
    roles.check_manageable(user, actor)
    if user.state != "invited":
        raise Conflict(_l("This person is not waiting for an invitation."), code="not_invited")
    credentials.send_invitation(user, None, actor=actor)


@command
def update(user_id: UUID, *, version: int, actor: Actor, **fields: Any) -> User:
    """Change names, job title, language or whether the account works; who is blocked is signed out everywhere.

    Conflict: somebody was faster, one's own account, or the last PX Admin. NotAllowed: not the actor's to manage.
    """
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE, version=version)
    roles.check_manageable(user, actor, wholly=True)
    if user.is_active and fields.get("is_active") is False:
        _check_leaving(user, actor)
    _change(user, CHANGES, fields, actor)
    if not user.is_active:
        credentials.lock_out(user.id, actor=actor)
    return user


@command
def update_me(*, version: int | None, actor: Actor, **fields: Any) -> User:
    """Change one's own names and preferences. Invalid: an unknown time zone.

    Conflict: somebody changed the record since `version` (None: the switches of the frame do not ask).
    """
    user = db.session.get_one(User, actor.id, with_for_update=True, populate_existing=True)
    if version is not None and user.version != version:
        raise Conflict(current=user)
    if fields.get("zone") and not is_zone(fields["zone"]):
        raise Invalid(zone=_l("Choose a time zone of the list."))
    return _change(user, PREFERENCES, fields, actor)


def is_zone(name: str) -> bool:
    """Tell whether the time zone database knows a zone of this name."""
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


def _change(user: User, names: tuple[str, ...], fields: dict[str, Any], actor: Actor) -> User:
    for name in names:
        if fields.get(name) is not None:
            setattr(user, name, fields[name])
    change = Change.of(user)
    db.session.flush()
    if change.fields:
        record(UserChanged(user.id, None, "updated"), actor=actor, change=change)
    return user


@command
def archive(user_id: UUID, *, actor: Actor) -> None:
    """Put an account away: no signing in, sessions, tokens and links ended; again is harmless.

    Conflict: one's own account, or the last PX Admin. NotAllowed: not the actor's to manage.
    """
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE)
    roles.check_manageable(user, actor, wholly=True)
    if user.archived_at is not None:
        return
    _check_leaving(user, actor)
    user.archived_at, user.archived_by_id = clock.now(), actor.id
    db.session.flush()
    credentials.lock_out(user.id, actor=actor)
    record(UserChanged(user.id, None, "archived"), actor=actor)


def _check_leaving(user: User, actor: Actor) -> None:
    if user.id == actor.id:
        raise Conflict(_l("Nobody archives or blocks their own account."), code="own_account")
    if any(each.role == Role.PX_ADMIN and each.holds_at(clock.now()) for each in user.assignments):
        roles.keep_a_px_admin(user.id)


@command
def restore(user_id: UUID, *, actor: Actor) -> User:
    """Bring an account back; again is harmless. Conflict: its e-mail was given to somebody else."""
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE)
    roles.check_manageable(user, actor, wholly=True)
    if user.archived_at is None:
        return user
    if queries.find_by_email(user.email) is not None:
        raise Conflict(TAKEN, code="taken", current=user)
    user.archived_at = user.archived_by_id = None
    record(UserChanged(user.id, None, "restored"), actor=actor)
    return user


@command
def end_sessions(user_id: UUID, *, actor: Actor) -> None:
    """Sign a person out everywhere: sessions, tokens and mailed links end."""
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE)
    roles.check_manageable(user, actor)
    credentials.lock_out(user.id, actor=actor)
    record(SessionsEnded(user.id, None), actor=actor)


@command
def clear_second_factor(user_id: UUID, *, actor: Actor) -> None:
    """Take the second factor from a person who lost phone and recovery codes, and sign them out everywhere.

    Conflict: one's own (that needs the password, on the page of one's account), or there is none.
    """
    user = queries.get_person(user_id, actor=actor, needs=Perm.WRITE)
    roles.check_manageable(user, actor, wholly=True)
    if user.id == actor.id:
        raise Conflict(_l("Change your own second factor on the page of your account."), code="own_account")
    if not user.has_second_factor:
        raise Conflict(_l("The second factor is off."), code="no_second_factor")
    second_factor.clear(user, actor=actor)
    credentials.lock_out(user.id, actor=actor)
