"""What may be wrong with one question as an editor typed it, and which changes give it another meaning. Pure."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.rules.questions import TEXT_LIMIT, Option, Question

GIVE = _l("This field is required.")
MOST_OPTIONS = 20
LONGEST = 500
HEAVIEST = 100


def faults(question: Question) -> dict[str, Any]:
    """Give field -> what is wrong with it; empty when the question may be kept."""
    wrong: dict[str, Any] = {name: GIVE for name in ("text_en", "text_ar") if not getattr(question, name)}
    for name in ("text_en", "text_ar", "help_en", "help_ar"):
        if len(getattr(question, name)) > LONGEST:
            wrong[name] = _l("This text is too long. Please shorten it.")
    problem = _option_fault(question)
    if problem is not None:
        wrong["options"] = problem
    if not 0 < question.weight <= HEAVIEST:
        wrong["weight"] = _l("Give a weight above 0 and at most 100.")
    limit = question.maximum if question.type in FREE_TEXT else None
    if limit is not None and not 0 < limit <= TEXT_LIMIT:
        wrong["maximum"] = _l("Give a number of characters between 1 and 2000.")
    if question.flagged and not len(set(question.grades.values())) > 1:
        wrong["is_flagged"] = _l("Only a question whose answers have an order can raise the alarm.")
    return wrong


def _option_fault(question: Question) -> Any:
    options = question.options
    if question.type in FREE_TEXT or question.type is QuestionType.NPS:
        return _l("This type of question has no answers to choose from.") if options else None
    if question.type is QuestionType.MULTIPLE_CHOICE and len(options) < 2:
        return _l("A choice needs at least two answers.")
    if len(options) > MOST_OPTIONS:
        return _l("Give at most 20 answers.")
    if len({str(option.value) for option in options}) < len(options):
        return _l("Two answers have the same value.")
    if not all(option.label_en and option.label_ar for option in options):
        return _l("Each answer needs its words in both languages.")
    return _bounds_fault(question.type, options)


def _bounds_fault(kind: QuestionType, options: tuple[Option, ...]) -> Any:
    """The values of the fixed scales are fixed: only their words are free."""
    wanted = {QuestionType.YES_NO: {0, 1}, QuestionType.RATING: set(range(1, 6)), QuestionType.LIKERT: set(range(1, 6))}
    if options and kind in wanted and {option.value for option in options} != wanted[kind]:
        return _l("This scale has fixed values: 1 to 5, or 0 and 1 for yes and no.")
    return None


def is_same_meaning(before: Question, after: Question) -> bool:
    """Say whether answers to the one can stand beside answers to the other: words, weight and place may differ."""
    return _meaning(before) == _meaning(after)


def _meaning(question: Question) -> tuple[Any, ...]:
    return (
        question.type,
        tuple((option.value, option.score) for option in question.options),
        question.minimum,
        None if question.type in FREE_TEXT else question.maximum,
        question.positive_answer,
        question.scored,
        frozenset(question.top_values),
    )
