"""Questions and answers as values, free of tables: what the other rules work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from app.surveys.enums import FREE_TEXT, SCORABLE, QuestionType

Value = int | str
TEXT_LIMIT = 2_000

_BOUNDS: dict[QuestionType, tuple[int, int]] = {
    QuestionType.RATING: (1, 5),
    QuestionType.LIKERT: (1, 5),
    QuestionType.NPS: (0, 10),
    QuestionType.YES_NO: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `score` grades it; without one a whole-number value of rating or likert is its own grade."""

    value: Value
    label_en: str
    label_ar: str
    score: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the option as it is stored with its question; `from_json` reads it back."""
        return {"value": self.value, "label_en": self.label_en, "label_ar": self.label_ar, "score": self.score}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Option:
        """Read an option as `to_json` gave it; a missing score is none."""
        return cls(stored["value"], stored["label_en"], stored["label_ar"], stored.get("score"))


@dataclass(frozen=True)
class Question:
    """One question of a survey. `show_if` is data (see logic.py); `stage` ties it to a stage that must have happened."""

    code: str
    type: QuestionType
    text_en: str = ""
    text_ar: str = ""
    help_en: str = ""
    help_ar: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    weight: float = 1
    order: int = 0
    section: str = ""
    stage: str = ""
    show_if: Mapping[str, Any] | None = None
    allow_na: bool = False
    flagged: bool = False  # an answer at or below 25 makes the survey negative by itself
    scored: bool = True
    positive_answer: bool = True  # yes_no: whether "yes" is the good answer
    minimum: int | None = None  # of numbers
    maximum: int | None = None  # of numbers; of characters for text
    top_values: frozenset[Value] = field(default_factory=frozenset)  # empty: the best answer

    @cached_property
    def bounds(self) -> tuple[int, int] | None:
        """The least and the greatest whole number that may be answered; None where answers are no numbers."""
        numbers = [option.value for option in self.options]
        if self.type in FREE_TEXT or any(isinstance(value, str) for value in numbers):
            return None
        if numbers:
            return min(map(int, numbers)), max(map(int, numbers))
        if self.type not in _BOUNDS:
            return None
        low, high = _BOUNDS[self.type]
        return (
            low if self.minimum is None else self.minimum,
            high if self.maximum is None else self.maximum,
        )

    @cached_property
    def values(self) -> tuple[Value, ...] | None:
        """Every value that may be answered, in order; None for free text."""
        if self.options:
            return tuple(option.value for option in self.options)
        bounds = self.bounds
        return None if bounds is None else tuple(range(bounds[0], bounds[1] + 1))

    @property
    def text_limit(self) -> int:
        """How many characters a text may have."""
        return min(self.maximum or TEXT_LIMIT, TEXT_LIMIT)

    @cached_property
    def is_scorable(self) -> bool:
        """Whether an answer counts in the average: graded, and with a best and a worst answer that differ."""
        return self.scored and self.type in SCORABLE and bool(self.marks)

    @cached_property
    def marks(self) -> dict[Value, Fraction]:
        """Each graded value brought to 0-100, (v - min) / (max - min) x 100, exact. Empty where grades do not differ."""
        grades = self.grades
        low, high = min(grades.values(), default=0), max(grades.values(), default=0)
        return {value: Fraction(100 * (grade - low), high - low) for value, grade in grades.items() if low != high}

    @cached_property
    def grades(self) -> dict[Value, int]:
        """The grade of each value before it is brought to 0-100. Empty where answers have no order."""
        if self.type is QuestionType.YES_NO:
            return {1: int(self.positive_answer), 0: int(not self.positive_answer)}
        if self.type is QuestionType.MULTIPLE_CHOICE or any(option.score is not None for option in self.options):
            return {option.value: option.score for option in self.options if option.score is not None}
        return {value: value for value in self.values or () if isinstance(value, int)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one question: a value, "not applicable", or (neither) nothing."""

    code: str
    value: Value | None = None
    is_na: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is a value to count; "not applicable" is none."""
        return self.value is not None and not self.is_na


Answers = Mapping[str, Answer]


def in_order(questions: tuple[Question, ...] | list[Question]) -> tuple[Question, ...]:
    """Give the questions as the patient meets them; equal places by code, so that the order never wavers."""
    return tuple(sorted(questions, key=lambda question: (question.order, question.code)))
