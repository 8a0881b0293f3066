"""What patients send, in all its shapes, becomes an answer or the code of what is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.enums import QuestionType
from app.surveys.rules.answers import AnswerProblem, clean, missing
from app.surveys.rules.questions import TEXT_LIMIT, Answer, Question
from tests.surveys.rules.made import answered, choices, not_applicable, question

RATING = question("Q")
NPS = question("Q", QuestionType.NPS)
YES_NO = question("Q", QuestionType.YES_NO)
LIKERT_NA = question("Q", QuestionType.LIKERT, allow_na=True)
GRADED = question("Q", QuestionType.MULTIPLE_CHOICE, options=choices(1, 2, 3, 4, graded=True), allow_na=True)
WORDS = question("Q", QuestionType.MULTIPLE_CHOICE, options=choices("phone", "desk"))
TEXT = question("Q", QuestionType.TEXT)
TEXTAREA = question("Q", QuestionType.TEXTAREA)
SHORT = question("Q", QuestionType.TEXTAREA, maximum=10)


@pytest.mark.parametrize(
    ("asked", "raw", "value"),
    [
        (RATING, "4", 4),
        (RATING, " ٤ ", 4),
        (RATING, "\u200f۵", 5),
        (RATING, 3, 3),
        (RATING, 3.0, 3),
        (NPS, "0", 0),
        (NPS, "١٠", 10),
        (YES_NO, "1", 1),
        (YES_NO, "No", 0),
        (YES_NO, "نعم", 1),
        (YES_NO, True, 1),
        (YES_NO, False, 0),
        (GRADED, "٢", 2),
        (GRADED, 4, 4),
        (WORDS, " desk", "desk"),
        (TEXT, "  شكرًا\n جزيلًا ", "شكرًا جزيلًا"),
        (TEXTAREA, "one\r\ntwo\rthree", "one\ntwo\nthree"),
        (TEXTAREA, "\x00a\x1bb\x7f\x85\ud83dc", "abc"),
        (TEXTAREA, "👨‍👩‍👧 ❤️ 👍🏽", "👨‍👩‍👧 ❤️ 👍🏽"),
        (TEXTAREA, "NA", "NA"),
        (SHORT, "0123456789  ", "0123456789"),
    ],
)
def test_what_fits_the_question_is_taken(asked: Question, raw: Any, value: Any) -> None:
    assert clean(asked, raw) == Answer("Q", value)


@pytest.mark.parametrize(
    ("asked", "raw", "problem"),
    [
        (RATING, "6", AnswerProblem.OUT_OF_RANGE),
        (RATING, "0", AnswerProblem.OUT_OF_RANGE),
        (RATING, 6, AnswerProblem.OUT_OF_RANGE),
        (RATING, "-1", AnswerProblem.NOT_A_NUMBER),
        (RATING, "4.5", AnswerProblem.NOT_A_NUMBER),
        (RATING, 4.5, AnswerProblem.NOT_A_NUMBER),
        (RATING, float("nan"), AnswerProblem.NOT_A_NUMBER),
        (RATING, float("inf"), AnswerProblem.NOT_A_NUMBER),
        (RATING, "9" * 5_000, AnswerProblem.NOT_A_NUMBER),
        (RATING, True, AnswerProblem.NOT_A_NUMBER),
        (RATING, "yes", AnswerProblem.NOT_A_NUMBER),
        (RATING, "²", AnswerProblem.NOT_A_NUMBER),
        (RATING, ["4"], AnswerProblem.NOT_A_NUMBER),
        (RATING, "NA", AnswerProblem.NA_NOT_OFFERED),
        (NPS, "11", AnswerProblem.OUT_OF_RANGE),
        (YES_NO, "2", AnswerProblem.OUT_OF_RANGE),
        (YES_NO, "maybe", AnswerProblem.NOT_A_NUMBER),
        (GRADED, "5", AnswerProblem.NO_SUCH_OPTION),
        (GRADED, True, AnswerProblem.NO_SUCH_OPTION),
        (GRADED, {"value": 1}, AnswerProblem.NO_SUCH_OPTION),
        (WORDS, "Desk", AnswerProblem.NO_SUCH_OPTION),
        (TEXT, 5, AnswerProblem.NOT_A_TEXT),
        (TEXTAREA, ["a"], AnswerProblem.NOT_A_TEXT),
        (TEXTAREA, "a" * (TEXT_LIMIT + 1), AnswerProblem.TOO_LONG),
        (SHORT, "0123456789a", AnswerProblem.TOO_LONG),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(asked: Question, raw: Any, problem: AnswerProblem) -> None:
    assert clean(asked, raw) is problem


@pytest.mark.parametrize("raw", [None, "", "  ", "\u200f \n"])
@pytest.mark.parametrize("asked", [RATING, WORDS, TEXT, question("Q", required=True)])
def test_nothing_sent_is_no_answer_even_to_a_required_question(asked: Question, raw: Any) -> None:
    assert clean(asked, raw) == Answer("Q")


@pytest.mark.parametrize("raw", ["NA", "na", " NA "])
@pytest.mark.parametrize("asked", [LIKERT_NA, GRADED])
def test_not_applicable_is_taken_where_it_is_offered(asked: Question, raw: str) -> None:
    answer = clean(asked, raw)

    assert isinstance(answer, Answer)
    assert answer.is_na
    assert not answer.is_given


def test_a_text_of_exactly_the_limit_is_taken_whole() -> None:
    assert clean(TEXTAREA, "ح" * TEXT_LIMIT) == Answer("Q", "ح" * TEXT_LIMIT)


def test_at_the_end_only_required_questions_without_any_answer_are_missing() -> None:
    questions = [question(code, required=code != "D") for code in "ABCDE"]
    answers = {**answered(A=3, C=None), "B": not_applicable("B")}

    assert missing(questions, answers) == ("C", "E")


def test_an_answer_of_zero_is_an_answer() -> None:
    assert missing([question("A", QuestionType.NPS, required=True)], answered(A=0)) == ()


def test_every_problem_has_words_for_the_patient() -> None:
    assert all(problem.message for problem in AnswerProblem)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@given(st.sampled_from([RATING, NPS, YES_NO, LIKERT_NA, GRADED, WORDS, TEXT, TEXTAREA, SHORT]), ANYTHING)
def test_whatever_is_sent_gives_an_allowed_value_or_a_problem_and_is_stable(asked: Question, raw: Any) -> None:
    answer = clean(asked, raw)

    if isinstance(answer, AnswerProblem):
        return
    if answer.is_given and asked.values is not None:
        assert answer.value in asked.values
    if isinstance(answer.value, str):
        answer.value.encode()
        assert "\x00" not in answer.value
    assert clean(asked, "NA" if answer.is_na else answer.value) == answer
