"""The page of an action: what each person sees and may do there, in both languages, and what a refusal keeps."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.organizations.models import Patient
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.services import opening, working
from app.surveys.models import SurveyInstance, SurveyTemplate
from tests.cast import Cast, count, csrf, sign_in
from tests.px_action_center.conftest import SYSTEM, Open, signal


def page(client: FlaskClient, action: PxAction, language: str = "en") -> str:
    """The page of an action."""
    client.set_cookie("px_lang", language)
    answer = client.get(f"/actions/{action.id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


@pytest.fixture
def of_a_survey(reference_data: Cast) -> PxAction:
    """An action that a survey of a patient opened."""
    cast = reference_data
    with acting_as(SYSTEM), unit_of_work():
        patient = Patient(hospital_id=cast.a.id, mrn="77", name_en="Noura Salem", name_ar="نورة سالم")
        template = db.session.execute(sa.select(SurveyTemplate)).scalars().first()
        assert template is not None
        db.session.add(patient)
        db.session.flush()
        survey = SurveyInstance(
            hospital_id=cast.a.id, template_id=template.id, patient_id=patient.id, once="visit", handle="abcdefgh",
            department_id=cast.er.id, send_at=clock.now(),
        )  # fmt: skip
        db.session.add(survey)
        db.session.flush()
        said = signal(cast, f"survey:{survey.id}", patient_id=patient.id)
        action = opening.open_from_signal(said, source_id=survey.id, actor=SYSTEM)
        assert action is not None
    return action


def test_the_office_sees_patient_score_and_the_way_to_the_answers(
    reference_data: Cast, of_a_survey: PxAction, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    shown = page(client, of_a_survey)

    assert "Noura Salem" in shown
    assert "40.0" in shown
    assert f"/surveys/{of_a_survey.source_id}" in shown
    assert f"/patients/{of_a_survey.patient_id}" in shown


@pytest.mark.parametrize("who", ["physician", "nurse", "staff"])
def test_those_to_whom_it_is_handed_see_the_work_but_not_the_patient(
    reference_data: Cast, of_a_survey: PxAction, client: FlaskClient, who: str
) -> None:
    cast = reference_data
    sign_in(client, cast[who])
    assert client.get(f"/actions/{of_a_survey.id}").status_code == 404
    admin = cast.actor("hospital_admin")
    with acting_as(admin):
        working.assign(of_a_survey.id, to=cast[who].id, version=of_a_survey.version, actor=admin)

    shown = page(client, of_a_survey)
    assert "Start work" in shown
    assert "Noura" not in shown
    assert "/surveys/" not in shown
    assert "/patients/" not in shown
    assert 'action="/actions/' in shown
    assert "/assignment" not in shown


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("source_user", 403), ("outsider", 404)])
def test_others_do_not_see_it(
    reference_data: Cast, of_a_survey: PxAction, client: FlaskClient, who: str, status: int
) -> None:
    sign_in(client, reference_data[who])

    assert client.get(f"/actions/{of_a_survey.id}").status_code == status


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("Handed over to Nurse", "Status: In progress (before: Open)", 'dir="ltr"')),
        ("ar", ("سُلِّم إلى شخص nurse", "الحالة: ", 'dir="rtl"')),
    ],
)
def test_the_timeline_says_who_did_what_in_both_languages(
    reference_data: Cast, opened: Open, client: FlaskClient, language: str, says: tuple[str, ...]
) -> None:
    cast, action = reference_data, opened()
    actor = cast.actor("hospital_admin")
    with acting_as(actor):
        action = working.assign(action.id, to=cast["nurse"].id, version=action.version, actor=actor)
        action = working.move(action.id, "start", version=action.version, actor=actor)
        working.add_note(action.id, "تم الاتصال بالمريض.", actor=actor)
    sign_in(client, cast["px_coordinator"])

    shown = page(client, action, language)
    assert all(words in shown for words in says)
    assert shown.count("تم الاتصال بالمريض.") == 1
    assert ("Handed over" in shown) is (language == "en")


def test_steps_on_the_page_lead_to_an_approved_action(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    cast, action = reference_data, opened()
    path = f"/actions/{action.id}/steps"
    sign_in(client, cast["px_coordinator"])
    assert post(client, f"{path}/start", version=action.version).status_code == 303
    shown = page(client, action)
    assert "Ask for approval" in shown
    assert ">Approve<" not in shown
    assert post(client, f"{path}/submit", version=action.version, outcome="عُدّلت المواعيد").status_code == 303
    sign_in(client, cast["hospital_admin"])
    assert ">Approve<" in page(client, action)
    assert post(client, f"{path}/approve", version=action.version).status_code == 303

    shown = page(client, action)
    assert "Closed" in shown
    assert "عُدّلت المواعيد" in shown
    assert "/steps/" not in shown


def test_a_refused_step_says_why_and_keeps_the_page(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    action = opened()
    sign_in(client, reference_data["px_coordinator"])
    path = f"/actions/{action.id}"

    missing = post(client, f"{path}/steps/cancel", version=action.version)
    assert missing.status_code == 422
    assert "Say why." in missing.get_data(as_text=True)
    stale = post(client, f"{path}/severity", version=99, severity="low")
    assert stale.status_code == 409
    empty = post(client, f"{path}/notes", body="  ")
    assert empty.status_code == 422
    assert count(ActionNote) == 0
    assert post(client, f"{path}/steps/dance", version=action.version).status_code == 404


def test_a_graver_severity_counts_anew_from_the_start(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    action = opened(severity="low")
    later = action.due_at
    sign_in(client, reference_data["px_coordinator"])

    assert (
        post(client, f"/actions/{action.id}/severity", version=action.version, severity="critical").status_code == 303
    )
    assert later is not None
    assert action.due_at is not None
    assert action.due_at < later


def test_an_action_is_opened_by_hand_on_the_page(reference_data: Cast, client: FlaskClient) -> None:
    cast = reference_data
    sign_in(client, cast["px_coordinator"])
    assert client.get("/actions/new").status_code == 200
    assert post(client, "/actions/", title="", severity="high").status_code == 422

    answer = post(client, "/actions/", title="لوحات الإرشاد", severity="high", department_id=str(cast.er.id))
    assert answer.status_code == 303
    assert "لوحات الإرشاد" in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_an_action_that_is_not_there_is_not_found(reference_data: Cast, client: FlaskClient) -> None:
    sign_in(client, reference_data["px_coordinator"])

    assert client.get(f"/actions/{uuid4()}").status_code == 404
