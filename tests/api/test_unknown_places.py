"""Ids in a body that name nothing, or another hospital's things, are told by field; the fuzz test found them as faults."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.db import uuid7
from app.px_action_center.models import PxAction
from tests.cast import Cast, bearer, count

TEMPLATE = {"kind": "opd", "name_en": "Clinic", "name_ar": "عيادة"}
ACTION = {"title": "Repair the lift", "severity": "high"}


@pytest.mark.parametrize(("address", "body"), [("/api/actions/", ACTION), ("/api/journeys/templates/", TEMPLATE)])
def test_a_hospital_that_does_not_exist_is_told_by_field(
    client: FlaskClient, cast: Cast, address: str, body: dict[str, Any]
) -> None:
    asked = {**body, "hospital_id": str(uuid7())}

    answer = client.post(address, json=asked, headers=bearer(cast["px_admin"]))

    assert answer.status_code == 422, answer.text
    assert list(answer.get_json()["error"]["fields"]) == ["hospital_id"]


def test_an_action_can_not_be_opened_in_a_department_of_another_hospital(client: FlaskClient, cast: Cast) -> None:
    asked = {**ACTION, "hospital_id": str(cast.a.id), "department_id": str(cast.elsewhere.id)}

    for name in ("px_admin", "px_coordinator"):
        answer = client.post("/api/actions/", json=asked, headers=bearer(cast[name]))
        assert answer.status_code == 422, answer.text
        assert list(answer.get_json()["error"]["fields"]) == ["department_id"]

    assert count(PxAction) == 0
