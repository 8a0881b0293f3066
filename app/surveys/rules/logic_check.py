"""What is wrong with the show-if logic of a survey, said before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.rules.logic import CONTEXT_FIELDS, ORDERING, Comparator
from app.surveys.rules.questions import Question, in_order

DEEPEST = 6
MOST_PARTS = 50


class LogicProblemCode(StrEnum):
    """What is wrong with a condition."""

    DUPLICATE_CODE = "duplicate_code"
    MALFORMED = "malformed"
    TOO_DEEP = "too_deep"
    UNKNOWN_QUESTION = "unknown_question"
    UNKNOWN_CONTEXT = "unknown_context"
    FORWARD_REFERENCE = "forward_reference"
    CYCLE = "cycle"
    TYPE_MISMATCH = "type_mismatch"

    @property
    def message(self) -> Any:
        """The sentence for the editor, in the reader's language."""
        return _MESSAGES[self]


_MESSAGES = {
    LogicProblemCode.DUPLICATE_CODE: _l("Another question has the same code."),
    LogicProblemCode.MALFORMED: _l("The condition cannot be read."),
    LogicProblemCode.TOO_DEEP: _l("The condition is nested too deep or has too many parts."),
    LogicProblemCode.UNKNOWN_QUESTION: _l("The condition names a question that does not exist."),
    LogicProblemCode.UNKNOWN_CONTEXT: _l("The condition names a fact of the visit that does not exist."),
    LogicProblemCode.FORWARD_REFERENCE: _l("The condition names a question that comes later."),
    LogicProblemCode.CYCLE: _l("The questions wait for each other."),
    LogicProblemCode.TYPE_MISMATCH: _l("The condition compares with a value that can never be answered."),
}


@dataclass(frozen=True, slots=True)
class LogicProblem:
    """One problem: its code, the question whose condition has it, and what the condition names (may be empty)."""

    code: LogicProblemCode
    question: str
    about: str = ""


def validate_logic(questions: tuple[Question, ...] | list[Question]) -> tuple[LogicProblem, ...]:
    """Give every problem of the conditions of `questions`, in their order; none means that it may be published."""
    ordered = in_order(questions)
    known = {question.code: question for question in ordered}
    places = {question.code: place for place, question in reversed(list(enumerate(ordered)))}
    links = {question.code: references(question.show_if) for question in ordered}
    problems: dict[LogicProblem, None] = {}
    for place, question in enumerate(ordered):
        if places[question.code] != place:
            problems[LogicProblem(LogicProblemCode.DUPLICATE_CODE, question.code)] = None
        for code, about in _problems(question.show_if, known) if question.show_if is not None else ():
            problems[LogicProblem(code, question.code, about)] = None
        for named in sorted(links[question.code] & known.keys()):
            if places[named] >= place:
                waiting = question.code in _reached(named, links)
                code = LogicProblemCode.CYCLE if waiting else LogicProblemCode.FORWARD_REFERENCE
                problems[LogicProblem(code, question.code, named)] = None
    return tuple(problems)


def references(condition: Any) -> frozenset[str]:
    """Give the codes of the questions that a condition names, also when parts of it cannot be read."""
    return frozenset(
        leaf["question"]
        for leaf, _depth in _leaves(condition)
        if isinstance(leaf, Mapping) and isinstance(leaf.get("question"), str)
    )


def _reached(start: str, links: Mapping[str, frozenset[str]]) -> set[str]:
    """Give the questions that `start` waits for, itself included, straight or through others."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting += links.get(code, ())
    return reached


def _leaves(condition: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """Give each part of a condition that is no all, any or not, with its depth; deeper than allowed is one leaf."""
    if isinstance(condition, Mapping) and len(condition) == 1 and depth < DEEPEST:
        name, parts = next(iter(condition.items()))
        if name == "not":
            yield from _leaves(parts, depth + 1)
            return
        if name in ("all", "any") and isinstance(parts, (list, tuple)) and parts:
            for part in parts:
                yield from _leaves(part, depth + 1)
            return
    yield condition, depth


def _problems(condition: Any, known: Mapping[str, Question]) -> Iterator[tuple[LogicProblemCode, str]]:
    leaves = list(_leaves(condition))
    if len(leaves) > MOST_PARTS or any(depth >= DEEPEST for _leaf, depth in leaves):
        yield LogicProblemCode.TOO_DEEP, ""
        return
    for leaf, _depth in leaves:
        problem = _leaf_problem(leaf, known)
        if problem:
            yield problem


def _leaf_problem(leaf: Any, known: Mapping[str, Question]) -> tuple[LogicProblemCode, str] | None:
    if isinstance(leaf, Mapping) and set(leaf) == {"stage"} and isinstance(leaf["stage"], str) and leaf["stage"]:
        return None
    if not _is_comparison(leaf):
        return LogicProblemCode.MALFORMED, ""
    comparator, wanted = Comparator(leaf["op"]), leaf.get("value", True)
    if "context" in leaf:
        name = leaf["context"]
        if name not in CONTEXT_FIELDS:
            return LogicProblemCode.UNKNOWN_CONTEXT, str(name)
        return None if _fits_fact(CONTEXT_FIELDS[name], comparator, wanted) else (LogicProblemCode.TYPE_MISMATCH, name)
    code = leaf["question"]
    if code not in known:
        return LogicProblemCode.UNKNOWN_QUESTION, code
    return None if _fits_question(known[code], comparator, wanted) else (LogicProblemCode.TYPE_MISMATCH, code)


def _is_comparison(leaf: Any) -> bool:
    """Say whether a leaf has the shape of a comparison: a subject, a known comparator, a value where one is needed."""
    if not isinstance(leaf, Mapping) or not set(leaf) <= {"question", "context", "op", "value"}:
        return False
    subjects = [leaf[name] for name in ("question", "context") if name in leaf]
    if len(subjects) != 1 or not isinstance(subjects[0], str) or leaf.get("op") not in tuple(Comparator):
        return False
    if leaf["op"] == Comparator.ANSWERED:
        return isinstance(leaf.get("value", True), bool)
    if leaf["op"] == Comparator.IN:
        return isinstance(leaf.get("value"), (list, tuple)) and bool(leaf["value"])
    return "value" in leaf


def _fits_fact(kind: type, comparator: Comparator, wanted: Any) -> bool:
    if comparator is Comparator.ANSWERED:
        return True
    if comparator in ORDERING and kind is not int:
        return False
    return all(type(value) is kind for value in (wanted if comparator is Comparator.IN else [wanted]))


def _fits_question(question: Question, comparator: Comparator, wanted: Any) -> bool:
    """Say whether a comparison with this question can ever differ: its values, and an order only where there is one."""
    if comparator is Comparator.ANSWERED:
        return True
    if question.type in FREE_TEXT:
        return False
    if comparator in ORDERING:
        has_order = question.bounds is not None and question.type is not QuestionType.YES_NO
        return has_order and type(wanted) is int and _is_within(question, wanted)
    values = question.values or ()
    return all(
        type(value) in (int, str) and value in values for value in (wanted if comparator is Comparator.IN else [wanted])
    )


def _is_within(question: Question, wanted: int) -> bool:
    low, high = question.bounds or (0, 0)
    return low <= wanted <= high
