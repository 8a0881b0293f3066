"""What an editor should know about a survey before patients see it: what forbids publishing, and what is only advice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from app.surveys.enums import QuestionType
from app.surveys.rules.logic_check import validate_logic
from app.surveys.rules.paths import reachable
from app.surveys.rules.questions import Question


class FindingCode(StrEnum):
    """What was found besides the problems of show-if logic."""

    NO_QUESTIONS = "no_questions"
    MISSING_LANGUAGE = "missing_language"
    MISSING_OPTIONS = "missing_options"
    NEVER_SHOWN = "never_shown"
    EMPTY_PATH = "empty_path"
    TOO_FEW_SCORED = "too_few_scored"
    TOO_LONG = "too_long"
    PATHS_CUT = "paths_cut"


_MESSAGES: dict[FindingCode, Any] = {
    FindingCode.NO_QUESTIONS: _l("The survey has no question yet."),
    FindingCode.MISSING_LANGUAGE: _l("The words are missing in one of the two languages."),
    FindingCode.MISSING_OPTIONS: _l("A choice needs at least two answers."),
    FindingCode.NEVER_SHOWN: _l("Nobody can ever see this question: its condition is never met."),
    FindingCode.EMPTY_PATH: _l("Some visits would see no question at all; they get no survey."),
    FindingCode.TOO_FEW_SCORED: _l("Fewer questions count in the score than it needs; there would be no score."),
    FindingCode.TOO_LONG: _l("Some people see more than 20 questions; many will not reach the end."),
    FindingCode.PATHS_CUT: _l("There are too many ways through this survey to walk them all."),
}
_ADVICE = frozenset({FindingCode.EMPTY_PATH, FindingCode.TOO_FEW_SCORED, FindingCode.TOO_LONG, FindingCode.PATHS_CUT})
LONG = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its code, the sentence for people, the question it is about (or none), and whether it forbids publishing."""

    code: str
    message: Any
    question: str = ""
    about: str = ""
    blocks: bool = True


def review(questions: Sequence[Question], *, minimum_items: int) -> list[Finding]:
    """Give everything worth saying, what forbids publishing first."""
    if not questions:
        return [_finding(FindingCode.NO_QUESTIONS)]
    logic = [
        Finding(problem.code, problem.code.message, problem.question, problem.about)
        for problem in validate_logic(tuple(questions))
    ]
    found = [*logic, *_words(questions)]
    if not logic:
        found += _paths(questions)
    if sum(question.is_scorable for question in questions) < minimum_items:
        found.append(_finding(FindingCode.TOO_FEW_SCORED))
    return sorted(found, key=lambda each: not each.blocks)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Give only what forbids publishing."""
    return [each for each in findings if each.blocks]


def _finding(code: FindingCode, question: str = "") -> Finding:
    return Finding(code, _MESSAGES[code], question, blocks=code not in _ADVICE)


def _words(questions: Sequence[Question]) -> list[Finding]:
    found = []
    for question in questions:
        pairs = [(question.text_en, question.text_ar)]
        pairs += [(option.label_en, option.label_ar) for option in question.options]
        one_help = bool(question.help_en) != bool(question.help_ar)
        if one_help or not all(en and ar for en, ar in pairs):
            found.append(_finding(FindingCode.MISSING_LANGUAGE, question.code))
        if question.type is QuestionType.MULTIPLE_CHOICE and len(question.options) < 2:
            found.append(_finding(FindingCode.MISSING_OPTIONS, question.code))
    return found


def _paths(questions: Sequence[Question]) -> list[Finding]:
    walk = reachable(tuple(questions))
    if not walk.is_complete:
        return [_finding(FindingCode.PATHS_CUT)]
    found = [_finding(FindingCode.NEVER_SHOWN, code) for code in walk.never_shown]
    if walk.shortest == 0:
        found.append(_finding(FindingCode.EMPTY_PATH))
    if walk.longest > LONG:
        found.append(_finding(FindingCode.TOO_LONG))
    return found
