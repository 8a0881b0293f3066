"""Pages of administrators: which stages each kind of visit has, and what completes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_reach_hospital
from app.core.web import Answer, current_actor, page, requires, see_other
from app.journeys import template_queries
from app.journeys.enums import VisitCode
from app.journeys.forms import ArchiveForm, MoveStageForm, NewTemplateForm, StageForm, TemplateForm, stage_values
from app.journeys.models import JourneyTemplate
from app.journeys.policy import Perm
from app.journeys.services import stages, templates
from app.organizations import queries as organizations

bp = Blueprint("journeys_admin", __name__, url_prefix="/admin/journey-templates")


@bp.get("/")
@requires(Perm.TEMPLATE_READ)
def listed() -> Response:
    """List the templates of the group and of the reader's hospitals."""
    return page(
        "journeys/admin/list.html",
        rows=template_queries.listed(actor=current_actor),
        may_write=can(current_actor, Perm.TEMPLATE_WRITE),
    )


@bp.get("/new")
@requires(Perm.TEMPLATE_WRITE)
def new() -> Response:
    """Show the form of a new template."""
    return _new(NewTemplateForm())


@bp.post("/")
@requires(Perm.TEMPLATE_WRITE)
def create() -> Response:
    """Make a template."""
    form = NewTemplateForm()
    answer = form.submit(
        lambda: templates.create(
            hospital_id=form.hospital_id.data, kind=form.kind.data, facts=form.facts(), actor=current_actor
        )
    )
    if not answer.ok:
        return _new(form, answer.status)
    return see_other(_address(answer.value.id), toast=_("Template made."))


@bp.get("/<uuid:template_id>")
@requires(Perm.TEMPLATE_READ)
def show(template_id: UUID) -> Response:
    """Show one template with its stages in order."""
    return _show(template_queries.get_template(template_id, actor=current_actor))


@bp.post("/<uuid:template_id>")
@requires(Perm.TEMPLATE_WRITE)
def save(template_id: UUID) -> Response:
    """Rename a template or turn it on or off."""
    form = TemplateForm()
    answer = form.submit(
        lambda: templates.change(template_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _show(template_queries.get_template(template_id, actor=current_actor), form, answer)
    return see_other(_address(template_id), toast=_("Template saved."))


@bp.post("/<uuid:template_id>/archive")
@requires(Perm.TEMPLATE_WRITE)
def archive(template_id: UUID) -> Response:
    """Take a template out of use."""
    version = ArchiveForm().version.data
    templates.archive(template_id, version=version, actor=current_actor)
    return see_other(url_for("journeys_admin.listed"), toast=_("Template archived."))


@bp.get("/<uuid:template_id>/stages/new")
@requires(Perm.TEMPLATE_WRITE)
def new_stage(template_id: UUID) -> Response:
    """Show the form of a new stage."""
    return _stage(template_queries.get_template(template_id, actor=current_actor), None, StageForm())


@bp.post("/<uuid:template_id>/stages")
@requires(Perm.TEMPLATE_WRITE)
def add_stage(template_id: UUID) -> Response:
    """Add a stage at the end."""
    form = StageForm()
    answer = form.submit(lambda: stages.add(template_id, form.facts(), actor=current_actor))
    if not answer.ok:
        return _stage(template_queries.get_template(template_id, actor=current_actor), None, form, answer)
    return see_other(_address(template_id), toast=_("Stage added."))


@bp.get("/stages/<uuid:stage_id>")
@requires(Perm.TEMPLATE_WRITE)
def stage(stage_id: UUID) -> Response:
    """Show the form of a stage."""
    found = template_queries.get_stage(stage_id, actor=current_actor)
    return _stage(found.template, found, StageForm(data=stage_values(found)))


@bp.post("/stages/<uuid:stage_id>")
@requires(Perm.TEMPLATE_WRITE)
def save_stage(stage_id: UUID) -> Response:
    """Change a stage."""
    form = StageForm()
    answer = form.submit(
        lambda: stages.change(stage_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        found = template_queries.get_stage(stage_id, actor=current_actor)
        return _stage(found.template, found, form, answer)
    return see_other(_address(answer.value.template_id), toast=_("Stage saved."))


@bp.post("/stages/<uuid:stage_id>/position")
@requires(Perm.TEMPLATE_WRITE)
def move_stage(stage_id: UUID) -> Response:
    """Move a stage up or down."""
    found = template_queries.get_stage(stage_id, actor=current_actor)
    form = MoveStageForm()
    answer = form.submit(
        lambda: stages.move(stage_id, form.position.data or 1, version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _show(found.template, None, answer)
    return see_other(_address(found.template_id), toast=_("Order saved."))


@bp.post("/stages/<uuid:stage_id>/archive")
@requires(Perm.TEMPLATE_WRITE)
def archive_stage(stage_id: UUID) -> Response:
    """Take a stage out of its template."""
    found = template_queries.get_stage(stage_id, actor=current_actor)
    stages.archive(stage_id, version=ArchiveForm().version.data, actor=current_actor)
    return see_other(_address(found.template_id), toast=_("Stage archived."))


def _address(template_id: UUID) -> str:
    return url_for("journeys_admin.show", template_id=template_id)


def _may_write(template: JourneyTemplate) -> bool:
    return can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, template.hospital_id)


def _new(form: NewTemplateForm, status: int = 200) -> Response:
    return page(
        "journeys/admin/new.html",
        form=form,
        hospitals=organizations.options_hospitals(actor=current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, None),
        status=status,
    )


def _show(template: JourneyTemplate, form: Any = None, answer: Answer | None = None) -> Response:
    return page(
        "journeys/admin/show.html",
        journey_template=template,
        form=form or TemplateForm(obj=template, formdata=None),
        answer=answer,
        may_write=_may_write(template),
        status=answer.status if answer else 200,
    )


def _stage(template: JourneyTemplate, stage: Any, form: StageForm, answer: Answer | None = None) -> Response:
    return page(
        "journeys/admin/stage.html",
        journey_template=template,
        stage=stage,
        form=form,
        codes=[str(code) for code in VisitCode],
        status=answer.status if answer else 200,
    )
