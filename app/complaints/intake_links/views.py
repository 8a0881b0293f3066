"""The staff's page of intake links: send one, and see what became of those that were sent."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField

from app.accounts.models import User
from app.complaints.forms import LANGUAGES, choices
from app.complaints.intake_links import services
from app.complaints.intake_links.enums import TONES, WAITING, LinkState
from app.complaints.intake_links.models import IntakeLink
from app.complaints.intake_links.services import LinkFacts
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.policy import visible
from app.core.db import db
from app.core.web import current_actor, page, requires, see_other
from app.core.web.forms import Form, LineField, UuidField, VersionField
from app.organizations import queries as organizations
from app.organizations.models import Patient

bp = Blueprint("intake_links", __name__, url_prefix="/complaints/invitations")
SHOWN = 50


class LinkForm(Form):
    """Send a link."""

    hospital_id = UuidField(_l("Hospital"))
    patient_id = UuidField(_l("Patient"))
    phone = LineField(_l("Phone"), most=40)
    language = SelectField(
        _l("Language of the link"), choices=choices(LANGUAGES, empty=_l("The patient's")), default=""
    )


class RevokeForm(Form):
    """Take a link back."""

    version = VersionField()


@bp.get("/")
@requires(Perm.LINK_SEND)
def listed() -> Response:
    """Show what was sent, newest first, and send one; with `patient` in the address it goes to that patient."""
    return _listed(LinkForm(formdata=None, patient_id=request.args.get("patient", type=UUID)))


def _listed(form: LinkForm, status: int = 200) -> Response:
    query = (
        select(IntakeLink, User, Patient, Complaint)
        .join(User, User.id == IntakeLink.sent_by_id, isouter=True)
        .join(Patient, Patient.id == IntakeLink.patient_id, isouter=True)
        .join(Complaint, Complaint.id == IntakeLink.complaint_id, isouter=True)
        .where(visible(IntakeLink, current_actor, Perm.LINK_SEND))
        .order_by(IntakeLink.created_at.desc(), IntakeLink.id)
        .limit(SHOWN)
    )
    may_find = organizations.may_find_patients(current_actor)
    patient_id = form.patient_id.data
    patient = organizations.get_patient(patient_id, actor=current_actor) if patient_id and may_find else None
    return page(
        "complaints/intake_links/list.html",
        status=status,
        form=form,
        patient=patient,
        may_find=may_find,
        rows=db.session.execute(query).unique().all(),
        states=LinkState,
        tones=TONES,
        waiting=WAITING,
        hospitals=organizations.options_hospitals(actor=current_actor),
    )


@bp.post("/")
@requires(Perm.LINK_SEND)
def send() -> Response:
    """Send a link."""
    form = LinkForm()
    hospital_id = organizations.chosen_hospital(form.hospital_id.data, actor=current_actor)
    facts = LinkFacts(form.phone.data or "", form.patient_id.data, form.language.data or "")
    answer = form.submit(lambda: services.send(cast(UUID, hospital_id), facts, actor=current_actor))
    if not answer.ok:
        return _listed(form, answer.status)
    return see_other(url_for("intake_links.listed"), toast=_("The link was sent. It is good for 24 hours."))


@bp.post("/<uuid:link_id>/end")
@requires(Perm.LINK_SEND)
def revoke(link_id: UUID) -> Response:
    """Take a link back."""
    form = RevokeForm()
    answer = form.submit(lambda: services.revoke(link_id, version=form.version.data or 0, actor=current_actor))
    if not answer.ok:
        return _listed(LinkForm(formdata=None), answer.status)
    return see_other(url_for("intake_links.listed"), toast=_("The link was taken back."))
