"""Pages on which surveys are built: the list of templates, one template with its questions, publishing and copying."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_reach_hospital
from app.core.errors import Invalid
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires, see_other
from app.core.web.security import CSP
from app.organizations import queries as organizations
from app.surveys import subjects, template_queries
from app.surveys.forms import CopyForm, NewTemplateForm, TemplateForm, VersionedForm
from app.surveys.models import SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.rules.review import blocking, review
from app.surveys.services import templates

bp = Blueprint("survey_builder", __name__, url_prefix="/admin/survey-templates")

WITH_FRAMES = CSP + "; frame-src 'self'"  # the editor alone shows the form in frames of this site


@bp.get("/")
@requires(Perm.TEMPLATE_READ)
def listed() -> Response:
    """List the templates of the group and of the reader's hospitals, in use or archived."""
    archived = request.args.get("view") == "archived"
    tabs = [
        {"label": _("In use"), "url": url_for(".listed"), "active": not archived, "count": None},
        {"label": _("Archived"), "url": url_for(".listed", view="archived"), "active": archived, "count": None},
    ]
    return page(
        "surveys/builder/list.html",
        rows=template_queries.listed(actor=current_actor, archived=archived),
        archived=archived,
        tabs=tabs,
        may_write=can(current_actor, Perm.TEMPLATE_WRITE),
        reaches=lambda template: _may_write(template),
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
        lambda: templates.create(hospital_id=form.hospital_id.data, facts=form.facts(), actor=current_actor)
    )
    if not answer.ok:
        return _new(form, answer.status)
    return see_other(address(answer.value.id), toast=_("Survey made. Now add its questions."))


@bp.get("/<uuid:template_id>")
@requires(Perm.TEMPLATE_READ)
def show(template_id: UUID) -> Response:
    """Show one template: its questions, what is wrong with it, and the patient's form beside it in both languages."""
    return editor(template_queries.get_template(template_id, actor=current_actor, archived=True))


@bp.get("/<uuid:template_id>/settings")
@requires(Perm.TEMPLATE_WRITE)
def settings(template_id: UUID) -> Response:
    """Show the form of a template's own fields."""
    found = template_queries.get_template(template_id, actor=current_actor)
    return _settings(found, TemplateForm(obj=found, formdata=None))


@bp.post("/<uuid:template_id>")
@requires(Perm.TEMPLATE_WRITE)
def save(template_id: UUID) -> Response:
    """Change a template's own fields."""
    form = TemplateForm()
    answer = form.submit(
        lambda: templates.change(template_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _settings(template_queries.get_template(template_id, actor=current_actor), form, answer)
    return see_other(address(template_id), toast=_("Survey saved."))


@bp.post("/<uuid:template_id>/publication")
@requires(Perm.TEMPLATE_WRITE)
def publish(template_id: UUID) -> Response:
    """Let surveys be made of a template."""
    form = VersionedForm()
    answer = form.submit(lambda: templates.publish(template_id, version=form.version.data, actor=current_actor))
    if not answer.ok:
        return editor(template_queries.get_template(template_id, actor=current_actor), answer)
    return see_other(address(template_id), toast=_("Survey published."))


@bp.post("/<uuid:template_id>/withdrawal")
@requires(Perm.TEMPLATE_WRITE)
def unpublish(template_id: UUID) -> Response:
    """Make no more surveys of a template."""
    form = VersionedForm()
    answer = form.submit(lambda: templates.unpublish(template_id, version=form.version.data, actor=current_actor))
    if not answer.ok:
        return editor(template_queries.get_template(template_id, actor=current_actor), answer)
    return see_other(address(template_id), toast=_("No more surveys are made of this one. Links that left stay open."))


@bp.post("/<uuid:template_id>/archive")
@requires(Perm.TEMPLATE_WRITE)
def archive(template_id: UUID) -> Response:
    """Take a template out of use."""
    templates.archive(template_id, version=VersionedForm().version.data, actor=current_actor)
    return see_other(url_for(".listed"), toast=_("Survey archived."))


@bp.post("/<uuid:template_id>/restore")
@requires(Perm.TEMPLATE_WRITE)
def restore(template_id: UUID) -> Response:
    """Bring an archived template back."""
    templates.restore(template_id, actor=current_actor)
    return see_other(address(template_id), toast=_("Survey restored. It is not published."))


@bp.post("/<uuid:template_id>/copy")
@requires(Perm.TEMPLATE_WRITE)
def copy(template_id: UUID) -> Response:
    """Copy a template with its questions into a hospital's own."""
    form = CopyForm()
    answer = form.submit(lambda: templates.copy(template_id, hospital_id=form.hospital_id.data, actor=current_actor))
    if not answer.ok:
        return editor(template_queries.get_template(template_id, actor=current_actor, archived=True), answer)
    return see_other(address(answer.value.id), toast=_("Copied. The copy is not published yet."))


def address(template_id: UUID) -> str:
    """Give the address of a template's page."""
    return url_for("survey_builder.show", template_id=template_id)


def editor(template: SurveyTemplate, answer: Answer | None = None) -> Response:
    """Render the page of a template; `answer` is what became of a refused step."""
    values = [question.as_value() for question in template.questions]
    findings = review(values, minimum_items=template.minimum_items)
    stages = subjects.stage_options(template.journey_kind, template.hospital_id)
    known = subjects.groups(template, template.questions, stages)
    return framed(
        page(
            "surveys/builder/show.html",
            survey=template,
            findings=findings,
            may_publish=not blocking(findings),
            conditions={each.id: subjects.in_words(each.show_if, known) for each in template.questions},
            stage_names=dict(stages),
            answered=template_queries.answered_questions(template.id),
            answer=answer,
            refused=_refusals(answer),
            may_write=template.archived_at is None and _may_write(template),
            may_restore=template.archived_at is not None and _may_write(template),
            may_copy=can(current_actor, Perm.TEMPLATE_WRITE),
            hospitals=organizations.options_hospitals(actor=current_actor),
            may_write_group=can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, None),
            entries=timeline.of_subject(template.id, actor=current_actor)[:20],
            status=answer.status if answer else 200,
        )
    )


def framed(response: Response) -> Response:
    """Let this page hold frames of this site."""
    response.headers["Content-Security-Policy"] = WITH_FRAMES
    return response


def _refusals(answer: Answer | None) -> list[Any]:
    """Give what a refused step said, each sentence once."""
    if answer is None or answer.refusal is None:
        return []
    found = [message for messages in answer.refusal.fields.values() for message in messages]
    if isinstance(answer.refusal, Invalid) and found:
        return list(dict.fromkeys(str(message) for message in found))
    return [answer.refusal.message]


def _may_write(template: SurveyTemplate) -> bool:
    return can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, template.hospital_id)


def _new(form: NewTemplateForm, status: int = 200) -> Response:
    return page(
        "surveys/builder/settings.html",
        form=form,
        survey=None,
        answer=None,
        hospitals=organizations.options_hospitals(actor=current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.TEMPLATE_WRITE, None),
        status=status,
    )


def _settings(template: SurveyTemplate, form: TemplateForm, answer: Answer | None = None) -> Response:
    return page(
        "surveys/builder/settings.html",
        form=form,
        survey=template,
        answer=answer,
        status=answer.status if answer else 200,
    )
