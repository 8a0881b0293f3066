"""The REST doors of mailboxes and incoming e-mail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from sqlalchemy import select

from app.complaints.mail import queries
from app.complaints.mail import schemas as s
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.services import deciding, mailboxes
from app.complaints.mail.services.mailboxes import MailboxFacts
from app.complaints.policy import Perm
from app.core.access.policy import visible
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.db import command
from app.core.web import current_actor, requires

bp = APIBlueprint("mail_api", __name__, url_prefix="/api/complaints")

MAILBOXES = Listing(
    ordering={"address": Mailbox.address, "created_at": Mailbox.created_at, "id": Mailbox.id},
    default="address",
    filters={
        "hospital_id": equals(Mailbox.hospital_id, uuid),
        "is_active": equals(Mailbox.is_active, truth),
        "error": equals(Mailbox.error),
    },
)
MAILS = Listing(
    ordering={"received_at": IncomingMail.received_at, "arrived_at": IncomingMail.arrived_at, "id": IncomingMail.id},
    default="-received_at",
    filters={
        "hospital_id": equals(IncomingMail.hospital_id, uuid),
        "mailbox_id": equals(IncomingMail.mailbox_id, uuid),
        "complaint_id": equals(IncomingMail.complaint_id, uuid),
        "inquiry_id": equals(IncomingMail.inquiry_id, uuid),
        "state": equals(IncomingMail.state),
        "reason": equals(IncomingMail.reason),
    },
)


@bp.get("/mailboxes/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.MailboxOut))
@documented(bp, "List mailboxes", "GET")
@requires(Perm.MAILBOX_READ)
def list_mailboxes(query_data: ListQuery) -> dict[str, Any]:
    """Give the mailboxes of the caller's hospitals."""
    return listing(select(Mailbox).where(visible(Mailbox, current_actor, Perm.MAILBOX_READ)), MAILBOXES, query_data)


@bp.post("/mailboxes/")
@bp.input(s.MailboxIn)
@bp.output(s.MailboxOut, status_code=201)
@documented(bp, "Set up a mailbox", "POST")
@requires(Perm.MAILBOX_WRITE)
def create_mailbox(json_data: s.MailboxIn) -> Any:
    """Set up a mailbox of a hospital; it is read within a minute."""
    facts = MailboxFacts(**json_data.model_dump(exclude={"hospital_id"}))
    return mailboxes.create(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor)


@bp.get("/mailboxes/<uuid:mailbox_id>/")
@bp.output(s.MailboxOut)
@documented(bp, "Read a mailbox", "GET")
@requires(Perm.MAILBOX_READ)
def read_mailbox(mailbox_id: UUID) -> Any:
    """Give one mailbox, without its password."""
    return queries.line_of(mailbox_id, actor=current_actor).mailbox


@bp.patch("/mailboxes/<uuid:mailbox_id>/")
@bp.input(s.MailboxPatch)
@bp.output(s.MailboxOut)
@documented(bp, "Change a mailbox", "PATCH")
@requires(Perm.MAILBOX_WRITE)
def change_mailbox(mailbox_id: UUID, json_data: s.MailboxPatch) -> Any:
    """Set some of a mailbox; a password that is not given stays."""
    return _changed(mailbox_id, json_data, actor=current_actor)


@command
def _changed(mailbox_id: UUID, body: s.MailboxPatch, *, actor: Any) -> Mailbox:
    row = queries.line_of(mailbox_id, actor=actor).mailbox
    given = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None and name not in ("version", "is_active")
    }
    now = MailboxFacts(**{name: getattr(row, name) for name in MailboxFacts.__slots__ if name != "password"})
    if given or body.is_active is None:
        row = mailboxes.change(mailbox_id, replace(now, **given), version=body.version, actor=actor)
    if body.is_active is not None:
        row = mailboxes.set_active(mailbox_id, body.is_active, version=None if given else body.version, actor=actor)
    return row


@bp.post("/mailboxes/<uuid:mailbox_id>/tests/")
@bp.output(s.MailboxTriedOut)
@documented(bp, "Try a mailbox", "POST")
@requires(Perm.MAILBOX_WRITE)
def test_mailbox(mailbox_id: UUID) -> Any:
    """Connect, sign in and open the folder, at once."""
    return {"error": mailboxes.try_connection(mailbox_id, actor=current_actor)}


@bp.get("/mail/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.IncomingMailOut))
@documented(bp, "List incoming e-mail", "GET")
@requires(Perm.MAIL_READ)
def list_mail(query_data: ListQuery) -> dict[str, Any]:
    """Give the e-mail that came in."""
    return listing(select(IncomingMail).where(visible(IncomingMail, current_actor, Perm.MAIL_READ)), MAILS, query_data)


@bp.get("/mail/<uuid:mail_id>/")
@bp.output(s.IncomingMailOut)
@documented(bp, "Read an incoming e-mail", "GET")
@requires(Perm.MAIL_READ)
def read_mail(mail_id: UUID) -> Any:
    """Give one e-mail: what became of it and why."""
    return queries.row_of(mail_id, actor=current_actor).mail


@bp.post("/mail/<uuid:mail_id>/complaint/")
@bp.input(s.MailStepIn)
@bp.output(s.IncomingMailOut)
@documented(bp, "Make a complaint of an e-mail", "POST")
@requires(Perm.MAIL_WORK)
def make_complaint(mail_id: UUID, json_data: s.MailStepIn) -> Any:
    """Make a complaint of an e-mail that was ignored, failed or is to be checked; the answer names it."""
    deciding.make_complaint(mail_id, version=json_data.version, actor=current_actor)
    return queries.row_of(mail_id, actor=current_actor).mail


@bp.post("/mail/<uuid:mail_id>/inquiry/")
@bp.input(s.MailStepIn)
@bp.output(s.IncomingMailOut)
@documented(bp, "Make an inquiry of an e-mail", "POST")
@requires(Perm.MAIL_WORK)
def make_inquiry(mail_id: UUID, json_data: s.MailStepIn) -> Any:
    """Make an inquiry of an e-mail that was ignored, failed or is to be checked; the answer names it."""
    deciding.make_inquiry(mail_id, version=json_data.version, actor=current_actor)
    return queries.row_of(mail_id, actor=current_actor).mail


@bp.post("/mail/<uuid:mail_id>/accept/")
@bp.input(s.MailStepIn)
@bp.output(s.IncomingMailOut)
@documented(bp, "Take an e-mail as words of who complained or asked", "POST")
@requires(Perm.MAIL_WORK)
def accept(mail_id: UUID, json_data: s.MailStepIn) -> Any:
    """Add an e-mail that is to be checked to the case that it names."""
    deciding.accept(mail_id, version=json_data.version, actor=current_actor)
    return queries.row_of(mail_id, actor=current_actor).mail


@bp.post("/mail/<uuid:mail_id>/retry/")
@bp.input(s.MailStepIn)
@bp.output(s.IncomingMailOut)
@documented(bp, "Try a failed e-mail again", "POST")
@requires(Perm.MAIL_WORK)
def try_again(mail_id: UUID, json_data: s.MailStepIn) -> Any:
    """Have a failed e-mail carried out again."""
    return deciding.try_again(mail_id, version=json_data.version, actor=current_actor)
