"""The REST door of journey templates and their stages; visits have theirs in `api_visits`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import In, Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.journeys import template_queries
from app.journeys.models import JourneyTemplate, StageTemplate
from app.journeys.policy import Perm
from app.journeys.schemas import (
    JourneyTemplateIn,
    JourneyTemplateOut,
    JourneyTemplatePatch,
    JourneyTemplatePut,
    StageTemplateIn,
    StageTemplateOut,
    StageTemplatePatch,
    StageTemplatePut,
)
from app.journeys.services import stages, templates
from app.journeys.services.stages import StageFacts
from app.journeys.services.templates import TemplateFacts

bp = APIBlueprint("journeys_api", __name__, url_prefix="/api/journeys")

TEMPLATES = Listing(
    ordering={"kind": JourneyTemplate.kind, "created_at": JourneyTemplate.created_at, "id": JourneyTemplate.id},
    default="kind",
    filters={
        "kind": equals(JourneyTemplate.kind),
        "hospital_id": equals(JourneyTemplate.hospital_id, uuid),
        "is_active": equals(JourneyTemplate.is_active, truth),
    },
)
STAGES = Listing(
    ordering={"position": StageTemplate.position, "code": StageTemplate.code, "id": StageTemplate.id},
    default="position",
    filters={
        "template_id": equals(StageTemplate.template_id, uuid),
        "code": equals(StageTemplate.code),
        "is_optional": equals(StageTemplate.is_optional, truth),
    },
)
CAN_BE_EMPTY = frozenset({"expected_minutes"})  # a PATCH with null empties these; null elsewhere changes nothing


def given(body: In) -> dict[str, Any]:
    """Give the fields that a PATCH really carries."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in body.model_dump(exclude_unset=True, exclude={"version", "position"}).items()
        if value is not None or name in CAN_BE_EMPTY
    }


@bp.get("/templates/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(JourneyTemplateOut))
@documented(bp, "List journey templates", "GET")
@requires(Perm.TEMPLATE_READ)
def list_templates(query_data: ListQuery) -> dict[str, Any]:
    """Give the templates of the caller's hospitals and of the group."""
    return listing(template_queries.templates_query(current_actor), TEMPLATES, query_data)


@bp.post("/templates/")
@bp.input(JourneyTemplateIn)
@bp.output(JourneyTemplateOut, status_code=201)
@documented(bp, "Make a journey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def create_template(json_data: JourneyTemplateIn) -> Any:
    """Make a template; a hospital's own begins with the stages of the group's."""
    facts = TemplateFacts(json_data.name_en, json_data.name_ar, json_data.is_active)
    return templates.create(hospital_id=json_data.hospital_id, kind=json_data.kind, facts=facts, actor=current_actor)


@bp.get("/templates/<uuid:template_id>/")
@bp.output(JourneyTemplateOut)
@documented(bp, "Read a journey template", "GET")
@requires(Perm.TEMPLATE_READ)
def read_template(template_id: UUID) -> Any:
    """Give one template with its stages."""
    return template_queries.get_template(template_id, actor=current_actor)


@bp.put("/templates/<uuid:template_id>/")
@bp.input(JourneyTemplatePut)
@bp.output(JourneyTemplateOut)
@documented(bp, "Replace a journey template", "PUT")
@requires(Perm.TEMPLATE_WRITE)
def replace_template(template_id: UUID, json_data: JourneyTemplatePut) -> Any:
    """Set all of a template's own fields."""
    facts = TemplateFacts(json_data.name_en, json_data.name_ar, json_data.is_active)
    return templates.change(template_id, facts, version=json_data.version, actor=current_actor)


@bp.patch("/templates/<uuid:template_id>/")
@bp.input(JourneyTemplatePatch)
@bp.output(JourneyTemplateOut)
@documented(bp, "Change a journey template", "PATCH")
@requires(Perm.TEMPLATE_WRITE)
def change_template(template_id: UUID, json_data: JourneyTemplatePatch) -> Any:
    """Set some of a template's own fields."""
    row = template_queries.get_template(template_id, actor=current_actor)
    facts = replace(TemplateFacts(row.name_en, row.name_ar, row.is_active), **given(json_data))
    return templates.change(template_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/templates/<uuid:template_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a journey template", "DELETE")
@requires(Perm.TEMPLATE_WRITE)
def archive_template(template_id: UUID) -> tuple[str, int]:
    """Take a template out of use."""
    templates.archive(template_id, actor=current_actor)
    return "", 204


@bp.get("/stages/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(StageTemplateOut))
@documented(bp, "List stages of templates", "GET")
@requires(Perm.TEMPLATE_READ)
def list_stages(query_data: ListQuery) -> dict[str, Any]:
    """Give the stages of the templates that the caller may read."""
    return listing(template_queries.stages_query(current_actor), STAGES, query_data)


@bp.post("/stages/")
@bp.input(StageTemplateIn)
@bp.output(StageTemplateOut, status_code=201)
@documented(bp, "Add a stage to a template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def create_stage(json_data: StageTemplateIn) -> Any:
    """Add a stage."""
    return stages.add(json_data.template_id, _whole(json_data), position=json_data.position, actor=current_actor)


@bp.get("/stages/<uuid:stage_id>/")
@bp.output(StageTemplateOut)
@documented(bp, "Read a stage of a template", "GET")
@requires(Perm.TEMPLATE_READ)
def read_stage(stage_id: UUID) -> Any:
    """Give one stage."""
    return template_queries.get_stage(stage_id, actor=current_actor)


@bp.put("/stages/<uuid:stage_id>/")
@bp.input(StageTemplatePut)
@bp.output(StageTemplateOut)
@documented(bp, "Replace a stage of a template", "PUT")
@requires(Perm.TEMPLATE_WRITE)
def replace_stage(stage_id: UUID, json_data: StageTemplatePut) -> Any:
    """Set all of a stage's fields, its place too."""
    return stages.change(
        stage_id,
        _whole(json_data),
        version=json_data.version,
        position=json_data.position,
        actor=current_actor,
    )


@bp.patch("/stages/<uuid:stage_id>/")
@bp.input(StageTemplatePatch)
@bp.output(StageTemplateOut)
@documented(bp, "Change a stage of a template", "PATCH")
@requires(Perm.TEMPLATE_WRITE)
def change_stage(stage_id: UUID, json_data: StageTemplatePatch) -> Any:
    """Set some of a stage's fields."""
    row = template_queries.get_stage(stage_id, actor=current_actor)
    return stages.change(
        stage_id,
        replace(stages.facts_of(row), **given(json_data)),
        version=json_data.version,
        position=json_data.position,
        actor=current_actor,
    )


@bp.delete("/stages/<uuid:stage_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a stage of a template", "DELETE")
@requires(Perm.TEMPLATE_WRITE)
def archive_stage(stage_id: UUID) -> tuple[str, int]:
    """Take a stage out of its template."""
    stages.archive(stage_id, actor=current_actor)
    return "", 204


def _whole(body: StageTemplateIn | StageTemplatePut) -> StageFacts:
    return StageFacts(
        code=body.code,
        name_en=body.name_en,
        name_ar=body.name_ar,
        trigger_codes=tuple(body.trigger_codes),
        is_optional=body.is_optional,
        needs_department=body.needs_department,
        needs_physician=body.needs_physician,
        expected_minutes=body.expected_minutes,
    )
