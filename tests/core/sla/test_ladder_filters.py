"""Rungs of a ladder that are kept to some cases: the rule, the sweep, the panel, the preview and the trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work, uuid7
from app.core.events.models import EventLog
from app.core.i18n import COOKIE
from app.core.sla import clocks
from app.core.sla.models import SlaClock, SlaPolicy
from app.core.sla.rules import counting, steps
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast, bearer
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows

BASE = "/admin/sla"
HOUR = timedelta(hours=1)
GRAVE = {"level": 1, "after_minutes": 0, "to": "px_admin", "severity_at_least": "high", "sources": ["chi", "moh"]}
ALL = {"level": 2, "after_minutes": 60, "to": "hospital_admin"}


@pytest.mark.parametrize(
    ("severity", "source", "holds"),
    [("high", "moh", True), ("critical", "chi", True), ("medium", "moh", False), ("critical", "desk", False),
     ("critical", None, False), (None, "moh", False), ("unheard_of", "moh", False)],
)  # fmt: skip
def test_a_filtered_rung_is_a_step_only_of_cases_that_match_both_filters(
    severity: str | None, source: str | None, holds: bool
) -> None:
    held = counting([GRAVE, ALL], severity=severity, source=source)

    codes = [step.code for step in steps(3600, [], held)]
    assert codes == ["breach", *(["escalation:1"] if holds else []), "escalation:2"]


@pytest.fixture
def case(cast: Cast) -> clocks.Subject:
    """A case of medium severity that came from the ministry, under a rule of four hours whose first rung is for graver ones."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            SlaPolicy(clock="case.resolution", target_minutes=240, is_business=False, reminders=[], ladder=[GRAVE, ALL])
        )
    return clocks.Subject("case", uuid7(), cast.a.id, severity="medium", source="moh")


def started(case: clocks.Subject) -> None:
    """Start the case's clock."""
    with acting_as(SYSTEM), unit_of_work():
        clocks.start("case.resolution", case, actor=SYSTEM)


def judged(case: clocks.Subject, severity: str, at: Any) -> None:
    """Judge the case anew."""
    with clock.frozen(at), acting_as(SYSTEM), unit_of_work():
        running = clocks.open_clock(case.id, "case.resolution")
        assert running is not None
        clocks.revise(running, replace(case, severity=severity), "severity", actor=SYSTEM)


def sweep(at: Any) -> None:
    """Run the sweep at an instant."""
    with clock.frozen(at):
        sweep_clocks()


def escalated() -> list[int]:
    """The levels that were escalated to, in order."""
    query = sa.select(EventLog).where(EventLog.kind == "core.clock.escalated").order_by(EventLog.at, EventLog.id)
    with acting_as(SYSTEM):
        return [row.data["level"] for row in db.session.execute(query).scalars()]


def test_the_sweep_leaves_out_a_rung_that_is_for_other_cases_and_then_rests(case: clocks.Subject) -> None:
    started(case)
    sweep(NOON + 4 * HOUR)
    sweep(NOON + 4 * HOUR)
    assert (escalated(), rows(SlaClock)[0].look_at) == ([], NOON + 5 * HOUR)

    sweep(NOON + 9 * HOUR)

    assert (escalated(), rows(SlaClock)[0].look_at) == ([2], None)


def test_a_case_that_becomes_graver_late_takes_the_rung_that_then_counts_once(case: clocks.Subject) -> None:
    started(case)
    sweep(NOON + 6 * HOUR)
    judged(case, "critical", NOON + 7 * HOUR)
    for hours in (7, 7, 8):
        sweep(NOON + hours * HOUR)
    judged(case, "medium", NOON + 9 * HOUR)
    judged(case, "critical", NOON + 10 * HOUR)
    sweep(NOON + 11 * HOUR)

    assert escalated() == [2, 1]


def test_a_rung_that_rests_while_the_deadline_moves_ahead_can_pass_again(case: clocks.Subject) -> None:
    started(case)
    judged(case, "critical", NOON)
    sweep(NOON + 4 * HOUR)
    assert escalated() == [1]

    judged(case, "medium", NOON + 4 * HOUR)
    with clock.frozen(NOON + 4 * HOUR), acting_as(SYSTEM), unit_of_work():
        running = clocks.open_clock(case.id, "case.resolution")
        assert running is not None
        clocks.extend(running, NOON + 8 * HOUR, "extended", actor=SYSTEM)
    judged(case, "critical", NOON + 5 * HOUR)
    sweep(NOON + 10 * HOUR)

    assert escalated() == [1, 1, 2]


@pytest.fixture
def actions(reference_data: Cast) -> list[PxAction]:
    """A critical action and one of high severity, opened at noon by hand."""
    with acting_as(SYSTEM):
        return [
            opening.open_by_hand(
                hospital_id=reference_data.a.id, title="Long wait", severity=severity,
                department_id=reference_data.er.id, patient_id=None, actor=reference_data.actor("px_coordinator"),
            )
            for severity in ("critical", "high")
        ]  # fmt: skip


@pytest.fixture
def rule(boss: FlaskClient, reference_data: Cast) -> dict[str, str]:
    """The form of a rule of hospital A for every action: eight hours, the first level for critical ones alone."""
    return {
        "hospital_id": str(reference_data.a.id), "clock": "action.resolution", "target_hours": "8", "pausable": "y",
        "is_business": "y", "source": "manual", "reminders": "50", "after-0": "1", "to-0": "px_admin",
        "severity-0": "critical", "after-1": "2", "to-1": "hospital_admin", "sources-1": "manual",
    }  # fmt: skip


def test_the_panel_keeps_the_filters_of_each_level_and_shows_them(boss: FlaskClient, rule: dict[str, str]) -> None:
    made = boss.post(f"{BASE}/", data=rule)

    assert made.status_code == 303
    shown, listed = boss.get(made.location).text, boss.get(f"{BASE}/?clock=action.resolution").text
    (row,) = [each for each in rows(SlaPolicy) if each.source == "manual"]
    assert row.ladder == [
        {"level": 1, "after_minutes": 60, "to": "px_admin", "severity_at_least": "critical"},
        {"level": 2, "after_minutes": 120, "to": "hospital_admin", "sources": ["manual"]},
    ]
    assert 'name="sources-1" value="manual" checked' in shown
    assert "PX Admin (only Critical)" in listed


@pytest.mark.parametrize("wrong", [{"severity-0": "dire"}, {"sources-1": "moon"}])
def test_a_level_for_cases_that_the_deadline_does_not_know_is_refused(
    boss: FlaskClient, rule: dict[str, str], wrong: dict[str, str]
) -> None:
    assert boss.post(f"{BASE}/", data={**rule, **wrong}).status_code == 422
    assert not [each for each in rows(SlaPolicy) if each.source == "manual"]


@pytest.mark.parametrize(
    ("language", "moves", "left_out", "only"),
    [("en", "2 open deadlines escalate differently", "not for this case", "only Critical"),
     ("ar", "يتغير التصعيد في موعدين مفتوحين", "ليس لهذه الحالة", "فقط: حرجة")],
)  # fmt: skip
def test_the_preview_names_whose_escalation_changes_and_the_trace_what_comes_next(
    boss: FlaskClient,
    actions: list[PxAction],
    rule: dict[str, str],
    language: str,
    moves: str,
    left_out: str,
    only: str,
) -> None:
    boss.set_cookie(COOKIE, language)
    preview = boss.post(f"{BASE}/", data=rule).text
    assert moves in preview and all(action.reference in preview for action in actions)
    assert not [each for each in rows(SlaPolicy) if each.source == "manual"]

    boss.post(f"{BASE}/", data={**rule, "confirmed": "1"})

    grave, lesser = (boss.get(f"/clocks/{rows(SlaClock, subject_id=action.id)[0].id}").text for action in actions)
    assert left_out in lesser and only in lesser
    assert left_out not in grave and only in grave


def test_the_next_line_passes_over_a_level_that_is_for_other_cases(
    boss: FlaskClient, actions: list[PxAction], rule: dict[str, str]
) -> None:
    boss.post(f"{BASE}/", data={**rule, "confirmed": "1"})

    grave, lesser = (boss.get(f"/actions/{action.id}").text for action in actions)

    assert "Next: PX Admin" in grave
    assert "Next: the hospital&#39;s administrator" in lesser and "Next: PX Admin" not in lesser


def test_programs_keep_a_level_to_some_cases_and_see_whose_escalation_changes(
    app: Flask, reference_data: Cast, actions: list[PxAction]
) -> None:
    client, headers = app.test_client(), bearer(reference_data["px_admin"])
    rule = next(each for each in rows(SlaPolicy, clock="action.resolution") if each.severity == "critical")
    rung = {"after_minutes": 0, "to": "px_admin", "severity_at_least": "critical", "sources": ["manual"]}
    body = {"version": rule.version, "severity": "critical", "target_minutes": 480, "ladder": [rung]}

    trial = client.post(f"/api/sla/policies/{rule.id}/preview/", json=body, headers=headers).json
    saved = client.put(f"/api/sla/policies/{rule.id}/", json=body, headers=headers)

    assert trial is not None and (trial["count"], trial["ladders"]) == (0, 1)
    assert trial["moves"][0]["rungs_after"] == [{"to": "px_admin", "after_minutes": 0, "in": None}]
    assert saved.status_code == 200 and saved.json is not None and saved.json["ladder"] == [{"level": 1, **rung}]


def test_choosing_another_deadline_for_a_new_rule_shows_what_that_one_may_be_kept_to(boss: FlaskClient) -> None:
    explanation, resolution = (
        boss.get(f"/admin/sla/new?clock={kind}").text for kind in ("explanation.answer", "complaint.resolution")
    )
    assert 'hx-get="/admin/sla/new"' in explanation and 'hx-trigger="change"' in explanation
    assert 'name="sources-0"' in resolution and 'name="sources-0"' not in explanation
