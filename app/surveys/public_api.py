"""The patient's form for programs: a hospital's app may show it itself."""

from __future__ import annotations

import hashlib
from operator import attrgetter
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from flask_babel import gettext as _
from pydantic import Field

from app.core import throttle
from app.core.access.actor import acting_as
from app.core.api import In, Out, documented
from app.core.errors import Conflict
from app.core.web.doors import public
from app.surveys.enums import InstanceState
from app.surveys.rules.questions import Question
from app.surveys.services import answering, sheets
from app.surveys.services.sheets import Sheet

bp = APIBlueprint("survey_public_api", __name__, url_prefix="/api/surveys/public")

WHY = "the survey's token is the credential"


class PublicQuestionOut(Out):
    """One question in both languages."""

    code: str
    type: str
    section: str
    text_en: str
    text_ar: str
    help_en: str
    help_ar: str
    options: list[dict[str, Any]]
    required: bool
    allow_na: bool
    minimum: int | None
    maximum: int | None
    show_if: dict[str, Any] | None


class SheetOut(Out):
    """A survey as its bearer sees it."""

    state: str
    language: str
    questions: list[PublicQuestionOut]
    answers: dict[str, str | int | None]


class SubmittedOut(Out):
    """What is kept of a survey after its answers came; what it asks need not be said again."""

    state: str
    language: str
    answers: dict[str, str | int | None]


class AnswersIn(In):
    """Answers by question code; `"NA"` is "not applicable"."""

    answers: dict[Annotated[str, Field(max_length=40)], str | int | None] = Field(max_length=200)
    language: str = Field("ar", pattern="^(ar|en)$")


@bp.get("/<string(maxlength=64):token>/")
@bp.output(SheetOut)
@documented(bp, "Read a survey by its token", "GET", open=True)
@public(WHY, csrf=False)
def read(token: str) -> dict[str, Any]:
    """Give the questions of the visit and the answers so far."""
    throttle.hit("survey.token", hashlib.sha256(token.encode()).hexdigest())
    actor = sheets.bearer(token)
    with acting_as(actor):
        return _out(sheets.sheet(actor))


@bp.post("/<string(maxlength=64):token>/submit/")
@bp.input(AnswersIn)
@bp.output(SubmittedOut)
@documented(bp, "Submit the answers", "POST", open=True)
@public(WHY, csrf=False)
def submit(token: str, json_data: AnswersIn) -> dict[str, Any]:
    """Complete the survey. The first complete answer counts; sending it again answers the same."""
    throttle.hit_each(
        ("survey.token", hashlib.sha256(token.encode()).hexdigest()), ("survey.address", request.remote_addr or "")
    )
    found = answering.submit_by(token, dict(json_data.answers), language=json_data.language, channel="api")
    if found.instance.state != InstanceState.COMPLETED:
        raise Conflict(_("This survey has ended."), code="survey_closed")
    return _submitted(found)


def _submitted(found: Sheet) -> dict[str, Any]:
    return {
        "state": found.instance.state,
        "language": found.instance.language,
        "answers": {code: "NA" if each.is_na else each.value for code, each in found.answers.items()},
    }


def _out(found: Sheet) -> dict[str, Any]:
    return {**_submitted(found), "questions": [_question(question) for question in found.questions]}


_SAME = tuple(name for name in PublicQuestionOut.model_fields if name in Question.__dataclass_fields__)
_same_of = attrgetter(*_SAME)


def _question(question: Question) -> dict[str, Any]:
    said = dict(zip(_SAME, _same_of(question), strict=True))
    said["options"] = [option.to_json() for option in question.options]
    said["minimum"], said["maximum"] = question.bounds or (None, None)
    return said
