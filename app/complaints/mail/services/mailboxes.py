"""Commands on mailboxes: set up, change, pause, and trying the connection; the password goes in and never comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.mail.enums import OPENS, SECURITY
from app.complaints.mail.events import MailboxChanged
from app.complaints.mail.imap import Account, ImapProblem, Reach, opened
from app.complaints.mail.models import Mailbox
from app.complaints.mail.rules.parts import ADDRESS
from app.complaints.policy import Perm
from app.core import throttle
from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Invalid, NotAllowed
from app.core.events import record
from app.core.keys.fields import Undecipherable, decrypt, encrypt
from app.core.keys.rotation import encrypted
from app.core.time import clock
from app.organizations import queries as organizations

CONTEXT = "mailboxes.password"
HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*|[0-9A-Fa-f:.]{2,45}")
encrypted("mailboxes", "password", CONTEXT)


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    """What an administrator says of a mailbox. An empty password leaves the one that is there."""

    address: str
    host: str
    user: str
    port: int = 993
    security: str = "tls"
    folder: str = "INBOX"
    password: str = field(default="", repr=False)
    opens: str = "complaint"  # or inquiry: what an e-mail that names no case becomes


def reach() -> Reach:
    """Give which mail servers this installation may talk to: in production public ones and those of named networks."""
    settings = current_app.config["SETTINGS"]
    return Reach(not settings.is_production, settings.mail_networks)


@command
def create(*, hospital_id: UUID, facts: MailboxFacts, actor: Actor) -> Mailbox:
    """Set up a mailbox of a hospital; it is read within a minute. NotAllowed; Invalid: by field."""
    if not can_reach_hospital(actor, Perm.MAILBOX_WRITE, hospital_id):
        raise NotAllowed()
    if not organizations.is_hospital(hospital_id):
        raise Invalid(hospital_id=_("Choose the hospital."))
    row = Mailbox(hospital_id=hospital_id, next_poll_at=clock.now(), password=b"")
    _write(row, facts)
    db.session.add(row)
    db.session.flush()
    record(MailboxChanged(row.id, hospital_id, "created"), actor=actor)
    return row


@command
def change(mailbox_id: UUID, facts: MailboxFacts, *, version: int, actor: Actor) -> Mailbox:
    """Change a mailbox; another account or folder is read from its beginning. Raises as `create`, NotFound, Conflict."""
    row = _find(mailbox_id, version, actor)
    before = (row.host, row.user, row.folder)
    _write(row, facts)
    if before != (row.host, row.user, row.folder):
        row.uidvalidity, row.last_uid, row.account_number = None, 0, row.account_number + 1
    row.next_poll_at, row.failures, row.error = clock.now(), 0, ""
    db.session.flush()
    record(MailboxChanged(row.id, row.hospital_id, "changed"), actor=actor)
    return row


@command
def set_active(mailbox_id: UUID, is_active: bool, *, version: int | None = None, actor: Actor) -> Mailbox:
    """Pause a mailbox, or let it be read again. NotFound, NotAllowed, Conflict."""
    row = _find(mailbox_id, version, actor)
    if row.is_active != is_active:
        row.is_active, row.next_poll_at = is_active, clock.now()
        row.failures, row.failing_since, row.told_at = 0, None, None
        db.session.flush()
        record(MailboxChanged(row.id, row.hospital_id, "resumed" if is_active else "paused"), actor=actor)
    return row


def try_connection(mailbox_id: UUID, *, actor: Actor) -> str:
    """Connect, sign in and open the folder, now; gives the code of what went wrong, empty where nothing did. TooMany."""
    throttle.hit("provider.test", str(actor.id))
    outcome = connection_problem(_ready(mailbox_id, actor=actor))
    _note_try(mailbox_id, outcome, actor=actor)
    return outcome


def connection_problem(account: Account | None) -> str:
    """Try an account; gives the code of what goes wrong. No transaction may be open."""
    if account is None:
        return "setup"
    try:
        with opened(account, reach()):
            return ""
    except ImapProblem as problem:
        return problem.code


def account_of(row: Mailbox) -> Account | None:
    """Give how to connect to a mailbox; None where its password can not be read any more."""
    try:
        password = decrypt(row.password, context=CONTEXT).decode()
    except (Undecipherable, IndexError):
        return None
    return Account(row.host, row.port, row.security, row.user, password, row.folder)


@command
def _ready(mailbox_id: UUID, *, actor: Actor) -> Account | None:
    return account_of(_find(mailbox_id, None, actor))


@command
def _note_try(mailbox_id: UUID, outcome: str, *, actor: Actor) -> None:
    row = _find(mailbox_id, None, actor)
    record(MailboxChanged(row.id, row.hospital_id, "tried", outcome), actor=actor)


def _find(mailbox_id: UUID, version: int | None, actor: Actor) -> Mailbox:
    return load(
        Mailbox, mailbox_id, actor=actor, needs=Perm.MAILBOX_WRITE, sees=Perm.MAILBOX_READ, version=version, lock=True
    )


def _write(row: Mailbox, facts: MailboxFacts) -> None:
    address, host, folder = facts.address.strip().lower(), facts.host.strip().lower(), facts.folder.strip()
    wrong = _wrong(facts, address, host, folder, row.password)
    if wrong:
        raise Invalid(**wrong)
    _refuse_known(row, address, folder)
    row.address, row.host, row.port, row.security = address, host, facts.port, facts.security
    row.user, row.folder, row.opens = facts.user.strip(), folder, facts.opens
    if facts.password:
        row.password = encrypt(facts.password.encode(), context=CONTEXT)


def _wrong(facts: MailboxFacts, address: str, host: str, folder: str, known: bytes) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    if not ADDRESS.fullmatch(address):
        wrong["address"] = _("This is no e-mail address.")
    if not HOST.fullmatch(host):
        wrong["host"] = _("Give the name of the mail server, without https:// and without a port.")
    elif not _may_reach(host):
        wrong["host"] = _("This server stands in a private network, which this installation does not allow.")
    if not 1 <= facts.port <= 65_535:
        wrong["port"] = _("Give a port from 1 to 65535.")
    if facts.security not in SECURITY:
        wrong["security"] = _("Choose one of the listed codes.")
    elif facts.security == "none" and current_app.config["SETTINGS"].is_production:
        wrong["security"] = _("Passwords and patients' words do not leave this house unencrypted.")
    if facts.opens not in OPENS:
        wrong["opens"] = _("Choose one of the listed codes.")
    if not facts.user.strip():
        wrong["user"] = _("This field is required.")
    if not folder:
        wrong["folder"] = _("This field is required.")
    if not all(each.isascii() and each.isprintable() for each in (facts.user, facts.password, folder)):
        wrong["user"] = _("User name, password and folder hold only plain printable characters.")
    if not facts.password and not known:
        wrong["password"] = _("This field is required.")
    return wrong


def _may_reach(host: str) -> bool:
    """Refuse what is private by its looks; what a name stands for is checked at each connection."""
    here = reach()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return here.is_open or bool(here.networks)
    try:
        return here.allows(host)
    except ValueError:
        return True


def _refuse_known(row: Mailbox, address: str, folder: str) -> None:
    with db.session.no_autoflush:
        known = db.session.execute(
            select(Mailbox.id).where(
                Mailbox.hospital_id == row.hospital_id, Mailbox.address == address, Mailbox.folder == folder
            )
        ).scalar_one_or_none()
    if known is not None and known != row.id:
        raise Invalid(address=_("This mailbox is here already."))
