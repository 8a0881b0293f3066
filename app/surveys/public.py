"""The patient's form: opens from the link alone, without cookie or JavaScript; every page is saved when it is left."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import ImmutableMultiDict

from app.core import throttle
from app.core.access.actor import Actor, acting_as
from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, language, named
from app.core.web.doors import public
from app.organizations.models import Hospital
from app.surveys.enums import InstanceState
from app.surveys.rules.answers import Answer
from app.surveys.rules.sheets import minutes_for, page_after, pages
from app.surveys.services import answering, sheets
from app.surveys.services.sheets import Sheet

bp = Blueprint("survey_form", __name__, url_prefix="/s")

WHY = "patients answer from the link in their message; the token is the credential"
PREVIEWS = ("bot", "facebookexternalhit", "whatsapp", "preview", "crawler", "spider")


@bp.get("/<token>")
@public(WHY, csrf=False)
def form(token: str) -> Response:
    """Show the first screen, or page `p` of the questions."""
    actor = _enter(token)
    with acting_as(actor):
        found = sheets.sheet(actor)
        _speak(found)
        closed = _closed(found, token)
        if closed is not None:
            return closed
        if not _is_preview():
            answering.note_opening(actor=actor)
        number = request.args.get("p", 0, type=int)
        if number < 1:
            return _render("surveys/public/start.html", found, token, minutes=minutes_for(len(found.shown)))
        return _page(found, token, number)


@bp.post("/<token>")
@public(WHY, csrf=False)
def save(token: str) -> Response:
    """Save one page and go on, back, to the other language, or to the thanks."""
    actor = _enter(token)
    with acting_as(actor):
        found = sheets.sheet(actor)
        _speak(found)
        closed = _closed(found, token)
        if closed is not None:
            return closed
        return _take(found, token, request.form, actor)


def _take(found: Sheet, token: str, sent: ImmutableMultiDict[str, str], actor: Actor) -> Response:
    raw = {
        question.code: sent.get(f"q-{question.code}", "")
        for question in found.questions
        if f"on-{question.code}" in sent
    }
    wish = sent.get("lang")
    spoken = wish if wish in LANGUAGES else language()
    number = sent.get("p", 1, type=int)
    try:
        found = answering.save(raw, actor=actor, language=spoken)
    except Invalid as refusal:
        return _page(found, token, number, raw=raw, errors=refusal.fields, status=422)
    if wish in LANGUAGES:
        return _go(token, p=number, lang=wish)
    if sent.get("step") == "back":
        return _go(token, p=number - 1, lang=spoken)
    cut = pages(found.shown)
    following = page_after(cut, [question.code for question in found.questions], sent.get("last", ""))
    if following <= len(cut):
        return _go(token, p=following, lang=spoken)
    return _finish(found, token, actor, spoken)


def _finish(found: Sheet, token: str, actor: Actor, spoken: str) -> Response:
    try:
        answering.submit({}, actor=actor, language=spoken)
    except Invalid as refusal:
        cut = pages(found.shown)
        number = next(
            (place for place, page in enumerate(cut, 1) if any(question.code in refusal.fields for question in page)), 1
        )
        return _page(found, token, number, errors=refusal.fields, status=422)
    return _unstored(make_response(redirect(url_for("survey_form.thanks", token=token, lang=spoken), 303)))


@bp.get("/<token>/thanks")
@public(WHY, csrf=False)
def thanks(token: str) -> Response:
    """Thank, and offer a call after a low score."""
    actor = _enter(token)
    with acting_as(actor):
        found = sheets.sheet(actor)
        _speak(found)
        if found.instance.state != InstanceState.COMPLETED:
            return _go(token, p=0, lang=language())
        return _render("surveys/public/thanks.html", found, token)


@bp.post("/<token>/callback")
@public(WHY, csrf=False)
def callback(token: str) -> Response:
    """Keep whether the person wants to be called back."""
    actor = _enter(token)
    with acting_as(actor):
        _speak(sheets.sheet(actor))
        answering.want_callback(request.form.get("call") == "yes", actor=actor)
        return _unstored(make_response(redirect(url_for("survey_form.thanks", token=token, lang=language()), 303)))


def _enter(token: str) -> Actor:
    throttle.hit_each(
        ("survey.token", hashlib.sha256(token.encode()).hexdigest()), ("survey.address", request.remote_addr or "")
    )
    return sheets.bearer(token)


def _speak(found: Sheet) -> None:
    """Choose the language: asked for in the address, else the survey's own."""
    wish = request.args.get("lang") or request.form.get("spoken")
    g.language = wish if wish in LANGUAGES else found.instance.language


def _is_preview() -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "HEAD" or "prefetch" in purpose or any(mark in agent for mark in PREVIEWS)


def _closed(found: Sheet, token: str) -> Response | None:
    if found.instance.state == InstanceState.COMPLETED:
        return _unstored(make_response(redirect(url_for("survey_form.thanks", token=token, lang=language()), 303)))
    if not sheets.is_open(found.instance):
        return _render("surveys/public/closed.html", found, token, status=410)
    return None


def _page(
    found: Sheet,
    token: str,
    number: int,
    *,
    raw: dict[str, str] | None = None,
    errors: dict[str, list[Any]] | None = None,
    status: int = 200,
) -> Response:
    cut = pages(found.shown)
    number = min(max(number, 1), max(len(cut), 1))
    return _render(
        "surveys/public/page.html",
        found,
        token,
        status=status,
        questions=cut[number - 1] if cut else [],
        number=number,
        count=len(cut),
        values=_values(found.answers, raw or {}),
        errors=errors or {},
    )


def _values(answers: dict[str, Answer], raw: dict[str, str]) -> dict[str, str]:
    """What each field shows: what was just typed, else what was saved."""
    saved = {
        code: "NA" if answer.is_na else "" if answer.value is None else str(answer.value)
        for code, answer in answers.items()
    }
    return {**saved, **raw}


def _render(template: str, found: Sheet, token: str, *, status: int = 200, **context: Any) -> Response:
    hospital = db.session.get(Hospital, found.instance.hospital_id)
    body = render_template(
        template,
        sheet=found,
        instance=found.instance,
        survey=found.instance.template,
        token=token,
        action=url_for("survey_form.save", token=token),
        carried=(),
        hospital_name=named(hospital),
        language_links=[
            (code, label, url_for("survey_form.form", token=token, lang=code, p=request.args.get("p", 0)))
            for code, label in LANGUAGES.items()
        ],
        **context,
    )
    return _unstored(make_response(body, status))


def _go(token: str, **query: Any) -> Response:
    return _unstored(make_response(redirect(url_for("survey_form.form", token=token, **query), 303)))


def _unstored(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
