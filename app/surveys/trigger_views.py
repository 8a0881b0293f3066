"""Pages on which it is set what surveys follow, and how long people are left alone between two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_reach_hospital
from app.core.web import Answer, current_actor, page, requires, see_other
from app.organizations import queries as organizations
from app.surveys import subjects, template_queries
from app.surveys.enums import CHANNEL_ORDER, SkipReason
from app.surveys.forms import GapForm, NewTriggerForm, TriggerForm, VersionedForm
from app.surveys.models import SurveyTrigger
from app.surveys.policy import Perm
from app.surveys.services import contact_rules, triggers

bp = Blueprint("survey_triggers", __name__, url_prefix="/admin/survey-triggers")


@bp.get("/")
@requires(Perm.TEMPLATE_READ)
def listed() -> Response:
    """List what surveys follow, and the rules that may forbid sending."""
    return _listed()


@bp.get("/new")
@requires(Perm.TEMPLATE_WRITE)
def new() -> Response:
    """Show the form of a new trigger."""
    return _form(None, NewTriggerForm())


@bp.post("/")
@requires(Perm.TEMPLATE_WRITE)
def create() -> Response:
    """Let a survey follow something."""
    form = NewTriggerForm()
    answer = form.submit(
        lambda: triggers.create(hospital_id=form.hospital_id.data, facts=form.facts(), actor=current_actor)
    )
    if not answer.ok:
        return _form(None, form, answer)
    return see_other(url_for(".listed"), toast=_("Saved."))


@bp.get("/<uuid:trigger_id>")
@requires(Perm.TEMPLATE_WRITE)
def show(trigger_id: UUID) -> Response:
    """Show the form of a trigger."""
    found = template_queries.get_trigger(trigger_id, actor=current_actor)
    return _form(found, TriggerForm(obj=found, formdata=None))


@bp.post("/<uuid:trigger_id>")
@requires(Perm.TEMPLATE_WRITE)
def save(trigger_id: UUID) -> Response:
    """Change a trigger."""
    form = TriggerForm()
    answer = form.submit(
        lambda: triggers.change(trigger_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _form(template_queries.get_trigger(trigger_id, actor=current_actor), form, answer)
    return see_other(url_for(".listed"), toast=_("Saved."))


@bp.post("/<uuid:trigger_id>/archive")
@requires(Perm.TEMPLATE_WRITE)
def archive(trigger_id: UUID) -> Response:
    """Let the survey follow no more."""
    triggers.archive(trigger_id, version=VersionedForm().version.data, actor=current_actor)
    return see_other(url_for(".listed"), toast=_("Archived."))


@bp.post("/days")
@requires(Perm.RULE_WRITE)
def set_gap() -> Response:
    """Set the days between two surveys, of a hospital or of the group."""
    form = GapForm()
    answer = form.submit(
        lambda: contact_rules.set_gap(
            form.gap_days.data if form.gap_days.data is not None else -1,
            hospital_id=form.hospital_id.data,
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _listed(answer)
    return see_other(url_for(".listed") + "#days", toast=_("Saved."))


def _listed(answer: Answer | None = None) -> Response:
    hospitals = organizations.options_hospitals(actor=current_actor)
    rows = template_queries.triggers(actor=current_actor)
    return page(
        "surveys/builder/triggers.html",
        rows=rows,
        stage_names=dict(subjects.stage_options(None, None)),
        reasons=list(SkipReason),
        channels=[channel.label for channel in CHANNEL_ORDER],
        gaps=template_queries.gaps(actor=current_actor),
        gap_places=_gap_places(hospitals),
        may_write=can(current_actor, Perm.TEMPLATE_WRITE),
        reaches=lambda row: can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, row.hospital_id),
        answer=answer,
        status=answer.status if answer else 200,
    )


def _gap_places(hospitals: Any) -> list[tuple[Any, bool]]:
    """Give (hospital or None for the group, may this person set its days)."""
    places = [None, *hospitals]
    return [
        (place, can_reach_hospital(current_actor, Perm.RULE_WRITE, place.id if place else None)) for place in places
    ]


def _form(trigger: SurveyTrigger | None, form: TriggerForm, answer: Answer | None = None) -> Response:
    hospital_id = trigger.hospital_id if trigger is not None else None
    return page(
        "surveys/builder/trigger.html",
        trigger=trigger,
        form=form,
        answer=answer,
        surveys=template_queries.options_templates(actor=current_actor, hospital_id=hospital_id),
        stages=subjects.stage_options(None, hospital_id),
        departments=organizations.options_departments(actor=current_actor),
        hospitals=organizations.options_hospitals(actor=current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, None),
        status=answer.status if answer else 200,
    )
