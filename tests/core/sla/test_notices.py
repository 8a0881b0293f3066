"""Word of deadlines: at once, when work begins, or one summary for each person after an outage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.access.actor import acting_as
from app.core.db import unit_of_work
from app.core.i18n import in_language
from app.core.sla.models import SlaClock, SlaNotice, SlaPolicy
from app.core.sla.notices import tell_waiting
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock as time
from app.notifications.models import Notification
from app.notifications.services import bell
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows

THURSDAY_EVENING = datetime.fromisoformat("2026-11-26T20:00+03:00")
SUNDAY_MORNING = datetime.fromisoformat("2026-11-29T08:00+03:00")


def around_the_clock(hours: int) -> None:
    """Let every rule of actions run around the clock with this target."""
    with acting_as(SYSTEM), unit_of_work():
        for rule in rows(SlaPolicy):
            rule.is_business, rule.target_minutes = False, hours * 60


def open_action(cast: Cast, severity: str, at: datetime) -> PxAction:
    """Open an action of the emergency department, owned by its manager."""
    with acting_as(SYSTEM), time.frozen(at):
        return opening.open_by_hand(
            hospital_id=cast.a.id,
            title="Long wait",
            severity=severity,
            department_id=cast.er.id,
            patient_id=None,
            actor=cast.actor("px_coordinator"),
        )


def pass_time(drain: Any, at: datetime) -> None:
    """Let the sweep, the handlers and the teller run at an instant."""
    with time.frozen(at):
        sweep_clocks()
        drain()
        tell_waiting()


def told(cast: Cast, name: str) -> list[str]:
    """The bell lines of a person about deadlines, in order."""
    kinds = ("actions/reminder", "actions/breached", "actions/escalated", "core/clocks")
    return [each.kind for each in rows(Notification, user_id=cast[name].id) if each.kind in kinds]


def test_word_that_is_due_in_working_time_is_told_at_once(reference_data: Cast, drain: Any) -> None:
    around_the_clock(2)
    open_action(reference_data, "high", NOON)
    pass_time(drain, NOON + timedelta(hours=1))

    assert told(reference_data, "department_manager") == ["actions/reminder"]
    assert rows(SlaNotice) == []


def test_outside_working_time_only_critical_cases_notify_and_the_rest_waits_for_the_opening(
    reference_data: Cast, drain: Any
) -> None:
    around_the_clock(2)
    open_action(reference_data, "high", THURSDAY_EVENING)
    pass_time(drain, THURSDAY_EVENING + timedelta(hours=1))
    assert told(reference_data, "department_manager") == []
    assert [each.tell_at for each in rows(SlaNotice)] == [SUNDAY_MORNING]

    open_action(reference_data, "critical", THURSDAY_EVENING + timedelta(hours=1))
    pass_time(drain, THURSDAY_EVENING + timedelta(hours=2))
    assert told(reference_data, "department_manager") == ["actions/reminder"]

    (high,) = [each for each in rows(SlaClock) if each.severity == "high"]
    pass_time(drain, SUNDAY_MORNING + timedelta(minutes=2))
    assert rows(SlaClock, id=high.id)[0].breached_at == THURSDAY_EVENING + timedelta(hours=2)


def test_after_two_days_of_outage_each_person_gets_one_summary(reference_data: Cast, drain: Any) -> None:
    around_the_clock(2)
    for _number in range(4):
        open_action(reference_data, "critical", NOON)
    back = NOON + timedelta(days=2)
    with time.frozen(back):
        sweep_clocks()
        drain()
        tell_waiting()  # too early: it is still being gathered
        assert told(reference_data, "department_manager") == []
    pass_time(drain, back + timedelta(minutes=2))
    pass_time(drain, back + timedelta(minutes=4))

    assert told(reference_data, "department_manager") == ["core/clocks"]
    assert told(reference_data, "hospital_admin") == ["core/clocks"]
    (line,) = [
        each for each in rows(Notification, user_id=reference_data["department_manager"].id)
        if each.kind == "core/clocks"
    ]  # fmt: skip
    assert line.params == {"reminded": "8", "breached": "4", "escalated": "4"}
    with in_language("en"):
        assert "overdue: 4" in bell.sentence(line)
    assert line.url == "/actions/"


def test_one_late_word_alone_is_told_as_it_is(reference_data: Cast, drain: Any) -> None:
    around_the_clock(8)
    open_action(reference_data, "critical", NOON)
    late = NOON + timedelta(hours=4, minutes=30)
    pass_time(drain, late)
    pass_time(drain, late + timedelta(minutes=2))

    assert told(reference_data, "department_manager") == ["actions/reminder"]


def test_a_named_person_is_told_and_an_empty_rung_falls_to_the_next(reference_data: Cast, drain: Any) -> None:
    around_the_clock(2)
    nurse, outsider = reference_data["nurse"].id, reference_data["outsider"].id
    ladder = [
        {"level": 1, "after_minutes": 0, "to": f"user:{nurse}"},
        {"level": 2, "after_minutes": 30, "to": f"user:{outsider}"},
    ]
    with acting_as(SYSTEM), unit_of_work():
        for rule in rows(SlaPolicy):
            rule.ladder = ladder
    open_action(reference_data, "critical", NOON)
    for minutes in (60, 108, 120, 150):
        pass_time(drain, NOON + timedelta(minutes=minutes))

    assert told(reference_data, "nurse") == ["actions/escalated"]
    assert told(reference_data, "outsider") == []  # works elsewhere
    assert told(reference_data, "hospital_admin") == ["actions/escalated"]


@pytest.mark.parametrize("times", [1, 2])
def test_running_twice_tells_nobody_twice(reference_data: Cast, drain: Any, times: int) -> None:
    around_the_clock(2)
    open_action(reference_data, "critical", NOON)
    for _time in range(times):
        pass_time(drain, NOON + timedelta(days=2))
        pass_time(drain, NOON + timedelta(days=2, minutes=2))

    assert told(reference_data, "department_manager") == ["core/clocks"]
