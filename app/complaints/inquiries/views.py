"""Pages of inquiries: the queue, one inquiry with its steps, and entering one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.complaints.casework import composing as written
from app.complaints.casework import contacts, filing
from app.complaints.casework.lists import COUNT_CAP, TABS
from app.complaints.inquiries import queries
from app.complaints.inquiries.bulk import BULK
from app.complaints.inquiries.enums import InquiryStatus
from app.complaints.inquiries.forms import InquiryForm, InquiryNoteForm, InquiryStepForm
from app.complaints.inquiries.models import Inquiry, InquiryCategory
from app.complaints.inquiries.places import PLACE, tab_labels
from app.complaints.inquiries.queries import Filters
from app.complaints.inquiries.services import receiving
from app.complaints.inquiries.show import case_of
from app.complaints.inquiries.workflow import INQUIRY, RESPOND
from app.complaints.policy import Perm
from app.complaints.sources.built_in import BY_STAFF
from app.complaints.sources.known import Labels, choices_of, was_named
from app.complaints.texts import views as texts
from app.complaints.texts.filling import Filled
from app.core import throttle
from app.core.access.actor import Role
from app.core.access.policy import can, can_on
from app.core.attachments import keeping, kinds
from app.core.files import MEGABYTE
from app.core.i18n import named
from app.core.saved_views.beside import beside
from app.core.saved_views.columns import columns_of
from app.core.web import Answer, composing, current_actor, page, queues, requires, see_other
from app.core.web.orders import LABELS, order_choices, order_in_force
from app.core.web.panels import panels_for
from app.core.workflow import likeliest
from app.organizations import queries as organizations
from app.organizations.models import Department

SOURCES = Labels("inquiry")
bp = Blueprint("inquiries", __name__, url_prefix="/inquiries")


@bp.get("/")
@requires(Perm.INQUIRY_READ)
def queue() -> Response:
    """Show the queue in the order that is asked for, with the columns that the reader chose."""
    known = {
        "department": {str(each.id): named(each) for each in _departments()},
        "category": {str(each.id): named(each) for each in _categories()},
    }
    kept = beside(PLACE, current_actor, known)
    if kept.start_url:
        return see_other(kept.start_url)
    filters, shown = filters_of(), columns_of(PLACE, current_actor)
    offered = queries.QUEUE.orders(filters.tab)
    order = order_in_force(filters.sort, offered)
    found = queries.list_page(filters, actor=current_actor, key=request.args.get("after"))
    return page(
        "inquiries/queue.html",
        part="inquiries/_rows.html",
        rows=found.rows,
        next_url=queues.address("inquiries.queue", after=found.next_key) if found.next_key else None,
        filters=filters,
        tabs=_tabs(filters),
        statuses=[(each.value, each.label) for each in InquiryStatus],
        channels=list(SOURCES.items()),
        categories=_categories(),
        departments=_departments(),
        chips=_chips(filters),
        kept=kept,
        orders=order_choices(offered),
        order=order,
        shown=shown,
        heads=shown.heads(offered, order),
        query=request.query_string.decode(),
        may_create=can(current_actor, Perm.INQUIRY_CREATE),
        may_work=can(current_actor, Perm.INQUIRY_WORK),
        deeds=BULK.deeds,
        is_masked=not can(current_actor, Perm.IDENTIFY),
    )


def _departments() -> Sequence[Department]:
    """Read once for the choices and the chip."""
    return queues.once("inquiry_departments", lambda: organizations.options_departments(actor=current_actor))


def _categories() -> Sequence[InquiryCategory]:
    """Read once for the choices and the chip."""
    return queues.once("inquiry_categories", lambda: queries.options_categories(actor=current_actor))


def filters_of() -> Filters:
    """Read the filters of the address; what is none of them narrows nothing."""
    return Filters(
        tab=queues.one_of("tab", TABS) or "open",
        department_id=request.args.get("department", type=UUID),
        category_id=request.args.get("category", type=UUID),
        status=queues.one_of("status", set(InquiryStatus)),
        channel=queues.one_of("channel", SOURCES),
        text=request.args.get("q", "")[:100],
        sort=queues.one_of("sort", LABELS),
    )


def _chips(filters: Filters) -> list[dict[str, Any]]:
    """Give the filters in force, each with the address without it."""
    department = next((each for each in _departments() if each.id == filters.department_id), None)
    category = next((each for each in _categories() if each.id == filters.category_id), None)
    shown = [
        ("category", _("Category"), named(category)),
        ("status", _("Status"), InquiryStatus(filters.status).label if filters.status else ""),
        ("channel", _("How it came"), SOURCES.get(filters.channel, "")),
        ("department", _("Department"), named(department)),
        ("q", _("Search"), filters.text),
    ]
    return queues.chips("inquiries.queue", shown)


def _tabs(filters: Filters) -> list[dict[str, Any]]:
    counts = queries.tab_counts(actor=current_actor)
    return queues.tabs("inquiries.queue", tab_labels(), counts, filters.tab, COUNT_CAP)


@bp.get("/<uuid:inquiry_id>")
@requires(Perm.INQUIRY_READ)
def show(inquiry_id: UUID) -> Response:
    """Show one inquiry."""
    return shown(inquiry_id, taken=texts.taken("inquiry", inquiry_id))


def shown(inquiry_id: UUID, *, answer: Answer | None = None, verb: str = "", taken: Filled | None = None) -> Response:
    """Give the page of an inquiry; with a refused `answer` it says so beside what was typed.

    A text module that was `taken` stands where it is to be written.
    """
    case = case_of(inquiry_id, current_actor)
    may_work = can_on(current_actor, Perm.INQUIRY_WORK, case.inquiry)
    refused = answer.form if answer else None
    steps = INQUIRY.open_steps(case.inquiry, current_actor)
    tabs = written.of_inquiry(may_work=may_work)
    said = {place: taken.text if taken and taken.module.purpose == place else "" for place in ("answer", "note")}
    return page(
        "inquiries/show.html",
        status=answer.status if answer else 200,
        case=case,
        inquiry=case.inquiry,
        answer=answer,
        steps=steps,
        likely=likeliest(steps),
        step_form=refused
        if isinstance(refused, InquiryStepForm)
        else InquiryStepForm(formdata=None, answer=said["answer"]),
        tried=verb or (RESPOND if said["answer"] else ""),
        note_form=refused
        if isinstance(refused, InquiryNoteForm)
        else InquiryNoteForm(formdata=None, body=said["note"]),
        tabs=tabs,
        compose=composing.chosen(tabs, refused.kind.data if isinstance(refused, InquiryNoteForm) else ""),
        taken=taken,
        may_work=may_work,
        panels=panels_for("inquiry", current_actor),
        sources=_sources(case.inquiry) if may_work else [],
        may_find=may_work and organizations.may_find_patients(current_actor),
    )


def _sources(inquiry: Inquiry) -> list[SelectChoice]:
    """Give the sources that it may be said to come from instead; none where a door of its own gave it one, or it has ended."""
    if inquiry.closed_at is not None or not was_named(inquiry.channel, BY_STAFF["inquiry"]):
        return []
    return [each for each in choices_of("inquiry") if each.value != inquiry.channel]


@bp.get("/new")
@requires(Perm.INQUIRY_CREATE)
def new() -> Response:
    """Ask who asks what; with `patient` in the address the patient is chosen already."""
    return _new(InquiryForm(formdata=None, patient_id=request.args.get("patient", type=UUID)))


def _new(form: InquiryForm, status: int = 200) -> Response:
    patient_id = form.patient_id.data
    may_find = organizations.may_find_patients(current_actor)
    patient = organizations.get_patient(patient_id, actor=current_actor) if patient_id and may_find else None
    return page(
        "inquiries/new.html",
        status=status,
        form=form,
        patient=patient,
        earlier=contacts.of_patient(patient.hospital_id, patient.id, actor=current_actor) if patient else [],
        may_find=may_find,
        is_partner=current_actor.role is Role.SOURCE_USER,
        hospitals=organizations.options_hospitals(actor=current_actor),
        departments=_departments(),
        categories=_categories(),
        kinds=kinds.ACCEPT,
        most=keeping.MOST_BYTES // MEGABYTE,
    )


@bp.post("/")
@requires(Perm.INQUIRY_CREATE)
def create() -> Response:
    """Take an inquiry in, with its files."""
    request.max_content_length = keeping.MOST_FORM_BYTES
    form = InquiryForm()
    hospital_id = cast(UUID, organizations.chosen_hospital(form.hospital_id.data, actor=current_actor))
    uploads = [each for each in request.files.getlist("files") if each.filename]
    if uploads:
        throttle.hit("upload.actor", str(current_actor.id))
    answer = form.submit(
        lambda: filing.receive_with_files(
            "inquiry",
            lambda: receiving.receive(hospital_id=hospital_id, facts=form.facts(), actor=current_actor),
            keeping.look_at(uploads),
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _new(form, answer.status)
    inquiry = answer.value
    return see_other(
        url_for("inquiries.show", inquiry_id=inquiry.id),
        toast=_("Inquiry %(reference)s was entered.", reference=inquiry.reference),
    )
