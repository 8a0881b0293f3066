"""Reactions of incoming e-mail: administrators hear of a mailbox that stays down, and that it is read again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints.mail.events import MailboxReadAgain, MailboxStaysDown
from app.complaints.mail.models import Mailbox
from app.core.access.actor import Role, system_actor
from app.core.db import db
from app.core.events import Entry, on
from app.notifications.services import bell

KINDS = {MailboxStaysDown.kind: "mailboxes/stays_down", MailboxReadAgain.kind: "mailboxes/read_again"}
bell.kind("mailboxes/stays_down", _l("The mailbox %(address)s can not be read: e-mail to it does not come in"))
bell.kind("mailboxes/read_again", _l("The mailbox %(address)s is read again"))


@on(MailboxStaysDown, MailboxReadAgain)
def tell_of_mailbox(entry: Entry) -> None:
    """Tell the hospital's administrators, once when it stays down and once when it is well."""
    box = db.session.get(Mailbox, entry.subject_id)
    if box is None or entry.hospital_id is None:
        return
    people = accounts.people_with_role(entry.hospital_id, Role.HOSPITAL_ADMIN)
    bell.notify(
        [person.id for person in people],
        KINDS[entry.kind],
        about=("mailbox", box.id),
        url=f"/admin/mailboxes/{box.id}",
        params={"address": box.address},
        once=f"mailbox:{entry.id}",
        hospital_id=entry.hospital_id,
        actor=system_actor("tell of a mailbox", entry.hospital_id),
        is_urgent=entry.kind == MailboxStaysDown.kind,
    )
