"""The second factor: codes of an authenticator app (RFC 6238) and recovery codes, and whose second factor is a must."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from uuid import UUID

import pyotp
from flask_babel import lazy_gettext as _l

from app.accounts import passwords, queries
from app.accounts.events import RecoveryCodesMade, SecondFactorChanged, SecondFactorRuleChanged
from app.accounts.models import SecondFactorRule, User
from app.accounts.policy import Perm
from app.core import throttle
from app.core.access.actor import ASSIGNABLE, Actor, Role
from app.core.access.policy import can_reach_hospital, require
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import record
from app.core.keys.fields import decrypt, encrypt
from app.core.keys.links import keyed_digest
from app.core.keys.rotation import encrypted
from app.core.text.digits import western_digits
from app.core.time import clock
from app.organizations.models import Hospital

TOTP_CONTEXT = "users.totp_secret"
PENDING_CONTEXT = "users.totp_pending"
encrypted("users", "totp_secret", TOTP_CONTEXT)
encrypted("users", "totp_pending", PENDING_CONTEXT)
STEP_SECONDS = 30
RECOVERY_CODES = 10
NOT_GOOD = _l("This code is not good, or was used already.")


def is_good_code(user: User, code: str) -> bool:
    """Tell whether a code of the app or a recovery code is good for a locked row, and use it up."""
    wanted = _plain(code)
    return _uses_totp(user, wanted) or _uses_recovery(user, wanted)


def _plain(code: str) -> str:
    return western_digits("".join(code.split())).lower()


def _uses_totp(user: User, code: str) -> bool:
    if user.totp_secret is None:
        return False
    step = _step_of(decrypt(user.totp_secret, context=TOTP_CONTEXT).decode(), code, after=user.totp_last_step)
    if step is None:
        return False
    user.totp_last_step = step
    return True


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """Find the step of 30 seconds whose code this is: now, the one before or after, and never one used before."""
    if not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        if step > after and hmac.compare_digest(totp.at(step * STEP_SECONDS), code):
            return step
    return None


def _uses_recovery(user: User, code: str) -> bool:
    wanted = _recovery_digest(user.id, code)
    if wanted not in user.recovery_digests:
        return False
    user.recovery_digests = [each for each in user.recovery_digests if each != wanted]
    return True


def _recovery_digest(user_id: UUID, code: str) -> str:
    return keyed_digest(f"recovery:{user_id}", code.replace("-", "").encode()).hex()


@command
def start(password: str, *, actor: Actor) -> None:
    """Make a new secret for the actor; it waits until its first code confirms it, and one that is on stays on till then.

    Invalid: one is on, and the password that guards it is not right.
    """
    user = db.session.get_one(User, actor.id)
    if user.has_second_factor:
        _check_own_password(user, password)
    user.totp_pending = encrypt(pyotp.random_base32().encode(), context=PENDING_CONTEXT)


def pending_address(user: User) -> str | None:
    """Give the address that an authenticator app reads for the secret that waits, or None."""
    if user.totp_pending is None:
        return None
    secret = decrypt(user.totp_pending, context=PENDING_CONTEXT).decode()
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="PX360")


@command
def confirm(code: str, *, actor: Actor) -> list[str]:
    """Turn the second factor on with the first code of the secret that waits; gives the recovery codes, once.

    Invalid: the code is not good. Conflict: no secret waits.
    """
    throttle.hit("login.mfa", str(actor.id))
    user = db.session.get_one(User, actor.id, with_for_update=True, populate_existing=True)
    if user.totp_pending is None:
        raise Conflict(_l("Start again: there is no new key to confirm."), code="nothing_pending")
    secret = decrypt(user.totp_pending, context=PENDING_CONTEXT)
    step = _step_of(secret.decode(), _plain(code), after=0)
    if step is None:
        raise Invalid(code=NOT_GOOD)
    user.totp_secret, user.totp_pending = encrypt(secret, context=TOTP_CONTEXT), None
    user.totp_last_step, user.totp_confirmed_at = step, clock.now()
    record(SecondFactorChanged(user.id, None, True), actor=actor)
    return _new_recovery_codes(user)


@command
def renew_recovery_codes(password: str, *, actor: Actor) -> list[str]:
    """Give new recovery codes, once; the old ones are worth nothing. Invalid: the password is wrong. Conflict: no factor."""
    user = db.session.get_one(User, actor.id, with_for_update=True, populate_existing=True)
    _check_own_password(user, password)
    if not user.has_second_factor:
        raise Conflict(_l("The second factor is off."), code="no_second_factor")
    record(RecoveryCodesMade(user.id, None), actor=actor)
    return _new_recovery_codes(user)


def _new_recovery_codes(user: User) -> list[str]:
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _turn in range(RECOVERY_CODES)]
    user.recovery_digests = [_recovery_digest(user.id, each.replace("-", "")) for each in codes]
    return codes


@command
def remove(password: str, *, actor: Actor) -> None:
    """Turn the second factor off. Invalid: the password is not right. Conflict: a role of the actor must have one."""
    user = db.session.get_one(User, actor.id)
    _check_own_password(user, password)
    if queries.must_have_second_factor(user.id):
        raise Conflict(_l("Your role must have a second factor. You can set up a new one instead."), code="must_stay")
    clear(user, actor=actor)


def clear(user: User, *, actor: Actor) -> None:
    """Take the second factor from a row, inside the caller's command."""
    user.totp_secret = user.totp_pending = user.totp_confirmed_at = None
    user.recovery_digests = []
    record(SecondFactorChanged(user.id, None, False), actor=actor)


def _check_own_password(user: User, password: str) -> None:
    throttle.hit("password.account", str(user.id))
    if not passwords.matches(password, user.password_hash):
        raise Invalid(password=_l("The password is not right."))
    throttle.forget("password.account", str(user.id))


def roles_of_rule(hospital_id: UUID | None) -> tuple[Role, ...]:
    """Give the roles that a rule may name: PX Admins work for the whole group, so only the group's rule names them."""
    return tuple(role for role in ASSIGNABLE if hospital_id is None or role is not Role.PX_ADMIN)


@command
def set_rule(hospital_id: UUID | None, roles: Collection[str], *, version: int, actor: Actor) -> SecondFactorRule:
    """Say whose second factor is a must in a hospital, or in the whole group (None). It holds from the next click on.

    NotAllowed, NotFound: not the actor's to say. Invalid: not a role of this rule. Conflict: somebody changed it since
    `version` (0: none yet).
    """
    needs = Perm.FACTOR_RULES if hospital_id else Perm.GROUP_FACTOR_RULE
    require(actor, needs)
    if not can_reach_hospital(actor, needs, hospital_id):
        raise NotFound() if hospital_id else NotAllowed()
    if hospital_id is not None and db.session.get(Hospital, hospital_id) is None:
        raise NotFound()
    known = roles_of_rule(hospital_id)
    if not set(roles) <= set(known):
        raise Invalid(roles=_l("Choose roles of the list."))
    rule = queries.second_factor_rule(hospital_id)
    if (rule.version if rule else 0) != version:
        raise Conflict(current=rule)
    if rule is None:
        rule = SecondFactorRule(hospital_id=hospital_id)
        db.session.add(rule)
    rule.roles = [str(role) for role in known if role in roles]
    db.session.flush()
    record(SecondFactorRuleChanged(rule.id, hospital_id, tuple(rule.roles)), actor=actor)
    return rule
