"""SLA clocks: which rule wins, what a change does, and that each step is decided once and in order."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.errors import Conflict
from app.core.events.models import EventLog
from app.core.sla import clocks, many
from app.core.sla.models import SlaClock, SlaDecision, SlaPolicy, SlaRevision
from app.core.sla.rules import choose, steps
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock
from tests.cast import Cast
from tests.conftest import NOON

SYSTEM = system_actor("test")
HOUR = timedelta(hours=1)


def rule(**given: Any) -> Any:
    """A rule with nothing said but what is given."""
    return SimpleNamespace(
        **{"hospital_id": None, "source": None, "severity": None, "priority": None, "category": None, **given}
    )


def test_the_most_specific_rule_wins_and_the_others_say_why_not() -> None:
    default, severe, own, source = (
        rule(),
        rule(severity="high"),
        rule(hospital_id=1, severity="high"),
        rule(source="moh"),
    )
    other = rule(severity="low")

    choice = choose([default, severe, own, source, other], source="moh", severity="high", priority=None)
    without = choose([default, severe, own, other], source=None, severity="high", priority=None)

    assert choice is not None and choice.rule is source
    assert without is not None and without.rule is own
    assert (other, "other_severity") in without.passed_over
    assert (severe, "less_specific") in without.passed_over
    assert choose([other], source=None, severity="high", priority=None) is None


def test_steps_fall_in_order_and_the_breach_before_the_escalation_at_due() -> None:
    ladder = [{"level": 2, "after_minutes": 60, "to": "hospital_admin"}, {"level": 1, "after_minutes": 0, "to": "x"}]

    assert [step.code for step in steps(3600, [90, 50], ladder)] == [
        "reminder:50",
        "reminder:90",
        "breach",
        "escalation:1",
        "escalation:2",
    ]


@pytest.fixture
def subject(cast: Cast) -> clocks.Subject:
    """A case of hospital A, and a rule of four hours around the clock with reminders and a ladder of two."""
    with acting_as(SYSTEM), unit_of_work():
        for severity, minutes in (("high", 240), ("low", 480)):
            db.session.add(
                SlaPolicy(
                    clock="case.resolution", severity=severity, target_minutes=minutes, is_business=False,
                    reminders=[50, 90],
                    ladder=[{"level": 1, "after_minutes": 0, "to": "department_manager"},
                            {"level": 2, "after_minutes": 60, "to": "hospital_admin"}],
                )
            )  # fmt: skip
    return clocks.Subject("case", uuid7(), cast.a.id, severity="high")


def started(subject: clocks.Subject) -> SlaClock:
    """Start the case's clock."""
    with acting_as(SYSTEM), unit_of_work():
        found = clocks.start("case.resolution", subject, actor=SYSTEM)
    assert found is not None
    return found


def said() -> list[tuple[str, Any]]:
    """What clocks have said, in order."""
    with acting_as(SYSTEM):
        rows = db.session.execute(
            sa.select(EventLog).where(EventLog.kind.like("core.clock.%")).order_by(EventLog.at, EventLog.id)
        ).scalars()
        return [(row.kind.rpartition(".")[2], row.data.get("percent") or row.data.get("level")) for row in rows]


def sweep(at: datetime) -> None:
    """Run the sweep at an instant."""
    with clock.frozen(at):
        sweep_clocks()


def test_each_step_is_decided_once_in_order_whatever_runs_twice(subject: clocks.Subject) -> None:
    started(subject)
    for hours in (1, 2, 2, 3, 3.6, 4, 4, 5, 9, 9):
        sweep(NOON + hours * HOUR)

    assert said() == [("reminded", 50), ("reminded", 90), ("breached", None), ("escalated", 1), ("escalated", 2)]


def test_after_an_outage_everything_that_was_missed_is_decided_with_its_true_time(subject: clocks.Subject) -> None:
    started(subject)
    sweep(NOON + 48 * HOUR)

    with acting_as(SYSTEM):
        clock_row = db.session.execute(sa.select(SlaClock)).scalar_one()
        times = dict(db.session.execute(sa.select(SlaDecision.step, SlaDecision.due_at)).all())
    assert clock_row.breached_at == NOON + 4 * HOUR
    assert times["reminder:50"] == NOON + 2 * HOUR
    assert times["escalation:2"] == NOON + 5 * HOUR
    assert clock_row.look_at is None


def test_a_paused_clock_is_not_looked_at_and_goes_on_where_it_stopped(subject: clocks.Subject) -> None:
    row = started(subject)
    with clock.frozen(NOON + HOUR), acting_as(SYSTEM), unit_of_work():
        clocks.pause(row, "waiting_patient", actor=SYSTEM)
    assert (row.due_at, row.look_at) == (None, None)
    with acting_as(SYSTEM), pytest.raises(Conflict):
        clocks.pause(row, "again", actor=SYSTEM)
    sweep(NOON + 24 * HOUR)
    assert said() == []

    with clock.frozen(NOON + 24 * HOUR), acting_as(SYSTEM), unit_of_work():
        clocks.resume(row, actor=SYSTEM)
    assert row.due_at == NOON + 27 * HOUR


def test_another_severity_counts_anew_from_the_original_start_and_every_value_is_kept(subject: clocks.Subject) -> None:
    row = started(subject)
    milder = clocks.Subject(subject.type, subject.id, subject.hospital_id, severity="low")
    with clock.frozen(NOON + HOUR), acting_as(SYSTEM), unit_of_work():
        clocks.revise(row, milder, "severity", actor=SYSTEM)

    assert row.due_at == NOON + 8 * HOUR
    with acting_as(SYSTEM):
        kept = db.session.execute(sa.select(SlaRevision).order_by(SlaRevision.created_at)).scalars()
        assert [(each.cause, each.due_at) for each in kept] == [
            ("started", NOON + 4 * HOUR),
            ("severity", NOON + 8 * HOUR),
        ]


def test_a_stopped_clock_keeps_still_and_knows_whether_it_was_late(subject: clocks.Subject) -> None:
    row = started(subject)
    with clock.frozen(NOON + 6 * HOUR), acting_as(SYSTEM), unit_of_work():
        many.stop([row.subject_id], [row.kind])
    sweep(NOON + 24 * HOUR)

    assert said() == []
    with acting_as(SYSTEM):
        kept = db.session.execute(sa.select(SlaClock)).scalar_one()
    assert (kept.stopped_at, kept.breached_at) == (NOON + 6 * HOUR, NOON + 4 * HOUR)
