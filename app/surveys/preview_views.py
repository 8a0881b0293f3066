"""The patient's form as editors see it: one long page, the question being written, and a trial. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, language, named
from app.core.web import current_actor, requires
from app.core.web.security import CSP
from app.surveys import subjects, template_queries
from app.surveys.builder_views import bp
from app.surveys.models import SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.question_form import QuestionForm
from app.surveys.rules.answers import AnswerProblem, clean, missing
from app.surveys.rules.logic import VisitContext, visible, without_hidden
from app.surveys.rules.questions import Answer, Question
from app.surveys.rules.scoring import score
from app.surveys.rules.sheets import minutes_for, page_after, pages

IN_A_FRAME = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@bp.get("/<uuid:template_id>/preview")
@requires(Perm.TEMPLATE_READ)
def preview(template_id: UUID) -> Response:
    """Show every question on one page, as a phone draws them, in the language of the address."""
    template = template_queries.get_template(template_id, actor=current_actor, archived=True)
    _speak()
    values = [question.as_value() for question in template.questions]
    return _render("surveys/builder/phone.html", template, questions=values, minutes=minutes_for(len(values)))


@bp.post("/<uuid:template_id>/sketch")
@requires(Perm.TEMPLATE_WRITE)
def sketch(template_id: UUID) -> Response:
    """Show the question that is being written, as it stands in the form."""
    template = template_queries.get_template(template_id, actor=current_actor)
    _speak()
    try:
        columns = QuestionForm().facts().columns()
    except (Invalid, ValueError):
        return _render("surveys/builder/phone.html", template, questions=[], minutes=0, alone=True)
    columns["code"] = columns["code"] or "Q"
    written = SurveyQuestion(position=1, **{**columns, "show_if": None}).as_value()
    return _render("surveys/builder/phone.html", template, questions=[written], minutes=0, alone=True)


@bp.get("/<uuid:template_id>/trial")
@requires(Perm.TEMPLATE_READ)
def trial(template_id: UUID) -> Response:
    """Begin a trial: the first screen, and which stages the imagined visit had."""
    template = template_queries.get_template(template_id, actor=current_actor, archived=True)
    _speak()
    stages = list(dict.fromkeys(each.stage_code for each in template.questions if each.stage_code))
    return _render(
        "surveys/builder/trial.html",
        template,
        stages=stages,
        stage_names=dict(subjects.stage_options(template.journey_kind, template.hospital_id)),
        minutes=minutes_for(len(template.questions)),
    )


@bp.post("/<uuid:template_id>/trial")
@requires(Perm.TEMPLATE_READ)
def take_trial(template_id: UUID) -> Response:
    """Go through the form page by page; the answers travel in the page and are kept nowhere."""
    template = template_queries.get_template(template_id, actor=current_actor, archived=True)
    _speak()
    questions = tuple(question.as_value() for question in template.questions)
    context = VisitContext(stages=frozenset(request.form.getlist("stage")))
    answers, errors = _given(questions)
    shown = visible(questions, answers, context)
    cut = pages(shown)
    number = _next_page(questions, cut, errors)
    if number > len(cut):
        unanswered = missing(shown, answers)
        errors = {code: [AnswerProblem.REQUIRED.message] for code in unanswered}
        if not errors:
            return _result(template, questions, answers, context)
        number = next(place for place, each in enumerate(cut, 1) if any(one.code in errors for one in each))
    return _trial_page(template, cut, number, answers, errors)


def _next_page(questions: Sequence[Question], cut: Sequence[Sequence[Question]], errors: Mapping[str, Any]) -> int:
    number = request.form.get("p", 0, type=int)
    if errors or request.form.get("lang") in LANGUAGES:
        return min(max(number, 1), len(cut))
    if request.form.get("step") == "back":
        return max(number - 1, 1)
    if "last" not in request.form:
        return 1
    return page_after(cut, [question.code for question in questions], request.form["last"])


def _given(questions: Sequence[Question]) -> tuple[dict[str, Answer], dict[str, list[Any]]]:
    """Read the answers that travel with the page: those of this page first, else those carried along."""
    answers: dict[str, Answer] = {}
    errors: dict[str, list[Any]] = {}
    for question in questions:
        on_page = f"on-{question.code}" in request.form
        found = clean(question, request.form.get(f"{'q' if on_page else 'kept'}-{question.code}", ""))
        if isinstance(found, AnswerProblem):
            errors[question.code] = [found.message]
        else:
            answers[question.code] = found
    return answers, errors


def _trial_page(
    template: SurveyTemplate,
    cut: Sequence[Sequence[Question]],
    number: int,
    answers: Mapping[str, Answer],
    errors: Mapping[str, list[Any]],
) -> Response:
    here = cut[number - 1] if cut else []
    values = {code: "NA" if each.is_na else str(each.value) for code, each in answers.items() if _counts(each)}
    on_page = {question.code for question in here}
    carried = [("csrf_token", generate_csrf())]
    carried += [("stage", stage) for stage in request.form.getlist("stage")]
    carried += [(f"kept-{code}", value) for code, value in values.items() if code not in on_page]
    return _render(
        "surveys/public/page.html",
        template,
        status=422 if errors else 200,
        action=url_for(".take_trial", template_id=template.id),
        carried=carried,
        questions=here,
        number=number,
        count=len(cut),
        values=values,
        errors=errors,
    )


def _counts(answer: Answer) -> bool:
    return answer.is_given or answer.is_na


def _result(
    template: SurveyTemplate, questions: tuple[Question, ...], answers: Mapping[str, Answer], context: VisitContext
) -> Response:
    """Say what PX360 would make of these answers."""
    result = score(
        questions,
        without_hidden(questions, answers, context),
        weighting=template.score_weighting,
        minimum_items=template.minimum_items,
        threshold=template.threshold,
    )
    return _render("surveys/builder/trial_end.html", template, result=result)


def _speak() -> None:
    wish = request.form.get("lang") or request.args.get("lang") or request.form.get("spoken")
    if wish in LANGUAGES:
        g.language = wish


def _render(name: str, template: SurveyTemplate, *, status: int = 200, **context: Any) -> Response:
    links = [(code, label, url_for(".trial", template_id=template.id, lang=code)) for code, label in LANGUAGES.items()]
    body = render_template(
        name, survey=template, hospital_name=named(template), language_links=links, spoken=language(), **context
    )
    response = make_response(body, status)
    response.headers["Content-Security-Policy"] = IN_A_FRAME
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
