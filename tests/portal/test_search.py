"""One search for everything: cases by number, patients in either script, pages and commands; only what one may see."""

from __future__ import annotations

import html
from typing import Any

import pytest
from flask import current_app, g
from flask.testing import FlaskClient

from app.complaints.inquiries.services import receiving as inquiries
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.services import receiving, writing
from app.complaints.services.receiving import ComplaintFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.journeys.models import Journey
from app.journeys.rules import VisitEvent
from app.journeys.services import progress
from app.organizations.models import Patient
from app.portal import search
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast, sign_in
from tests.conftest import NOON
from tests.guards.test_pages import counted

SYSTEM = system_actor("a test of search")


@pytest.fixture
def patient(reference_data: Cast) -> Patient:
    """A patient of hospital A."""
    with acting_as(SYSTEM), unit_of_work():
        row = Patient(
            hospital_id=reference_data.a.id, mrn="MRN-77", name_en="Noura Salem Al-Otaibi", name_ar="نورة سالم العتيبي",
            phone_e164="+966501234567", phone_tail="501234567", email="Noura.O@example.org",
        )  # fmt: skip
        db.session.add(row)
    return row


@pytest.fixture
def action(reference_data: Cast) -> PxAction:
    """An action of the emergency department."""
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        return opening.open_by_hand(
            hospital_id=reference_data.a.id, title="ترتيب الانتظار في الفرز", severity="high",
            department_id=reference_data.er.id, patient_id=None, actor=actor,
        )  # fmt: skip


@pytest.fixture
def visit(reference_data: Cast, patient: Patient) -> Journey:
    """A visit of the patient."""
    with acting_as(SYSTEM):
        said = VisitEvent(reference_data.a.id, "EMS_ARRIVAL", "V-123", patient.id, NOON)
        journey = progress.apply(said, actor=SYSTEM)
    assert journey is not None
    return journey


def found(client: FlaskClient, text: str, language: str = "en") -> str:
    """What the palette shows for a text."""
    client.set_cookie("px_lang", language)
    answer = client.get("/search", query_string={"q": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def test_cases_are_found_by_number(reference_data: Cast, action: PxAction, visit: Journey, client: FlaskClient) -> None:
    sign_in(client, reference_data["px_coordinator"])

    assert f"/actions/{action.id}" in found(client, action.reference.lower())
    assert f"/journeys/{visit.id}" in found(client, "V-123")
    assert f"/actions/{action.id}" in found(client, "ترتيب الإنتظار")


@pytest.mark.parametrize(
    "text", ["نوره العتيبي", "noura otaibi", "0501234567", "٠٥٠١٢٣٤٥٦٧", "4567", "MRN-77", "noura.o@exam"]
)
def test_patients_are_found_in_either_script_by_phone_and_by_file(
    reference_data: Cast, patient: Patient, client: FlaskClient, text: str
) -> None:
    sign_in(client, reference_data["px_coordinator"])

    shown = found(client, text)
    assert f"/patients/{patient.id}" in shown
    assert "Noura Salem Al-Otaibi" in shown


def test_a_search_of_everything_takes_eleven_statements_at_most(
    reference_data: Cast, patient: Patient, action: PxAction, visit: Journey
) -> None:
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), current_app.test_request_context("/search"), counted() as statements:
        g.actor = actor
        search.find("noura 0501234567", actor)

    assert len(statements) <= 11


@pytest.mark.parametrize("text", ["noura.o@example.org", "علاقات"])
def test_cases_are_found_by_the_address_of_who_speaks_and_by_words_of_notes(
    reference_data: Cast, patient: Patient, client: FlaskClient, text: str
) -> None:
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        complaint = receiving.receive(
            hospital_id=reference_data.a.id, facts=ComplaintFacts("ثلاث ساعات", patient_id=patient.id), actor=officer
        )
        asked = InquiryFacts("متى النتيجة", contact_name="نورة", contact_email="noura.o@example.org")
        inquiry = inquiries.receive(hospital_id=reference_data.a.id, facts=asked, actor=officer)
        writing.add_note(complaint.id, "سألنا العلاقات", actor=officer)
        inquiry_writing.add_note(inquiry.id, "سألنا العلاقات", actor=officer)

    for who, is_found in (("px_coordinator", True), ("viewer", False), ("outsider", False)):
        shown = found(sign_in(client, reference_data[who]), text)
        assert (str(complaint.id) in shown) is (str(inquiry.id) in shown) is is_found, who


def test_a_viewer_finds_by_file_number_only_and_sees_no_name(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    sign_in(client, reference_data["viewer"])

    assert f"/patients/{patient.id}" not in found(client, "noura")
    shown = found(client, "MRN-77")
    assert f"/patients/{patient.id}" in shown
    assert "Noura" not in shown


@pytest.mark.parametrize("who", ["outsider", "nurse", "source_user"])
def test_nobody_finds_what_they_may_not_see(
    reference_data: Cast, patient: Patient, action: PxAction, visit: Journey, client: FlaskClient, who: str
) -> None:
    sign_in(client, reference_data[who])

    for text in (action.reference, "V-123", "noura", "MRN-77", "0501234567"):
        shown = found(client, text)
        assert not any(str(each.id) in shown for each in (patient, action, visit)), text


@pytest.mark.parametrize(
    ("who", "text", "language", "leads_to"),
    [
        ("px_coordinator", "journey", "en", "/journeys/"),
        ("px_coordinator", "لوحة رحلات", "ar", "/journeys/"),
        ("px_coordinator", "overdue", "en", "/actions/?tab=overdue"),
        ("px_coordinator", "open an", "en", "/actions/new"),
        ("hospital_admin", "rule", "en", "/admin/action-rules/new"),
    ],
)
def test_pages_and_commands_are_found_by_their_words(
    reference_data: Cast, client: FlaskClient, who: str, text: str, language: str, leads_to: str
) -> None:
    sign_in(client, reference_data[who])

    assert f'href="{leads_to}"' in found(client, text, language)


def test_commands_that_one_may_not_run_are_not_offered(reference_data: Cast, client: FlaskClient) -> None:
    sign_in(client, reference_data["nurse"])

    shown = found(client, "")
    assert "/actions/new" not in shown
    assert "/admin/action-rules/new" not in shown
    assert "/me" in shown


def test_what_is_not_there_is_said_so(reference_data: Cast, client: FlaskClient) -> None:
    sign_in(client, reference_data["px_coordinator"])

    assert "Nothing found for this." in found(client, "zzzzzz")
    assert client.get("/search?q=" + "x" * 5000).status_code == 200


def test_the_page_of_the_search_works_without_javascript(
    reference_data: Cast, action: PxAction, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    answer: Any = client.get("/search", query_string={"q": action.reference})

    assert "<h1>" in answer.get_data(as_text=True)
    assert f"/actions/{action.id}" in answer.get_data(as_text=True)
