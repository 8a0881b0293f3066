"""Pages of the office: the e-mail that came in, what became of it, and deciding about what no machine should decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.complaints.inquiries.models import Inquiry
from app.complaints.mail import queries, reading
from app.complaints.mail.enums import MailState
from app.complaints.mail.forms import StepForm
from app.complaints.mail.services import deciding
from app.complaints.policy import Perm
from app.core.access.policy import can_on
from app.core.errors import Conflict
from app.core.events import timeline
from app.core.web import current_actor, page, queues, requires, see_other
from app.core.web.keys import read_key, write_key

bp = Blueprint("incoming_mail", __name__, url_prefix="/complaints/mail")


@bp.get("/")
@requires(Perm.MAIL_READ)
def queue() -> Response:
    """Show the e-mail that came in, newest first."""
    state = queues.one_of("tab", set(MailState))
    found = queries.list_page(state, actor=current_actor, before=read_key(request.args.get("after")))
    rows = found[: queries.PAGE]
    last = rows[-1].mail if len(found) > queries.PAGE else None
    return page(
        "complaints/mail/queue.html",
        part="complaints/mail/_rows.html",
        rows=rows,
        tabs=_tabs(state),
        next_url=queues.address("incoming_mail.queue", after=write_key(last.received_at, last.id)) if last else None,
    )


def _tabs(state: str) -> list[dict[str, Any]]:
    labels = {"": pgettext("queue", "All"), **{each.value: each.label for each in MailState}}
    return queues.tabs("incoming_mail.queue", labels, queries.counts(actor=current_actor), state, queries.COUNT_CAP)


@bp.get("/<uuid:mail_id>")
@requires(Perm.MAIL_READ)
def show(mail_id: UUID) -> Response:
    """Show one e-mail: from whom, its whole text while it is kept, and what became of it."""
    row = queries.row_of(mail_id, actor=current_actor)
    mail = row.mail
    may_work = can_on(current_actor, Perm.MAIL_WORK, mail)
    return page(
        "complaints/mail/show.html",
        row=row,
        mail=mail,
        content=reading.content_of(mail),
        answer=deciding.answer_of(mail) if may_work else None,
        may_accept=may_work and mail.state == MailState.NOTED and mail.raw is not None,
        may_try=may_work and mail.state == MailState.FAILED and mail.raw is not None,
        entries=timeline.of_subject(mail.id, actor=current_actor)[:12],
    )


@bp.post("/<uuid:mail_id>/complaint")
@requires(Perm.MAIL_WORK)
def make_complaint(mail_id: UUID) -> Response:
    """Make a complaint of an e-mail."""
    try:
        complaint = deciding.make_complaint(mail_id, version=StepForm().version.data, actor=current_actor)
    except Conflict as refusal:
        return _refused(mail_id, refusal)
    return see_other(
        url_for("complaints.show", complaint_id=complaint.id),
        toast=_("Complaint %(reference)s was made of the e-mail.", reference=complaint.reference),
    )


@bp.post("/<uuid:mail_id>/inquiry")
@requires(Perm.MAIL_WORK)
def make_inquiry(mail_id: UUID) -> Response:
    """Make an inquiry of an e-mail."""
    try:
        inquiry = deciding.make_inquiry(mail_id, version=StepForm().version.data, actor=current_actor)
    except Conflict as refusal:
        return _refused(mail_id, refusal)
    return see_other(
        url_for("inquiries.show", inquiry_id=inquiry.id),
        toast=_("Inquiry %(reference)s was made of the e-mail.", reference=inquiry.reference),
    )


@bp.post("/<uuid:mail_id>/acceptance")
@requires(Perm.MAIL_WORK)
def accept(mail_id: UUID) -> Response:
    """Take an e-mail as words of who complained, or of who asks."""
    try:
        case = deciding.accept(mail_id, version=StepForm().version.data, actor=current_actor)
    except Conflict as refusal:
        return _refused(mail_id, refusal)
    if isinstance(case, Inquiry):
        where, said = url_for("inquiries.show", inquiry_id=case.id), _("It was added to inquiry %(reference)s.")
    else:
        where, said = url_for("complaints.show", complaint_id=case.id), _("It was added to complaint %(reference)s.")
    return see_other(where, toast=said % {"reference": case.reference})


@bp.post("/<uuid:mail_id>/retry")
@requires(Perm.MAIL_WORK)
def try_again(mail_id: UUID) -> Response:
    """Have a failed e-mail carried out again."""
    try:
        deciding.try_again(mail_id, version=StepForm().version.data, actor=current_actor)
    except Conflict as refusal:
        return _refused(mail_id, refusal)
    return see_other(url_for("incoming_mail.show", mail_id=mail_id), toast=_("It is tried again."))


def _refused(mail_id: UUID, refusal: Conflict) -> Response:
    return see_other(url_for("incoming_mail.show", mail_id=mail_id), toast=refusal.message)
