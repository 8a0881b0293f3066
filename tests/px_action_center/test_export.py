"""The queue of actions as a file: what the filters show and no more, patients only for who may know them, why recorded."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events.models import EventDetail, EventLog
from app.core.jobs import queues
from app.organizations.models import Patient
from app.px_action_center.exports import COLUMNS
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening, working
from tests.cast import Cast, bearer, csrf, sign_in
from tests.guards.test_pages import counted
from tests.px_action_center.conftest import Open

SYSTEM = system_actor("a test of files")


@pytest.fixture
def patient(reference_data: Cast) -> Patient:
    """A patient of hospital A."""
    row = Patient(
        hospital_id=reference_data.a.id, mrn="77", name_en="Mohammed Salem", name_ar="محمد سالم",
        phone_e164="+966501112233", phone_tail="501112233",
    )  # fmt: skip
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        db.session.add(row)
    return row


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def take(client: FlaskClient, query: str = "", **form: str) -> Any:
    """Ask for the file as the page does, in English."""
    client.set_cookie("px_lang", "en")
    given = {"csrf_token": csrf(client.application, client), "kind": "csv", "reason": "audit", **form}
    return client.post(f"/actions/file?{query}", data=given)


def lines(answer: Any) -> list[list[str]]:
    """The lines of a CSV file."""
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def of_patient(cast: Cast, patient: Patient) -> PxAction:
    """An action about a patient."""
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        return opening.open_by_hand(
            hospital_id=cast.a.id, title="اتصال", severity="high", department_id=cast.er.id,
            patient_id=patient.id, actor=actor,
        )  # fmt: skip


def test_the_file_is_exactly_what_the_filters_show(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    shown = {opened(severity="high").reference for _number in range(3)}
    opened(severity="low")
    sign_in(client, reference_data["px_coordinator"])

    above, header, *found = [line for line in lines(take(client, "severity=high&tab=open")) if line]

    assert "audit" in above[1]
    assert header == [str(each.label) for each in COLUMNS]
    assert {line[0] for line in found} == shown
    with acting_as(SYSTEM):
        query = sa.select(EventLog, EventDetail.changes).outerjoin(EventDetail, EventDetail.event_id == EventLog.id)
        (said, changes) = db.session.execute(query.where(EventLog.kind == "actions.actions.exported")).one()
    assert (said.data["names_patients"], said.data["filters"]) == (True, ["tab=open", "severity=high"])
    assert changes == {"reason": [None, "audit"]}


def test_patients_stand_in_it_for_who_may_know_them(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    action = of_patient(reference_data, patient)
    sign_in(client, reference_data["px_coordinator"])

    (line,) = [each for each in lines(take(client)) if each and each[0] == action.reference]

    assert {patient.mrn, patient.name_en} <= set(line)
    assert take(client, reason=" ").status_code == 422


def test_who_may_not_know_patients_gets_none_and_others_nothing(
    reference_data: Cast, opened: Open, patient: Patient, client: FlaskClient
) -> None:
    action = of_patient(reference_data, patient)
    opened()
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        working.assign(action.id, to=reference_data["nurse"].id, version=action.version, actor=actor)
    sign_in(client, reference_data["nurse"])

    assert take(client, reason="").status_code == 422, "texts may name a patient: everybody says what for"
    text = take(client).get_data(as_text=True)

    assert text.count("ACT-") == 1 and action.reference in text
    assert patient.mrn not in text and patient.name_en not in text


def test_more_rows_take_no_more_statements(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    sign_in(client, reference_data["px_coordinator"])

    def cost() -> int:
        db.session.remove()
        with counted() as statements:
            take(client).get_data()
        return len(statements)

    opened()
    cost()
    few = cost()
    for _number in range(4):
        opened()
    assert cost() == few


def test_programs_take_the_same_file(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    high, low = opened(severity="high"), opened(severity="low")
    headers = bearer(reference_data["px_coordinator"])

    answer = client.post("/api/actions/export/", json={"severity": "high", "reason": "yearly"}, headers=headers)

    assert answer.status_code == 200
    assert high.reference in answer.text and low.reference not in answer.text
    assert client.post("/api/actions/export/", json={"severity": "high"}, headers=headers).status_code == 422
