"""The same change to many actions: said beforehand, refused by each for itself, taken back for two minutes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.bulk.deeds import Wish
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events.models import EventLog
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.services import working
from app.px_action_center.services.bulk import BULK
from tests.cast import Cast, bearer, sign_in
from tests.guards.test_pages import counted
from tests.many import Hands, clock_of, now, post
from tests.px_action_center.conftest import Open

SYSTEM = system_actor("a test of many actions")
HANDS = Hands(BULK)
run, undo = HANDS.run, HANDS.undo


def again(rows: list[PxAction]) -> list[PxAction]:
    """The actions read anew: the sweep lets go of what it has read."""
    with acting_as(SYSTEM):
        query = sa.select(PxAction).where(PxAction.id.in_([sa.inspect(row).identity[0] for row in rows]))
        return list(db.session.execute(query.order_by(PxAction.id)).scalars())


def step(cast: Cast, row: PxAction, verb: str, by: str = "department_manager", **said: str) -> PxAction:
    """Take a step with one."""
    actor = cast.actor(by)
    with acting_as(actor):
        return working.move(row.id, verb, version=now(row).version, actor=actor, **said)


def test_each_action_says_beforehand_what_will_happen_or_why_not(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    going, ended, waiting = opened(), opened(), opened()
    step(reference_data, ended, "cancel", reason="مكرر")
    step(reference_data, waiting, "start")
    step(reference_data, waiting, "submit", outcome="تم")
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    query = "&".join(f"ids={each.id}" for each in (going, ended, waiting))
    html = client.get(f"/actions/selected/?verb=cancel&ids=nonsense&{query}").get_data(as_text=True)

    first, staying = html.split('id="staying"')
    assert f'value="{going.id}:{going.version}"' in first
    assert ended.reference not in first and waiting.reference not in first
    assert "It has ended." in staying
    assert "It awaits approval" in staying


def test_they_are_handed_over_and_back_through_the_pages(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    rows = [opened(), opened()]
    owners, nurse = [row.assignee_id for row in rows], reference_data["nurse"].id
    sign_in(client, reference_data["px_coordinator"])

    answer = post(
        client, "/actions/selected/", verb="assign", assignee_id=nurse, ids=[f"{row.id}:{row.version}" for row in rows]
    )
    token = re.search(r'name="of" value="([^"]+)"', client.get(answer.headers["Location"]).get_data(as_text=True))

    assert token is not None
    assert [now(row).assignee_id for row in rows] == [nurse, nurse]
    assert post(client, "/actions/selected/undo", of=token[1]).status_code == 303
    assert [now(row).assignee_id for row in rows] == owners != [nurse, nurse]


def test_cancelling_and_taking_it_back_leaves_state_and_clock_as_they_were(reference_data: Cast, opened: Open) -> None:
    begun, new = opened(severity="critical"), opened(severity="low")
    step(reference_data, begun, "start")
    before = [clock_of(row) for row in (begun, new)]

    token, outcomes = run(reference_data, "cancel", now(begun), now(new), reason="مكرر")

    assert not any(each.refusal for each in outcomes)
    assert [now(row).status for row in (begun, new)] == ["cancelled", "cancelled"]
    assert all(clock_of(row)["stopped_at"] for row in (begun, new))
    with acting_as(SYSTEM):
        notes = db.session.execute(sa.select(ActionNote.kind, ActionNote.body)).all()
    assert notes == [("cancel", "مكرر")] * 2
    undo(reference_data, token)
    assert [now(row).status for row in (begun, new)] == ["in_progress", "open"]
    assert [row.closed_at for row in (begun, new)] == [None, None]
    assert [clock_of(row) for row in (begun, new)] == before


def test_a_cancellation_is_taken_back_on_the_page_for_three_minutes_only(reference_data: Cast, opened: Open) -> None:
    row = opened()
    step(reference_data, row, "cancel", reason="مكرر")

    with clock.frozen(clock.now() + timedelta(minutes=3, seconds=1)), pytest.raises(Conflict):
        step(reference_data, row, "uncancel")

    assert step(reference_data, row, "uncancel").status == "open"
    assert clock_of(row)["stopped_at"] is None


def test_what_one_by_one_and_together_leave_is_the_same(reference_data: Cast, opened: Open) -> None:
    alone, together = opened(severity="low"), opened(severity="low")
    actor = reference_data.actor("px_coordinator")

    with clock.frozen(clock.now() + timedelta(minutes=1)):
        with acting_as(actor):
            working.change_severity(alone.id, "critical", version=alone.version, actor=actor)
        run(reference_data, "severity", together, severity="critical")

        assert clock_of(alone) | {"started_at": 0} == clock_of(together) | {"started_at": 0}
    with acting_as(SYSTEM):
        query = sa.select(EventLog.data).where(EventLog.kind == "actions.action.severity_changed")
        said = [each | {"reference": ""} for each in db.session.execute(query).scalars()]
    assert len(said) == 2 and said[0] == said[1]


def test_a_severity_is_taken_back_with_its_deadline(reference_data: Cast, opened: Open) -> None:
    row, already = opened(severity="low"), opened(severity="critical")
    due_at = row.due_at

    token, outcomes = run(reference_data, "severity", row, already, severity="critical")

    assert {each.refusal for each in outcomes} == {"", "same"}
    assert (now(row).severity, row.due_at == due_at) == ("critical", False)
    undo(reference_data, token)
    assert (now(row).severity, row.due_at) == ("low", due_at)


def test_a_breach_that_lies_ahead_again_can_happen_again(reference_data: Cast, opened: Open) -> None:
    rows = [opened(severity="critical") for _number in range(2)]
    with clock.frozen(clock.now() + timedelta(days=3)):
        sweep_clocks()
        assert all(clock_of(row)["breached_at"] for row in again(rows))
        token, outcomes = run(reference_data, "severity", *again(rows), severity="low")

        assert not any(each.refusal for each in outcomes)
        assert not any(clock_of(row)["breached_at"] for row in again(rows))
        sweep_clocks()
        undo(reference_data, token)
        sweep_clocks()
        assert all(clock_of(row)["breached_at"] for row in again(rows))


@pytest.mark.parametrize(
    ("verb", "given"),
    [("assign", {"assignee_id": "nurse"}), ("severity", {"severity": "low"}), ("cancel", {"reason": "مكرر"})],
)
def test_more_actions_cost_no_more_statements_there_and_back(
    reference_data: Cast, opened: Open, verb: str, given: dict[str, str]
) -> None:
    rows = [opened(severity="high") for _number in range(7)]
    actor = reference_data.actor("px_coordinator")
    if "assignee_id" in given:
        given = {"assignee_id": str(reference_data["nurse"].id)}

    def cost(some: list[PxAction]) -> tuple[int, int]:
        with acting_as(actor):
            with counted() as there:
                token, outcomes = BULK.run(verb, {row.id: row.version for row in some}, given, actor=actor)
            with counted() as back:
                BULK.undo(token, actor=actor)
        assert len(outcomes) == len(some) and not any(each.refusal for each in outcomes)
        return len(there), len(back)

    cost(rows[:1])
    assert cost(rows[1:2]) == cost(rows[2:])


def test_what_somebody_changed_meanwhile_stays_and_is_named(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    first, second = opened(severity="low"), opened(severity="low")
    token, _outcomes = run(reference_data, "severity", first, second, severity="high")
    admin = reference_data.actor("hospital_admin")
    with acting_as(admin):
        working.change_severity(first.id, "critical", version=now(first).version, actor=admin)

    outcomes = undo(reference_data, token)

    assert outcomes is not None
    assert {each.id: each.refusal for each in outcomes} == {str(first.id): "conflict", str(second.id): ""}
    assert (now(first).severity, now(second).severity) == ("critical", "low")


def test_a_row_that_changed_since_the_preview_is_left_alone(reference_data: Cast, opened: Open) -> None:
    row, actor = opened(), reference_data.actor("px_coordinator")

    with acting_as(actor):
        _token, outcomes = BULK.run("cancel", {row.id: row.version - 1}, {"reason": "مكرر"}, actor=actor)

    assert [each.refusal for each in outcomes] == ["conflict"]
    assert now(row).status == "open"


def test_nobody_reaches_actions_of_another_hospital_or_department(reference_data: Cast, opened: Open) -> None:
    row = opened(department_id=reference_data.ward.id)
    manager = reference_data.actor("department_manager")

    assert run(reference_data, "cancel", row, by="outsider", reason="مكرر")[1] == []
    with acting_as(manager):
        became = working.cancel_many({row.id: row.version}, "مكرر", actor=manager)
    assert became[row.id].code == "not_found"
    assert now(row).status == "open"


@pytest.mark.parametrize(
    ("verb", "given"),
    [("dance", {}), ("severity", {"severity": "huge"}), ("assign", {"assignee_id": "x"}), ("cancel", {"reason": " "})],
)
def test_an_unknown_change_or_a_missing_field_is_refused(
    reference_data: Cast, opened: Open, verb: str, given: dict[str, str]
) -> None:
    row = opened()

    with pytest.raises(Invalid):
        run(reference_data, verb, row, **given)
    assert now(row).status == "open"


def test_a_cancellation_without_its_reason_is_asked_for_again(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    row = opened()
    sign_in(client, reference_data["px_coordinator"])

    answer = post(client, "/actions/selected/", verb="cancel", reason="", ids=f"{row.id}:{row.version}")

    assert answer.status_code == 422
    assert row.reference in answer.get_data(as_text=True)


def test_programs_change_many_and_take_it_back(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    row, ended = opened(), opened()
    step(reference_data, ended, "cancel", reason="مكرر")
    headers = bearer(reference_data["px_coordinator"])
    body = {
        "verb": "cancel",
        "reason": "opened twice",
        "actions": [{"id": str(each.id), "version": now(each).version} for each in (row, ended)],
    }

    told = client.post("/api/actions/bulk/", json=body, headers=headers).json
    assert {each["id"]: each["refusal"] for each in told["results"]} == {str(row.id): "", str(ended.id): "ended"}
    assert now(row).status == "cancelled"

    taken = {"undo": told["undo"]}
    assert client.post("/api/actions/bulk/undo/", json=taken, headers=headers).status_code == 200
    assert now(row).status == "open"
    assert client.post("/api/actions/bulk/undo/", json=taken, headers=headers).status_code == 404


def test_an_owner_taken_back_to_nobody_reads_well_on_the_page(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    row, actor = opened(), reference_data.actor("px_coordinator")
    with acting_as(actor):
        working.hand_over({row.id: Wish(row.version)}, actor=actor)
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    assert "The assignment was taken back" in client.get(f"/actions/{row.id}").get_data(as_text=True)
    assert now(row).assignee_id is None
