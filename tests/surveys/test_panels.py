"""What surveys show on the pages of visits: state, score and words, and only to those who may read answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.journeys.models import Journey
from app.journeys.rules import VisitEvent
from app.journeys.services import progress
from app.organizations.models import Patient
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyTemplate
from app.surveys.panels import marks_of_visits
from tests.cast import Cast, sign_in
from tests.conftest import NOON

SYSTEM = system_actor("a test of panels")


@pytest.fixture
def visit(reference_data: Cast) -> Journey:
    """A visit about which a patient wrote."""
    cast = reference_data
    with acting_as(SYSTEM), unit_of_work():
        patient = Patient(hospital_id=cast.a.id, mrn="5", name_en="Noura", name_ar="نورة")
        db.session.add(patient)
        db.session.flush()
        journey = progress.apply(
            VisitEvent(cast.a.id, "EMS_ARRIVAL", "V-5", patient.id, NOON, cast.er.id), actor=SYSTEM
        )
        assert journey is not None
        template = db.session.execute(sa.select(SurveyTemplate)).scalars().first()
        assert template is not None
        survey = SurveyInstance(
            hospital_id=cast.a.id, template_id=template.id, patient_id=patient.id, journey_id=journey.id, once="visit",
            handle="abcdefgh", department_id=cast.er.id, send_at=clock.now(), state="completed", score=35.0,
            is_negative=True, completed_at=clock.now(),
        )  # fmt: skip
        db.session.add(survey)
        db.session.flush()
        db.session.add(SurveyAnswer(
            hospital_id=cast.a.id, instance_id=survey.id, question_id=template.questions[-1].id, code="c",
            value="انتظرنا طويلًا", text_language="ar",
        ))  # fmt: skip
    return journey


def test_the_answers_stand_on_the_page_of_the_visit(visit: Journey, reference_data: Cast, client: FlaskClient) -> None:
    sign_in(client, reference_data["department_manager"])

    assert f"/surveys/visits/{visit.id}/panel" in client.get(f"/journeys/{visit.id}").get_data(as_text=True)
    panel = client.get(f"/surveys/visits/{visit.id}/panel").get_data(as_text=True)
    assert "انتظرنا طويلًا" in panel
    assert ">35.0<" in panel


def test_another_hospital_sees_nothing_of_it(visit: Journey, reference_data: Cast, client: FlaskClient) -> None:
    sign_in(client, reference_data["outsider"])

    assert client.get(f"/surveys/visits/{visit.id}/panel").status_code == 404


def test_cards_of_the_board_carry_the_state_of_the_survey(visit: Journey, reference_data: Cast) -> None:
    for who, marked in (("px_coordinator", [visit.id]), ("outsider", []), ("nurse", [])):
        actor = reference_data.actor(who)
        with acting_as(actor):
            assert list(marks_of_visits([visit.id], actor)) == marked
