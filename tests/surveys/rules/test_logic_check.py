"""What the editor is told of a survey's logic, and what the path tester finds."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.enums import QuestionType
from app.surveys.rules.logic import VisitContext, visible
from app.surveys.rules.logic_check import DEEPEST, LogicProblem, LogicProblemCode, references, validate_logic
from app.surveys.rules.paths import reachable
from app.surveys.rules.questions import Answer, Question
from tests.surveys.rules.made import choices, question


def asks(code: str, op: str, value: Any) -> dict[str, Any]:
    return {"question": code, "op": op, "value": value}


EARLIER = (
    question("RATE", order=1),
    question("YES", QuestionType.YES_NO, order=2),
    question("PICK", QuestionType.MULTIPLE_CHOICE, options=choices("a", "b"), order=3),
    question("NPS", QuestionType.NPS, order=4),
    question("WORDS", QuestionType.TEXT, order=5),
)


def problems(condition: Any) -> list[tuple[str, str]]:
    found = validate_logic([*EARLIER, question("Z", order=9, show_if=condition)])
    assert all(problem.question == "Z" for problem in found)
    return [(str(problem.code), problem.about) for problem in found]


@pytest.mark.parametrize(
    "condition",
    [
        None,
        asks("RATE", "lte", 2),
        asks("RATE", "in", [1, 2]),
        asks("YES", "eq", 0),
        asks("PICK", "ne", "a"),
        asks("NPS", "gte", 9),
        {"question": "WORDS", "op": "answered"},
        {"question": "WORDS", "op": "answered", "value": False},
        {"stage": "lab"},
        {"context": "age_years", "op": "lt", "value": 18},
        {"context": "journey_type", "op": "in", "value": ["opd", "ems"]},
        {"all": [asks("RATE", "lte", 2), {"any": [{"not": asks("YES", "eq", 1)}, {"stage": "lab"}]}]},
    ],
)
def test_sound_conditions_pass(condition: Any) -> None:
    assert problems(condition) == []


@pytest.mark.parametrize(
    ("condition", "code", "about"),
    [
        ({}, "malformed", ""),
        ([], "malformed", ""),
        ("RATE > 2", "malformed", ""),
        ({"all": []}, "malformed", ""),
        ({"all": asks("RATE", "eq", 1)}, "malformed", ""),
        ({"not": None}, "malformed", ""),
        ({"all": [{"stage": "lab"}], "any": [{"stage": "lab"}]}, "malformed", ""),
        ({"question": "RATE", "op": "like", "value": 1}, "malformed", ""),
        ({"question": "RATE", "op": ["eq"], "value": 1}, "malformed", ""),
        ({"question": "RATE", "op": "eq"}, "malformed", ""),
        ({"question": "RATE", "context": "sex", "op": "eq", "value": 1}, "malformed", ""),
        ({"question": ["RATE"], "op": "eq", "value": 1}, "malformed", ""),
        ({"question": "RATE", "op": "eq", "value": 1, "more": 1}, "malformed", ""),
        (asks("RATE", "in", []), "malformed", ""),
        (asks("RATE", "answered", "yes"), "malformed", ""),
        ({"stage": ""}, "malformed", ""),
        (asks("GONE", "eq", 1), "unknown_question", "GONE"),
        ({"context": "salary", "op": "gt", "value": 1}, "unknown_context", "salary"),
        (asks("RATE", "eq", "1"), "type_mismatch", "RATE"),
        (asks("RATE", "eq", 6), "type_mismatch", "RATE"),
        (asks("RATE", "gt", 7), "type_mismatch", "RATE"),
        (asks("RATE", "lt", True), "type_mismatch", "RATE"),
        (asks("RATE", "eq", True), "type_mismatch", "RATE"),
        (asks("RATE", "eq", [1]), "type_mismatch", "RATE"),
        (asks("RATE", "in", [1, 9]), "type_mismatch", "RATE"),
        (asks("YES", "gt", 0), "type_mismatch", "YES"),
        (asks("PICK", "eq", "c"), "type_mismatch", "PICK"),
        (asks("PICK", "lt", "b"), "type_mismatch", "PICK"),
        (asks("WORDS", "eq", "good"), "type_mismatch", "WORDS"),
        ({"context": "sex", "op": "gt", "value": "f"}, "type_mismatch", "sex"),
        ({"context": "age_years", "op": "lt", "value": "18"}, "type_mismatch", "age_years"),
    ],
)
def test_each_fault_is_named(condition: Any, code: str, about: str) -> None:
    assert problems(condition) == [(code, about)]


def test_a_condition_nested_too_deep_or_too_long_is_refused() -> None:
    deep: Any = {"stage": "lab"}
    for _level in range(DEEPEST + 1):
        deep = {"not": deep}

    assert problems(deep) == [("too_deep", "")]
    assert problems({"any": [{"stage": "lab"}] * 51}) == [("too_deep", "")]


def test_a_question_that_waits_for_a_later_one_is_a_forward_reference() -> None:
    questions = [question("A", order=1, show_if=asks("B", "eq", 1)), question("B", order=2)]

    assert validate_logic(questions) == (LogicProblem(LogicProblemCode.FORWARD_REFERENCE, "A", "B"),)


def test_questions_that_wait_for_each_other_are_a_cycle() -> None:
    questions = [
        question("A", order=1, show_if=asks("C", "eq", 1)),
        question("B", order=2, show_if=asks("A", "eq", 1)),
        question("C", order=3, show_if=asks("B", "eq", 1)),
    ]

    assert validate_logic(questions) == (LogicProblem(LogicProblemCode.CYCLE, "A", "C"),)


def test_a_question_that_waits_for_itself_is_a_cycle() -> None:
    assert validate_logic([question("A", show_if=asks("A", "eq", 1))]) == (
        LogicProblem(LogicProblemCode.CYCLE, "A", "A"),
    )


def test_a_code_given_twice_is_told_once() -> None:
    questions = [question("A", order=1), question("A", order=2)]

    assert validate_logic(questions) == (LogicProblem(LogicProblemCode.DUPLICATE_CODE, "A"),)


def test_every_problem_has_words_for_the_editor() -> None:
    assert all(code.message for code in LogicProblemCode)


def test_references_are_found_however_deep() -> None:
    condition = {"any": [asks("A", "eq", 1), {"not": {"all": [asks("B", "gt", 1), {"stage": "lab"}]}}]}

    assert references(condition) == {"A", "B"}


JSON = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=5), st.sampled_from(["RATE", "eq", "in"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["all", "any", "not", "question", "op", "value", "stage", "context"]), inner, max_size=3
        ),
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_condition_makes_the_check_crash(condition: Any) -> None:
    validate_logic([*EARLIER, question("Z", order=9, show_if=condition)])


# ---- the path tester


def test_a_question_that_nobody_can_see_is_found() -> None:
    questions = [
        question("A", QuestionType.YES_NO, order=1),
        question("B", order=2, show_if=asks("A", "eq", 1)),
        question("C", order=3, show_if={"all": [asks("B", "lte", 2), asks("A", "eq", 0)]}),
        question("D", order=4),
    ]

    report = reachable(questions)

    assert (report.never_shown, report.shortest, report.longest, report.is_complete) == (("C",), 2, 3, True)


def test_what_hangs_on_a_question_never_shown_is_never_shown_either() -> None:
    questions = [
        question("A", order=1, show_if={"all": [{"stage": "lab"}, {"not": {"stage": "lab"}}]}),
        question("B", order=2, show_if=asks("A", "answered", True)),
    ]

    assert reachable(questions).never_shown == ("A", "B")


def test_stages_and_facts_of_the_visit_open_ways() -> None:
    questions = [
        question("A", order=1, stage="lab"),
        question("B", order=2, stage="lab", show_if={"not": {"stage": "lab"}}),
        question("C", order=3, show_if={"context": "age_years", "op": "gt", "value": 60}),
        question("D", order=4, show_if={"context": "age_years", "op": "answered", "value": False}),
    ]

    report = reachable(questions)

    assert (report.never_shown, report.shortest, report.longest) == (("B",), 0, 2)


def test_many_stages_and_questions_are_walked_without_growing() -> None:
    questions = [question(f"Q{place}", order=place, stage=f"stage {place // 3}") for place in range(60)]

    report = reachable(questions)

    assert (report.never_shown, report.shortest, report.longest, report.is_complete) == ((), 0, 60, True)


def test_a_walk_that_is_cut_says_so() -> None:
    tangled = {"all": [asks(f"Q{place}", "answered", True) for place in range(8)]}
    questions = [question(f"Q{place}", order=place) for place in range(8)]

    report = reachable([*questions, question("Z", order=99, show_if=tangled)], limit=50)

    assert not report.is_complete


def test_an_empty_survey_has_one_empty_way() -> None:
    assert reachable([]).longest == 0


CONDITIONS = st.recursive(
    st.one_of(
        st.builds(asks, st.sampled_from("AB"), st.sampled_from(["eq", "ne"]), st.sampled_from([0, 1])),
        st.builds(asks, st.sampled_from("AB"), st.just("answered"), st.booleans()),
        st.just({"stage": "lab"}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_the_walk_finds_what_trying_every_answer_finds(second: Any, third: Any) -> None:
    questions = [
        question("A", QuestionType.YES_NO, order=1),
        question("B", QuestionType.YES_NO, order=2, show_if=second if "B" not in references(second) else None),
        question("C", order=3, show_if=third),
    ]

    report = reachable(questions)

    lengths, shown = _try_all(questions)
    assert set(report.never_shown) == {"A", "B", "C"} - shown
    assert (report.shortest, report.longest) == (min(lengths), max(lengths))


def _try_all(questions: list[Question]) -> tuple[list[int], set[str]]:
    lengths, shown = [], set()
    for first, second, stages in itertools.product([0, 1, None], [0, 1, None], [frozenset(), frozenset({"lab"})]):
        answers = {"A": Answer("A", first), "B": Answer("B", second)}
        seen = visible(questions, answers, VisitContext(stages))
        lengths.append(len(seen))
        shown |= {question.code for question in seen}
    return lengths, shown
