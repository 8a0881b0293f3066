"""The same change to many complaints: said beforehand, done each for itself, taken back for two minutes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis.exceptions import RedisError

from app.complaints import queries
from app.complaints.bulk.services import BULK
from app.complaints.models import Complaint
from app.complaints.services import working
from app.core.access.actor import acting_as, system_actor
from app.core.bulk.deeds import Wish
from app.core.db import db
from app.core.errors import Invalid
from app.core.time import clock
from app.core.web.chosen import Outcome
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import brought_to, received
from tests.guards.test_pages import counted

SYSTEM = system_actor("a test of many complaints")


def run(cast: Cast, verb: str, *rows: Complaint, value: str = "", by: str = "px_coordinator") -> tuple[str, list[Any]]:
    """Change rows as a person who saw them as they are."""
    actor, given = cast.actor(by), {"assignee_id": value, "severity": value}
    with acting_as(actor):
        return BULK.run(verb, {row.id: row.version for row in rows}, given, actor=actor)


def undo(cast: Cast, token: str, by: str = "px_coordinator") -> list[Outcome] | None:
    """Take a run back as a person."""
    actor = cast.actor(by)
    with acting_as(actor):
        return BULK.undo(token, actor=actor)


def now(row: Complaint) -> Complaint:
    """The complaint as it is now."""
    with acting_as(SYSTEM):
        db.session.refresh(row)
    return row


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


def test_each_complaint_says_beforehand_what_will_happen_or_why_not(reference_data: Cast, client: FlaskClient) -> None:
    resolved, new, closed = (brought_to(reference_data, state) for state in ("resolved", "new", "closed"))
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    query = "&".join(f"ids={each.id}" for each in (resolved, new, closed))
    html = client.get(f"/complaints/selected/?verb=close&{query}").get_data(as_text=True)

    going, staying = html.split('id="staying"')
    assert resolved.reference in going
    assert f'value="{resolved.id}:{resolved.version}"' in going
    assert new.reference in staying
    assert "It is not resolved." in staying
    assert closed.reference in staying
    assert "It has ended." in staying


def test_the_preview_takes_all_that_the_filters_find(reference_data: Cast, client: FlaskClient) -> None:
    low, other = received(reference_data, severity="low"), received(reference_data)
    sign_in(client, reference_data["px_coordinator"])

    html = client.get("/complaints/selected/?verb=assign&all=1&severity=low").get_data(as_text=True)

    assert low.reference in html
    assert other.reference not in html


def test_more_rows_cost_the_preview_no_more_statements(reference_data: Cast, client: FlaskClient) -> None:
    rows = [received(reference_data) for _number in range(5)]
    sign_in(client, reference_data["px_coordinator"])

    def cost(count: int) -> int:
        query = "&".join(f"ids={each.id}" for each in rows[:count])
        with counted() as statements:
            assert client.get(f"/complaints/selected/?verb=assign&{query}").status_code == 200
        return len(statements)

    cost(1)
    assert cost(1) == cost(5)


def test_more_rows_cost_handing_over_and_back_no_more_statements(reference_data: Cast) -> None:
    rows = [received(reference_data) for _number in range(6)]
    actor, given = reference_data.actor("px_coordinator"), {"assignee_id": str(reference_data["department_manager"].id)}

    def cost(some: list[Complaint]) -> tuple[int, int]:
        with acting_as(actor):
            with counted() as there:
                token, outcomes = BULK.run("assign", {row.id: row.version for row in some}, given, actor=actor)
            with counted() as back:
                BULK.undo(token, actor=actor)
        assert not any(each.refusal for each in outcomes)
        return len(there), len(back)

    cost(rows[:1])
    assert cost(rows[1:2]) == cost(rows[2:])


def test_who_is_of_another_hospital_gets_none(reference_data: Cast) -> None:
    row = received(reference_data)
    owner = row.assignee_id

    _token, (outcome,) = run(reference_data, "assign", row, value=str(reference_data["outsider"].id))

    assert outcome.refusal == "invalid"
    assert outcome.message == str(working.OWNERS.elsewhere)
    assert now(row).assignee_id == owner


def test_they_are_handed_over_and_back_through_the_pages(reference_data: Cast, client: FlaskClient) -> None:
    rows = [received(reference_data), received(reference_data)]
    owners = [row.assignee_id for row in rows]
    manager = reference_data["department_manager"].id
    sign_in(client, reference_data["px_coordinator"])

    answer = post(
        client, "/complaints/selected/", verb="assign", assignee_id=manager, ids=[f"{row.id}:{row.version}" for row in rows]
    )  # fmt: skip
    html = client.get(answer.headers["Location"]).get_data(as_text=True)
    token = re.search(r'name="of" value="([^"]+)"', html)

    assert [now(row).assignee_id for row in rows] == [manager, manager]
    assert token is not None
    assert post(client, "/complaints/selected/undo", of=token[1]).status_code == 303
    assert [now(row).assignee_id for row in rows] == owners


def test_a_change_without_its_value_is_asked_for_again(reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data)
    sign_in(client, reference_data["px_coordinator"])

    answer = post(client, "/complaints/selected/", verb="severity", severity="huge", ids=f"{row.id}:{row.version}")

    assert answer.status_code == 422
    assert row.reference in answer.get_data(as_text=True)


def test_a_severity_is_changed_and_taken_back_with_its_deadline(reference_data: Cast) -> None:
    row, already = received(reference_data, severity="low"), received(reference_data, severity="critical")
    due_at = row.due_at

    token, outcomes = run(reference_data, "severity", row, already, value="critical")

    assert {each.refusal for each in outcomes} == {"", "same"}
    assert now(row).severity == "critical"
    undo(reference_data, token)
    assert (now(row).severity, row.due_at) == ("low", due_at)
    assert now(already).severity == "critical"


def test_closing_is_taken_back_to_resolved(reference_data: Cast) -> None:
    row = brought_to(reference_data, "resolved")
    resolved_at = row.resolved_at

    token, _outcomes = run(reference_data, "close", row)
    assert now(row).status == "closed"
    undo(reference_data, token)

    assert (now(row).status, row.closed_at, row.resolved_at) == ("resolved", None, resolved_at)


def test_what_somebody_changed_since_stays(reference_data: Cast) -> None:
    first, second = received(reference_data, severity="low"), received(reference_data, severity="low")
    token, _outcomes = run(reference_data, "severity", first, second, value="high")
    admin = reference_data.actor("hospital_admin")
    with acting_as(admin):
        working.change_severity(first.id, "critical", version=now(first).version, actor=admin)

    outcomes = undo(reference_data, token)

    assert outcomes is not None
    assert {each.id: each.refusal for each in outcomes} == {str(first.id): "conflict", str(second.id): ""}
    assert (now(first).severity, now(second).severity) == ("critical", "low")


def test_what_somebody_changed_before_is_left_alone(reference_data: Cast) -> None:
    row = received(reference_data, severity="low")
    actor = reference_data.actor("px_coordinator")

    with acting_as(actor):
        _token, outcomes = BULK.run("severity", {row.id: row.version - 1}, {"severity": "high"}, actor=actor)

    assert [each.refusal for each in outcomes] == ["conflict"]
    assert now(row).severity == "low"


def test_undo_works_once_for_two_minutes_and_only_for_who_did_it(reference_data: Cast) -> None:
    row = received(reference_data, severity="low")
    token, _outcomes = run(reference_data, "severity", row, value="high")

    assert undo(reference_data, token, by="hospital_admin") is None
    with clock.frozen(clock.now() + timedelta(minutes=2, seconds=1)):
        assert undo(reference_data, token) is None
    assert undo(reference_data, token) is None  # it was taken out
    assert now(row).severity == "high"


def test_nobody_reaches_complaints_of_another_hospital_or_department(reference_data: Cast) -> None:
    row = received(reference_data, severity="low", department_id=reference_data.ward.id)

    for name in ("outsider", "department_manager"):
        assert run(reference_data, "severity", row, value="high", by=name)[1] == []
    assert now(row).severity == "low"


def test_at_most_two_hundred_are_changed_at_once(reference_data: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.bulk.deeds.MOST", 1)
    rows = [received(reference_data, severity="low") for _number in range(2)]

    assert len(run(reference_data, "severity", *rows, value="high")[1]) == 1


@pytest.mark.parametrize(("verb", "value"), [("dance", ""), ("severity", "huge"), ("assign", "nobody")])
def test_an_unknown_change_or_value_is_refused(reference_data: Cast, verb: str, value: str) -> None:
    with pytest.raises(Invalid):
        run(reference_data, verb, received(reference_data), value=value)


def test_with_redis_away_they_are_changed_and_no_undo_is_offered(
    reference_data: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = received(reference_data, severity="low")
    sign_in(client, reference_data["px_coordinator"])

    class Away:
        def __getattr__(self, _name: str) -> Any:
            raise RedisError

    monkeypatch.setattr("app.core.web.chosen.redis_client", Away)
    answer = post(client, "/complaints/selected/", verb="severity", severity="high", ids=f"{row.id}:{row.version}")

    assert answer.headers["Location"] == "/complaints/"
    assert now(row).severity == "high"


def test_programs_change_many_and_take_it_back(reference_data: Cast, client: FlaskClient) -> None:
    row, closed = received(reference_data), brought_to(reference_data, "closed")
    headers = bearer(reference_data["px_coordinator"])
    body = {
        "verb": "assign",
        "assignee_id": str(reference_data["hospital_admin"].id),
        "complaints": [{"id": str(each.id), "version": each.version} for each in (row, closed)],
    }

    told = client.post("/api/complaints/complaints/bulk/", json=body, headers=headers).json
    assert {each["id"]: each["refusal"] for each in told["results"]} == {str(row.id): "", str(closed.id): "ended"}
    assert now(row).assignee_id == reference_data["hospital_admin"].id

    path, taken = "/api/complaints/complaints/bulk/undo/", {"undo": told["undo"]}
    assert client.post(path, json=taken, headers=headers).status_code == 200
    assert now(row).assignee_id == reference_data["px_coordinator"].id
    assert client.post(path, json=taken, headers=headers).status_code == 404


def test_an_owner_taken_back_to_nobody_reads_well_on_the_page(reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        working.hand_over({row.id: Wish(row.version)}, actor=actor)
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    assert "The assignment was taken back" in client.get(f"/complaints/{row.id}").get_data(as_text=True)
    with acting_as(actor):
        assert queries.get(UUID(str(row.id)), actor=actor).assignee_id is None
