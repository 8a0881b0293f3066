"""Pages of complaints: one complaint with its steps, and entering one; the queue is in `queue_views`."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from app.complaints import queries
from app.complaints.casework import composing as written
from app.complaints.casework import contacts, filing
from app.complaints.enums import WRITTEN_BY_STAFF
from app.complaints.forms import ComplaintForm, NoteForm, StepForm
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services import answers, receiving, stepping
from app.complaints.show import case_of
from app.complaints.sources.built_in import BY_STAFF
from app.complaints.sources.known import choices_of, was_named
from app.complaints.texts import views as texts
from app.complaints.texts.filling import Filled
from app.complaints.workflow import COMPLAINT
from app.core import throttle
from app.core.access.actor import Role
from app.core.access.policy import can, can_on, load
from app.core.attachments import keeping, kinds
from app.core.files import MEGABYTE
from app.core.severity import Severity
from app.core.web import Answer, composing, current_actor, page, requires, see_other
from app.core.web.panels import panel, panels_for
from app.core.workflow import likeliest
from app.organizations import queries as organizations
from app.organizations.models import Patient
from app.surveys.policy import Perm as SurveyPerm

bp = Blueprint("complaints", __name__, url_prefix="/complaints")


@bp.get("/<uuid:complaint_id>")
@requires(Perm.READ)
def show(complaint_id: UUID) -> Response:
    """Show one complaint; with `merge` in the address the step of merging is open, with that number in it."""
    return shown(complaint_id, other=request.args.get("merge", "")[:20], taken=texts.taken("complaint", complaint_id))


def shown(
    complaint_id: UUID, *, answer: Answer | None = None, verb: str = "", other: str = "", taken: Filled | None = None
) -> Response:
    """Give the page of a complaint; with a refused `answer` it says so beside what was typed.

    With the number of an `other` complaint it offers to merge into that one; a text module that was `taken` stands where
    it is to be written.
    """
    case = case_of(complaint_id, current_actor)
    complaint = case.complaint
    may_work = can_on(current_actor, Perm.WORK, complaint)
    may_ask = can_on(current_actor, Perm.ASK, complaint)
    tabs = written.of_complaint(complaint, may_work=may_work, may_ask=may_ask)
    note_form = _note_form(answer, taken)
    steps = COMPLAINT.open_steps(complaint, current_actor)
    resolves = taken is not None and taken.module.purpose == "resolution"
    answer_text = taken.text if taken and resolves else ""
    refused = answer.form if answer and isinstance(answer.form, StepForm) else None
    step_form = refused or StepForm(formdata=None, other=other, resolution=answer_text)
    return page(
        "complaints/show.html",
        status=answer.status if answer else 200,
        case=case,
        complaint=complaint,
        answer=answer,
        steps=steps,
        likely=likeliest(steps),
        step_form=step_form,
        tried=verb or ("merge" if other else "resolve" if resolves else ""),
        note_form=note_form,
        tabs=tabs,
        compose=composing.chosen(tabs, note_form.kind.data if answer or taken else ""),
        taken=taken,
        may_work=may_work,
        may_ask=may_ask,
        may_find=may_work and organizations.may_find_patients(current_actor),
        severities=[(each.value, each.label) for each in Severity],
        sources=_sources(complaint, may_work),
        may_read_surveys=can(current_actor, SurveyPerm.INSTANCE_READ),
        panels=panels_for("complaint", current_actor),
    )


def _sources(complaint: Complaint, may_work: bool) -> list[SelectChoice]:
    """Give the sources that it may be said to come from instead; none where a door of its own gave it one."""
    is_fixed = not may_work or complaint.closed_at or not was_named(complaint.channel, BY_STAFF["complaint"])
    return [] if is_fixed else [each for each in choices_of("complaint") if each.value != complaint.channel]


def _note_form(answer: Answer | None, taken: Filled | None) -> NoteForm:
    """Give what was typed and refused, or a text module that was taken, or nothing."""
    if answer and isinstance(answer.form, NoteForm):
        return answer.form
    if taken and taken.module.purpose in WRITTEN_BY_STAFF:
        return NoteForm(formdata=None, kind=taken.module.purpose, body=taken.text)
    return NoteForm(formdata=None)


@bp.post("/<uuid:complaint_id>/steps/<string(maxlength=20):verb>")
@requires(Perm.READ)
def move(complaint_id: UUID, verb: str) -> Response:
    """Take a step of the workflow."""
    if not any(step.verb == verb and step.needs for step in COMPLAINT.steps):
        abort(404)
    form = StepForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: stepping.move(complaint_id, verb, form.facts(), version=form.version.data or 0, actor=current_actor)
        ),
        _("Saved."),
        verb,
    )


def answered(complaint_id: UUID, answer: Answer, toast: str, verb: str = "") -> Response:
    """Go back to the page after a success; show the page with the refusal and what was typed otherwise."""
    if answer.ok:
        return see_other(url_for("complaints.show", complaint_id=complaint_id), toast=toast)
    return shown(complaint_id, answer=answer, verb=verb)


@bp.get("/new")
@requires(Perm.CREATE)
def new() -> Response:
    """Ask what happened; the address may name a `patient` who is chosen then, or a `survey` whose answer it is."""
    survey_id = request.args.get("survey", type=UUID)
    given = answers.beginning(survey_id, current_actor) if survey_id else {}
    return _new(ComplaintForm(formdata=None, **{"patient_id": request.args.get("patient", type=UUID), **given}))


def _new(form: ComplaintForm, status: int = 200) -> Response:
    patient_id = form.patient_id.data
    may_find = organizations.may_find_patients(current_actor)
    patient = organizations.get_patient(patient_id, actor=current_actor) if patient_id and may_find else None
    return page(
        "complaints/new.html",
        status=status,
        form=form,
        patient=patient,
        earlier=queries.open_of_patient(patient.id, actor=current_actor) if patient else [],
        may_find=may_find,
        kinds=kinds.ACCEPT,
        most=keeping.MOST_BYTES // MEGABYTE,
        is_partner=current_actor.role is Role.SOURCE_USER,
        hospitals=organizations.options_hospitals(actor=current_actor),
        departments=organizations.options_departments(actor=current_actor),
    )


@bp.post("/")
@requires(Perm.CREATE)
def create() -> Response:
    """Take a complaint in, with its files."""
    request.max_content_length = keeping.MOST_FORM_BYTES
    form = ComplaintForm()
    hospital_id = cast(UUID, organizations.chosen_hospital(form.hospital_id.data, actor=current_actor))
    uploads = [each for each in request.files.getlist("files") if each.filename]
    if uploads:
        throttle.hit("upload.actor", str(current_actor.id))
    answer = form.submit(
        lambda: filing.receive_with_files(
            "complaint",
            lambda: receiving.receive(hospital_id=hospital_id, facts=form.facts(), actor=current_actor),
            keeping.look_at(uploads),
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _new(form, answer.status)
    complaint = answer.value
    return see_other(
        url_for("complaints.show", complaint_id=complaint.id),
        toast=_("Complaint %(reference)s was entered.", reference=complaint.reference),
    )


panel("complaint", 5, _l("Earlier contacts"), "complaints.panel_of_contacts", Perm.IDENTIFY)


@bp.get("/<uuid:subject_id>/contacts")
@requires(Perm.IDENTIFY)
def panel_of_contacts(subject_id: UUID) -> Response:
    """Show what came before from the same patient or phone."""
    complaint = load(Complaint, subject_id, actor=current_actor, needs=Perm.IDENTIFY, sees=Perm.READ)
    return page(
        "complaints/contacts_page.html",
        part="complaints/_contacts.html",
        contacts_title=_("Earlier contacts"),
        contacts_note=_("Complaints and inquiries of the same patient or phone."),
        rows=contacts.earlier_of(complaint, actor=current_actor),
    )


panel("patient", 20, _l("Complaints"), "complaints.panel_of_patient", Perm.READ)


@bp.get("/patients/<uuid:subject_id>/panel")
@requires(Perm.READ)
def panel_of_patient(subject_id: UUID) -> Response:
    """Show the complaints of a patient, and enter one."""
    patient = load(Patient, subject_id, actor=current_actor, needs=Perm.READ)
    return page(
        "complaints/panel_page.html",
        part="complaints/_panel.html",
        rows=queries.open_of_patient(subject_id, actor=current_actor),
        patient=patient,
        may_create=can(current_actor, Perm.CREATE),
        is_masked=not can(current_actor, Perm.IDENTIFY),
    )
