"""Answering a request to explain through its link: a phone, no sign-in, one question. No cookie, no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.complaints.explanations import answering_link
from app.complaints.explanations.answering_link import Asked
from app.complaints.public.views import counted, over
from app.core.errors import Conflict, Invalid
from app.core.i18n import LANGUAGES, named
from app.core.web.doors import public
from app.core.web.forms import clean_text

bp = Blueprint("explanation_form", __name__, url_prefix="/x")

LINK = "the link is the credential of who is asked; it shows the officer's question and the chosen extract only"
NOTHING: Mapping[str, Any] = {}


@bp.get("/<token>")
@public(LINK, csrf=False)
def show(token: str) -> Response:
    """Show the question, and what was written so far."""
    counted(token, "explanation.token")
    try:
        return _page(token, answering_link.asked_by(token))
    except Conflict as refusal:
        return over(refusal.message)


@bp.post("/<token>")
@public(LINK, csrf=False)
def send(token: str) -> Response:
    """Keep the draft, or send the answer."""
    counted(token, "explanation.token")
    text = clean_text(request.form.get("text", "")) or ""
    step = request.form.get("step")
    is_draft = step == "draft"
    try:
        asked = answering_link.asked_by(token)
    except Conflict as refusal:
        return over(refusal.message)
    try:
        if is_draft:
            asked = answering_link.save_draft(token, text)
        elif step == "time":
            asked = answering_link.ask_for_time(token, _instant(), clean_text(request.form.get("reason", "")) or "")
        else:
            asked = answering_link.answer(token, text, version=request.form.get("version", 0, type=int))
    except Invalid as refusal:
        return _page(token, asked, text=text, errors=refusal.fields, status=422)
    except Conflict as refusal:
        return _page(token, answering_link.asked_by(token), text=text, problem=refusal.message, status=409)
    return _page(token, asked, done={"draft": "draft", "time": "time"}.get(step or "", "answer"))


def _instant() -> datetime | None:
    """Give the wall time that was typed; None where it is none."""
    try:
        return datetime.fromisoformat(request.form.get("until", "")).replace(tzinfo=None)
    except ValueError:
        return None


def _page(
    token: str,
    asked: Asked,
    *,
    text: str | None = None,
    errors: Mapping[str, Any] = NOTHING,
    problem: Any = "",
    done: str = "",
    status: int = 200,
) -> Response:
    explanation = asked.explanation
    page = render_template(
        "complaints/public/explain.html",
        token=token,
        asked=asked,
        explanation=explanation,
        asked_until=request.form.get("until", "")[:16],
        asked_reason=request.form.get("reason", "")[:2000],
        typed=(explanation.draft or explanation.answer) if text is None else text,
        errors=errors,
        problem=problem,
        done=done,
        most=answering_link.MOST_SIGNS,
        hospital_name=named(asked.hospital),
        language_links=[
            (code, label, url_for("explanation_form.show", token=token, lang=code)) for code, label in LANGUAGES.items()
        ],
    )
    return make_response(page, status)
