"""The REST API of journey templates and their stages."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.cast import Cast, bearer

BASE = "/api/journeys"


def group_template(client: FlaskClient, cast: Cast, kind: str = "opd") -> dict[str, Any]:
    answer = client.get(f"{BASE}/templates/?kind={kind}", headers=bearer(cast["px_admin"]))
    assert answer.status_code == 200, answer.json
    (found,) = answer.json["results"]
    return found


def own_template(client: FlaskClient, cast: Cast) -> dict[str, Any]:
    body = {"hospital_id": str(cast.a.id), "kind": "opd", "name_en": "Our clinics", "name_ar": "عياداتنا"}
    answer = client.post(f"{BASE}/templates/", json=body, headers=bearer(cast["hospital_admin"]))
    assert answer.status_code == 201, answer.json
    return answer.json


def test_everybody_of_the_office_reads_the_groups_templates_with_their_stages(
    client: FlaskClient, templates: Cast
) -> None:
    answer = client.get(f"{BASE}/templates/", headers=bearer(templates["px_coordinator"]))
    assert answer.status_code == 200
    assert [row["kind"] for row in answer.json["results"]] == ["day_case", "ems", "inpatient", "opd"]
    assert [stage["code"] for stage in answer.json["results"][0]["stages"]] == [
        "ADMISSION",
        "PROCEDURE",
        "RECOVERY",
        "DISCHARGE",
    ]


def test_a_hospitals_own_template_begins_with_the_stages_of_the_groups(client: FlaskClient, templates: Cast) -> None:
    own = own_template(client, templates)
    group = client.get(f"{BASE}/templates/?kind=opd&ordering=created_at", headers=bearer(templates["px_admin"])).json
    codes = [stage["code"] for stage in own["stages"]]
    assert codes == [stage["code"] for stage in group["results"][0]["stages"]]
    assert {stage["hospital_id"] for stage in own["stages"]} == {str(templates.a.id)}


def test_a_second_active_template_of_a_kind_is_refused_with_the_field(client: FlaskClient, templates: Cast) -> None:
    own_template(client, templates)
    body = {"hospital_id": str(templates.a.id), "kind": "opd", "name_en": "Again", "name_ar": "ثانية"}
    answer = client.post(f"{BASE}/templates/", json=body, headers=bearer(templates["hospital_admin"]))
    assert answer.status_code == 422
    assert list(answer.json["error"]["fields"]) == ["kind"]


def test_a_hospital_admin_may_read_but_not_change_the_groups_template(client: FlaskClient, templates: Cast) -> None:
    group = group_template(client, templates)
    headers = bearer(templates["hospital_admin"])
    path = f"{BASE}/templates/{group['id']}/"
    assert client.get(path, headers=headers).status_code == 200
    change = {"version": group["version"], "name_en": "Mine now"}
    assert client.patch(path, json=change, headers=headers).status_code == 403
    assert client.delete(path, headers=headers).status_code == 403
    stage = group["stages"][0]
    renamed = {"version": stage["version"], "name_en": "Mine now"}
    assert client.patch(f"{BASE}/stages/{stage['id']}/", json=renamed, headers=headers).status_code == 403
    assert group_template(client, templates)["name_en"] == group["name_en"]


def test_another_hospitals_template_is_not_found(client: FlaskClient, templates: Cast) -> None:
    own = own_template(client, templates)
    outsider = bearer(templates["outsider"])
    for path in (f"{BASE}/templates/{own['id']}/", f"{BASE}/stages/{own['stages'][0]['id']}/"):
        assert client.get(path, headers=outsider).status_code == 404
        assert client.patch(path, json={"version": 1, "name_en": "x"}, headers=outsider).status_code == 404
        assert client.delete(path, headers=outsider).status_code == 404
    listed = client.get(f"{BASE}/templates/?page_size=100", headers=outsider).json["results"]
    assert own["id"] not in [row["id"] for row in listed]


def test_nobody_makes_a_template_for_another_hospital_or_the_group_without_the_right(
    client: FlaskClient, templates: Cast
) -> None:
    headers = bearer(templates["hospital_admin"])
    for hospital in (str(templates.b.id), None):
        body = {"hospital_id": hospital, "kind": "opd", "name_en": "X", "name_ar": "س"}
        assert client.post(f"{BASE}/templates/", json=body, headers=headers).status_code == 403


def test_put_sets_the_whole_and_patch_a_part_of_a_template(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    path = f"{BASE}/templates/{own['id']}/"
    patched = client.patch(path, json={"version": own["version"], "name_en": "Clinics"}, headers=headers)
    assert (patched.status_code, patched.json["name_en"], patched.json["name_ar"]) == (200, "Clinics", "عياداتنا")
    partial = client.put(path, json={"version": patched.json["version"], "name_en": "Half"}, headers=headers)
    assert partial.status_code == 422
    assert set(partial.json["error"]["fields"]) == {"name_ar", "is_active"}
    whole = {"version": patched.json["version"], "name_en": "A", "name_ar": "أ", "is_active": False}
    put = client.put(path, json=whole, headers=headers)
    assert (put.status_code, put.json["name_en"], put.json["is_active"]) == (200, "A", False)


def test_an_old_version_is_a_conflict_and_changes_nothing(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    path = f"{BASE}/templates/{own['id']}/"
    body = {"version": own["version"], "name_en": "First"}
    assert client.patch(path, json=body, headers=headers).status_code == 200
    late = client.patch(path, json={**body, "name_en": "Second"}, headers=headers)
    assert late.status_code == 409
    assert client.get(path, headers=headers).json["name_en"] == "First"


def test_an_archived_template_and_its_stages_are_gone(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    path, stage = f"{BASE}/templates/{own['id']}/", f"{BASE}/stages/{own['stages'][0]['id']}/"
    assert client.delete(path, headers=headers).status_code == 204
    assert [client.get(each, headers=headers).status_code for each in (path, stage)] == [404, 404]
    assert client.delete(path, headers=headers).status_code == 404
    assert client.get(f"{BASE}/stages/?template_id={own['id']}", headers=headers).json["count"] == 0


def stage_body(template: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "template_id": template["id"],
        "code": "VITALS",
        "name_en": "Vital signs",
        "name_ar": "العلامات الحيوية",
        "trigger_codes": ["VITALS_TAKEN"],
        **changed,
    }


def codes(client: FlaskClient, cast: Cast, template: dict[str, Any]) -> list[str]:
    answer = client.get(f"{BASE}/stages/?template_id={template['id']}", headers=bearer(cast["hospital_admin"]))
    rows = answer.json["results"]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1)), "positions have no gaps"
    return [row["code"] for row in rows]


def test_a_stage_is_added_where_it_is_wanted_moved_and_archived(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    before = codes(client, templates, own)
    made = client.post(f"{BASE}/stages/", json=stage_body(own, position=3), headers=headers)
    assert made.status_code == 201, made.json
    assert codes(client, templates, own) == [*before[:2], "VITALS", *before[2:]]
    path = f"{BASE}/stages/{made.json['id']}/"
    moved = client.patch(path, json={"version": made.json["version"], "position": 1}, headers=headers)
    assert (moved.status_code, moved.json["position"]) == (200, 1)
    assert codes(client, templates, own) == ["VITALS", *before]
    assert client.delete(path, headers=headers).status_code == 204
    assert codes(client, templates, own) == before
    assert client.get(path, headers=headers).status_code == 404


def test_put_replaces_a_stage_and_patch_can_empty_the_expected_minutes(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    made = client.post(f"{BASE}/stages/", json=stage_body(own, expected_minutes=10), headers=headers).json
    path = f"{BASE}/stages/{made['id']}/"
    emptied = client.patch(path, json={"version": made["version"], "expected_minutes": None}, headers=headers)
    assert (emptied.status_code, emptied.json["expected_minutes"]) == (200, None)
    whole = {
        **stage_body(own, trigger_codes=["A_B", "A_B", "C"], expected_minutes=5),
        "version": emptied.json["version"],
        "position": made["position"],
        "is_optional": True,
        "needs_department": True,
        "needs_physician": False,
    }
    whole.pop("template_id")
    put = client.put(path, json=whole, headers=headers)
    assert put.status_code == 200, put.json
    assert (put.json["trigger_codes"], put.json["is_optional"], put.json["expected_minutes"]) == (["A_B", "C"], True, 5)


def test_a_bad_stage_is_refused_with_every_field_at_fault(client: FlaskClient, templates: Cast) -> None:
    own, headers = own_template(client, templates), bearer(templates["hospital_admin"])
    bad = stage_body(own, code="lab work", trigger_codes=["not a code"])
    answer = client.post(f"{BASE}/stages/", json=bad, headers=headers)
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == {"code", "trigger_codes"}
    twice = client.post(f"{BASE}/stages/", json=stage_body(own, code="LAB"), headers=headers)
    assert (twice.status_code, set(twice.json["error"]["fields"])) == (422, {"code"})
    assert client.post(f"{BASE}/stages/", json=stage_body(own, trigger_codes=[]), headers=headers).status_code == 422
