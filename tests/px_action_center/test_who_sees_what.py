"""What an action shows to whom, in every way that leads to it: texts to who sees the action, the patient to who may know them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.jobs import queues
from app.organizations.models import Patient
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening, working
from tests.cast import Cast, bearer, csrf, sign_in

SYSTEM = system_actor("a test of who sees what")
TITLE, DONE, NOTE = "The lift stands still", "A new motor was put in", "Spoke with the workshop"
NAME, NUMBER = "Noura Salem", "MRN-77"
WAYS = ("page", "list", "file", "api", "api list", "api file")
# who: whether they see the action, whether they know the patient
READERS = {
    "px_coordinator": (True, True),
    "department_manager": (True, True),
    "nurse": (True, False),
    "viewer": (False, False),
}


@pytest.fixture
def action(reference_data: Cast) -> PxAction:
    """An action about a patient, with everything that people write, which a nurse owns."""
    queues.redis_client().flushdb()
    officer = reference_data.actor("px_coordinator")
    with acting_as(SYSTEM), unit_of_work():
        patient = Patient(hospital_id=reference_data.a.id, mrn=NUMBER, name_en=NAME, name_ar="نورة سالم")
        db.session.add(patient)
    with acting_as(officer):
        row = opening.open_by_hand(
            hospital_id=reference_data.a.id, title=TITLE, severity="high", department_id=reference_data.er.id,
            patient_id=patient.id, actor=officer,
        )  # fmt: skip
        working.add_note(row.id, NOTE, actor=officer)
        working.assign(row.id, to=reference_data["nurse"].id, version=row.version, actor=officer)
    with acting_as(SYSTEM), unit_of_work():
        row.outcome = DONE
    return row


def told(client: FlaskClient, cast: Cast, action: PxAction, who: str, way: str) -> tuple[int, str]:
    """What somebody is told in one way: the status and the text."""
    headers = bearer(cast[who])
    if way.startswith("api"):
        wanted = {"reason": "audit"}
        answer = {
            "api": lambda: client.get(f"/api/actions/{action.id}/", headers=headers),
            "api list": lambda: client.get("/api/actions/", headers=headers),
            "api file": lambda: client.post("/api/actions/export/", json=wanted, headers=headers),
        }[way]()
        return answer.status_code, answer.text
    sign_in(client, cast[who])
    client.set_cookie("px_lang", "en")
    form = {"csrf_token": csrf(client.application, client), "kind": "csv", "reason": "audit"}
    answer = {
        "page": lambda: client.get(f"/actions/{action.id}"),
        "list": lambda: client.get("/actions/?tab=all"),
        "file": lambda: client.post("/actions/file?tab=all", data=form),
    }[way]()
    return answer.status_code, answer.text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", READERS)
def test_texts_are_for_who_sees_the_action_and_the_patient_for_who_may_know_them(
    reference_data: Cast, client: FlaskClient, action: PxAction, who: str, way: str
) -> None:
    sees, knows = READERS[who]
    status, text = told(client, reference_data, action, who, way)

    if not sees:
        assert status == 403 and TITLE not in text and DONE not in text
        return
    assert status == 200 and TITLE in text
    assert (DONE in text) == (way != "list"), "the list has no column for it"
    assert (NOTE in text) == (way == "page")
    names_them = (knows and not way.startswith("api")) or (knows and way == "api file")
    assert (NAME in text, NUMBER in text) == (names_them, names_them and "file" in way)


@pytest.mark.parametrize("who", READERS)
def test_each_is_found_by_what_its_reader_is_told(
    reference_data: Cast, client: FlaskClient, action: PxAction, who: str
) -> None:
    sees, knows = READERS[who]
    sign_in(client, reference_data[who])
    for words, expected in {"lift": sees, "motor": sees, "workshop": sees, "noura": knows, NUMBER: knows}.items():
        palette = client.get(f"/search?q={words}", headers={"HX-Request": "true"}).text
        assert (action.reference in palette) == expected, words
        listed = client.get(f"/api/actions/?search={words}", headers=bearer(reference_data[who]))
        if sees:
            assert [each["reference"] for each in listed.json["results"]] == [action.reference] * expected, words
            assert (action.reference in client.get(f"/actions/?tab=all&q={words}").text) == expected, words
        else:
            assert listed.status_code == 403
