"""Show-if: which questions a patient sees."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.enums import QuestionType
from app.surveys.rules.logic import VisitContext, holds, visible, without_hidden
from app.surveys.rules.questions import Question
from tests.surveys.rules.made import answered, not_applicable, question

NOWHERE = VisitContext()
OPD = VisitContext(frozenset({"registration", "lab"}), {"journey_type": "opd", "age_years": 40})


def asks(code: str, op: str, value: Any) -> dict[str, Any]:
    return {"question": code, "op": op, "value": value}


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("eq", 3, True), ("eq", 4, False), ("ne", 4, True), ("ne", 3, False),
        ("lt", 4, True), ("lt", 3, False), ("lte", 3, True), ("lte", 2, False),
        ("gt", 2, True), ("gt", 3, False), ("gte", 3, True), ("gte", 4, False),
        ("in", [1, 3], True), ("in", [1, 2], False), ("answered", True, True), ("answered", False, False),
    ],
)  # fmt: skip
def test_each_comparator_with_an_answer_of_three(op: str, value: Any, expected: bool) -> None:
    assert holds(asks("A", op, value), answered(A=3), NOWHERE) is expected


@pytest.mark.parametrize(
    "answers", [{}, answered(A=None), {"A": not_applicable("A")}], ids=["unasked", "left out", "na"]
)
@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [("eq", 3, False), ("ne", 3, False), ("lt", 3, False), ("gte", 0, False), ("in", [3], False),
     ("answered", True, False), ("answered", False, True)],
)  # fmt: skip
def test_no_answer_satisfies_no_comparison(answers: Any, op: str, value: Any, expected: bool) -> None:
    assert holds(asks("A", op, value), answers, NOWHERE) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"context": "journey_type", "op": "eq", "value": "opd"}, True),
        ({"context": "journey_type", "op": "in", "value": ["ems", "inpatient"]}, False),
        ({"context": "age_years", "op": "gte", "value": 18}, True),
        ({"context": "age_years", "op": "eq", "value": "40"}, False),
        ({"context": "language", "op": "ne", "value": "ar"}, False),
        ({"context": "language", "op": "answered", "value": False}, True),
        ({"stage": "lab"}, True),
        ({"stage": "radiology"}, False),
        ({"not": {"stage": "radiology"}}, True),
        ({"all": [{"stage": "lab"}, asks("A", "lte", 2)]}, True),
        ({"all": [{"stage": "lab"}, asks("A", "gt", 2)]}, False),
        ({"any": [{"stage": "radiology"}, {"not": asks("A", "gt", 2)}]}, True),
    ],
)
def test_conditions_ask_for_the_visit_and_combine(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, answered(A=1), OPD) is expected


def test_a_condition_of_unknown_shape_is_an_error_not_a_guess() -> None:
    with pytest.raises(ValueError, match="shape"):
        holds({"whatever": 1}, {}, NOWHERE)


CHAIN = (
    question("A", QuestionType.YES_NO, order=1),
    question("B", order=2, show_if=asks("A", "eq", 1)),
    question("C", QuestionType.TEXTAREA, order=3, show_if=asks("B", "lte", 2)),
)


def codes(questions: tuple[Question, ...]) -> str:
    return "".join(question.code for question in questions)


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ({}, "A"),
        (answered(A=1), "AB"),
        (answered(A=0), "A"),
        (answered(A=1, B=2), "ABC"),
        (answered(A=1, B=3), "AB"),
        (answered(A=0, B=1, C="slow"), "A"),
    ],
)
def test_hiding_a_question_hides_what_hangs_on_its_answer(answers: Any, seen: str) -> None:
    assert codes(visible(CHAIN, answers, NOWHERE)) == seen


def test_the_answers_of_hidden_questions_are_dropped() -> None:
    kept = without_hidden(CHAIN, answered(A=0, B=1, C="slow", Z=1), NOWHERE)

    assert kept == answered(A=0)


def test_only_questions_of_stages_that_happened_are_seen() -> None:
    questions = [question("L", stage="lab", order=1), question("R", stage="radiology", order=2), question("O", order=3)]

    assert codes(visible(questions, {}, OPD)) == "LO"
    assert codes(visible(questions, {}, NOWHERE)) == "LRO"
    assert codes(visible(questions, {}, VisitContext(frozenset()))) == "O"


def test_questions_come_in_their_order_whatever_the_list() -> None:
    assert codes(visible(CHAIN[::-1], answered(A=1, B=1), NOWHERE)) == "ABC"


SOME_ANSWERS = st.fixed_dictionaries(
    {}, optional={"A": st.sampled_from([0, 1]), "B": st.integers(1, 5), "C": st.just("x")}
).map(lambda values: answered(**values))


@given(SOME_ANSWERS)
def test_dropping_hidden_answers_changes_nothing_that_is_seen(answers: Any) -> None:
    kept = without_hidden(CHAIN, answers, NOWHERE)

    assert visible(CHAIN, kept, NOWHERE) == visible(CHAIN, answers, NOWHERE)
    assert without_hidden(CHAIN, kept, NOWHERE) == kept
