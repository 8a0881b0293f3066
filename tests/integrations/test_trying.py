"""Trying a message: everything is told, and nothing at all is written."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.access.wall import passage
from app.core.db import db, unit_of_work
from app.core.db.base import Base
from app.integrations.models import CodeMapping, SourceSystem
from app.integrations.services import senders, trying
from tests.cast import Cast
from tests.integrations.conftest import SYSTEM
from tests.integrations.hl7.door import events, post, work
from tests.integrations.hl7.messages import message

TRY = "/integrations/try"
LAB = "OBR|1|||||||||||||||||||||20261124100000||LAB|F"
JSON = {
    "event_id": "e-1",
    "code": "LOCAL_9",
    "occurred_at": "2026-11-24T11:30:00+03:00",
    "encounter": "V-9",
    "patient": {"mrn": "1009", "name_ar": "نورة", "phone": "0501234567"},
}


def everything() -> dict[str, int]:
    """How many rows each table holds, and how often the versioned ones changed."""
    with passage("count every table in a test"):
        return {
            name: db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.parametrize(
    ("text", "answer", "shown"),
    [
        (
            message(),
            "AA",
            ["OPD_STAGE_1_REGISTRATION", "V-1 (PV1-19)", "(EVN-2)", "Registration", "A new visit would begin."],
        ),
        (message(occurred="20261124090000"), "AA", ["(EVN-6)", "PID-13", "محمد سعد الحربي", "Mohammed Saad Alharbi"]),
        (message("ADT^A60"), "AA", ["It would be taken and ignored"]),
        (message("ORU^R01", LAB, "OBX|1|TX|X||SECRET"), "AA", ["wait until the message that begins this visit came"]),
        (message(klass="X"), "AE", ["PV1-2", "Make the mapping", "kind=patient_class"]),
        (message(klass="AMB"), "AA", ["Mappings that applied:", "AMB = O"]),
        (message(occurred="yesterday"), "AE", ["EVN-6", "A field can not be read."]),
        (message(processing="T"), "AR", ["its processing id is not one that this system sends"]),
        (message(version="9"), "AR", ["its version is not one of HL7 2.3 to 2.8"]),
        ("hello", "AR", ["this is no HL7 message"]),
        (json.dumps(JSON), "202", ["A code in it is not mapped", "kind=event"]),
        (json.dumps({**JSON, "code": "OPD_VISIT_COMPLETED"}), "202", ["patient.name_ar", "نورة", "occurred_at"]),
        (
            json.dumps({**JSON, "patient": {"mrn": "1", "phone": "12"}}),
            "422",
            ["patient.phone", "This can not be read."],
        ),
        ('{"event_id": 1', "422", []),
    ],
)
def test_a_pasted_message_tells_what_would_happen_and_writes_nothing(
    admin: FlaskClient, reference_data: Cast, source_id: UUID, text: str, answer: str, shown: list[str]
) -> None:
    with acting_as(SYSTEM), unit_of_work():
        row = CodeMapping(hospital_id=reference_data.a.id, kind="patient_class", from_code="AMB", to_code="O")
        db.session.add(row)
    before = everything()
    page = admin.post(TRY, data={"source": str(source_id), "message": text.replace("\r", "\n")})

    assert page.status_code == 200
    told = page.text.split('id="told"')[0] if not shown else page.text
    for each in [answer, *shown]:
        assert each in told.replace("&amp;", "&"), each
    assert page.text.count("SECRET") == text.count("SECRET")  # in the box where it was typed, nowhere else
    assert everything() == before


def test_the_link_of_windows_1256_is_tried_as_it_would_send(
    admin: FlaskClient, source_id: UUID, reference_data: Cast
) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(SourceSystem, source_id).charset = "windows-1256"
    page = admin.post(TRY, data={"source": str(source_id), "message": message(charset="")})

    assert "محمد سعد الحربي" in page.text


def test_a_kept_message_is_tried_by_the_mappings_of_today(
    client: FlaskClient, admin: FlaskClient, source_key: str, source_id: UUID, reference_data: Cast
) -> None:
    post(client, source_key, message(klass="X"))
    (event,) = events()
    address = f"{TRY}?event={event.id}"
    assert "Make the mapping" in admin.get(address).text
    with acting_as(SYSTEM), unit_of_work():
        row = CodeMapping(hospital_id=reference_data.a.id, kind="patient_class", from_code="X", to_code="E")
        db.session.add(row)
    before = everything()
    page = admin.get(address).text

    assert "EMS_ARRIVAL" in page and "X = E" in page and "PID|" not in page
    assert everything() == before and events()[0].state == "failed"


def test_a_known_visit_is_named_with_the_stage_that_would_be_done(
    client: FlaskClient, admin: FlaskClient, source_key: str, source_id: UUID
) -> None:
    post(client, source_key, message())
    work()
    page = admin.post(TRY, data={"source": str(source_id), "message": message("ORU^R01", LAB, control="C-2")}).text

    assert "The visit is known:" in page and "Laboratory" in page


def test_an_empty_form_names_its_fields(admin: FlaskClient, source_id: UUID) -> None:
    answer = admin.post(TRY, data={"source": "", "message": ""})
    assert answer.status_code == 422
    assert answer.text.count("This field is required.") >= 2


def test_who_may_not_identify_sees_the_patient_masked(app: Any, cast: Cast, source_id: UUID) -> None:
    with acting_as(SYSTEM):
        source = db.session.get_one(SourceSystem, source_id)
        trial = trying.attempt(message(), senders.of(source), actor=cast.actor("viewer"))

    shown = " ".join(str(each.value) for each in trial.told)
    assert "محمد" not in shown and "1010101010" not in shown and "501234567" not in shown
