"""PX actions: every state x verb x person, nobody approves their own work, and a stale form overwrites nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, Refusal
from app.px_action_center.enums import ActionStatus
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening, working
from app.px_action_center.workflow import ACTION
from tests.cast import Cast

SYSTEM = system_actor("test")
VERBS = sorted({step.verb for step in ACTION.steps})
PATH = {
    "open": [],
    "in_progress": ["start"],
    "pending_approval": ["start", "submit"],
    "closed": ["start", "submit", "approve"],
    "cancelled": ["cancel"],
}


def opened(cast: Cast, *, by: str = "px_coordinator") -> PxAction:
    """An action of the emergency department, owned by its manager."""
    actor = cast.actor(by)
    with acting_as(actor):
        return opening.open_by_hand(
            hospital_id=cast.a.id, title="ترتيب الانتظار", severity="high", department_id=cast.er.id, patient_id=None,
            actor=actor,
        )  # fmt: skip


def step(cast: Cast, action: PxAction, who: str, verb: str) -> PxAction:
    """Take a step as a person, with everything that it may ask for."""
    actor = cast.actor(who)
    with acting_as(actor):
        return working.move(action.id, verb, version=action.version, actor=actor, reason="سبب", outcome="تم التصحيح")


def brought_to(cast: Cast, state: str) -> PxAction:
    """Walk an action to a state through the services."""
    action = opened(cast)
    for verb in PATH[state]:
        action = step(cast, action, "hospital_admin" if verb == "approve" else "px_coordinator", verb)
    assert action.status == state
    return action


@pytest.mark.parametrize("state", list(PATH))
@pytest.mark.parametrize("verb", VERBS)
def test_every_state_takes_exactly_its_verbs(reference_data: Cast, state: str, verb: str) -> None:
    action = brought_to(reference_data, state)
    wanted = ACTION.step(verb, state)
    if wanted is not None and wanted.needs is not None:
        assert step(reference_data, action, "hospital_admin", verb).status != ""
    else:
        with pytest.raises((Conflict, NotAllowed)):
            step(reference_data, action, "hospital_admin", verb)
        assert action.status == state


def test_an_action_has_an_owner_a_deadline_and_a_number_at_once(reference_data: Cast) -> None:
    action = opened(reference_data)

    assert action.assignee_id == reference_data["department_manager"].id
    assert action.due_at is not None
    assert action.reference.startswith("ACT-2026-")


@pytest.mark.parametrize("who", ["px_coordinator", "physician", "viewer"])
def test_people_without_the_right_may_not_approve(reference_data: Cast, who: str) -> None:
    action = brought_to(reference_data, "pending_approval")
    with pytest.raises(Refusal) as refusal:
        step(reference_data, action, who, "approve")
    assert refusal.value.status in (403, 404)


def test_nobody_approves_their_own_work(reference_data: Cast) -> None:
    action = step(reference_data, opened(reference_data), "hospital_admin", "start")
    action = step(reference_data, action, "hospital_admin", "submit")

    for who in ("hospital_admin", "department_manager"):  # the one who submitted it, and its owner
        with pytest.raises(Conflict):
            step(reference_data, action, who, "approve")


def test_approval_closes_the_action_and_stops_its_clock(reference_data: Cast) -> None:
    from app.core.sla import clocks

    action = brought_to(reference_data, "closed")

    assert action.closed_at is not None
    with acting_as(SYSTEM):
        assert [each.stopped_at is not None for each in clocks.of_subject(action.id)] == [True]


def test_a_return_needs_a_reason_and_a_submission_what_was_done(reference_data: Cast) -> None:
    action = brought_to(reference_data, "in_progress")
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Invalid) as refusal:
        working.move(action.id, "submit", version=action.version, actor=actor)
    assert "outcome" in refusal.value.fields
    db.session.expire_all()
    with acting_as(actor):
        assert db.session.get_one(PxAction, action.id).status == "in_progress"


def test_a_stale_form_changes_nothing(reference_data: Cast) -> None:
    action = opened(reference_data)
    stale = action.version
    step(reference_data, action, "px_coordinator", "start")
    actor = reference_data.actor("hospital_admin")

    with acting_as(actor), pytest.raises(Conflict) as refusal:
        working.assign(action.id, to=reference_data["nurse"].id, version=stale, actor=actor)

    assert refusal.value.current is not None


def test_the_owner_works_in_the_hospital_of_the_action(reference_data: Cast) -> None:
    action = opened(reference_data)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Invalid):
        working.assign(action.id, to=reference_data["outsider"].id, version=action.version, actor=actor)


def test_nobody_but_the_workflow_writes_the_state(reference_data: Cast) -> None:
    action: Any = opened(reference_data)
    with acting_as(SYSTEM), pytest.raises(RuntimeError), unit_of_work():
        action.status = ActionStatus.CLOSED
