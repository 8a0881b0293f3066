"""The REST door of triggers: which survey follows what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.surveys import template_queries
from app.surveys.api import given, sent
from app.surveys.models import SurveyTrigger
from app.surveys.policy import Perm
from app.surveys.schemas_instances import TriggerIn, TriggerOut, TriggerPatch, TriggerPut
from app.surveys.services import triggers
from app.surveys.services.triggers import TriggerFacts

bp = APIBlueprint("survey_triggers_api", __name__, url_prefix="/api/surveys")

TRIGGERS = Listing(
    ordering={"journey_kind": SurveyTrigger.journey_kind, "id": SurveyTrigger.id},
    default="journey_kind",
    filters={
        "hospital_id": equals(SurveyTrigger.hospital_id, uuid),
        "template_id": equals(SurveyTrigger.template_id, uuid),
        "journey_kind": equals(SurveyTrigger.journey_kind),
        "is_active": equals(SurveyTrigger.is_active, truth),
    },
)


@bp.get("/triggers/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(TriggerOut))
@documented(bp, "List what surveys follow", "GET")
@requires(Perm.TEMPLATE_READ)
def list_triggers(query_data: ListQuery) -> dict[str, Any]:
    """Give the triggers of the caller's hospitals and of the group."""
    return listing(template_queries.triggers_query(current_actor), TRIGGERS, query_data)


@bp.post("/triggers/")
@bp.input(TriggerIn)
@bp.output(TriggerOut, status_code=201)
@documented(bp, "Let a survey follow a stage or the end of a visit", "POST")
@requires(Perm.TEMPLATE_WRITE)
def create_trigger(json_data: TriggerIn) -> Any:
    """Make a trigger."""
    facts = TriggerFacts(**sent(json_data))
    return triggers.create(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor)


@bp.get("/triggers/<uuid:trigger_id>/")
@bp.output(TriggerOut)
@documented(bp, "Read what a survey follows", "GET")
@requires(Perm.TEMPLATE_READ)
def read_trigger(trigger_id: UUID) -> Any:
    """Give one trigger."""
    return template_queries.get_trigger(trigger_id, actor=current_actor)


@bp.put("/triggers/<uuid:trigger_id>/")
@bp.input(TriggerPut)
@bp.output(TriggerOut)
@documented(bp, "Replace what a survey follows", "PUT")
@requires(Perm.TEMPLATE_WRITE)
def replace_trigger(trigger_id: UUID, json_data: TriggerPut) -> Any:
    """Set all of a trigger."""
    facts = TriggerFacts(**sent(json_data))
    return triggers.change(trigger_id, facts, version=json_data.version, actor=current_actor)


@bp.patch("/triggers/<uuid:trigger_id>/")
@bp.input(TriggerPatch)
@bp.output(TriggerOut)
@documented(bp, "Change what a survey follows", "PATCH")
@requires(Perm.TEMPLATE_WRITE)
def change_trigger(trigger_id: UUID, json_data: TriggerPatch) -> Any:
    """Set some of a trigger."""
    row = template_queries.get_trigger(trigger_id, actor=current_actor)
    facts = replace(triggers.facts_of(row), **given(json_data, frozenset({"stage_code", "department_id"})))
    return triggers.change(trigger_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/triggers/<uuid:trigger_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive what a survey follows", "DELETE")
@requires(Perm.TEMPLATE_WRITE)
def archive_trigger(trigger_id: UUID) -> tuple[str, int]:
    """Let the survey follow no more."""
    triggers.archive(trigger_id, actor=current_actor)
    return "", 204
