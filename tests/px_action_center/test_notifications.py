"""Who is told of what, in both languages: opening, handing over, approval, reminders, the breach and the ladder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from app.accounts.models import RoleAssignment
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.core.sla.models import SlaClock
from app.core.sla.sweep import sweep_clocks
from app.core.sla.words import PERSON
from app.core.time import clock
from app.notifications.models import Notification
from app.notifications.services import bell
from app.px_action_center.models import PxAction
from app.px_action_center.services import working
from tests.cast import Cast
from tests.conftest import NOON
from tests.px_action_center.conftest import SYSTEM, Open, open_for, signal

CRITICAL = timedelta(hours=24)  # eight working hours from Tuesday noon end on Wednesday noon


def told(cast: Cast) -> dict[str, set[str]]:
    """Kind of notification -> who has it, by their part in the cast."""
    names = {user.id: name for name, user in cast.people.items()}
    found: dict[str, set[str]] = {}
    with acting_as(SYSTEM):
        for line in db.session.execute(sa.select(Notification)).scalars():
            found.setdefault(line.kind, set()).add(names[line.user_id])
    return found


def step(cast: Cast, action: PxAction, who: str, verb: str) -> PxAction:
    """Take a step as a person."""
    actor = cast.actor(who)
    with acting_as(actor):
        return working.move(action.id, verb, version=action.version, actor=actor, reason="سبب", outcome="تم")


def sweep(drain: Any) -> None:
    """Let the sweep decide what is due, and tell."""
    sweep_clocks()
    drain()


def test_owner_and_px_office_hear_of_a_new_action(reference_data: Cast, drain: Any) -> None:
    open_for(signal(reference_data))
    drain()

    assert told(reference_data) == {
        "actions/assigned": {"department_manager"},
        "actions/opened": {"px_coordinator"},
    }


def test_the_new_owner_is_told_but_not_of_their_own_taking(reference_data: Cast, opened: Open, drain: Any) -> None:
    action = opened()
    for by, to in (("px_coordinator", "nurse"), ("hospital_admin", "hospital_admin")):
        actor = reference_data.actor(by)
        with acting_as(actor):
            action = working.assign(action.id, to=reference_data[to].id, version=action.version, actor=actor)
    drain()

    assert told(reference_data)["actions/assigned"] == {"department_manager", "nurse"}


def test_approvers_hear_of_a_submission_and_the_owner_of_a_return(
    reference_data: Cast, opened: Open, drain: Any
) -> None:
    action = step(reference_data, opened(), "px_coordinator", "start")
    action = step(reference_data, action, "px_coordinator", "submit")
    step(reference_data, action, "hospital_admin", "return")
    drain()

    found = told(reference_data)
    assert found["actions/to_approve"] == {"department_manager"}
    assert found["actions/returned"] == {"department_manager"}


def test_the_owner_is_reminded_twice_and_told_of_the_breach(reference_data: Cast, drain: Any) -> None:
    open_for(signal(reference_data, severity="critical"))
    seen = []
    for minutes in (2 * 60, 4 * 60 + 1, 23 * 60 + 13, 24 * 60 + 1):  # of the eight hours: a quarter, 50 %, 90 %, all
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            sweep(drain)
            seen.append(told(reference_data).keys() - {"actions/assigned", "actions/opened"})

    assert seen[:3] == [set(), {"actions/reminder"}, {"actions/reminder"}]
    with acting_as(SYSTEM):
        lines = db.session.execute(sa.select(Notification).where(Notification.kind == "actions/reminder")).scalars()
        assert sorted(line.params["percent"] for line in lines) == ["50", "90"]
    assert told(reference_data)["actions/breached"] == {"department_manager"}


def test_the_ladder_climbs_to_the_administrators(reference_data: Cast, drain: Any) -> None:
    open_for(signal(reference_data, severity="critical"))
    who = []
    for days in (1, 2, 6):  # due on Wednesday noon; eight working hours after it, and twenty-four: Monday noon
        with clock.frozen(NOON + timedelta(days=days, minutes=1)):
            sweep(drain)
            who.append(told(reference_data)["actions/escalated"])

    assert who == [
        {"department_manager"},
        {"department_manager", "hospital_admin"},
        {"department_manager", "hospital_admin", "px_admin"},
    ]


def test_an_empty_rung_falls_to_the_next_and_is_logged(reference_data: Cast, drain: Any) -> None:
    open_for(signal(reference_data, severity="critical", department_id=reference_data.ward.id))
    with clock.frozen(NOON + CRITICAL + timedelta(minutes=1)):
        sweep(drain)
        sweep(drain)

    assert told(reference_data)["actions/escalated"] == {"hospital_admin"}
    with acting_as(SYSTEM):
        passed = db.session.execute(sa.select(EventLog).where(EventLog.kind == "actions.action.passed_on")).scalars()
        assert [(row.data["level"], row.data["to"]) for row in passed] == [(1, "department_manager")]


def test_the_deputy_stands_on_the_rung_of_an_absent_manager(reference_data: Cast, drain: Any) -> None:
    cast = reference_data
    open_for(signal(cast, severity="critical"))
    with acting_as(SYSTEM), unit_of_work():
        held = db.session.execute(
            sa.select(RoleAssignment).where(RoleAssignment.user_id == cast["department_manager"].id)
        ).scalar_one()
        held.until_at = NOON + timedelta(hours=1)
        db.session.add(RoleAssignment(
            user_id=cast["physician"].id, role="department_manager", hospital_id=cast.a.id, department_id=cast.er.id,
            from_at=NOON, until_at=NOON + timedelta(days=9), deputy_for_id=cast["department_manager"].id,
        ))  # fmt: skip
    with clock.frozen(NOON + CRITICAL + timedelta(minutes=1)):
        sweep(drain)

    assert told(cast)["actions/escalated"] == {"physician"}


@pytest.mark.parametrize(("person", "hears"), [("viewer", {"viewer"}), ("outsider", {"hospital_admin"})])
def test_a_named_person_may_be_a_level(reference_data: Cast, drain: Any, person: str, hears: set[str]) -> None:
    action = open_for(signal(reference_data, severity="critical"))
    assert action is not None
    with acting_as(SYSTEM), unit_of_work():
        running = db.session.execute(sa.select(SlaClock).where(SlaClock.subject_id == action.id)).scalar_one()
        running.ladder = [{"level": 1, "after_minutes": 0, "to": f"{PERSON}{reference_data[person].id}"}]
    with clock.frozen(NOON + CRITICAL + timedelta(minutes=1)):
        sweep(drain)

    assert told(reference_data)["actions/escalated"] == hears


def test_a_closed_action_climbs_no_more(reference_data: Cast, drain: Any) -> None:
    action = open_for(signal(reference_data, severity="critical"))
    assert action is not None
    step(reference_data, action, "px_coordinator", "cancel")
    with clock.frozen(NOON + timedelta(days=9)):
        sweep(drain)

    assert "actions/breached" not in told(reference_data)


KINDS = ("opened", "assigned", "to_approve", "returned", "reminder", "breached", "escalated")


@pytest.mark.parametrize("kind", [f"actions/{name}" for name in KINDS])
def test_each_line_of_the_bell_speaks_both_languages(app: Any, kind: str) -> None:
    line = Notification(kind=kind, params={"reference": "ACT-2026-000001", "percent": "50"})
    assert kind in bell.KINDS
    said = {}
    for language in ("ar", "en"):
        with app.test_request_context(), force_locale(language):
            said[language] = bell.sentence(line)

    assert said["ar"] != said["en"]
    assert all("ACT-2026-000001" in text for text in said.values())
