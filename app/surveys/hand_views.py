"""Sending by hand: panels on the pages of a visit and of a patient, and a list of visits with a preview and an undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core.access.policy import can_on, load
from app.core.errors import Conflict, Invalid
from app.core.web import current_actor, page, requires, see_other
from app.core.web.panels import panel
from app.journeys import lists
from app.journeys.enums import JourneyKind
from app.journeys.lists import ListFilters
from app.journeys.models import Journey
from app.organizations import queries as organizations
from app.organizations.models import Patient
from app.surveys import queries, sheet_queries, template_queries
from app.surveys.forms import SendForm
from app.surveys.policy import Perm
from app.surveys.services import by_hand
from app.surveys.views import bp

panel("journey", 30, _l("Surveys"), "surveys.panel_of_visit", Perm.INSTANCE_READ)
panel("patient", 30, _l("Surveys"), "surveys.panel_of_patient", Perm.INSTANCE_READ)


@bp.get("/visits/<uuid:subject_id>/panel")
@requires(Perm.INSTANCE_READ)
def panel_of_visit(subject_id: UUID) -> Response:
    """Show the surveys of a visit, and send one."""
    journey = load(Journey, subject_id, actor=current_actor, needs=Perm.INSTANCE_READ)
    return _panel(
        queries.of_visit(subject_id, actor=current_actor),
        url_for("surveys.send_to_visit", journey_id=subject_id),
        journey,
    )


@bp.get("/patients/<uuid:subject_id>/panel")
@requires(Perm.INSTANCE_READ)
def panel_of_patient(subject_id: UUID) -> Response:
    """Show the surveys of a patient, and send one that is about no visit."""
    patient = load(Patient, subject_id, actor=current_actor, needs=Perm.INSTANCE_READ)
    return _panel(
        queries.of_patient(subject_id, actor=current_actor),
        url_for("surveys.send_to_patient", patient_id=subject_id),
        patient,
    )


@bp.post("/visits/<uuid:journey_id>/sending")
@requires(Perm.SEND)
def send_to_visit(journey_id: UUID) -> Response:
    """Send a survey about a visit now."""
    load(Journey, journey_id, actor=current_actor, needs=Perm.SEND)
    form = SendForm()
    return _sent(
        form.submit(lambda: by_hand.send_to_visit(journey_id, template_id=form.survey_id, actor=current_actor))
    )


@bp.post("/patients/<uuid:patient_id>/sending")
@requires(Perm.SEND)
def send_to_patient(patient_id: UUID) -> Response:
    """Send a survey that is about no visit now."""
    load(Patient, patient_id, actor=current_actor, needs=Perm.SEND)
    form = SendForm()
    return _sent(
        form.submit(lambda: by_hand.send_to_patient(patient_id, template_id=form.survey_id, actor=current_actor))
    )


@bp.get("/sending")
@requires(Perm.SEND)
def choose_visits() -> Response:
    """List ended visits, newest first, to choose from."""
    return _choose()


@bp.post("/sending/preview")
@requires(Perm.SEND)
def preview() -> Response:
    """Show for each chosen visit whether its patient would be asked, and why not."""
    form = SendForm()
    answer = form.submit(lambda: by_hand.preview(_chosen(), template_id=form.survey_id, actor=current_actor))
    if not answer.ok or not answer.value:
        return _choose(answer.refusal or Invalid(_("Choose at least one visit.")))
    return page(
        "surveys/sending/preview.html",
        verdicts=answer.value,
        may=sum(each.reason is None for each in answer.value),
        survey=answer.value[0].case.template,
        minutes=int(by_hand.UNDO.total_seconds() // 60),
    )


@bp.post("/sending")
@requires(Perm.SEND)
def send_to_many() -> Response:
    """Plan a survey for every chosen visit whose patient may be asked."""
    form = SendForm()
    answer = form.submit(lambda: by_hand.send_to_many(_chosen(), template_id=form.survey_id, actor=current_actor))
    if not answer.ok:
        return _choose(answer.refusal)
    return page("surveys/sending/sent.html", planned=answer.value, minutes=int(by_hand.UNDO.total_seconds() // 60))


@bp.post("/sending/undo")
@requires(Perm.SEND)
def undo() -> Response:
    """Take back what has not left yet."""
    count = by_hand.undo(_chosen(), actor=current_actor)
    said = ngettext("%(num)s survey was taken back.", "%(num)s surveys were taken back.", count)
    return see_other(url_for("surveys.listed"), toast=said)


def _panel(rows: Any, send_url: str, about: Any) -> Response:
    may_send = can_on(current_actor, Perm.SEND, about)
    return page(
        "surveys/panel_page.html",
        part="surveys/_panel.html",
        rows=rows,
        comments=sheet_queries.comments_of([instance.id for instance, _template in rows], actor=current_actor),
        send_url=send_url if may_send else "",
        surveys=template_queries.options_templates(actor=current_actor, hospital_id=about.hospital_id)
        if may_send
        else [],
    )


def _sent(answer: Any) -> Response:
    if not answer.ok:
        raise answer.refusal or Conflict()
    return see_other(url_for("surveys.show", instance_id=answer.value.id), toast=_("The survey is on its way."))


def _chosen() -> list[UUID]:
    """Read the ids that were ticked; what is no id is left out."""
    found: dict[UUID, None] = {}
    for text in request.form.getlist("ids")[: by_hand.MOST + 1]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _choose(refusal: Any = None) -> Response:
    kind = request.args.get("kind", "")
    filters = ListFilters(
        status="completed", kind=kind if kind in set(JourneyKind) else "", text=request.args.get("q", "")[:80]
    )
    found = lists.list_page(filters, actor=current_actor, key=request.args.get("after"), limit=50)
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after"}
    return page(
        "surveys/sending/choose.html",
        part="surveys/sending/_visits.html",
        rows=found.rows,
        next_url=url_for("surveys.choose_visits", **kept, after=found.next_key) if found.next_key else None,
        filters=filters,
        kinds=[(each.value, each.label) for each in JourneyKind],
        surveys=template_queries.options_templates(actor=current_actor),
        chosen={str(each) for each in _chosen()},
        name_hidden=not organizations.may_identify(current_actor),
        refusal=refusal,
        status=refusal.status if refusal is not None else 200,
    )
