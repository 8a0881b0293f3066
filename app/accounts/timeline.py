"""The words with which events of accounts stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts.events import (
    InvitationSent,
    PasswordChanged,
    PlaceGiven,
    RecoveryCodesMade,
    ResetRequested,
    RoleEnded,
    RoleGranted,
    SecondFactorChanged,
    SecondFactorRuleChanged,
    SessionsEnded,
    SignedIn,
    SignInRefused,
    UserChanged,
)
from app.core.events.timeline import describe

describe(InvitationSent.kind, _l("An invitation was sent"), "mail")
describe(PlaceGiven.kind, _l("Told of a first role in a hospital"), "mail")
describe(ResetRequested.kind, _l("A new password was asked for"), "key")
describe(SignedIn.kind, _l("Signed in"), "login")
describe(SignInRefused.kind, _l("A sign-in was refused"), "alert-triangle")
describe(PasswordChanged.kind, _l("The password was changed"), "key")
describe(SecondFactorChanged.kind, _l("The second factor was set up or removed"), "shield")
describe(RecoveryCodesMade.kind, _l("New recovery codes were made"), "shield")
describe(SecondFactorRuleChanged.kind, _l("The rule of the second factor was changed"), "shield")
describe(SessionsEnded.kind, _l("Every session was ended"), "logout")
describe(UserChanged.kind, _l("The record of the person changed"), "edit")
describe(RoleGranted.kind, _l("Got a role"), "user-plus")
describe(RoleEnded.kind, _l("A role ended"), "user-off")
