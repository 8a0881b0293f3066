"""The REST API of visits: instances, progress, stages, events told by hand, and the board."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from app.organizations.models import Patient
from tests.cast import Cast, bearer
from tests.journeys.conftest import Tell, at, make_patient

BASE = "/api/journeys"


def begun(client: FlaskClient, cast: Cast, patient: Patient, **changed: Any) -> Any:
    body = {
        "hospital_id": str(cast.a.id),
        "patient_id": str(patient.id),
        "kind": "day_case",
        "encounter": "D-1",
        "started_at": at(0).isoformat(),
        "department_id": str(cast.ward.id),
        **changed,
    }
    return client.post(f"{BASE}/instances/", json=body, headers=bearer(cast["px_coordinator"]))


def test_a_visit_is_begun_by_hand_with_nothing_done(client: FlaskClient, templates: Cast, patient: Patient) -> None:
    answer = begun(client, templates, patient)
    assert answer.status_code == 201, answer.json
    assert (answer.json["status"], answer.json["kind"], answer.json["encounter"]) == ("active", "day_case", "D-1")
    progress = client.get(f"{BASE}/instances/{answer.json['id']}/progress/", headers=bearer(templates["viewer"])).json
    assert (progress["percent"], progress["completed"], progress["total"]) == (0, 0, 4)
    assert (progress["current_stage"]["code"], progress["missing"]) == ("ADMISSION", [])


def test_a_known_number_is_a_conflict_and_another_hospitals_patient_is_refused(
    client: FlaskClient, templates: Cast, patient: Patient
) -> None:
    assert begun(client, templates, patient).status_code == 201
    again = begun(client, templates, patient)
    assert (again.status_code, again.json["error"]["code"]) == (409, "known_encounter")
    stranger = make_patient(templates.b.id, "9")
    refused = begun(client, templates, stranger, encounter="D-2")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["patient_id"])
    elsewhere = begun(client, templates, patient, encounter="D-3", department_id=str(templates.elsewhere.id))
    assert (elsewhere.status_code, list(elsewhere.json["error"]["fields"])) == (422, ["department_id"])
    assert begun(client, templates, stranger, hospital_id=str(templates.b.id)).status_code == 403


def test_a_body_that_is_no_visit_is_refused_field_by_field(
    client: FlaskClient, templates: Cast, patient: Patient
) -> None:
    answer = begun(client, templates, patient, kind="walk", started_at="2026-11-24T10:00:00", colour="red")
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == {"kind", "started_at", "colour"}


def test_an_event_told_by_hand_moves_the_visit(client: FlaskClient, templates: Cast, patient: Patient) -> None:
    visit = begun(client, templates, patient).json
    path, office = f"{BASE}/instances/{visit['id']}", bearer(templates["px_coordinator"])
    event = {"code": "DAY_CASE_RECOVERY", "occurred_at": at(200).isoformat(), "version": visit["version"]}
    moved = client.post(f"{path}/events/", json=event, headers=office)
    assert moved.status_code == 200, moved.json
    progress = client.get(f"{path}/progress/", headers=office).json
    assert (progress["percent"], progress["missing"]) == (25, ["ADMISSION", "PROCEDURE"])
    assert progress["current_stage"]["code"] == "DISCHARGE"
    stages = client.get(f"{path}/stages/", headers=office).json["results"]
    assert [stage["status"] for stage in stages] == ["pending", "pending", "completed", "in_progress"]
    assert stages[2]["minutes"] == 200 and stages[2]["is_slow"]


def test_an_event_is_refused_when_it_is_unknown_in_the_future_or_stale(
    client: FlaskClient, templates: Cast, patient: Patient
) -> None:
    visit = begun(client, templates, patient).json
    path, office = f"{BASE}/instances/{visit['id']}/events/", bearer(templates["px_coordinator"])
    event = {"code": "DAY_CASE_ADMISSION", "occurred_at": at(1).isoformat(), "version": visit["version"]}
    unknown = client.post(path, json={**event, "code": "TEA_SERVED"}, headers=office)
    assert (unknown.status_code, list(unknown.json["error"]["fields"])) == (422, ["code"])
    future = client.post(path, json={**event, "occurred_at": at(60 * 24).isoformat()}, headers=office)
    assert (future.status_code, list(future.json["error"]["fields"])) == (422, ["occurred_at"])
    assert client.post(path, json={**event, "version": 99}, headers=office).status_code == 409
    assert client.post(path, json=event, headers=bearer(templates["viewer"])).status_code == 403
    assert client.post(path, json=event, headers=office).status_code == 200


def test_patch_changes_only_what_it_names_and_null_empties(
    client: FlaskClient, templates: Cast, patient: Patient
) -> None:
    visit = begun(client, templates, patient, location="Bed 4").json
    path, office = f"{BASE}/instances/{visit['id']}/", bearer(templates["px_coordinator"])
    body = {"version": visit["version"], "department_id": str(templates.er.id)}
    moved = client.patch(path, json=body, headers=office)
    assert moved.status_code == 200, moved.json
    assert (moved.json["department_id"], moved.json["location"]) == (str(templates.er.id), "Bed 4")
    stale = client.patch(path, json=body, headers=office)
    assert stale.status_code == 409
    emptied = client.patch(path, json={"version": moved.json["version"], "department_id": None}, headers=office)
    assert (emptied.status_code, emptied.json["department_id"]) == (200, None)


def test_delete_calls_the_visit_off_once(client: FlaskClient, templates: Cast, patient: Patient) -> None:
    visit = begun(client, templates, patient).json
    path, office = f"{BASE}/instances/{visit['id']}/", bearer(templates["px_coordinator"])
    assert client.delete(path, headers=office).status_code == 204
    assert client.get(path, headers=office).json["status"] == "cancelled"
    assert client.delete(path, headers=office).status_code == 409


def test_another_hospital_finds_nothing_of_the_visit(client: FlaskClient, templates: Cast, patient: Patient) -> None:
    visit = begun(client, templates, patient).json
    outsider, path = bearer(templates["outsider"]), f"{BASE}/instances/{visit['id']}"
    event = {"code": "DAY_CASE_ADMISSION", "occurred_at": at(1).isoformat(), "version": visit["version"]}
    assert client.get(f"{path}/", headers=outsider).status_code == 404
    assert client.get(f"{path}/progress/", headers=outsider).status_code == 404
    assert client.get(f"{path}/stages/", headers=outsider).status_code == 404
    assert client.patch(f"{path}/", json={"version": 1, "location": "x"}, headers=outsider).status_code == 404
    assert client.post(f"{path}/events/", json=event, headers=outsider).status_code == 404
    assert client.delete(f"{path}/", headers=outsider).status_code == 404
    assert client.get(f"{BASE}/instances/", headers=outsider).json["count"] == 0


def test_a_department_manager_lists_the_visits_of_the_own_department(
    client: FlaskClient, templates: Cast, tell: Tell
) -> None:
    tell("EMS_ARRIVAL", 0, encounter="ours", department_id=templates.triage.id)
    tell("EMS_ARRIVAL", 0, encounter="theirs", department_id=templates.ward.id)
    answer = client.get(f"{BASE}/instances/", headers=bearer(templates["department_manager"]))
    assert [row["encounter"] for row in answer.json["results"]] == ["ours"]


def test_the_list_is_filtered_searched_and_ordered_and_refuses_what_it_does_not_know(
    client: FlaskClient, templates: Cast, tell: Tell
) -> None:
    tell("EMS_ARRIVAL", 10, encounter="E-1")
    tell("OPD_VISIT_COMPLETED", 5, encounter="O-1")
    office = bearer(templates["px_coordinator"])

    def found(query: str) -> list[str]:
        answer = client.get(f"{BASE}/instances/?{query}", headers=office)
        assert answer.status_code == 200, answer.json
        return [row["encounter"] for row in answer.json["results"]]

    assert found("") == ["E-1", "O-1"]
    assert found("ordering=started_at") == ["O-1", "E-1"]
    assert found("kind=opd") == found("status=completed") == found("search=O-1") == ["O-1"]
    for query in ("colour=red", "ordering=colour", "patient_id=me", "page=0"):
        assert client.get(f"{BASE}/instances/?{query}", headers=office).status_code == 422, query


def test_the_board_gives_columns_and_hides_names_from_viewers(client: FlaskClient, templates: Cast, tell: Tell) -> None:
    tell("EMS_ARRIVAL", 0)
    answer = client.get(f"{BASE}/board/?kind=ems", headers=bearer(templates["px_coordinator"])).json
    counts = {column["code"]: column["count"] for column in answer["columns"] if column["count"]}
    assert counts == {"DISCHARGE": 1}
    (card,) = answer["columns"][-1]["cards"]
    assert (card["encounter"], card["name_en"]) == ("V-1", "Noura Salem")
    masked = client.get(f"{BASE}/board/?kind=ems", headers=bearer(templates["viewer"])).json
    assert masked["columns"][-1]["cards"][0]["name_en"] is None
    assert client.get(f"{BASE}/board/?kind=x", headers=bearer(templates["viewer"])).status_code == 422


def test_the_domain_has_its_twenty_one_endpoints(client: FlaskClient) -> None:
    rules = client.application.url_map.iter_rules()
    ways = [
        (rule.rule, method)
        for rule in rules
        if rule.rule.startswith(f"{BASE}/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    assert len(ways) == 21
