"""Questions and answers made for the tests of the rules."""

from typing import Any

from app.surveys.enums import QuestionType
from app.surveys.rules.questions import Answer, Option, Question, Value


def question(code: str, kind: QuestionType = QuestionType.RATING, **given: Any) -> Question:
    """Make a question; its section is "care" where none is given."""
    return Question(code=code, type=kind, **{"section": "care", **given})


def choices(*values: Value, graded: bool = False) -> tuple[Option, ...]:
    """Make options, graded by their value if asked for."""
    return tuple(Option(value, f"en {value}", f"ar {value}", int(value) if graded else None) for value in values)


def answered(**values: Value | None) -> dict[str, Answer]:
    """Make answers by code; None is a question left out."""
    return {code: Answer(code, value) for code, value in values.items()}


def not_applicable(code: str) -> Answer:
    """Make the answer "not applicable"."""
    return Answer(code, is_na=True)
