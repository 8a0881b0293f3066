"""Show-if logic: conditions as data, and which questions a patient sees.

A condition is JSON and one of

    {"all": [condition, ...]}    {"any": [condition, ...]}    {"not": condition}
    {"question": "OPD-05", "op": "eq", "value": 0}        on an earlier answer
    {"context": "journey_type", "op": "in", "value": ["opd", "ems"]}   on the visit
    {"stage": "OPD_LAB"}                                    the stage happened

with the comparators of `Comparator`. A question without an answer (not asked, left out, or "not applicable") satisfies no
comparison; `answered` with true or false asks just that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from app.surveys.rules.questions import Answer, Answers, Question, Value, in_order

Condition = Mapping[str, Any]


class Comparator(StrEnum):
    """How an answer or a fact of the visit is compared."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    ANSWERED = "answered"


ORDERING = frozenset({Comparator.LT, Comparator.LTE, Comparator.GT, Comparator.GTE})

_COMPARE = {
    Comparator.EQ: eq,
    Comparator.NE: ne,
    Comparator.LT: lt,
    Comparator.LTE: le,
    Comparator.GT: gt,
    Comparator.GTE: ge,
}

CONTEXT_FIELDS: dict[str, type] = {
    "journey_type": str,
    "language": str,
    "sex": str,
    "department_code": str,
    "age_years": int,
}
"""The facts of a visit that a condition may ask for, with their types."""


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What is known of the visit when the survey is frozen. `stages` None: nobody tracked them, so none hides a question."""

    stages: frozenset[str] | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)


def holds(condition: Condition, answers: Answers, context: VisitContext) -> bool:
    """Say whether a `condition` that passed `validate_logic` holds. Raises ValueError for one of unknown shape."""
    if "all" in condition:
        return all(holds(part, answers, context) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, answers, context) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], answers, context)
    if "stage" in condition:
        return context.stages is not None and condition["stage"] in context.stages
    if "question" in condition:
        answer = answers.get(condition["question"])
        return _compare(condition, answer.value if answer and answer.is_given else None)
    if "context" in condition:
        return _compare(condition, context.facts.get(condition["context"]))
    raise ValueError("condition of unknown shape")


def _compare(condition: Condition, known: Value | None) -> bool:
    comparator = Comparator(condition["op"])
    wanted = condition.get("value", True)
    if comparator is Comparator.ANSWERED:
        return (known is not None) is wanted
    if known is None:
        return False
    if comparator is Comparator.IN:
        return known in wanted
    if isinstance(known, str) is not isinstance(wanted, str):
        return comparator is Comparator.NE
    return bool(_COMPARE[comparator](known, wanted))


def visible(
    questions: tuple[Question, ...] | list[Question], answers: Answers, context: VisitContext
) -> tuple[Question, ...]:
    """Give the questions that this patient sees, in order.

    The answer of a question that is itself hidden counts for nothing, so hiding one hides what hangs on it.
    """
    shown: list[Question] = []
    counted: dict[str, Answer] = {}
    for question in in_order(questions):
        if not is_shown(question, counted, context):
            continue
        shown.append(question)
        if question.code in answers:
            counted[question.code] = answers[question.code]
    return tuple(shown)


def is_shown(question: Question, earlier: Answers, context: VisitContext) -> bool:
    """Say whether one question is seen, given the answers of the questions seen before it."""
    if question.stage and context.stages is not None and question.stage not in context.stages:
        return False
    return not question.show_if or holds(question.show_if, earlier, context)


def may_be_shown(question: Question, context: VisitContext) -> bool:
    """Say whether a visit leaves open that a question is asked: its stage happened, and nothing but answers can hide it."""
    if question.show_if and not asks_for_answers(question.show_if):
        return is_shown(question, {}, context)
    return not question.stage or context.stages is None or question.stage in context.stages


def asks_for_answers(condition: Condition) -> bool:
    """Say whether any part of a condition looks at an answer."""
    for name in ("all", "any"):
        if name in condition:
            return any(asks_for_answers(part) for part in condition[name])
    return asks_for_answers(condition["not"]) if "not" in condition else "question" in condition


def without_hidden(
    questions: tuple[Question, ...] | list[Question], answers: Answers, context: VisitContext
) -> dict[str, Answer]:
    """Give the answers that count: those of visible questions. What was answered and then hidden is dropped."""
    codes = {question.code for question in visible(questions, answers, context)}
    return {code: answer for code, answer in answers.items() if code in codes}
