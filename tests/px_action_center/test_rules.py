"""Which rule opens an action: the nearest one, also when it says no. Pure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.events import Signal
from app.px_action_center.rules import rule_for

HOSPITAL, OTHER, ER = uuid4(), uuid4(), uuid4()


def rule(
    at_or_below: float | None = None,
    *,
    hospital: UUID | None = None,
    department: UUID | None = None,
    severity: str | None = None,
    on: bool = True,
) -> Any:
    return SimpleNamespace(
        at_or_below=at_or_below, hospital_id=hospital, department_id=department, severity=severity, is_active=on
    )


def low_score(value: float | None = 50.0, department: UUID | None = ER) -> Signal:
    return Signal("survey_low_score", "survey:1", "medium", value, HOSPITAL, department)


def test_without_a_rule_nothing_opens() -> None:
    assert rule_for(low_score(), []) is None


@pytest.mark.parametrize(("value", "opens"), [(59.9, True), (60.0, True), (60.1, False), (None, False)])
def test_a_threshold_includes_its_own_value_and_needs_one(value: float | None, opens: bool) -> None:
    assert (rule_for(low_score(value), [rule(60.0)]) is not None) is opens


def test_a_rule_without_a_threshold_takes_a_signal_without_a_value() -> None:
    wanted = rule()

    assert rule_for(low_score(None), [wanted]) is wanted


def test_the_department_stands_before_its_hospital_and_that_before_the_group() -> None:
    group, hospital, department = rule(), rule(hospital=HOSPITAL), rule(hospital=HOSPITAL, department=ER)

    assert rule_for(low_score(), [group, hospital, department]) is department
    assert rule_for(low_score(department=None), [group, hospital, department]) is hospital
    assert rule_for(low_score(), [group, rule(hospital=OTHER)]) is group


def test_a_hospital_that_acts_later_is_not_overruled_by_the_group() -> None:
    assert rule_for(low_score(50), [rule(), rule(40.0, hospital=HOSPITAL)]) is None


def test_a_rule_switched_off_keeps_the_general_one_away() -> None:
    assert rule_for(low_score(), [rule(), rule(hospital=HOSPITAL, department=ER, on=False)]) is None


def test_of_several_thresholds_the_lowest_that_fits_gives_the_severity() -> None:
    rules = [rule(60.0, severity="medium"), rule(20.0, severity="critical"), rule(40.0, severity="high")]

    assert [rule_for(low_score(value), rules).severity for value in (55, 35, 10)] == ["medium", "high", "critical"]
