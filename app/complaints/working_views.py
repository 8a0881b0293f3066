"""Working on a complaint through its page: owner, patient, severity, notes."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.complaints.casework.mentions import nameable
from app.complaints.forms import AssignForm, NoteForm, PatientForm, SeverityForm, SourceForm
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services import working, writing
from app.complaints.views import answered, bp
from app.core.access.policy import load
from app.core.web import current_actor, page, requires, see_other


@bp.get("/<uuid:complaint_id>/assignment")
@requires(Perm.WORK)
def choose_owner(complaint_id: UUID) -> Response:
    """Ask who shall own it."""
    return _choose_owner(complaint_id, AssignForm(formdata=None))


def _choose_owner(complaint_id: UUID, form: AssignForm, status: int = 200) -> Response:
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    people = accounts.options_people(complaint.hospital_id)
    return page(
        "complaints/owner.html",
        status=status,
        case=complaint,
        people=people,
        form=form,
        listed=(_("Complaints"), url_for("complaints.queue")),
        back=url_for("complaints.show", complaint_id=complaint_id),
        save=url_for("complaints.assign", complaint_id=complaint_id),
    )


@bp.post("/<uuid:complaint_id>/assignment")
@requires(Perm.WORK)
def assign(complaint_id: UUID) -> Response:
    """Name the owner."""
    form = AssignForm()
    answer = form.submit(
        lambda: working.assign(
            complaint_id, to=cast(UUID, form.assignee_id.data), version=form.version.data or 0, actor=current_actor
        )
    )
    if not answer.ok:
        return _choose_owner(complaint_id, form, answer.status)
    return see_other(url_for("complaints.show", complaint_id=complaint_id), toast=_("Owner saved."))


@bp.get("/<uuid:complaint_id>/patient")
@requires(Perm.WORK)
def choose_patient(complaint_id: UUID) -> Response:
    """Ask whose file it belongs to."""
    return _choose_patient(complaint_id, PatientForm(formdata=None))


def _choose_patient(complaint_id: UUID, form: PatientForm, status: int = 200) -> Response:
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    return page("complaints/patient.html", status=status, complaint=complaint, form=form)


@bp.post("/<uuid:complaint_id>/patient")
@requires(Perm.WORK)
def identify(complaint_id: UUID) -> Response:
    """Say whose file it belongs to."""
    form = PatientForm()
    answer = form.submit(
        lambda: working.identify(
            complaint_id, cast(UUID, form.patient_id.data), version=form.version.data or 0, actor=current_actor
        )
    )
    if not answer.ok:
        return _choose_patient(complaint_id, form, answer.status)
    return see_other(url_for("complaints.show", complaint_id=complaint_id), toast=_("Patient saved."))


@bp.post("/<uuid:complaint_id>/severity")
@requires(Perm.WORK)
def severity(complaint_id: UUID) -> Response:
    """Judge it anew."""
    form = SeverityForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: working.change_severity(
                complaint_id, form.severity.data, version=form.version.data or 0, actor=current_actor
            )
        ),
        _("Severity saved. The deadline was counted anew from the start."),
    )


@bp.post("/<uuid:complaint_id>/source")
@requires(Perm.WORK)
def source(complaint_id: UUID) -> Response:
    """Say that it came from elsewhere."""
    form = SourceForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: working.change_source(
                complaint_id,
                form.channel.data,
                outside_number=form.outside_number.data or "",
                version=form.version.data or 0,
                actor=current_actor,
            )
        ),
        _("Source saved. The deadlines were counted anew from the start."),
    )


@bp.get("/<uuid:complaint_id>/colleagues")
@requires(Perm.WORK)
def colleagues(complaint_id: UUID) -> Response:
    """Offer who can be named in a note."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    people = nameable(request.args.get("q", "")[:64], complaint, sees=Perm.READ, actor=current_actor)
    return page("complaints/_colleagues.html", people=people)


@bp.post("/<uuid:complaint_id>/notes")
@requires(Perm.WORK)
def note(complaint_id: UUID) -> Response:
    """Write a note, or what was said in a call."""
    form = NoteForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: writing.add_note(complaint_id, form.body.data or "", kind=form.kind.data, actor=current_actor)
        ),
        _("Note saved."),
    )
