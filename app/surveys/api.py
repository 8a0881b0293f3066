"""The REST door of survey templates and their questions; triggers and surveys have theirs beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import In, Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.surveys import template_queries
from app.surveys.models import SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.schemas import (
    CopyIn,
    QuestionIn,
    QuestionOut,
    QuestionPatch,
    QuestionPut,
    SurveyTemplateIn,
    SurveyTemplateOut,
    SurveyTemplatePatch,
    SurveyTemplatePut,
    VersionIn,
)
from app.surveys.services import questions, templates
from app.surveys.services.questions import QuestionFacts
from app.surveys.services.templates import TemplateFacts

bp = APIBlueprint("surveys_api", __name__, url_prefix="/api/surveys")

TEMPLATES = Listing(
    ordering={"name_en": SurveyTemplate.name_en, "created_at": SurveyTemplate.created_at, "id": SurveyTemplate.id},
    default="name_en",
    filters={
        "hospital_id": equals(SurveyTemplate.hospital_id, uuid),
        "journey_kind": equals(SurveyTemplate.journey_kind),
        "is_published": equals(SurveyTemplate.is_published, truth),
    },
    search=lambda text: (
        SurveyTemplate.name_en.icontains(text, autoescape=True) | SurveyTemplate.name_ar.contains(text, autoescape=True)
    ),
)
QUESTIONS = Listing(
    ordering={"position": SurveyQuestion.position, "code": SurveyQuestion.code, "id": SurveyQuestion.id},
    default="position",
    filters={
        "template_id": equals(SurveyQuestion.template_id, uuid),
        "code": equals(SurveyQuestion.code),
        "type": equals(SurveyQuestion.type),
    },
)
APART = frozenset({"version", "position", "new_edition", "hospital_id"})


def sent(body: In) -> dict[str, Any]:
    """Give what a whole body says of the row itself; lists as tuples, as the facts keep them."""
    fields = body.model_dump(exclude=set(APART))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def given(body: In, may_be_empty: frozenset[str]) -> dict[str, Any]:
    """Give the fields that a PATCH really carries; null counts only for fields that may be empty."""
    fields = body.model_dump(exclude_unset=True, exclude=set(APART))
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
        if value is not None or name in may_be_empty
    }


@bp.get("/templates/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(SurveyTemplateOut))
@documented(bp, "List survey templates", "GET")
@requires(Perm.TEMPLATE_READ)
def list_templates(query_data: ListQuery) -> dict[str, Any]:
    """Give the templates of the caller's hospitals and of the group."""
    return listing(template_queries.templates_query(current_actor), TEMPLATES, query_data)


@bp.post("/templates/")
@bp.input(SurveyTemplateIn)
@bp.output(SurveyTemplateOut, status_code=201)
@documented(bp, "Make a survey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def create_template(json_data: SurveyTemplateIn) -> Any:
    """Make a template, not published."""
    facts = TemplateFacts(**sent(json_data))
    return templates.create(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor)


@bp.get("/templates/<uuid:template_id>/")
@bp.output(SurveyTemplateOut)
@documented(bp, "Read a survey template", "GET")
@requires(Perm.TEMPLATE_READ)
def read_template(template_id: UUID) -> Any:
    """Give one template with its questions."""
    return template_queries.get_template(template_id, actor=current_actor)


@bp.put("/templates/<uuid:template_id>/")
@bp.input(SurveyTemplatePut)
@bp.output(SurveyTemplateOut)
@documented(bp, "Replace a survey template", "PUT")
@requires(Perm.TEMPLATE_WRITE)
def replace_template(template_id: UUID, json_data: SurveyTemplatePut) -> Any:
    """Set all of a template's own fields."""
    facts = TemplateFacts(**sent(json_data))
    return templates.change(template_id, facts, version=json_data.version, actor=current_actor)


@bp.patch("/templates/<uuid:template_id>/")
@bp.input(SurveyTemplatePatch)
@bp.output(SurveyTemplateOut)
@documented(bp, "Change a survey template", "PATCH")
@requires(Perm.TEMPLATE_WRITE)
def change_template(template_id: UUID, json_data: SurveyTemplatePatch) -> Any:
    """Set some of a template's own fields."""
    row = template_queries.get_template(template_id, actor=current_actor)
    facts = replace(templates.facts_of(row), **given(json_data, frozenset({"journey_kind", "reminder_hours"})))
    return templates.change(template_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/templates/<uuid:template_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a survey template", "DELETE")
@requires(Perm.TEMPLATE_WRITE)
def archive_template(template_id: UUID) -> tuple[str, int]:
    """Take a template and its triggers out of use."""
    templates.archive(template_id, actor=current_actor)
    return "", 204


@bp.post("/templates/<uuid:template_id>/publish/")
@bp.input(VersionIn)
@bp.output(SurveyTemplateOut)
@documented(bp, "Publish a survey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def publish_template(template_id: UUID, json_data: VersionIn) -> Any:
    """Let surveys be made of a template; 422 by question code says what does not work yet."""
    return templates.publish(template_id, version=json_data.version, actor=current_actor)


@bp.post("/templates/<uuid:template_id>/unpublish/")
@bp.input(VersionIn)
@bp.output(SurveyTemplateOut)
@documented(bp, "Make no more surveys of a template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def unpublish_template(template_id: UUID, json_data: VersionIn) -> Any:
    """Make no more surveys of a template; links that left stay open."""
    return templates.unpublish(template_id, version=json_data.version, actor=current_actor)


@bp.post("/templates/<uuid:template_id>/copy/")
@bp.input(CopyIn)
@bp.output(SurveyTemplateOut, status_code=201)
@documented(bp, "Copy a survey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def copy_template(template_id: UUID, json_data: CopyIn) -> Any:
    """Copy a template that the caller may read, with its questions, into a hospital's own."""
    return templates.copy(template_id, hospital_id=json_data.hospital_id, actor=current_actor)


@bp.post("/templates/<uuid:template_id>/restore/")
@bp.output(SurveyTemplateOut)
@documented(bp, "Restore a survey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def restore_template(template_id: UUID) -> Any:
    """Bring an archived template back, not published."""
    return templates.restore(template_id, actor=current_actor)


@bp.get("/questions/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(QuestionOut))
@documented(bp, "List survey questions", "GET")
@requires(Perm.TEMPLATE_READ)
def list_questions(query_data: ListQuery) -> dict[str, Any]:
    """Give the questions in force of the templates that the caller may read."""
    return listing(template_queries.questions_query(current_actor), QUESTIONS, query_data)


@bp.post("/questions/")
@bp.input(QuestionIn)
@bp.output(QuestionOut, status_code=201)
@documented(bp, "Add a question to a survey template", "POST")
@requires(Perm.TEMPLATE_WRITE)
def create_question(json_data: QuestionIn) -> Any:
    """Add a question."""
    fields = {name: value for name, value in sent(json_data).items() if name != "template_id"}
    return questions.add(
        json_data.template_id, QuestionFacts(**fields), position=json_data.position, actor=current_actor
    )


@bp.get("/questions/<uuid:question_id>/")
@bp.output(QuestionOut)
@documented(bp, "Read a survey question", "GET")
@requires(Perm.TEMPLATE_READ)
def read_question(question_id: UUID) -> Any:
    """Give one question in force."""
    return template_queries.get_question(question_id, actor=current_actor)


@bp.put("/questions/<uuid:question_id>/")
@bp.input(QuestionPut)
@bp.output(QuestionOut)
@documented(bp, "Replace a survey question", "PUT")
@requires(Perm.TEMPLATE_WRITE)
def replace_question(question_id: UUID, json_data: QuestionPut) -> Any:
    """Set all of a question; the answer is the edition in force, which is another row when the meaning changed."""
    return _changed(question_id, QuestionFacts(**sent(json_data)), json_data)


@bp.patch("/questions/<uuid:question_id>/")
@bp.input(QuestionPatch)
@bp.output(QuestionOut)
@documented(bp, "Change a survey question", "PATCH")
@requires(Perm.TEMPLATE_WRITE)
def change_question(question_id: UUID, json_data: QuestionPatch) -> Any:
    """Set some of a question; the answer is the edition in force."""
    row = template_queries.get_question(question_id, actor=current_actor)
    empty = frozenset({"stage_code", "minimum", "maximum", "show_if"})
    return _changed(question_id, replace(questions.facts_of(row), **given(json_data, empty)), json_data)


@bp.delete("/questions/<uuid:question_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a survey question", "DELETE")
@requires(Perm.TEMPLATE_WRITE)
def archive_question(question_id: UUID) -> tuple[str, int]:
    """Take a question out of its template; its answers stay."""
    questions.archive(question_id, actor=current_actor)
    return "", 204


def _changed(question_id: UUID, facts: QuestionFacts, body: QuestionPut | QuestionPatch) -> SurveyQuestion:
    return questions.change(
        question_id,
        facts,
        version=body.version,
        position=body.position,
        new_edition=body.new_edition,
        actor=current_actor,
    )
