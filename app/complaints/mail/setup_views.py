"""Pages of administrators: the mailboxes that are read. Passwords go in and are never shown."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app.complaints.mail import queries
from app.complaints.mail.enums import PROBLEMS, MailState
from app.complaints.mail.forms import MailboxForm, StepForm
from app.complaints.mail.services import mailboxes
from app.complaints.policy import Perm
from app.core.access.policy import can_on
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires, see_other
from app.organizations import queries as organizations

bp = Blueprint("mailboxes", __name__, url_prefix="/admin/mailboxes")


@bp.get("/")
@requires(Perm.MAILBOX_READ)
def listed() -> Response:
    """List the mailboxes of the reader's hospitals, and how they did lately."""
    return page("complaints/mail/mailboxes.html", lines=queries.list_mailboxes(actor=current_actor), states=MailState)


@bp.get("/new")
@requires(Perm.MAILBOX_WRITE)
def new() -> Response:
    """Ask for a new mailbox."""
    return _new(MailboxForm(formdata=None))


@bp.post("/new")
@requires(Perm.MAILBOX_WRITE)
def create() -> Response:
    """Set up a mailbox."""
    form = MailboxForm()
    hospital_id = organizations.chosen_hospital(form.hospital_id.data, actor=current_actor)
    answer = form.submit(
        lambda: mailboxes.create(hospital_id=cast(UUID, hospital_id), facts=form.facts(), actor=current_actor)
    )
    if not answer.ok:
        return _new(form, answer.status)
    return see_other(url_for("mailboxes.show", mailbox_id=answer.value.id), toast=_("Mailbox saved. Try it now."))


def _new(form: MailboxForm, status: int = 200) -> Response:
    hospitals = organizations.options_hospitals(actor=current_actor)
    return page("complaints/mail/mailbox_new.html", status=status, form=form, hospitals=hospitals)


@bp.get("/<uuid:mailbox_id>")
@requires(Perm.MAILBOX_READ)
def show(mailbox_id: UUID) -> Response:
    """Show one mailbox."""
    return _show(mailbox_id)


@bp.post("/<uuid:mailbox_id>")
@requires(Perm.MAILBOX_WRITE)
def save(mailbox_id: UUID) -> Response:
    """Change a mailbox."""
    queries.line_of(mailbox_id, actor=current_actor)
    form = MailboxForm()
    version = form.version.data or 0
    answer = form.submit(lambda: mailboxes.change(mailbox_id, form.facts(), version=version, actor=current_actor))
    if not answer.ok:
        return _show(mailbox_id, form, answer)
    return see_other(url_for("mailboxes.show", mailbox_id=mailbox_id), toast=_("Mailbox saved. Try it now."))


@bp.post("/<uuid:mailbox_id>/pause")
@requires(Perm.MAILBOX_WRITE)
def pause(mailbox_id: UUID) -> Response:
    """Leave a mailbox unread until it is resumed."""
    mailboxes.set_active(mailbox_id, False, version=StepForm().version.data, actor=current_actor)
    return see_other(url_for("mailboxes.show", mailbox_id=mailbox_id), toast=_("The mailbox is paused."))


@bp.post("/<uuid:mailbox_id>/resumption")
@requires(Perm.MAILBOX_WRITE)
def resume(mailbox_id: UUID) -> Response:
    """Read a paused mailbox again."""
    mailboxes.set_active(mailbox_id, True, version=StepForm().version.data, actor=current_actor)
    return see_other(url_for("mailboxes.show", mailbox_id=mailbox_id), toast=_("The mailbox is read again."))


@bp.post("/<uuid:mailbox_id>/tests")
@requires(Perm.MAILBOX_WRITE)
def test(mailbox_id: UUID) -> Response:
    """Try the connection now."""
    outcome = mailboxes.try_connection(mailbox_id, actor=current_actor)
    said = PROBLEMS[outcome] if outcome else _("The mailbox can be read.")
    return see_other(url_for("mailboxes.show", mailbox_id=mailbox_id), toast=said)


def _show(mailbox_id: UUID, form: MailboxForm | None = None, answer: Answer | None = None) -> Response:
    line = queries.line_of(mailbox_id, actor=current_actor)
    row = line.mailbox
    if form is not None and answer is not None and answer.conflict is not None:
        form.version.data, form.version.raw_data = row.version, None
    names = ("version", "address", "host", "port", "security", "user", "folder", "opens")
    return page(
        "complaints/mail/mailbox.html",
        status=answer.status if answer else 200,
        line=line,
        row=row,
        answer=answer,
        states=MailState,
        form=form or MailboxForm(formdata=None, data={name: getattr(row, name) for name in names}),
        may_write=can_on(current_actor, Perm.MAILBOX_WRITE, row),
        entries=timeline.of_subject(row.id, actor=current_actor)[:12],
    )
