"""Pages on which the questions of a survey are written: own ones, those of the bank, their order and their end."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from app.core.web import Answer, current_actor, page, requires, see_other
from app.surveys import subjects, template_queries
from app.surveys.builder_views import address, bp, editor, framed
from app.surveys.enums import QuestionType
from app.surveys.forms import BankForm, MoveForm, VersionedForm
from app.surveys.models import SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.question_form import QuestionForm
from app.surveys.rules.bank import read_bank, read_sections
from app.surveys.rules.conditions import Mode, RowComparator
from app.surveys.services import questions


@bp.get("/<uuid:template_id>/questions/new")
@requires(Perm.TEMPLATE_WRITE)
def new_question(template_id: UUID) -> Response:
    """Show the form of a new question of the kind in the address."""
    template = template_queries.get_template(template_id, actor=current_actor)
    kind = request.args.get("type", "")
    form = QuestionForm(formdata=None, data={"type": kind if kind in set(QuestionType) else QuestionType.RATING})
    return _question(template, None, form)


@bp.post("/<uuid:template_id>/questions")
@requires(Perm.TEMPLATE_WRITE)
def add_question(template_id: UUID) -> Response:
    """Add a question at the end."""
    form = QuestionForm()
    answer = form.submit(lambda: questions.add(template_id, form.facts(), actor=current_actor))
    if not answer.ok:
        return _question(template_queries.get_template(template_id, actor=current_actor), None, form, answer)
    return see_other(address(template_id), toast=_("Question added."))


@bp.get("/questions/<uuid:question_id>")
@requires(Perm.TEMPLATE_WRITE)
def question(question_id: UUID) -> Response:
    """Show the form of a question."""
    found = template_queries.get_question(question_id, actor=current_actor)
    return _question(found.template, found, QuestionForm.of(found))


@bp.post("/questions/<uuid:question_id>")
@requires(Perm.TEMPLATE_WRITE)
def save_question(question_id: UUID) -> Response:
    """Change a question; once it was answered another meaning begins a new edition."""
    found = template_queries.get_question(question_id, actor=current_actor)
    form = QuestionForm()
    answer = form.submit(
        lambda: questions.change(
            question_id,
            form.facts(found),
            version=form.version.data or 0,
            new_edition=bool(form.new_edition.data),
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _question(found.template, found, form, answer)
    anew = answer.value.id != question_id
    said = _("A new edition begins; answers to the one before stay with it.") if anew else _("Question saved.")
    return see_other(address(found.template_id), toast=said)


@bp.post("/questions/<uuid:question_id>/position")
@requires(Perm.TEMPLATE_WRITE)
def move_question(question_id: UUID) -> Response:
    """Move a question up or down."""
    found = template_queries.get_question(question_id, actor=current_actor)
    form = MoveForm()
    answer = form.submit(
        lambda: questions.move(question_id, form.position.data or 1, version=form.version.data, actor=current_actor)
    )
    if not answer.ok:
        return editor(template_queries.get_template(found.template_id, actor=current_actor), answer)
    return see_other(f"{address(found.template_id)}#q-{question_id}", toast=_("Order saved."))


@bp.post("/questions/<uuid:question_id>/archive")
@requires(Perm.TEMPLATE_WRITE)
def archive_question(question_id: UUID) -> Response:
    """Take a question out of its survey."""
    found = template_queries.get_question(question_id, actor=current_actor)
    form = VersionedForm()
    answer = form.submit(lambda: questions.archive(question_id, version=form.version.data, actor=current_actor))
    if not answer.ok:
        return editor(template_queries.get_template(found.template_id, actor=current_actor), answer)
    return see_other(address(found.template_id), toast=_("Question archived. Its answers stay."))


@bp.get("/<uuid:template_id>/bank")
@requires(Perm.TEMPLATE_WRITE)
def bank(template_id: UUID) -> Response:
    """Show the questions of the bank, to choose from."""
    return _bank(template_queries.get_template(template_id, actor=current_actor))


@bp.post("/<uuid:template_id>/bank")
@requires(Perm.TEMPLATE_WRITE)
def add_from_bank(template_id: UUID) -> Response:
    """Add the chosen questions of the bank."""
    form = BankForm()
    answer = form.submit(lambda: questions.add_from_bank(template_id, form.codes(), actor=current_actor))
    if not answer.ok:
        return _bank(template_queries.get_template(template_id, actor=current_actor), answer)
    return see_other(address(template_id), toast=_("Questions added."))


def _bank(template: SurveyTemplate, answer: Answer | None = None) -> Response:
    return page(
        "surveys/builder/bank.html",
        survey=template,
        sets=read_bank(),
        sections=read_sections(),
        known={each.code for each in template.questions},
        answer=answer,
        status=answer.status if answer else 200,
    )


def _question(
    template: SurveyTemplate, found: SurveyQuestion | None, form: QuestionForm, answer: Answer | None = None
) -> Response:
    form.rest = answer.refusal.fields if answer is not None and answer.refusal is not None else {}
    stages = subjects.stage_options(template.journey_kind, template.hospital_id)
    before = [each for each in template.questions if found is None or each.position < found.position]
    return framed(
        page(
            "surveys/builder/question.html",
            survey=template,
            question=found,
            form=form,
            answer=answer,
            is_answered=found is not None and questions.is_answered(found.id),
            is_kept=found is not None and form.show_mode.data == Mode.KEPT,
            subjects=subjects.groups(template, before, stages),
            comparators=[(each.value, each.label) for each in RowComparator],
            stages=stages,
            sections=read_sections().values(),
            status=answer.status if answer else 200,
        )
    )
