"""From what a form or the API sent to an answer, or to the code of what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.text.digits import strip_marks, western_digits
from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.rules.questions import Answer, Answers, Question, Value

NOT_APPLICABLE = "NA"

_YES_NO: dict[str, int] = {"yes": 1, "true": 1, "نعم": 1, "no": 0, "false": 0, "لا": 0}


class AnswerProblem(StrEnum):
    """Why an answer was refused."""

    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NO_SUCH_OPTION = "no_such_option"
    NA_NOT_OFFERED = "na_not_offered"
    NOT_A_TEXT = "not_a_text"
    TOO_LONG = "too_long"
    REQUIRED = "required"

    @property
    def message(self) -> Any:
        """The sentence for the patient, in the reader's language."""
        return _MESSAGES[self]


_MESSAGES = {
    AnswerProblem.NOT_A_NUMBER: _l("Please choose one of the numbers."),
    AnswerProblem.OUT_OF_RANGE: _l("Please choose one of the numbers shown."),
    AnswerProblem.NO_SUCH_OPTION: _l("Please choose one of the answers shown."),
    AnswerProblem.NA_NOT_OFFERED: _l("Please choose one of the answers shown."),
    AnswerProblem.NOT_A_TEXT: _l("Please write your answer as text."),
    AnswerProblem.TOO_LONG: _l("This text is too long. Please shorten it."),
    AnswerProblem.REQUIRED: _l("Please answer this question."),
}


def clean(question: Question, raw: Any) -> Answer | AnswerProblem:
    """Give the answer that `raw` (a form's text or a JSON value) stands for, or what is wrong with it.

    Nothing sent is an answer without a value, also for a required question: pages are saved one by one, and `missing`
    asks at the end. Arabic digits are numbers. Text loses control characters and keeps emoji; too long a text is
    refused, never cut.
    """
    if raw is None or (isinstance(raw, str) and not strip_marks(raw).strip()):
        return Answer(question.code)
    if question.type in FREE_TEXT:
        return _clean_text(question, raw)
    if isinstance(raw, str) and raw.strip().upper() == NOT_APPLICABLE:
        return Answer(question.code, is_na=True) if question.allow_na else AnswerProblem.NA_NOT_OFFERED
    if question.type is QuestionType.MULTIPLE_CHOICE or question.bounds is None:
        return _clean_choice(question, raw)
    return _clean_number(question, raw)


def missing(questions: Iterable[Question], answers: Answers) -> tuple[str, ...]:
    """Give the codes of required questions without an answer among the visible `questions`; "not applicable" is one."""
    unanswered = (question for question in questions if question.required)
    return tuple(
        question.code
        for question in unanswered
        if not ((answer := answers.get(question.code)) and (answer.is_given or answer.is_na))
    )


def _clean_text(question: Question, raw: Any) -> Answer | AnswerProblem:
    if not isinstance(raw, str):
        return AnswerProblem.NOT_A_TEXT
    text = "".join(map(_readable, raw.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if question.type is QuestionType.TEXT:
        text = " ".join(text.split())
    if len(text) > question.text_limit:
        return AnswerProblem.TOO_LONG
    return Answer(question.code, text or None)


def _readable(char: str) -> str:
    """Drop control characters and halves of surrogate pairs, which no database column takes; keep joiners of emoji."""
    if char in "\n\t":
        return char
    return "" if unicodedata.category(char) in ("Cc", "Cs") else char


def _clean_choice(question: Question, raw: Any) -> Answer | AnswerProblem:
    wanted = western_digits(strip_marks(raw)).strip() if isinstance(raw, str) else raw
    for option in question.options:
        if not isinstance(wanted, bool) and wanted in (option.value, str(option.value)):
            return Answer(question.code, option.value)
    return AnswerProblem.NO_SUCH_OPTION


def _clean_number(question: Question, raw: Any) -> Answer | AnswerProblem:
    number = _number(question, raw)
    if number is None:
        return AnswerProblem.NOT_A_NUMBER
    allowed: tuple[Value, ...] = question.values or ()
    return Answer(question.code, number) if number in allowed else AnswerProblem.OUT_OF_RANGE


def _number(question: Question, raw: Any) -> int | None:
    """Give the whole number that was sent; True and "yes" are numbers only where yes or no was asked."""
    is_yes_no = question.type is QuestionType.YES_NO
    if isinstance(raw, bool):
        return int(raw) if is_yes_no else None
    if isinstance(raw, (int, float)):
        return int(raw) if raw == raw // 1 and abs(raw) < 1_000 else None
    if not isinstance(raw, str):
        return None
    text = western_digits(strip_marks(raw)).strip()
    if is_yes_no and text.lower() in _YES_NO:
        return _YES_NO[text.lower()]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
