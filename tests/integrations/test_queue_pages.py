"""The queue of inbound events and the page of one: found by patient, repaired one by one or many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.integrations.models import CodeMapping
from app.integrations.services import processing
from tests.cast import Cast, sign_in
from tests.conftest import NOON
from tests.core.resources.test_pages import statements
from tests.integrations.conftest import SYSTEM
from tests.integrations.hl7.door import events, post, work
from tests.integrations.hl7.messages import message

QUEUE = "/integrations/events/"


@pytest.fixture
def full(client: FlaskClient, source_key: str, admin: FlaskClient) -> FlaskClient:
    """The administrator, and four messages: one good, one ignored, two of an unknown class."""
    post(client, source_key, message())
    post(client, source_key, message("ADT^A60", control="C-2"))
    post(client, source_key, message(klass="X", control="C-3", visit="V-3"))
    post(client, source_key, message(klass="X", control="C-4", visit="V-4"))
    work()
    return admin


def map_class(cast: Cast) -> None:
    """Somebody says what the class X stands for."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(CodeMapping(hospital_id=cast.a.id, kind="patient_class", from_code="X", to_code="O"))


def found(admin: FlaskClient, **args: Any) -> set[str]:
    """The control ids of the events that the queue shows."""
    page = admin.get(QUEUE, query_string=args)
    assert page.status_code == 200
    return {event.external_id for event in events() if f"e-{event.id}" in page.text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("محمد", {"C-1"}),
        ("Alharbi", {"C-1"}),
        ("١٠٠١", {"C-1", "C-2", "C-3", "C-4"}),
        ("V-3", {"C-3"}),
        ("C-2", {"C-2"}),
        ("opd_stage_1_registration", {"C-1"}),
        ("nobody", set()),
        ("", {"C-1", "C-2", "C-3", "C-4"}),
    ],
)
def test_events_are_found_by_patient_encounter_code_and_id(full: FlaskClient, text: str, expected: set[str]) -> None:
    assert found(full, q=text) == expected


def test_events_are_narrowed_by_state_and_source(full: FlaskClient, source_id: Any) -> None:
    assert found(full, state="failed") == {"C-3", "C-4"}
    assert found(full, source=source_id) == {"C-1", "C-2", "C-3", "C-4"}
    assert found(full, source="018f0000-0000-7000-8000-00000000beef") == set()
    assert found(full, state="nonsense", after="nonsense") == {"C-1", "C-2", "C-3", "C-4"}


def test_the_queue_says_how_old_the_oldest_is_and_what_is_wrong(full: FlaskClient) -> None:
    page = full.get(QUEUE).text
    assert "The oldest event that waits came:" in page
    assert "A code in it is not mapped to anything the portal knows." in page


def test_a_longer_queue_takes_no_more_statements_and_goes_on_by_key(
    full: FlaskClient, client: FlaskClient, source_key: str
) -> None:
    full.get(QUEUE)
    few = statements(full, QUEUE)
    for number in range(45):
        post(client, source_key, message("ADT^A60", control=f"L-{number}"))
    many = full.get(QUEUE)

    assert statements(full, QUEUE) == few <= 12
    assert many.text.count('id="e-') == 40
    after = many.text.split("after=")[1].split('"')[0].replace("&amp;", "&")
    rest = full.get(f"{QUEUE}?after={after}")
    assert rest.text.count('id="e-') == 9


def test_all_failed_ones_go_again_after_a_look_at_how_many(full: FlaskClient, reference_data: Cast) -> None:
    map_class(reference_data)
    preview = full.get(f"{QUEUE}again?state=failed")
    assert "2 events would be processed again." in preview.text
    ids = [str(event.id) for event in events() if event.state == "failed"]
    assert all(f'value="{each}"' in preview.text for each in ids)

    answer = full.post(f"{QUEUE}again", data={"ids": ids})
    assert answer.status_code == 303
    assert "2 events are processed again." in full.get(answer.headers["Location"]).text
    work()
    assert [event.state for event in events()] == ["processed", "ignored", "processed", "processed"]


def test_selected_rows_go_again_and_the_rest_says_why_not(full: FlaskClient) -> None:
    ids = [str(event.id) for event in events()]
    preview = full.get(f"{QUEUE}again", query_string={"ids": ids})
    assert "3 events would be processed again." in preview.text
    assert "1 selected event is under way or done and stays as it is." in preview.text

    answer = full.post(f"{QUEUE}again", data={"ids": ids[1:]})
    assert "0 events are processed again. 3 stayed as they were." in full.get(answer.headers["Location"]).text
    assert [event.state for event in events()] == ["processed", "ignored", "failed", "failed"]


def test_an_events_page_says_what_to_do_next_and_leads_there(full: FlaskClient, reference_data: Cast) -> None:
    failed = events()[2]
    page = full.get(f"{QUEUE}{failed.id}").text
    assert "Try the message to see the code, say what it stands for, then process it again." in page
    assert "kind=patient_class" in page and f"/integrations/try?event={failed.id}" in page

    refused = full.post(f"{QUEUE}{failed.id}/reprocessing")
    assert "A code in it is not mapped" in full.get(refused.headers["Location"]).text
    map_class(reference_data)
    full.post(f"{QUEUE}{failed.id}/reprocessing")
    work()
    page = full.get(f"{QUEUE}{failed.id}").text
    assert "Somebody sent it through again" in page and "It was carried out" in page
    assert "/journeys/" in page and "/patients/" in page


def test_an_event_is_set_aside_and_says_so(full: FlaskClient) -> None:
    failed = events()[2]
    assert full.post(f"{QUEUE}{failed.id}/setting-aside").status_code == 303
    page = full.get(f"{QUEUE}{failed.id}").text
    assert "Somebody set it aside" in page and "Ignored" in page


def test_a_conflict_is_compared_and_resolved(client: FlaskClient, admin: FlaskClient, source_key: str) -> None:
    first = {
        "event_id": "e-1",
        "code": "OPD_STAGE_1_REGISTRATION",
        "occurred_at": "2026-11-24T11:30:00+03:00",
        "encounter": "V-1",
        "patient": {"mrn": "1001", "name_en": "Noura"},
    }
    headers = {"Authorization": f"Bearer {source_key}"}
    client.post("/api/integrations/events/", json=first, headers=headers)
    other = {**first, "encounter": "V-2"}
    assert client.post("/api/integrations/events/", json=other, headers=headers).status_code == 409
    before, conflict = events()
    page = admin.get(f"{QUEUE}{conflict.id}").text
    assert "Process it again to take this version, or set it aside." in page and str(before.id) in page

    admin.post(f"{QUEUE}{conflict.id}/reprocessing")
    work()
    assert [event.state for event in events()] == ["processed", "processed"]
    assert client.post("/api/integrations/events/", json=other, headers=headers).status_code == 202


def test_what_was_forgotten_can_not_be_read_again_and_says_so(full: FlaskClient, reference_data: Cast) -> None:
    map_class(reference_data)
    failed = events()[2]
    with clock.frozen(NOON + timedelta(days=100)), acting_as(SYSTEM):
        processing.forget_raw(actor=SYSTEM)
    answer = full.post(f"{QUEUE}{failed.id}/reprocessing")

    assert "Its content is not kept any more." in full.get(answer.headers["Location"]).text


def test_the_health_page_shows_the_intake(full: FlaskClient) -> None:
    page = full.get("/health/").text
    assert "Inbound events that failed and wait for a repair or a new try" in page and "MLLP links open" in page


def test_another_hospital_sees_and_repairs_nothing(app: Flask, full: FlaskClient, reference_data: Cast) -> None:
    failed = events()[2]
    map_class(reference_data)
    stranger = sign_in(app.test_client(), reference_data["outsider"])

    assert found(stranger) == set()
    assert stranger.get(f"{QUEUE}{failed.id}").status_code == 404
    assert stranger.post(f"{QUEUE}{failed.id}/setting-aside").status_code == 404
    assert "0 events would be processed again." in stranger.get(f"{QUEUE}again?ids={failed.id}").text
    assert stranger.post(f"{QUEUE}again", data={"ids": [str(failed.id)]}).status_code in (303, 404)
    assert events()[2].state == "failed"


def test_no_row_of_the_queue_shows_a_raw_message(full: FlaskClient) -> None:
    for event in events():
        assert "PID|" not in full.get(f"{QUEUE}{event.id}").text
