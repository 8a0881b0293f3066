"""The answers of the demo's patients, drawn around how good the visit was, and scored by the rules."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from app.core.text.scripts import looks_arabic
from app.portal.demo.bulk import Sheets
from app.portal.demo.visits import Visit
from app.portal.demo.words import COMPLAINTS, MIDDLING, PRAISES
from app.surveys.enums import FREE_TEXT
from app.surveys.models import SurveyAnswer, SurveyTemplate
from app.surveys.rules.questions import Answer, Question, Value
from app.surveys.rules.scoring import Score, item_score, score

WRITES = 0.45  # of those who answer


def answer(
    sheets: Sheets,
    survey: dict[str, Any],
    asked: list[tuple[UUID, Question]],
    template: SurveyTemplate,
    visit: Visit,
    at: datetime,
    *,
    is_final: bool = True,
) -> Score:
    """Add the answers to the questions that were asked, and the score to the survey's row."""
    mood = min(1.0, max(0.02, sheets.rng.gauss(visit.quality, 0.17)))
    given: dict[str, Answer] = {}
    for row_id, question in asked:
        value = _value(sheets.rng, question, mood, visit.kind)
        if value is None:
            continue
        given[question.code] = Answer(question.code, value)
        points = item_score(question, value)
        is_text = question.type in FREE_TEXT
        sheets.add(
            SurveyAnswer,
            at,
            hospital_id=survey["hospital_id"],
            instance_id=survey["id"],
            question_id=row_id,
            code=question.code,
            value=str(value),
            score=None if points is None else float(points),
            text_language=("ar" if looks_arabic(str(value)) else "en") if is_text else "",
        )
    result = score(
        [question for _id, question in asked], given, minimum_items=template.minimum_items, threshold=template.threshold
    )
    if is_final:
        survey["score"] = None if result.overall is None else float(result.overall)
        survey["nps"], survey["is_negative"] = result.nps, result.negative
        survey["top_box"] = None if result.top_box_share is None else float(result.top_box_share)
        survey["sections"] = {name: float(value) for name, value in result.sections.items()}
    return result


def _value(rng: Random, question: Question, mood: float, kind: str) -> Value | None:
    if question.type in FREE_TEXT:
        return _words(rng, mood, kind) if rng.random() < WRITES else None
    if not question.values or rng.random() < 0.03:
        return None
    drawn = min(1.0, max(0.0, rng.gauss(mood, 0.13)))
    graded = sorted(question.values, key=lambda value: (question.grades.get(value, 0), str(value)))
    return graded[min(len(graded) - 1, round(drawn * (len(graded) - 1)))]


def _words(rng: Random, mood: float, kind: str) -> str:
    if mood >= 0.78:
        return rng.choice(PRAISES)
    return rng.choice(COMPLAINTS[kind] if mood < 0.62 else MIDDLING)
