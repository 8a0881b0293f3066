"""Pages of patients: search first, then one patient with consents, merge and erasure."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can_on
from app.core.events import timeline
from app.core.text.digits import western_digits
from app.core.time import clock
from app.core.web import current_actor, page, requires, see_other
from app.core.web.panels import panels_for
from app.organizations import queries
from app.organizations.forms import SAID, ConsentForm, MergeForm
from app.organizations.identity import age_in_years, mask_id, mask_name, mask_phone
from app.organizations.labels import CHANNELS, RELATIONS
from app.organizations.policy import Perm
from app.organizations.services import patients

bp = Blueprint("patients", __name__, url_prefix="/patients")


@bp.get("/")
@requires(Perm.PATIENT_READ)
def search() -> Response:
    """Find a patient; nobody is listed before something is asked for."""
    text = request.args.get("q", "")[:100]
    found = queries.search_patients(text, actor=current_actor) if text.strip() else []
    return page(
        "patients/search.html",
        part="patients/_found.html",
        text=text,
        patients=found,
        is_masked=not queries.may_identify(current_actor),
        mask_name=mask_name,
        mask_phone=mask_phone,
    )


@bp.get("/<uuid:patient_id>")
@requires(Perm.PATIENT_READ)
def show(patient_id: UUID) -> Response:
    """Show one patient: facts, how to reach them, what happened."""
    return _shown(patient_id, MergeForm())


def _shown(patient_id: UUID, merging: MergeForm, status: int = 200) -> Response:
    patient = queries.get_patient(patient_id, actor=current_actor)
    today = clock.now().date()
    return page(
        "patients/show.html",
        status=status,
        patient=patient,
        age=age_in_years(patient.birth_date, today) if patient.birth_date and patient.birth_date <= today else None,
        contact=queries.contact_of(patient, today),
        identifiers=queries.identifiers_of(patient),
        channels=CHANNELS,
        relations=RELATIONS,
        merging=merging,
        may_write=can_on(current_actor, Perm.PATIENT_WRITE, patient),
        may_erase=can_on(current_actor, Perm.PATIENT_ERASE, patient),
        is_masked=not queries.may_identify(current_actor),
        mask_name=mask_name,
        mask_id=mask_id,
        mask_phone=mask_phone,
        entries=timeline.of_subject(patient_id, actor=current_actor),
        panels=panels_for("patient", current_actor),
    )


@bp.post("/<uuid:patient_id>/consent")
@requires(Perm.PATIENT_WRITE)
def consent(patient_id: UUID) -> Response:
    """Keep what the patient says about messages on a channel."""
    form = ConsentForm()
    answer = form.submit(
        lambda: patients.record_consent(
            patient_id,
            form.channel.data,
            SAID[form.said.data],
            version=form.version.data or 0,
            actor=current_actor,
        )
    )
    if answer.refusal is not None:
        raise answer.refusal
    return see_other(url_for("patients.show", patient_id=patient_id), toast=_("Saved."))


@bp.post("/<uuid:patient_id>/merge")
@requires(Perm.PATIENT_WRITE)
def merge(patient_id: UUID) -> Response:
    """Merge this record into the one with the given file number."""
    form = MergeForm()
    queries.get_patient(patient_id, actor=current_actor)
    answer = form.submit(
        lambda: patients.merge_into_number(patient_id, western_digits(form.mrn.data or ""), actor=current_actor)
    )
    if not answer.ok:
        return _shown(patient_id, form, answer.status)
    return see_other(url_for("patients.show", patient_id=answer.value.id), toast=_("The records were merged."))


@bp.post("/<uuid:patient_id>/erasure")
@requires(Perm.PATIENT_ERASE)
def erase(patient_id: UUID) -> Response:
    """Remove what identifies the patient."""
    patients.erase(patient_id, actor=current_actor)
    return see_other(
        url_for("patients.show", patient_id=patient_id), toast=_("What identified the patient was erased.")
    )
