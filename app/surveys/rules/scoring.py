"""The score of one patient's answers, exactly as product.md section 7 has it.

All sums are exact fractions, so the order of questions never matters; only what is given out is rounded, to two
decimals, half up. The threshold is compared with the rounded score: what people read is what decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from app.surveys.enums import QuestionType, Weighting
from app.surveys.rules.questions import Answer, Answers, Question, Value, in_order

MINIMUM_ITEMS = 2
THRESHOLD = 60
FLAG_LIMIT = 25
PROMOTER_FROM = 9
DETRACTOR_TO = 6


class NpsGroup(StrEnum):
    """How an answer of 0-10 counts in the net promoter score."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


class ReasonCode(StrEnum):
    """Why a survey is negative."""

    BELOW_THRESHOLD = "below_threshold"
    FLAGGED_QUESTION = "flagged_question"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with the value that gave it, 0-100, and the question where it was one."""

    code: ReasonCode
    value: Decimal
    question: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The result. Scores are 0-100 with two decimals; None where too few were answered. `nps` is the answer, 0-10."""

    overall: Decimal | None
    sections: Mapping[str, Decimal]
    nps: int | None
    answered: int  # items that count
    top_box: int  # of these, how many had a best answer
    negative: bool
    reasons: tuple[Reason, ...]

    @property
    def top_box_share(self) -> Decimal | None:
        """How many of a hundred items that count had a best answer; None where none counts."""
        return _rounded(Fraction(100 * self.top_box, self.answered)) if self.answered else None

    @property
    def nps_group(self) -> NpsGroup | None:
        """Promoter, passive or detractor; None without an answer."""
        return None if self.nps is None else nps_group(self.nps)


@dataclass(frozen=True, slots=True)
class _Item:
    """An answered question that counts."""

    question: Question
    value: Value
    score: Fraction


def score(
    questions: tuple[Question, ...] | list[Question],
    answers: Answers,
    *,
    weighting: Weighting = Weighting.SECTIONS,
    minimum_items: int = MINIMUM_ITEMS,
    threshold: float | Decimal = THRESHOLD,
) -> Score:
    """Score `answers`, from which hidden questions were dropped, to the template's `questions`.

    Unanswered and "not applicable" never count. Fewer than `minimum_items` answered give no score (one is enough where
    the template has only one item); a flagged question still makes it negative. NPS stands apart.
    """
    ordered = in_order(questions)
    items = [item for question in ordered if question.is_scorable and (item := _item(question, answers))]
    enough = min(minimum_items, sum(question.is_scorable for question in ordered))
    sections = _sections(items) if items and len(items) >= enough else {}
    exact = _overall(items, sections, weighting) if sections else None
    overall = None if exact is None else _rounded(exact)
    reasons = (*_below(overall, threshold), *_flags(ordered, answers))
    return Score(
        overall=overall,
        sections={section: _rounded(mean) for section, mean in sections.items()},
        nps=_nps(ordered, answers),
        answered=len(items),
        top_box=sum(is_top_box(item.question, item.value) for item in items),
        negative=bool(reasons),
        reasons=reasons,
    )


def item_score(question: Question, value: Value) -> Fraction | None:
    """Give (v - min) / (max - min) x 100 for one answer, exact; None where answers have no grade or no difference."""
    return question.marks.get(value)


def is_top_box(question: Question, value: Value) -> bool:
    """Say whether an answer is among the best: those the question names, else the best graded one, of NPS 9 and 10."""
    if question.top_values:
        return value in question.top_values
    if question.type is QuestionType.NPS:
        return isinstance(value, int) and nps_group(value) is NpsGroup.PROMOTER
    return item_score(question, value) == 100


def nps_group(value: int) -> NpsGroup:
    """Give the group of an answer of 0-10: 9 and 10 promote, 0 to 6 detract (domain.md section 3)."""
    if value >= PROMOTER_FROM:
        return NpsGroup.PROMOTER
    return NpsGroup.DETRACTOR if value <= DETRACTOR_TO else NpsGroup.PASSIVE


def net_promoter(values: Iterable[int]) -> Decimal | None:
    """Give the share of promoters less that of detractors, -100 to 100 with two decimals; None without answers."""
    groups = [nps_group(value) for value in values]
    if not groups:
        return None
    return _rounded(Fraction(100 * (groups.count(NpsGroup.PROMOTER) - groups.count(NpsGroup.DETRACTOR)), len(groups)))


def _given(question: Question, answers: Answers) -> Answer | None:
    answer = answers.get(question.code)
    return answer if answer and answer.is_given else None


def _item(question: Question, answers: Answers) -> _Item | None:
    answer = _given(question, answers)
    if answer is None or answer.value is None:
        return None
    exact = item_score(question, answer.value)
    return None if exact is None else _Item(question, answer.value, exact)


def _sections(items: list[_Item]) -> dict[str, Fraction]:
    """Give the plain mean of the answered items of each section, in the order of the survey."""
    scores: dict[str, list[Fraction]] = {}
    for item in items:
        scores.setdefault(item.question.section, []).append(item.score)
    return {section: _mean(found) for section, found in scores.items()}


def _overall(items: list[_Item], sections: Mapping[str, Fraction], weighting: Weighting) -> Fraction | None:
    if weighting is Weighting.SECTIONS:
        return _mean(sections.values())
    weights = [Fraction(item.question.weight) for item in items]
    if not sum(weights):
        return None
    return sum((weight * item.score for weight, item in zip(weights, items, strict=True)), Fraction()) / sum(weights)


def _mean(scores: Collection[Fraction]) -> Fraction:
    """Give the plain mean, by whole numbers over one denominator: adding fractions one by one costs three times as much."""
    below = lcm(*(each.denominator for each in scores))
    return Fraction(sum(each.numerator * (below // each.denominator) for each in scores), below * len(scores))


def _below(overall: Decimal | None, threshold: float | Decimal) -> tuple[Reason, ...]:
    if overall is None or overall >= threshold:
        return ()
    return (Reason(ReasonCode.BELOW_THRESHOLD, overall),)


def _flags(ordered: tuple[Question, ...], answers: Answers) -> tuple[Reason, ...]:
    """Give the flagged questions answered at or below the limit; an NPS answer is brought to 0-100 for this alone."""
    found = []
    for question in ordered:
        answer = _given(question, answers) if question.flagged else None
        exact = item_score(question, answer.value) if answer and answer.value is not None else None
        if exact is not None and exact <= FLAG_LIMIT:
            found.append(Reason(ReasonCode.FLAGGED_QUESTION, _rounded(exact), question.code))
    return tuple(found)


def _nps(ordered: tuple[Question, ...], answers: Answers) -> int | None:
    """Give the answer to the first NPS question that was answered."""
    for question in ordered:
        answer = _given(question, answers) if question.type is QuestionType.NPS else None
        if answer is not None and isinstance(answer.value, int):
            return answer.value
    return None


def _rounded(exact: Fraction) -> Decimal:
    """Round to two decimals, half away from zero, in whole numbers only."""
    above, below = exact.numerator, exact.denominator
    hundredths = (200 * abs(above) + below) // (2 * below)
    return Decimal(hundredths if above >= 0 else -hundredths).scaleb(-2)


CRITICAL_BELOW, HIGH_BELOW = 20.0, 40.0


def severity_for(overall: float | None) -> str:
    """Say how grave a negative answer is: below 20 critical, below 40 high, else (or without a score) medium."""
    if overall is None:
        return "medium"
    return "critical" if overall < CRITICAL_BELOW else "high" if overall < HIGH_BELOW else "medium"
