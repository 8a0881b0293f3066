"""The panel of deadline rules, and the page that explains one deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import unit_of_work
from app.core.sla import clocks
from app.core.sla.models import SlaClock, SlaDecision, SlaPolicy
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock as time
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast, bearer, sign_in
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows

BASE = "/admin/sla"


def riyadh(text: str) -> datetime:
    """An instant, written in Riyadh's time."""
    return datetime.fromisoformat(f"{text}+03:00")


@pytest.fixture
def critical(reference_data: Cast) -> SlaPolicy:
    """The group's rule of critical actions: 8 working hours."""
    return next(each for each in rows(SlaPolicy, clock="action.resolution") if each.severity == "critical")


@pytest.fixture
def action(reference_data: Cast) -> PxAction:
    """A critical action that opened on Tuesday at noon."""
    with acting_as(SYSTEM):
        return opening.open_by_hand(
            hospital_id=reference_data.a.id,
            title="Long wait",
            severity="critical",
            department_id=reference_data.er.id,
            patient_id=None,
            actor=reference_data.actor("px_coordinator"),
        )


def form(version: int, **more: str) -> dict[str, str]:
    """A rule of four hours around the clock with one level."""
    return {
        "version": str(version), "severity": "critical", "target_hours": "4", "pausable": "y", "reminders": "50, 90",
        "after-0": "0", "to-0": "hospital_admin", "after-1": "", "to-1": "", **more,
    }  # fmt: skip


def test_a_rule_shows_what_moves_then_moves_it_from_the_original_start(
    boss: FlaskClient, critical: SlaPolicy, action: PxAction
) -> None:
    shown = boss.post(f"{BASE}/{critical.id}", data=form(critical.version))
    assert "One open deadline moves" in shown.text and action.reference in shown.text
    assert rows(SlaPolicy, id=critical.id)[0].target_minutes == 480

    with time.frozen(NOON + timedelta(hours=1)):
        saved = boss.post(f"{BASE}/{critical.id}", data=form(critical.version, confirmed="1"))

    assert saved.status_code == 303
    clock = rows(SlaClock)[0]
    assert (clock.due_at, clock.calendar_id, clock.target_seconds) == (NOON + timedelta(hours=4), None, 4 * 3600)
    assert clock.ladder == [{"level": 1, "after_minutes": 0, "to": "hospital_admin"}]


def test_a_hospitals_own_rule_wins_over_the_groups_and_its_archive_gives_way(
    admin: FlaskClient, reference_data: Cast, critical: SlaPolicy, action: PxAction
) -> None:
    own = {**form(0), "hospital_id": str(reference_data.a.id), "clock": "action.resolution", "confirmed": "1"}
    assert admin.post(f"{BASE}/", data=own).status_code == 303
    assert rows(SlaClock)[0].due_at == NOON + timedelta(hours=4)
    assert admin.post(f"{BASE}/", data=own).status_code == 422  # the same cases twice

    made = next(each for each in rows(SlaPolicy) if each.hospital_id == reference_data.a.id)
    assert admin.post(f"{BASE}/{made.id}/archive", data={"version": made.version, "confirmed": "1"}).status_code == 303
    assert rows(SlaClock)[0].due_at == riyadh("2026-11-25T12:00")


@pytest.mark.parametrize(
    "wrong",
    [{"target_hours": "0"}, {"target_hours": "x"}, {"reminders": "50, 120"}, {"to-0": "nurse"}, {"after-0": "-1"},
     {"after-0": "many"}],
)  # fmt: skip
def test_a_rule_that_breaks_a_rule_is_refused_and_keeps_what_was_typed(
    boss: FlaskClient, critical: SlaPolicy, wrong: dict[str, str]
) -> None:
    answer = boss.post(f"{BASE}/{critical.id}", data=form(critical.version, **wrong))

    assert answer.status_code == 422
    assert rows(SlaPolicy, id=critical.id)[0].version == critical.version


def test_the_groups_rules_are_read_by_a_hospital_admin_and_changed_by_px_admin_alone(
    admin: FlaskClient, critical: SlaPolicy
) -> None:
    assert admin.get(f"{BASE}/{critical.id}").status_code == 200
    assert admin.post(f"{BASE}/{critical.id}", data=form(critical.version)).status_code == 403


def test_a_deadline_that_moves_ahead_again_can_pass_again(
    boss: FlaskClient, reference_data: Cast, action: PxAction, critical: SlaPolicy
) -> None:
    with time.frozen(NOON + timedelta(hours=5)):
        sign_in(boss, reference_data["px_admin"])
        boss.post(f"{BASE}/{critical.id}", data=form(critical.version, confirmed="1"))
        sweep_clocks()
        assert rows(SlaClock)[0].breached_at == NOON + timedelta(hours=4)
        boss.post(f"{BASE}/{critical.id}", data=form(critical.version, confirmed="1", target_hours="6"))

    assert rows(SlaClock)[0].breached_at is None
    assert {each.step for each in rows(SlaDecision)} == {"reminder:50", "reminder:90"}
    with time.frozen(NOON + timedelta(hours=7)):
        sweep_clocks()
    assert rows(SlaClock)[0].breached_at == NOON + timedelta(hours=6)


def test_a_level_may_count_working_hours_though_the_clock_runs_around_the_clock(
    boss: FlaskClient, action: PxAction, critical: SlaPolicy
) -> None:
    ladder = {"after-1": "8", "to-1": "px_admin", "business-1": "1"}
    boss.post(f"{BASE}/{critical.id}", data=form(critical.version, confirmed="1", **ladder))

    clock = rows(SlaClock)[0]
    (last,) = [step for step in clocks.steps_of(clock) if step.code == "escalation:2"]
    with acting_as(SYSTEM):
        assert clocks.instant_of(clock, last) == riyadh(
            "2026-11-25T16:00"
        )  # due 16:00 at closing, then one working day


def test_the_trace_names_the_rule_those_passed_over_and_every_window(
    app: Flask, boss: FlaskClient, reference_data: Cast, action: PxAction
) -> None:
    clock = rows(SlaClock)[0]
    text = boss.get(f"/clocks/{clock.id}").text

    assert "8 h of working time from 24 Nov 2026, 12:00, rule: Critical" in text
    assert "another severity" in text and "High" in text
    assert "4 h counted" in text and "Due: Wed 25 Nov, 12:00" in text
    assert "Escalation, level 1" in text and "PX Admin" in text
    assert "If it were paused now" in text and "8 h would be left." in text
    assert "Resumed on Wed 25 Nov, 12:00: due on Thu 26 Nov, 12:00" in text
    assert f"/clocks/{clock.id}" in boss.get(f"/actions/{action.id}").text


def test_the_trace_tells_pauses_and_every_value_with_its_cause(boss: FlaskClient, action: PxAction) -> None:
    clock = rows(SlaClock)[0]
    with acting_as(SYSTEM), unit_of_work():
        clocks.pause(clock, "waiting_patient", actor=SYSTEM)
    paused = boss.get(f"/clocks/{clock.id}").text
    assert "Paused, 8 h left" in paused and "A pause began" in paused and "If it were paused now" not in paused

    with time.frozen(NOON + timedelta(minutes=20)), acting_as(SYSTEM), unit_of_work():
        clocks.resume(clock, actor=SYSTEM)
    with time.frozen(NOON + timedelta(minutes=20)):
        resumed = boss.get(f"/clocks/{clock.id}").text
    assert "paused 20 min" in resumed and "The pause ended" in resumed


def test_the_trace_opens_for_who_may_see_the_case_and_for_nobody_else(
    app: Flask, reference_data: Cast, action: PxAction
) -> None:
    address = f"/clocks/{rows(SlaClock)[0].id}"
    seen = {
        name: sign_in(app.test_client(), reference_data[name]).get(address).status_code
        for name in ("px_coordinator", "viewer", "nurse", "outsider")
    }
    assert seen == {"px_coordinator": 200, "viewer": 403, "nurse": 404, "outsider": 404}


def test_programs_make_preview_replace_and_archive_rules(app: Flask, reference_data: Cast, action: PxAction) -> None:
    client, headers = app.test_client(), bearer(reference_data["hospital_admin"])
    body: dict[str, Any] = {"target_minutes": 240, "severity": "critical", "is_business": False}
    made = client.post(
        "/api/sla/policies/",
        json={**body, "clock": "action.resolution", "hospital_id": str(reference_data.a.id)},
        headers=headers,
    )
    assert made.status_code == 201 and made.json is not None, made.text
    address, version = f"/api/sla/policies/{made.json['id']}/", made.json["version"]
    assert rows(SlaClock)[0].due_at == NOON + timedelta(hours=4)

    later = {**body, "target_minutes": 300, "version": version}
    trial = client.post(f"{address}preview/", json=later, headers=headers)
    assert trial.json is not None and trial.json["count"] == 1
    assert client.put(address, json=later, headers=headers).status_code == 200
    assert client.put(address, json=later, headers=headers).status_code == 409
    assert rows(SlaClock)[0].due_at == NOON + timedelta(hours=5)
    assert client.delete(address, headers=headers).status_code == 204
