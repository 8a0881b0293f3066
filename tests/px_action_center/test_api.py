"""Actions over the REST API: the same rules as the pages, the same errors by code."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast, bearer
from tests.px_action_center.conftest import Open

BASE = "/api/actions/"


def call(client: FlaskClient, cast: Cast, who: str, method: str, path: str = "", **body: Any) -> Any:
    """Call the API for a person."""
    return client.open(BASE + path, method=method, headers=bearer(cast[who]), json=body or None)


def test_an_action_is_opened_read_and_listed(reference_data: Cast, client: FlaskClient) -> None:
    cast = reference_data
    made = call(
        client, cast, "px_coordinator", "POST", hospital_id=str(cast.a.id), title="ترتيب الانتظار", severity="high",
        department_id=str(cast.er.id),
    )  # fmt: skip
    assert made.status_code == 201
    body = made.get_json()
    assert body["assignee_id"] == str(cast["department_manager"].id)
    assert body["due_at"]
    assert call(client, cast, "px_coordinator", "GET", f"{body['id']}/").get_json()["reference"] == body["reference"]
    listed = call(client, cast, "px_coordinator", "GET", "?severity=high&status=open").get_json()
    assert (listed["count"], listed["results"][0]["id"]) == (1, body["id"])
    assert call(client, cast, "px_coordinator", "GET", "?severity=low").get_json()["count"] == 0


def test_the_life_of_an_action(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    cast, action = reference_data, opened()

    def step(who: str, verb: str, **more: str) -> Any:
        version = call(client, cast, "px_admin", "GET", f"{action.id}/").get_json()["version"]
        return call(client, cast, who, "POST", f"{action.id}/steps/{verb}/", version=version, **more)

    assert step("px_coordinator", "start").get_json()["status"] == "in_progress"
    assert step("px_coordinator", "submit", outcome="تم").get_json()["status"] == "pending_approval"
    assert step("department_manager", "approve").status_code == 409  # its owner
    assert step("hospital_admin", "return", reason="أين الدليل؟").get_json()["status"] == "in_progress"
    assert step("px_coordinator", "submit", outcome="تم، مع الدليل").status_code == 200
    closed = step("hospital_admin", "approve").get_json()
    assert (closed["status"], bool(closed["closed_at"])) == ("closed", True)
    assert step("px_coordinator", "start").status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("steps/cancel/", {"version": 1}, 422, "invalid"),
        ("steps/start/", {"version": 7}, 409, "conflict"),
        ("steps/dance/", {"version": 1}, 404, "not_found"),
        ("assign/", {"version": 1, "assignee_id": "x"}, 422, "invalid"),
        ("severity/", {"version": 1, "severity": "huge"}, 422, "invalid"),
        ("notes/", {"body": ""}, 422, "invalid"),
    ],
)
def test_a_refusal_has_its_code(
    reference_data: Cast, opened: Open, client: FlaskClient, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    action = opened()
    given = {**body, "version": action.version} if body.get("version") == 1 else body
    answer = call(client, reference_data, "px_coordinator", "POST", f"{action.id}/{path}", **given)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_the_owner_is_named_and_must_work_there(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    cast, action = reference_data, opened()
    path = f"{action.id}/assign/"

    nurse, outsider = str(cast["nurse"].id), str(cast["outsider"].id)
    named = call(client, cast, "px_coordinator", "POST", path, version=action.version, assignee_id=nurse)
    assert named.get_json()["assignee_id"] == nurse
    now = named.get_json()["version"]
    stranger = call(client, cast, "px_coordinator", "POST", path, version=now, assignee_id=outsider)
    assert stranger.status_code == 422
    assert "assignee" in stranger.get_json()["error"]["fields"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("viewer", 403), ("source_user", 403), ("outsider", 404), ("nurse", 404), ("department_manager", 200)],
)
def test_reading_is_scoped(reference_data: Cast, opened: Open, client: FlaskClient, who: str, status: int) -> None:
    action = opened()

    assert call(client, reference_data, who, "GET", f"{action.id}/").status_code == status
    if status != 403:
        listed = call(client, reference_data, who, "GET").get_json()
        assert listed["count"] == int(status == 200)


def test_a_note_over_the_api_stands_on_the_action(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    action = opened()
    note = call(client, reference_data, "department_manager", "POST", f"{action.id}/notes/", body="تم الاتصال.")

    assert note.status_code == 201
    assert note.get_json()["author_id"] == str(reference_data["department_manager"].id)
