"""Reactions of messages: mails that accounts asks for by its events, and patients that are erased."""

from __future__ import annotations

from app.accounts.events import InvitationSent, PlaceGiven, ResetRequested
from app.accounts.labels import ROLE_LABELS
from app.accounts.models import AccountLink, RoleAssignment, User
from app.core.access.actor import Role, system_actor
from app.core.db import db
from app.core.events import Entry, on
from app.core.i18n import in_language, named
from app.notifications.enums import Channel, MessageClass
from app.notifications.services import messages
from app.organizations.events import PatientErased
from app.organizations.models import Hospital

PATHS = {"invite": "/invitation/", "reset": "/reset/"}
DAYS = {"invite": "7"}


@on(InvitationSent, ResetRequested)
def mail_account_link(entry: Entry) -> None:
    """Mail a person the link with which they choose a password."""
    user = db.session.get(User, entry.subject_id)
    link = db.session.get(AccountLink, entry.uuid("link_id"))
    if user is None or link is None or link.used_at is not None:
        return
    with in_language(user.language):
        params = {"name": named(user), "days": DAYS.get(link.purpose, "")}
    messages.send(
        "accounts/invitation" if link.purpose == "invite" else "accounts/reset",
        to=messages.Recipient(language=user.language, email=user.email, user_id=user.id),
        params=params,
        once=f"account-link:{link.id}",
        hospital_id=None,
        about=("user", user.id),
        message_class=MessageClass.SERVICE if link.purpose == "invite" else MessageClass.SECURITY,
        link=messages.Link(link.purpose, link.handle, PATHS[link.purpose]),
        channels=[Channel.EMAIL],
        actor=system_actor("mail an account's link"),
    )


@on(PlaceGiven)
def mail_first_role(entry: Entry) -> None:
    """Tell somebody who has an account that they may now work in another hospital too."""
    user = db.session.get(User, entry.subject_id)
    held = db.session.get(RoleAssignment, entry.uuid("assignment_id"))
    if user is None or held is None or not user.is_open:
        return
    hospital = db.session.get(Hospital, held.hospital_id) if held.hospital_id else None
    with in_language(user.language):
        place = named(hospital) or "PX360"
        params = {"name": named(user), "role": str(ROLE_LABELS[Role(held.role)]), "hospital": place}
    messages.send(
        "accounts/place",
        to=messages.Recipient(language=user.language, email=user.email, user_id=user.id),
        params=params,
        once=f"account-place:{held.id}",
        hospital_id=None,
        about=("user", user.id),
        message_class=MessageClass.SERVICE,
        channels=[Channel.EMAIL],
        actor=system_actor("mail a first role"),
    )


@on(PatientErased)
def forget_messages_of_erased_patient(entry: Entry) -> None:
    """Remove addresses and words of what was sent to the patient; what still waits is never sent."""
    messages.forget_patient(entry.subject_id, actor=system_actor("a patient was erased", entry.hospital_id))
