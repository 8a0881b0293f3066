"""Administrators set the intake up: sources with keys, links, mappings; over the API and on pages, each change recorded."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.core.events.models import EventLog
from app.integrations.models import CodeMapping, MllpLink, SourceSystem
from tests.cast import Cast, bearer, sign_in
from tests.integrations.conftest import SYSTEM
from tests.integrations.hl7.door import events, post
from tests.integrations.hl7.messages import message

CONFIGS, LINKS, MAPPINGS = (f"/api/integrations/{name}/" for name in ("configs", "links", "mappings"))
LAB = {"code": "LAB", "name_en": "Laboratory system", "name_ar": "نظام المختبر"}


@pytest.fixture
def headers(reference_data: Cast) -> dict[str, str]:
    """Hospital A's administrator calls the API."""
    return bearer(reference_data["hospital_admin"])


def logged() -> list[str]:
    """The kinds of what was recorded, in order."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(EventLog.kind).order_by(EventLog.at, EventLog.id)).scalars())


def one(model: type, **where: Any) -> Any:
    """The one row that fits."""
    with acting_as(SYSTEM):
        query = sa.select(model).filter_by(**where).execution_options(populate_existing=True)
        return db.session.execute(query).scalar_one()


def made(client: FlaskClient, address: str, body: dict[str, Any], headers: dict[str, str], status: int = 201) -> Any:
    """Make a record over the API."""
    answer = client.post(address, json=body, headers=headers)
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def test_a_source_is_made_given_a_key_and_heard(client: FlaskClient, cast: Cast, headers: dict[str, str]) -> None:
    source = made(client, CONFIGS, {**LAB, "charset": "windows-1256", "processing_ids": ["p", "T"]}, headers)
    assert (source["hospital_id"], source["processing_ids"], source["is_active"]) == (str(cast.a.id), ["P", "T"], True)
    assert "key" not in source and source["key_hint"] == ""

    rotated = client.post(f"{CONFIGS}{source['id']}/rotate_key/", headers=headers).get_json()["key"]
    assert post(client, rotated, message(processing="T", charset="").encode("cp1256")).code == "AA"
    assert client.get(f"{CONFIGS}{source['id']}/", headers=headers).get_json()["key_hint"] == rotated[-4:]
    assert logged()[:2] == ["integrations.source_system.created", "integrations.source.key_rotated"]


def test_an_old_key_is_stopped_at_once(
    client: FlaskClient, source_key: str, source_id: UUID, headers: dict[str, str]
) -> None:
    fresh = client.post(f"{CONFIGS}{source_id}/rotate_key/", headers=headers).get_json()["key"]
    assert post(client, source_key, message()).code == "AA"

    assert client.post(f"{CONFIGS}{source_id}/stop_old_key/", headers=headers).status_code == 204
    old = client.post("/api/integrations/hl7/", data=b"", headers={"Authorization": f"Bearer {source_key}"})
    assert old.status_code == 401
    assert post(client, fresh, message()).code == "AA"
    assert "integrations.source.old_key_stopped" in logged()


def test_a_source_out_of_use_is_not_heard(
    client: FlaskClient, source_key: str, source_id: UUID, headers: dict[str, str]
) -> None:
    version = client.get(f"{CONFIGS}{source_id}/", headers=headers).get_json()["version"]
    change = {"is_active": False, "version": version}
    assert client.patch(f"{CONFIGS}{source_id}/", json=change, headers=headers).status_code == 200

    answer = client.post("/api/integrations/hl7/", data=b"", headers={"Authorization": f"Bearer {source_key}"})
    assert answer.status_code == 401
    assert logged()[-1] == "integrations.source_system.changed"


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        (CONFIGS, {**LAB, "zone": "Mars/Base"}, "zone"),
        (CONFIGS, {**LAB, "processing_ids": ["X"]}, "processing_ids"),
        (CONFIGS, {**LAB, "code": "HIS"}, "code"),
        (CONFIGS, {**LAB, "charset": "utf-7"}, "charset"),
        (LINKS, {"port": 80}, "port"),
        (LINKS, {"port": 2600, "allowed_addresses": ["here"]}, "allowed_addresses"),
        (MAPPINGS, {"kind": "event", "from_code": "X", "to_code": "NO_CODE"}, "to_code"),
        (MAPPINGS, {"kind": "patient_class", "from_code": "X", "to_code": "Z"}, "to_code"),
        (MAPPINGS, {"kind": "department", "from_code": "X", "to_code": "NOWHERE"}, "to_code"),
        (MAPPINGS, {"kind": "colour", "from_code": "X", "to_code": "ER"}, "kind"),
    ],
)
def test_what_means_nothing_is_refused_by_field(
    client: FlaskClient, source_id: UUID, headers: dict[str, str], address: str, body: dict[str, Any], field: str
) -> None:
    given = {**body, **({"source_id": str(source_id)} if address == LINKS else {})}
    said = made(client, address, given, headers, 422)

    assert field in said["error"]["fields"]


def test_a_port_belongs_to_one_link_of_the_whole_group(
    client: FlaskClient, cast: Cast, source_id: UUID, headers: dict[str, str]
) -> None:
    link = made(
        client, LINKS, {"port": 2600, "source_id": str(source_id), "allowed_addresses": ["10.1.2.3/16"]}, headers
    )
    assert link["allowed_addresses"] == ["10.1.0.0/16"]
    assert one(MllpLink).is_active

    elsewhere = bearer(cast["outsider"])
    source = made(client, CONFIGS, LAB, elsewhere)
    said = made(client, LINKS, {"port": 2600, "source_id": source["id"]}, elsewhere, 422)
    assert "port" in said["error"]["fields"]
    assert (
        "source_id"
        in made(client, LINKS, {"port": 2601, "source_id": str(source_id)}, elsewhere, 422)["error"]["fields"]
    )


def test_a_mapping_is_made_used_changed_and_archived(
    client: FlaskClient, source_key: str, source_id: UUID, headers: dict[str, str]
) -> None:
    body = {"kind": "patient_class", "from_code": "AMB", "to_code": "O", "source_id": str(source_id)}
    mapping = made(client, MAPPINGS, body, headers)
    assert "from_code" in made(client, MAPPINGS, body, headers, 422)["error"]["fields"]
    made(client, MAPPINGS, {**body, "kind": "event", "to_code": "NONE"}, headers)
    assert post(client, source_key, message(klass="AMB")).code == "AA"

    assert client.delete(f"{MAPPINGS}{mapping['id']}/", headers=headers).status_code == 204
    assert post(client, source_key, message(klass="AMB", control="C-2")).code == "AE"
    kinds = [kind for kind in logged() if kind.startswith("integrations.code_mapping")]
    assert kinds == ["integrations.code_mapping.created"] * 2 + ["integrations.code_mapping.archived"]


def test_a_mapping_to_none_silences_a_code(
    client: FlaskClient, source_key: str, source_id: UUID, headers: dict[str, str]
) -> None:
    made(client, MAPPINGS, {"kind": "event", "from_code": "ADT^A08", "to_code": "NONE"}, headers)
    made(client, MAPPINGS, {"kind": "section", "from_code": "DIET", "to_code": "NONE"}, headers)

    assert post(client, source_key, message("ADT^A08")).code == "AA"
    diet = "OBR|1|||||||||||||||||||||20261124100000||DIET|F"
    assert post(client, source_key, message("ORU^R01", diet, control="C-2")).code == "AA"
    assert [event.state for event in events()] == ["ignored", "ignored"]


def test_the_groups_mapping_is_read_by_all_and_written_by_px_admin(
    client: FlaskClient, cast: Cast, headers: dict[str, str]
) -> None:
    body = {"kind": "patient_class", "from_code": "AMB", "to_code": "O"}
    mapping = made(client, MAPPINGS, body, bearer(cast["px_admin"]))
    assert mapping["hospital_id"] is None

    own = made(client, MAPPINGS, {**body, "to_code": "E"}, headers)
    assert own["hospital_id"] == str(cast.a.id)
    assert {row["id"] for row in client.get(MAPPINGS, headers=headers).get_json()["results"]} == {
        mapping["id"],
        own["id"],
    }
    change = {"to_code": "I", "version": 1}
    assert client.patch(f"{MAPPINGS}{mapping['id']}/", json=change, headers=headers).status_code == 403
    outsider = bearer(cast["outsider"])
    assert client.get(f"{MAPPINGS}{own['id']}/", headers=outsider).status_code == 404
    assert one(CodeMapping, hospital_id=cast.a.id).to_code == "E"


def test_the_key_is_shown_once_on_the_sources_page(admin: FlaskClient, source_key: str, source_id: UUID) -> None:
    page = admin.get(f"/integrations/sources/{source_id}")
    assert page.status_code == 200 and source_key not in page.text

    rotated = admin.post(f"/integrations/sources/{source_id}/key")
    (fresh,) = set(re.findall(r"px360_[A-Za-z0-9_-]{43}", rotated.text))
    assert rotated.headers["Cache-Control"] == "no-store"
    assert fresh not in admin.get(f"/integrations/sources/{source_id}").text
    assert one(SourceSystem).key_hint == fresh[-4:]
    assert admin.post(f"/integrations/sources/{source_id}/old-key").status_code == 303


def test_panels_make_and_change_records(admin: FlaskClient, source_id: UUID) -> None:
    link = {"port": "٢٦٠٠", "source_id": str(source_id), "allowed_addresses": "10.0.0.1, 10.1.0.0/16", "is_active": "y"}
    assert admin.post("/admin/links/new", data=link).status_code == 303
    row = one(MllpLink)
    assert (row.port, row.allowed_addresses) == (2600, ["10.0.0.1/32", "10.1.0.0/16"])
    shown = admin.get(f"/admin/links/{row.id}").text
    assert 'value="10.0.0.1/32, 10.1.0.0/16"' in shown

    asked = admin.get(f"/admin/mappings/new?kind=section&from_code=DIET&source_id={source_id}").text
    assert 'value="DIET"' in asked and '<option selected value="section">' in asked
    mapping = {"kind": "section", "from_code": "DIET", "to_code": "NONE", "source_id": str(source_id)}
    assert admin.post("/admin/mappings/new", data=mapping).status_code == 303
    for path in ("sources", "links", "mappings"):
        assert admin.get(f"/admin/{path}/").status_code == 200
    assert 'href="/integrations/try"' in admin.get("/admin/mappings/").text


def test_another_hospitals_source_has_no_page(app: Flask, cast: Cast, source_id: UUID, plain_forms: None) -> None:
    stranger = sign_in(app.test_client(), cast["outsider"])
    assert stranger.get(f"/integrations/sources/{source_id}").status_code == 404
    assert stranger.post(f"/integrations/sources/{source_id}/key").status_code == 404
    assert stranger.get(f"/integrations/try?source={source_id}").status_code == 200
    tried = stranger.post("/integrations/try", data={"source": str(source_id), "message": message()})
    assert tried.status_code == 404
