"""What accounts say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class AccountEvent(Event):
    """Base: the person is the subject."""

    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True)
class InvitationSent(AccountEvent):
    """A person was invited; the mail with the link follows."""

    kind: ClassVar[str] = "accounts.user.invited"
    link_id: UUID


@dataclass(frozen=True)
class PlaceGiven(AccountEvent):
    """Somebody who has an account got a first role in a hospital; a mail tells them, and no link is needed."""

    kind: ClassVar[str] = "accounts.user.place_given"
    assignment_id: UUID


@dataclass(frozen=True)
class ResetRequested(AccountEvent):
    """A new password was asked for; the mail with the link follows. Of an e-mail that nobody has, the link is the subject."""

    kind: ClassVar[str] = "accounts.user.reset_requested"
    link_id: UUID


@dataclass(frozen=True)
class SignedIn(AccountEvent):
    """A person signed in."""

    kind: ClassVar[str] = "accounts.user.signed_in"


@dataclass(frozen=True)
class SignInRefused(AccountEvent):
    """A wrong password or code was given; of an e-mail that nobody has, the subject is nobody."""

    kind: ClassVar[str] = "accounts.user.sign_in_refused"
    factor: str


@dataclass(frozen=True)
class PasswordChanged(AccountEvent):
    """A person has a new password; other sessions ended."""

    kind: ClassVar[str] = "accounts.user.password_changed"


@dataclass(frozen=True)
class SecondFactorChanged(AccountEvent):
    """The second factor was set up or removed."""

    kind: ClassVar[str] = "accounts.user.second_factor"
    is_on: bool


@dataclass(frozen=True)
class RecoveryCodesMade(AccountEvent):
    """A person has new recovery codes; the old ones are worth nothing."""

    kind: ClassVar[str] = "accounts.user.recovery_codes"


@dataclass(frozen=True)
class SessionsEnded(AccountEvent):
    """An administrator ended every session and token of a person."""

    kind: ClassVar[str] = "accounts.user.sessions_ended"


@dataclass(frozen=True)
class SecondFactorRuleChanged(Event):
    """A hospital, or the group, chose whose second factor is a must."""

    kind: ClassVar[str] = "accounts.second_factor_rule.changed"
    subject_type: ClassVar[str] = "second_factor_rule"
    roles: tuple[str, ...]


@dataclass(frozen=True)
class UserChanged(AccountEvent):
    """A person's record was made, changed, archived or restored."""

    kind: ClassVar[str] = "accounts.user.changed"
    what: str


@dataclass(frozen=True)
class RoleGranted(AccountEvent):
    """A person got a role."""

    kind: ClassVar[str] = "accounts.role.granted"
    role: str
    assignment_id: UUID
    deputy_for_id: UUID | None


@dataclass(frozen=True)
class RoleEnded(AccountEvent):
    """A person no longer holds a role."""

    kind: ClassVar[str] = "accounts.role.ended"
    role: str
    assignment_id: UUID
