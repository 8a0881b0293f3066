"""A survey answer becomes a complaint once, with its words and patient; colleagues named in notes are told; files at entry."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.models import Complaint
from app.core.access.actor import acting_as, system_actor
from app.core.attachments.models import Attachment
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid
from app.core.keys.links import new_handle
from app.core.time import clock
from app.notifications.models import Message
from app.organizations.models import Patient
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import PATH, received, step

SYSTEM = system_actor("a test of complaints of surveys")


def answered(cast: Cast, patient: Patient, *texts: str, done: bool = True, **given: Any) -> SurveyInstance:
    """A survey of the emergency department with these comments."""
    with acting_as(SYSTEM), unit_of_work():
        questions = list(db.session.execute(sa.select(SurveyQuestion).limit(len(texts) or 1)).unique().scalars())
        values = {
            "hospital_id": cast.a.id, "template_id": questions[0].template_id, "patient_id": patient.id,
            "department_id": cast.er.id, "once": new_handle(), "handle": new_handle(), "send_at": clock.now(),
            "state": "completed" if done else "sent", "completed_at": clock.now() if done else None, "context": {"kind": "ems"},
            **given,
        }  # fmt: skip
        survey = SurveyInstance(**values)
        db.session.add(survey)
        db.session.flush()
        for question, text in zip(questions, texts, strict=False):
            db.session.add(SurveyAnswer(hospital_id=survey.hospital_id, instance_id=survey.id, question_id=question.id,
                                        code=question.code, value=text, text_language="ar"))  # fmt: skip
        db.session.flush()
        return survey


def complaints() -> list[Complaint]:
    """Every complaint."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(Complaint).order_by(Complaint.id)).scalars())


def test_the_entry_form_begins_with_the_answer_and_the_complaint_names_it(
    app: Any, reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    survey = answered(reference_data, patient, "انتظرت طويلا", "<b>ولم يشرح أحد</b>")
    browser = sign_in(client, reference_data["px_coordinator"])
    panel = f"/complaints/surveys/{survey.id}/panel"
    assert f"survey={survey.id}" in browser.get(panel).get_data(as_text=True)
    page = browser.get(f"/complaints/new?survey={survey.id}").get_data(as_text=True)
    assert "انتظرت طويلا" in page and "&lt;b&gt;ولم يشرح أحد&lt;/b&gt;" in page and str(survey.id) in page
    form = {"csrf_token": csrf(app, browser), "survey_id": survey.id, "words": "انتظرت طويلا", "patient_id": patient.id,
            "contact_relation": "patient", "channel": "desk", "severity": "medium"}  # fmt: skip
    assert browser.post("/complaints/", data=form).status_code == 303
    [made] = complaints()
    assert (made.survey_id, made.channel, made.patient_id) == (survey.id, "survey", patient.id)
    assert made.reference in browser.get(panel).get_data(as_text=True)
    assert browser.post("/complaints/", data=form).status_code == 409
    assert len(complaints()) == 1


def test_one_answer_makes_one_complaint(reference_data: Cast, patient: Patient) -> None:
    survey = answered(reference_data, patient, "انتظرت")
    received(reference_data, survey_id=survey.id)
    with pytest.raises(Conflict) as refused:
        received(reference_data, survey_id=survey.id)
    assert refused.value.code == "known"


def told(complaint: Complaint) -> list[tuple[str, str]]:
    """What was sent about a complaint to who complained: text and phone, oldest first."""
    with acting_as(SYSTEM):
        rows = db.session.execute(
            sa.select(Message.template, Message.phone).where(Message.about_id == complaint.id).order_by(Message.id)
        )
        return [(each.template, each.phone) for each in rows]


def test_who_complained_in_a_survey_is_sent_the_tracking_link_and_later_the_answer(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    survey = answered(reference_data, patient, "انتظرت")
    complaint = received(reference_data, survey_id=survey.id, patient_id=patient.id)
    drain()
    assert told(complaint) == [("complaints/received", patient.phone_e164)]
    for verb in PATH["resolved"]:
        complaint = step(reference_data, complaint, verb)
    drain()
    assert told(complaint)[1:] == [("complaints/answered", patient.phone_e164)]


@pytest.mark.parametrize("barred", [{"no_contact": True}, {"deceased_at": datetime(2026, 1, 1, tzinfo=UTC)}])
def test_an_answer_of_who_wants_no_messages_or_died_is_made_a_complaint_and_nobody_is_written_to(
    reference_data: Cast, patient: Patient, drain: Callable[[], int], barred: dict[str, Any]
) -> None:
    survey = answered(reference_data, patient, "انتظرت")
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.get_one(Patient, patient.id)
        for name, value in barred.items():
            setattr(row, name, value)
    complaint = received(reference_data, survey_id=survey.id, patient_id=patient.id)
    for verb in PATH["resolved"]:
        complaint = step(reference_data, complaint, verb)
    drain()
    assert told(complaint) == []


def test_an_unanswered_survey_another_hospitals_and_a_role_without_the_right_are_refused(
    reference_data: Cast, patient: Patient
) -> None:
    unanswered = answered(reference_data, patient, done=False)
    foreign = answered(reference_data, patient, hospital_id=reference_data.b.id, patient_id=None, department_id=None)
    for survey, who in ((unanswered, "px_coordinator"), (foreign, "px_coordinator"), (foreign, "px_admin")):
        with pytest.raises(Invalid) as refused:
            received(reference_data, by=who, survey_id=survey.id)
        assert list(refused.value.fields) == ["survey_id"]
    with pytest.raises(Invalid):
        received(reference_data, by="source_user", survey_id=answered(reference_data, patient).id)


def test_the_api_names_the_survey(reference_data: Cast, patient: Patient, client: FlaskClient) -> None:
    survey = answered(reference_data, patient, "انتظرت")
    body = {"hospital_id": str(reference_data.a.id), "words": "انتظرت", "survey_id": str(survey.id)}
    made = client.post("/api/complaints/complaints/", json=body, headers=bearer(reference_data["px_coordinator"]))
    assert (made.status_code, made.json["survey_id"], made.json["channel"]) == (201, str(survey.id), "survey")


def test_files_come_with_the_entry_or_nothing_does(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    browser = sign_in(client, reference_data["px_coordinator"])
    form = {"csrf_token": csrf(app, browser), "words": "لا موقف", "contact_relation": "patient", "channel": "desk",
            "severity": "medium"}  # fmt: skip
    lying = {**form, "files": (io.BytesIO(b"MZ not a picture"), "bill.pdf")}
    refused = browser.post("/complaints/", data=lying, content_type="multipart/form-data")
    assert refused.status_code == 422 and "bill.pdf" in refused.get_data(as_text=True)
    assert complaints() == []
    good = {**form, "files": (io.BytesIO(b"%PDF-1.7 a bill"), "bill.pdf")}
    assert browser.post("/complaints/", data=good, content_type="multipart/form-data").status_code == 303
    [made] = complaints()
    with acting_as(SYSTEM):
        files = db.session.execute(sa.select(Attachment.name).where(Attachment.about_id == made.id)).scalars().all()
    assert files == ["bill.pdf"]
