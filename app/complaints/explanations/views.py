"""Pages of requests to explain: asked on the complaint, and the page of who is asked."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, abort, url_for
from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.complaints import queries, sla
from app.complaints.explanations import queries as explanation_queries
from app.complaints.explanations import services as explaining
from app.complaints.forms import AskForm, ExplanationForm
from app.complaints.models import Complaint
from app.complaints.points import people
from app.complaints.policy import Perm
from app.complaints.texts import views as texts
from app.complaints.workflow import EXPLANATION
from app.core.access.policy import load
from app.core.sla.explain import deadlines_of
from app.core.web import Answer, current_actor, page, requires, see_other
from app.organizations import queries as organizations

bp = Blueprint("explanations", __name__)


@bp.get("/complaints/<uuid:complaint_id>/explanations/new")
@requires(Perm.ASK)
def new(complaint_id: UUID) -> Response:
    """Ask whom to ask, and what."""
    taken = texts.taken("complaint", complaint_id)
    return _new(complaint_id, AskForm(formdata=None, question=taken.text if taken else ""))


@bp.post("/complaints/<uuid:complaint_id>/explanations")
@requires(Perm.ASK)
def ask(complaint_id: UUID) -> Response:
    """Ask somebody to explain."""
    form = AskForm()
    question = explaining.Question(
        form.question.data or "",
        form.extract.data or "",
        form.department_id.data,
        form.point_id.data,
        bool(form.shows_patient.data),
    )
    answer = form.submit(
        lambda: explaining.ask(complaint_id, cast(UUID, form.assignee_id.data), question, actor=current_actor)
    )
    if not answer.ok:
        return _new(complaint_id, form, answer.status)
    return see_other(
        url_for("complaints.show", complaint_id=complaint_id) + "#explanations", toast=_("The question was sent.")
    )


def _new(complaint_id: UUID, form: AskForm, status: int = 200) -> Response:
    load(Complaint, complaint_id, actor=current_actor, needs=Perm.ASK, sees=Perm.READ)
    complaint = queries.get_whole(complaint_id, actor=current_actor).complaint
    on_points = people.accounts_of(complaint.points)
    everybody = accounts.options_people(complaint.hospital_id)
    return page(
        "complaints/ask.html",
        part="complaints/_ask.html",
        status=status,
        complaint=complaint,
        form=form,
        named_people=[each for each in everybody if each.id in on_points],
        on_points=on_points,
        people=[each for each in everybody if each.id not in on_points],
        departments=organizations.options_departments(actor=current_actor),
    )


@bp.get("/explanations/")
@requires(Perm.EXPLANATION_READ)
def listed() -> Response:
    """Show what asks for an explanation, by deadline."""
    return page("complaints/explanations.html", rows=explanation_queries.asked_of(current_actor))


@bp.get("/explanations/<uuid:explanation_id>")
@requires(Perm.EXPLANATION_READ)
def show(explanation_id: UUID) -> Response:
    """Show one request: the question and the chosen extract, nothing else of the complaint."""
    return _show(explanation_id, ExplanationForm(formdata=None))


def _show(explanation_id: UUID, form: ExplanationForm, answer: Answer | None = None) -> Response:
    explanation = explanation_queries.get_explanation(explanation_id, actor=current_actor)
    about = explanation_queries.about_explanation(explanation, actor=current_actor)
    return page(
        "complaints/explanation.html",
        status=answer.status if answer else 200,
        explanation=explanation,
        about=about,
        form=form,
        answer=answer,
        steps=EXPLANATION.open_steps(explanation, current_actor),
        deadline=deadlines_of(explanation.id).get(sla.ANSWER),
    )


@bp.post("/explanations/<uuid:explanation_id>/steps/<string(maxlength=20):verb>")
@requires(Perm.EXPLANATION_READ)
def move(explanation_id: UUID, verb: str) -> Response:
    """Answer, accept, return or take back."""
    if not any(step.verb == verb for step in EXPLANATION.steps):
        abort(404)
    form = ExplanationForm()
    answer: Any = form.submit(
        lambda: explaining.move(
            explanation_id, verb, version=form.version.data or 0, text=form.text.data or "", actor=current_actor
        )
    )
    if not answer.ok:
        return _show(explanation_id, form, answer)
    return see_other(url_for("explanations.show", explanation_id=explanation_id), toast=_("Saved."))
