"""The public page: own words in, a number and a link out; hostile and careless input; what the link shows and what it hides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.models import Complaint
from app.complaints.public import tracking
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.jobs import queues
from app.core.keys.links import token_for
from app.notifications.models import Message
from app.organizations.models import Patient
from tests.cast import Cast
from tests.complaints.conftest import WORDS, brought_to, received, step

SYSTEM = system_actor("a test of complaints")


def every(model: type) -> list[Any]:
    """Every row of a table."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model)).scalars())


def send(client: FlaskClient, cast: Cast, **changed: Any) -> Any:
    """Send the form as a person would."""
    data = {"hospital_id": cast.a.id, "words": WORDS, "contact_name": "نورة", "contact_phone": "٠٥٠١١١٢٢٣٣",
            "contact_relation": "patient", "lang": "ar", **changed}  # fmt: skip
    return client.post("/c/", data={name: value for name, value in data.items() if value is not None})


def link(complaint: Complaint) -> str:
    """The address of the tracking page."""
    return f"/c/{token_for(tracking.PURPOSE, complaint.handle)}"


def test_own_words_become_a_complaint_with_a_number_a_link_and_a_message(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    answer = send(client, reference_data, happened_on="2026-11-23", place="العيادات", wish="اعتذار")
    assert answer.status_code == 303
    drain()

    [complaint] = every(Complaint)
    assert (complaint.words, complaint.channel, complaint.contact_phone) == (WORDS, "public", "+966501112233")
    assert (complaint.language, complaint.wish, complaint.place) == ("ar", "اعتذار", "العيادات")
    assert complaint.assignee_id == reference_data["px_coordinator"].id
    thanks = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert complaint.reference in thanks
    [message] = every(Message)
    assert (message.template, message.phone, message.params["reference"]) == (
        "complaints/received", "+966501112233", complaint.reference,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("state", ["new", "in_progress", "waiting_patient", "resolved", "cancelled"])
def test_the_link_alone_shows_state_and_dates_and_no_word_and_no_name(
    reference_data: Cast, client: FlaskClient, language: str, state: str
) -> None:
    complaint = brought_to(reference_data, state, contact_name="Abu Mohammed", contact_phone="0501112233")

    html = client.get(f"{link(complaint)}?lang={language}").get_data(as_text=True)

    assert complaint.reference in html
    for secret in (WORDS, "Abu Mohammed", "501112233", "اعتذرنا وزدنا", "قال إنه انتظر"):
        assert secret not in html


def test_both_numbers_of_a_merged_complaint_keep_working(reference_data: Cast, client: FlaskClient) -> None:
    kept, merged = received(reference_data), received(reference_data)
    merged = step(reference_data, merged, "merge", other=kept.reference)
    for verb in ("activate", "start", "resolve"):
        kept = step(reference_data, kept, verb)

    html = client.get(f"{link(merged)}?lang=en").get_data(as_text=True)
    assert merged.reference in html
    assert "We have answered" in html


def test_the_link_follows_a_complaint_that_was_merged_twice(reference_data: Cast, client: FlaskClient) -> None:
    last, middle, first = (received(reference_data) for _turn in range(3))
    step(reference_data, first, "merge", other=middle.reference)
    step(reference_data, middle, "merge", other=last.reference)
    step(reference_data, last, "activate")

    page = client.get(f"{link(first)}?lang=en")
    assert page.status_code == 200
    assert first.reference in page.text
    assert "The office has spoken with you" in page.text


@pytest.mark.parametrize("token", ["x", "a" * 30, "é" * 30, "../../etc"])
def test_a_link_that_is_none_of_ours_is_404(reference_data: Cast, client: FlaskClient, token: str) -> None:
    assert client.get(f"/c/{token}").status_code == 404


def test_a_double_tap_is_one_complaint_and_one_message(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    first, second = send(client, reference_data), send(client, reference_data)
    drain()
    assert first.headers["Location"] == second.headers["Location"]
    assert len(every(Complaint)) == len(every(Message)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"words": "  "}, "words"),
        ({"words": "x" * 6000}, "words"),
        ({"hospital_id": ""}, "hospital_id"),
        ({"hospital_id": "018f0000-0000-7000-8000-00000000beef"}, "hospital_id"),
        ({"contact_phone": "123"}, "contact_phone"),
        ({"contact_phone": None}, "contact_phone"),
        ({"happened_on": "yesterday"}, "happened_on"),
        ({"happened_on": "2027-01-01"}, "happened_on"),
    ],
)
def test_what_can_not_be_is_told_beside_the_field_and_what_was_written_is_kept(
    reference_data: Cast, client: FlaskClient, changed: dict[str, Any], field: str
) -> None:
    answer = send(client, reference_data, **{"place": "Ward 7", **changed})

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in html
    assert "Ward 7" in html
    assert every(Complaint) == []


def test_a_robot_that_fills_every_field_is_refused_and_markup_stays_text(
    reference_data: Cast, client: FlaskClient
) -> None:
    assert send(client, reference_data, website="http://spam.example").status_code == 422
    html = send(client, reference_data, words="<script>alert(1)</script>", contact_phone="1").get_data(as_text=True)
    assert "<script>alert" not in html
    assert every(Complaint) == []


def test_who_stays_unnamed_leaves_no_name_and_gets_no_message(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert send(client, reference_data, is_anonymous="yes").status_code == 200  # with the code that is shown once
    drain()
    [complaint] = every(Complaint)
    assert (complaint.is_anonymous, complaint.contact_name, complaint.contact_phone) == (True, "", "")
    assert every(Message) == []


def test_one_phone_complains_a_few_times_a_day_and_the_wifi_of_a_hospital_far_more_often(
    reference_data: Cast, client: FlaskClient
) -> None:
    queues.redis_client().flushdb()
    for number in range(6):
        assert send(client, reference_data, words=f"{WORDS} {number}").status_code == 303
    assert send(client, reference_data, words="once more").status_code == 429
    for number in range(10, 30):
        assert send(client, reference_data, contact_phone=f"05011122{number}").status_code == 303


def test_the_dead_and_those_who_want_no_contact_get_no_message(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    with acting_as(SYSTEM):
        db.session.get_one(Patient, patient.id).no_contact = True
        db.session.commit()
    received(reference_data, patient_id=patient.id)
    received(reference_data, channel="moh", outside_number="937-1", contact_phone="0501112233")
    drain()
    assert every(Message) == []


def test_a_patient_of_the_desk_gets_the_link_on_the_phone_on_file(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    complaint = received(reference_data, patient_id=patient.id)
    drain()
    [message] = every(Message)
    assert (message.phone, message.about_id, message.link_path) == ("+966501112233", complaint.id, "/c/")
