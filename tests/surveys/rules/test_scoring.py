"""The score, by worked examples and by what must hold for every survey."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.enums import QuestionType, Weighting
from app.surveys.rules.questions import Answer, Question
from app.surveys.rules.scoring import (
    NpsGroup,
    ReasonCode,
    Score,
    is_top_box,
    item_score,
    net_promoter,
    nps_group,
    score,
)
from tests.surveys.rules.made import answered, choices, not_applicable, question

OFTEN = choices(1, 2, 3, 4, graded=True)


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        (question("Q"), {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}),
        (question("Q", QuestionType.LIKERT), {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}),
        (question("Q", QuestionType.YES_NO), {1: 100, 0: 0}),
        (question("Q", QuestionType.YES_NO, positive_answer=False), {1: 0, 0: 100}),
        (question("Q", QuestionType.RATING, minimum=1, maximum=3), {1: 0, 2: 50, 3: 100}),
        (question("Q", QuestionType.MULTIPLE_CHOICE, options=choices("a", "b")), {"a": None, "b": None}),
        (question("Q", QuestionType.TEXT), {"fine": None}),
    ],
)
def test_each_type_brings_its_answers_to_0_to_100(asked: Question, values: dict[Any, Any]) -> None:
    assert {value: item_score(asked, value) for value in values} == values


def test_a_graded_choice_is_scored_by_its_grades() -> None:
    asked = question("Q", QuestionType.MULTIPLE_CHOICE, options=OFTEN)

    assert [round(float(item_score(asked, value) or 0), 2) for value in (1, 2, 3, 4)] == [0, 33.33, 66.67, 100]


def test_overall_is_the_mean_of_sections_not_of_items() -> None:
    questions = [question("A", section="x"), question("B", section="x"), question("C", section="y")]

    result = score(questions, answered(A=5, B=5, C=1))

    assert result.sections == {"x": 100, "y": 0}
    assert result.overall == 50


def test_by_question_the_overall_follows_the_weights() -> None:
    questions = [question("A", weight=3), question("B"), question("C", section="y", weight=0)]

    result = score(questions, answered(A=5, B=1, C=1), weighting=Weighting.QUESTIONS)

    assert result.overall == 75
    assert result.answered == 3


def test_a_weight_may_be_a_part() -> None:
    questions = [question("A", weight=0.5), question("B", weight=1.5)]

    assert score(questions, answered(A=5, B=1), weighting=Weighting.QUESTIONS, threshold=25.0).overall == 25


def test_weights_of_nothing_give_no_score() -> None:
    questions = [question("A", weight=0), question("B", weight=0)]

    assert score(questions, answered(A=5, B=1), weighting=Weighting.QUESTIONS).overall is None


def test_not_applicable_and_unanswered_count_for_nothing() -> None:
    questions = [question(code) for code in "ABCD"]

    result = score(questions, {**answered(A=4, B=2, C=None), "D": not_applicable("D")})

    assert (result.overall, result.answered) == (Decimal("50.00"), 2)


def test_one_answered_item_of_many_gives_no_score() -> None:
    result = score([question("A"), question("B")], answered(A=1))

    assert (result.overall, result.sections, result.answered, result.negative) == (None, {}, 1, False)


def test_one_answered_item_is_enough_where_the_template_has_one() -> None:
    questions = [question("A"), question("N", QuestionType.NPS), question("T", QuestionType.TEXTAREA)]

    assert score(questions, answered(A=4, N=9, T="fine")).overall == 75


def test_an_empty_survey_has_no_score_and_is_not_negative() -> None:
    assert score([], {}) == Score(None, {}, None, 0, 0, False, ())
    assert score([question("A")], {}).overall is None


def test_nps_stands_apart_and_text_is_not_scored() -> None:
    questions = [question("A"), question("B"), question("N", QuestionType.NPS), question("T", QuestionType.TEXT)]

    result = score(questions, answered(A=5, B=5, N=0, T="poor"))

    assert (result.overall, result.nps, result.nps_group, result.answered) == (100, 0, NpsGroup.DETRACTOR, 2)
    assert not result.negative


@pytest.mark.parametrize(("first", "negative"), [(4, False), (3, True)])
def test_a_score_below_the_threshold_is_negative_and_one_at_it_is_not(first: int, negative: bool) -> None:
    questions = [question(code, QuestionType.RATING) for code in "ABCDE"]
    answers = answered(A=first, B=3, C=3, D=4, E=3)  # 60 or 55

    result = score(questions, answers)

    assert result.negative is negative
    assert [reason.code for reason in result.reasons] == [ReasonCode.BELOW_THRESHOLD] * negative


def test_the_rounded_score_that_people_read_decides() -> None:
    options = choices(0, 17_998, 18_000, 30_000)
    questions = [question(code, options=options) for code in "AB"]

    result = score(questions, answered(A=18_000, B=17_998))

    assert result.overall == Decimal("60.00")  # 59.99666...
    assert not result.negative


def test_thirds_are_rounded_half_up_to_two_decimals() -> None:
    questions = [question(code, QuestionType.MULTIPLE_CHOICE, options=OFTEN) for code in "AB"]

    assert score(questions, answered(A=2, B=3)).overall == Decimal("50.00")
    assert score(questions, answered(A=3, B=3)).overall == Decimal("66.67")
    assert str(score(questions, answered(A=4, B=4)).overall) == "100.00"


@pytest.mark.parametrize(("value", "negative"), [(1, True), (2, True), (3, False)])
def test_a_flagged_question_at_or_below_25_makes_it_negative_however_good_the_rest(value: int, negative: bool) -> None:
    questions = [question("A", flagged=True), *(question(code) for code in "BCDEFGH")]

    result = score(questions, answered(A=value, **dict.fromkeys("BCDEFGH", 5)))

    assert result.negative is negative
    assert [(reason.code, reason.question) for reason in result.reasons] == [
        (ReasonCode.FLAGGED_QUESTION, "A")
    ] * negative


def test_a_flagged_answer_counts_even_when_too_few_were_answered_for_a_score() -> None:
    result = score([question("A", flagged=True), question("B")], answered(A=1))

    assert (result.overall, result.negative) == (None, True)


def test_a_flagged_question_left_out_is_no_reason() -> None:
    questions = [question("A", flagged=True), question("B", flagged=True), question("C"), question("D")]

    assert not score(questions, {**answered(A=None, C=5, D=5), "B": not_applicable("B")}).negative


@pytest.mark.parametrize(("value", "negative"), [(2, True), (3, False)])
def test_a_flagged_recommendation_is_brought_to_100_for_the_flag_alone(value: int, negative: bool) -> None:
    result = score([question("N", QuestionType.NPS, flagged=True)], answered(N=value))

    assert (result.negative, result.overall, result.nps) == (negative, None, value)


def test_top_box_counts_the_best_answers() -> None:
    questions = [
        question("A"),
        question("B", top_values=frozenset({4, 5})),
        question("C", QuestionType.YES_NO, positive_answer=False),
    ]

    result = score(questions, answered(A=4, B=4, C=0))

    assert (result.top_box, result.answered, result.top_box_share) == (2, 3, Decimal("66.67"))


def test_without_an_answer_there_is_no_top_box_share() -> None:
    assert score([question("A")], {}).top_box_share is None


@pytest.mark.parametrize(("value", "best"), [(8, False), (9, True), (10, True)])
def test_the_best_answers_of_a_recommendation_are_9_and_10(value: int, best: bool) -> None:
    assert is_top_box(question("N", QuestionType.NPS), value) is best


def test_a_question_marked_unscored_and_a_choice_with_one_grade_do_not_count() -> None:
    single = question("S", QuestionType.MULTIPLE_CHOICE, options=choices(1, graded=True))

    assert score([question("A", scored=False), single], answered(A=1, S=1)).answered == 0


@pytest.mark.parametrize(
    ("value", "group"),
    [(0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"), (9, "promoter"), (10, "promoter")],
)
def test_recommendation_groups(value: int, group: str) -> None:
    assert nps_group(value) == group


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([10, 9], "100.00"),
        ([0], "-100.00"),
        ([10, 7, 3], "0.00"),
        ([10, 8, 8], "33.33"),
        ([0, 0, 9, 8, 8, 8], "-16.67"),
    ],
)
def test_net_promoter_score(values: list[int], expected: str | None) -> None:
    assert net_promoter(values) == (None if expected is None else Decimal(expected))


# ---- what holds for every survey

SCORED = [QuestionType.RATING, QuestionType.LIKERT, QuestionType.YES_NO, QuestionType.MULTIPLE_CHOICE]
KINDS = st.sampled_from([*SCORED, QuestionType.NPS, QuestionType.TEXT])


@st.composite
def surveys(draw: st.DrawFn) -> tuple[list[Question], dict[str, Answer]]:
    """Draw a survey of any shape with some of its questions answered."""
    questions, answers = [], {}
    for place, kind in enumerate(draw(st.lists(KINDS, max_size=8))):
        asked = question(
            f"Q{place}", kind, order=place, section=draw(st.sampled_from("xyz")), weight=draw(st.integers(0, 3)),
            positive_answer=draw(st.booleans()), flagged=draw(st.booleans()),
            options=OFTEN if kind is QuestionType.MULTIPLE_CHOICE else (),
        )  # fmt: skip
        questions.append(asked)
        value = draw(st.sampled_from([*(asked.values or ("words",)), None, "NA"]))
        answers[asked.code] = not_applicable(asked.code) if value == "NA" else Answer(asked.code, value)
    return questions, answers


WEIGHTINGS = st.sampled_from(Weighting)


@given(surveys(), WEIGHTINGS)
def test_every_score_lies_between_0_and_100(
    survey: tuple[list[Question], dict[str, Answer]], weighting: Weighting
) -> None:
    result = score(*survey, weighting=weighting)

    for value in (result.overall, *result.sections.values()):
        assert value is None or 0 <= value <= 100
    assert 0 <= result.top_box <= result.answered
    assert result.negative is bool(result.reasons)


@given(surveys(), WEIGHTINGS, st.randoms(use_true_random=False))
def test_the_order_of_questions_and_answers_does_not_matter(
    survey: tuple[list[Question], dict[str, Answer]], weighting: Weighting, chance: Any
) -> None:
    questions, answers = survey
    shuffled = chance.sample(questions, len(questions))
    turned = dict(chance.sample(list(answers.items()), len(answers)))

    assert score(shuffled, turned, weighting=weighting) == score(questions, answers, weighting=weighting)


@given(surveys(), WEIGHTINGS)
def test_not_applicable_weighs_the_same_as_no_answer_at_all(
    survey: tuple[list[Question], dict[str, Answer]], weighting: Weighting
) -> None:
    questions, answers = survey
    only_given = {code: answer for code, answer in answers.items() if answer.is_given}

    assert score(questions, only_given, weighting=weighting) == score(questions, answers, weighting=weighting)


@given(surveys(), WEIGHTINGS, st.data())
def test_a_better_answer_never_lowers_the_score_nor_makes_it_negative(
    survey: tuple[list[Question], dict[str, Answer]], weighting: Weighting, data: st.DataObject
) -> None:
    questions, answers = survey
    given_ = [asked for asked in questions if asked.is_scorable and answers[asked.code].is_given]
    if not given_:
        return
    raised = data.draw(st.sampled_from(given_))
    grades = raised.grades
    before = score(questions, answers, weighting=weighting)
    present = grades[answers[raised.code].value]  # type: ignore[index]
    better = data.draw(st.sampled_from([value for value in grades if grades[value] >= present]))

    after = score(questions, {**answers, raised.code: Answer(raised.code, better)}, weighting=weighting)

    assert (after.overall is None) is (before.overall is None)
    assert after.overall is None or before.overall is None or after.overall >= before.overall
    assert after.top_box >= before.top_box
    assert not (after.negative and not before.negative)
