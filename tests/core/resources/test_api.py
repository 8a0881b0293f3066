"""The REST endpoints of resources: each verb, its refusals, and that page and API say the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.events.models import EventLog
from app.organizations.services import merging
from tests.cast import Cast, bearer

API = "/api/organizations"
NEW: dict[str, dict[str, Any]] = {
    "departments": {"code": "ICU", "name_en": "Intensive care", "name_ar": "العناية المركزة"},
    "physicians": {"license_number": "L-1", "name_en": "Dr. Hind", "name_ar": "د. هند", "specialty_en": "Surgeon"},
    "employees": {"number": "E-1", "name_en": "Sami", "name_ar": "سامي", "job_en": "Porter"},
    "locations": {"code": "R1", "kind": "room", "name_en": "Room 1", "name_ar": "غرفة 1"},
    "patients": {"mrn": "100", "name_ar": "محمد الحربي", "phone_e164": "٠٥٠١٢٣٤٥٦٧", "birth_date": "1990-04-25"},
}


@pytest.fixture
def admin(cast: Cast) -> dict[str, str]:
    """The token of hospital A's administrator."""
    return bearer(cast["hospital_admin"])


def kinds(subject_id: str) -> list[str]:
    """What the log holds of a record, in order."""
    with acting_as(system_actor("look")):
        query = sa.select(EventLog.kind).where(EventLog.subject_id == subject_id).order_by(EventLog.id)
        return [kind.rpartition(".")[2] for kind in db.session.execute(query).scalars()]


@pytest.mark.parametrize("path", list(NEW))
def test_a_record_is_made_read_changed_archived_and_restored(
    client: FlaskClient, cast: Cast, admin: dict[str, str], path: str
) -> None:
    made = client.post(f"{API}/{path}/", json=NEW[path], headers=admin)
    assert made.status_code == 201, made.get_json()
    body = made.get_json()
    here = f"{API}/{path}/{body['id']}/"
    assert body["hospital_id"] == str(cast.a.id) and body["version"] == 1

    changed = client.patch(here, json={"version": 1, "name_en": "Another"}, headers=admin).get_json()
    assert (changed["name_en"], changed["version"]) == ("Another", 2)
    assert client.get(here, headers=admin).get_json() == changed

    assert client.delete(here, headers=admin).status_code == 204
    listed = client.get(f"{API}/{path}/", headers=admin).get_json()
    assert body["id"] not in [each["id"] for each in listed["results"]]
    gone = client.get(f"{API}/{path}/?archived=true", headers=admin).get_json()
    assert [each["id"] for each in gone["results"]] == [body["id"]]

    assert client.post(f"{here}restore/", headers=admin, json={}).get_json()["archived_at"] is None
    assert kinds(body["id"])[-2:] == ["archived", "restored"]


def test_put_empties_what_is_left_out_and_keeps_what_is_fixed(client: FlaskClient, cast: Cast, admin: Any) -> None:
    made = client.post(
        f"{API}/physicians/", json={**NEW["physicians"], "department_id": str(cast.er.id)}, headers=admin
    ).get_json()

    body = {"license_number": "L-1", "name_en": "Dr. Hind", "name_ar": "د. هند", "version": 1}
    answer = client.put(f"{API}/physicians/{made['id']}/", json=body, headers=admin).get_json()

    assert answer["department_id"] is None
    assert answer["specialty_en"] == ""
    assert answer["hospital_id"] == made["hospital_id"]


def test_a_stale_version_is_a_conflict_and_changes_nothing(client: FlaskClient, cast: Cast, admin: Any) -> None:
    here = f"{API}/departments/{cast.ward.id}/"
    client.patch(here, json={"version": 1, "name_en": "First"}, headers=admin)

    answer = client.patch(here, json={"version": 1, "name_en": "Second"}, headers=admin)

    assert answer.status_code == 409
    assert client.get(here, headers=admin).get_json()["name_en"] == "First"


def test_the_hospital_of_a_record_never_changes(client: FlaskClient, cast: Cast) -> None:
    boss = bearer(cast["px_admin"])

    answer = client.patch(
        f"{API}/departments/{cast.ward.id}/", json={"version": 1, "hospital_id": str(cast.b.id)}, headers=boss
    )

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["hospital_id"]


def test_nobody_writes_into_another_hospital(client: FlaskClient, cast: Cast, admin: Any) -> None:
    body = {**NEW["departments"], "hospital_id": str(cast.b.id)}

    assert client.post(f"{API}/departments/", json=body, headers=admin).status_code in (403, 422)
    for verb in (client.get, client.delete):
        assert verb(f"{API}/departments/{cast.elsewhere.id}/", headers=admin).status_code == 404
    patched = client.patch(f"{API}/departments/{cast.elsewhere.id}/", json={"version": 1}, headers=admin)
    assert patched.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "X", "name_en": "A"}, "name_ar"),
        ({"code": "", "name_en": "A", "name_ar": "أ"}, "code"),
        ({"code": "X" * 31, "name_en": "A", "name_ar": "أ"}, "code"),
        ({"code": "X", "name_en": "A", "name_ar": "أ", "colour": "red"}, "colour"),
        ({"code": "X", "name_en": "A", "name_ar": "أ", "parent_id": "x"}, "parent_id"),
        ({"code": "ER", "name_en": "A", "name_ar": "أ"}, "code"),
    ],
)
def test_wrong_input_names_the_field(
    client: FlaskClient, cast: Cast, admin: Any, body: dict[str, Any], field: str
) -> None:
    answer = client.post(f"{API}/departments/", json=body, headers=admin)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone_e164", "12"),
        ("national_id", "1234567890"),
        ("birth_date", "2031-01-01"),
        ("sex", "X"),
        ("email", "nobody"),
    ],
)
def test_a_patients_facts_are_checked(client: FlaskClient, admin: Any, field: str, value: str) -> None:
    answer = client.post(f"{API}/patients/", json={**NEW["patients"], field: value}, headers=admin)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == [field]


def test_a_patient_needs_a_name_in_one_of_the_languages(client: FlaskClient, admin: Any) -> None:
    answer = client.post(f"{API}/patients/", json={"mrn": "5"}, headers=admin)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["name_ar"]


def test_lists_are_searched_filtered_and_ordered_from_an_allow_list(
    client: FlaskClient, cast: Cast, admin: Any
) -> None:
    def codes(query: str) -> list[str]:
        return [each["code"] for each in client.get(f"{API}/departments/?{query}", headers=admin).get_json()["results"]]

    assert codes("ordering=-code") == ["W1", "TR", "ER"]
    assert codes("search=طوارئ") == codes("search=emerg") == ["ER"]
    assert codes(f"parent_id={cast.er.id}") == ["TR"]
    assert codes("code=W1") == ["W1"]
    assert client.get(f"{API}/departments/?ordering=version", headers=admin).status_code == 422
    assert client.get(f"{API}/departments/?version=1", headers=admin).status_code == 422


def test_a_viewer_reads_patients_masked_and_finds_nobody_by_name(client: FlaskClient, cast: Cast, admin: Any) -> None:
    client.post(f"{API}/patients/", json={**NEW["patients"], "national_id": "1000000008"}, headers=admin)
    viewer = bearer(cast["viewer"])

    (seen,) = client.get(f"{API}/patients/", headers=viewer).get_json()["results"]

    assert "محمد" not in str(seen) and "501234567" not in str(seen) and "1000000008" not in str(seen)
    assert seen["birth_date"] == "1990-01-01"
    assert client.get(f"{API}/patients/?search=محمد", headers=viewer).get_json()["results"] == []
    assert len(client.get(f"{API}/patients/?search=100", headers=viewer).get_json()["results"]) == 1


def test_a_merged_patient_is_not_restored(client: FlaskClient, cast: Cast, admin: Any) -> None:
    first, second = (
        client.post(f"{API}/patients/", json={**NEW["patients"], "mrn": mrn}, headers=admin).get_json()["id"]
        for mrn in ("1", "2")
    )
    merging.merge(UUID(first), UUID(second), actor=cast.actor("hospital_admin"))

    assert client.post(f"{API}/patients/{first}/restore/", json={}, headers=admin).status_code == 409
