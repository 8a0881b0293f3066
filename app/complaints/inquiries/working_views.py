"""Working on an inquiry through its page: steps, the answer, the complaint that it becomes, owner, category, notes."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints.casework import contacts
from app.complaints.casework.mentions import nameable
from app.complaints.forms import AssignForm
from app.complaints.inquiries import queries
from app.complaints.inquiries.forms import InquiryNoteForm, InquirySourceForm, InquiryStepForm, SortForm
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import answering, converting, stepping, working, writing
from app.complaints.inquiries.views import bp, shown
from app.complaints.inquiries.workflow import CONVERT, RESPOND, is_plain_verb
from app.complaints.policy import Perm
from app.core.access.policy import can_on, load
from app.core.web import Answer, current_actor, page, requires, see_other
from app.core.web.panels import panel
from app.organizations import queries as organizations


def answered(inquiry_id: UUID, answer: Answer, toast: str, verb: str = "") -> Response:
    """Go back to the page after a success; show the page with the refusal and what was typed otherwise."""
    if answer.ok:
        return see_other(url_for("inquiries.show", inquiry_id=inquiry_id), toast=toast)
    return shown(inquiry_id, answer=answer, verb=verb)


@bp.post("/<uuid:inquiry_id>/steps/<string(maxlength=20):verb>")
@requires(Perm.INQUIRY_READ)
def move(inquiry_id: UUID, verb: str) -> Response:
    """Take a step of the workflow."""
    if not is_plain_verb(verb):
        abort(404)
    form = InquiryStepForm()
    return answered(
        inquiry_id,
        form.submit(
            lambda: stepping.move(inquiry_id, verb, form.facts(), version=form.version.data or 0, actor=current_actor)
        ),
        _("Saved."),
        verb,
    )


@bp.post("/<uuid:inquiry_id>/answer")
@requires(Perm.INQUIRY_WORK)
def respond(inquiry_id: UUID) -> Response:
    """Answer it."""
    form = InquiryStepForm()
    return answered(
        inquiry_id,
        form.submit(
            lambda: answering.respond(inquiry_id, form.reply(), version=form.version.data or 0, actor=current_actor)
        ),
        _("The answer was saved."),
        RESPOND,
    )


@bp.post("/<uuid:inquiry_id>/complaint")
@requires(Perm.INQUIRY_CONVERT)
def convert(inquiry_id: UUID) -> Response:
    """Make it a complaint, and go there; a second click goes to the same one."""
    form = InquiryStepForm()
    answer = form.submit(
        lambda: converting.convert(inquiry_id, form.of_complaint(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return shown(inquiry_id, answer=answer, verb=CONVERT)
    complaint = answer.value[1]
    return see_other(
        url_for("complaints.show", complaint_id=complaint.id),
        toast=_("It is complaint %(reference)s now.", reference=complaint.reference),
    )


@bp.get("/<uuid:inquiry_id>/assignment")
@requires(Perm.INQUIRY_WORK)
def choose_owner(inquiry_id: UUID) -> Response:
    """Ask who shall own it."""
    return _choose_owner(inquiry_id, AssignForm(formdata=None))


def _choose_owner(inquiry_id: UUID, form: AssignForm, status: int = 200) -> Response:
    inquiry = _workable(inquiry_id)
    people = accounts.options_people(inquiry.hospital_id)
    return page(
        "complaints/owner.html",
        status=status,
        case=inquiry,
        people=people,
        form=form,
        listed=(_("Inquiries"), url_for("inquiries.queue")),
        back=url_for("inquiries.show", inquiry_id=inquiry_id),
        save=url_for("inquiries.assign", inquiry_id=inquiry_id),
    )


def _workable(inquiry_id: UUID) -> Inquiry:
    return load(Inquiry, inquiry_id, actor=current_actor, needs=Perm.INQUIRY_WORK, sees=Perm.INQUIRY_READ)


@bp.post("/<uuid:inquiry_id>/assignment")
@requires(Perm.INQUIRY_WORK)
def assign(inquiry_id: UUID) -> Response:
    """Name the owner."""
    form = AssignForm()
    answer = form.submit(
        lambda: working.assign(
            inquiry_id, to=cast(UUID, form.assignee_id.data), version=form.version.data or 0, actor=current_actor
        )
    )
    if not answer.ok:
        return _choose_owner(inquiry_id, form, answer.status)
    return see_other(url_for("inquiries.show", inquiry_id=inquiry_id), toast=_("Owner saved."))


@bp.post("/<uuid:inquiry_id>/source")
@requires(Perm.INQUIRY_WORK)
def source(inquiry_id: UUID) -> Response:
    """Say that it came from elsewhere."""
    form = InquirySourceForm()
    return answered(
        inquiry_id,
        form.submit(
            lambda: working.change_source(
                inquiry_id, form.channel.data, version=form.version.data or 0, actor=current_actor
            )
        ),
        _("Source saved. The deadlines were counted anew from the start."),
    )


@bp.get("/<uuid:inquiry_id>/category")
@requires(Perm.INQUIRY_WORK)
def choose_category(inquiry_id: UUID) -> Response:
    """Ask what it is about and whom it concerns."""
    inquiry = _workable(inquiry_id)
    given = {"category_id": inquiry.category_id, "department_id": inquiry.department_id}
    return _choose_category(inquiry, SortForm(formdata=None, data=given))


def _choose_category(inquiry: Inquiry, form: SortForm, status: int = 200) -> Response:
    departments = organizations.options_departments(actor=current_actor)
    return page(
        "inquiries/category.html",
        status=status,
        inquiry=inquiry,
        form=form,
        categories=queries.options_categories(actor=current_actor, hospital_id=inquiry.hospital_id),
        departments=[each for each in departments if each.hospital_id == inquiry.hospital_id],
    )


@bp.post("/<uuid:inquiry_id>/category")
@requires(Perm.INQUIRY_WORK)
def sort(inquiry_id: UUID) -> Response:
    """Save what it is about and whom it concerns."""
    form = SortForm()
    answer = form.submit(
        lambda: working.sort(
            inquiry_id,
            category_id=form.category_id.data,
            department_id=form.department_id.data,
            version=form.version.data or 0,
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _choose_category(_workable(inquiry_id), form, answer.status)
    still_seen = can_on(
        current_actor, Perm.INQUIRY_READ, answer.value
    )  # a manager may have given it to another department
    where = url_for("inquiries.show", inquiry_id=inquiry_id) if still_seen else url_for("inquiries.queue")
    return see_other(where, toast=_("Saved."))


@bp.get("/<uuid:inquiry_id>/colleagues")
@requires(Perm.INQUIRY_WORK)
def colleagues(inquiry_id: UUID) -> Response:
    """Offer who can be named in a note."""
    inquiry = load(Inquiry, inquiry_id, actor=current_actor, needs=Perm.INQUIRY_WORK, sees=Perm.INQUIRY_READ)
    people = nameable(request.args.get("q", "")[:64], inquiry, sees=Perm.INQUIRY_READ, actor=current_actor)
    return page("complaints/_colleagues.html", people=people)


@bp.post("/<uuid:inquiry_id>/notes")
@requires(Perm.INQUIRY_WORK)
def note(inquiry_id: UUID) -> Response:
    """Write a note, or what was said in a call."""
    form = InquiryNoteForm()
    return answered(
        inquiry_id,
        form.submit(
            lambda: writing.add_note(inquiry_id, form.body.data or "", kind=form.kind.data, actor=current_actor)
        ),
        _("Note saved."),
    )


panel("inquiry", 5, _l("Earlier contacts"), "inquiries.panel_of_contacts", Perm.INQUIRY_WORK)


@bp.get("/<uuid:subject_id>/contacts")
@requires(Perm.INQUIRY_WORK)
def panel_of_contacts(subject_id: UUID) -> Response:
    """Show what came before from the same patient or phone."""
    return page(
        "complaints/contacts_page.html",
        part="complaints/_contacts.html",
        contacts_title=_("Earlier contacts"),
        contacts_note=_("Complaints and inquiries of the same patient or phone."),
        rows=contacts.earlier_of(_workable(subject_id), actor=current_actor),
    )
