"""The state of a survey only rises, and every code has words."""

from itertools import product

import pytest

from app.notifications.enums import Channel
from app.surveys.enums import (
    CHANNEL_ORDER,
    ENDED,
    RANK,
    InstanceState,
    QuestionType,
    SkipReason,
    Weighting,
    may_rise,
)

ALL = list(InstanceState)


@pytest.mark.parametrize(("present", "to"), list(product(ALL, ALL)))
def test_no_survey_goes_back_nor_leaves_an_end(present: InstanceState, to: InstanceState) -> None:
    if may_rise(present, to):
        assert RANK[to] > RANK[present]
        assert present not in ENDED
        assert not may_rise(to, present)


@pytest.mark.parametrize("present", [state for state in ALL if state not in ENDED])
def test_an_open_survey_may_always_be_completed_or_cancelled(present: InstanceState) -> None:
    assert may_rise(present, InstanceState.COMPLETED)
    assert may_rise(present, InstanceState.CANCELLED)


@pytest.mark.parametrize("present", ALL)
def test_only_a_form_in_progress_is_abandoned_and_only_one_never_started_expires(present: InstanceState) -> None:
    assert may_rise(present, InstanceState.ABANDONED) is (present is InstanceState.IN_PROGRESS)
    started_or_ended = ENDED | {InstanceState.IN_PROGRESS}
    assert may_rise(present, InstanceState.EXPIRED) is (present not in started_or_ended)


def test_steps_may_be_skipped() -> None:
    assert may_rise(InstanceState.PENDING, InstanceState.OPENED)
    assert may_rise(InstanceState.SENT, InstanceState.IN_PROGRESS)


def test_an_opened_link_heals_a_failure_and_a_late_failure_harms_nothing() -> None:
    assert may_rise(InstanceState.FAILED, InstanceState.OPENED)
    assert not may_rise(InstanceState.DELIVERED, InstanceState.FAILED)


@pytest.mark.parametrize("codes", [QuestionType, InstanceState, SkipReason, Weighting])
def test_every_code_has_words_for_people(codes: type[QuestionType]) -> None:
    assert all(code.label for code in codes)


def test_every_channel_has_its_place_in_the_order() -> None:
    assert sorted(CHANNEL_ORDER) == sorted(Channel)
