"""Two at once, on real connections: workers who decide about one phone, and an answer that comes while its survey is sent."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.keys.links import new_handle, token_for
from app.core.time import clock
from app.notifications.models import Message
from app.organizations.models import Hospital, Patient
from app.settings import from_environment
from app.surveys.models import SurveyInstance, SurveyTemplate
from app.surveys.seeds import seed_surveys
from app.surveys.services import answering, sending
from app.surveys.services.sending import PURPOSE
from devstack.testing import Servers
from tests.conftest import NOON, environment
from tests.meanwhile import while_held
from tests.surveys.conftest import PHONE, SYSTEM

WORKERS = 6


def planned_for_one_phone() -> list[UUID]:
    """One survey each for as many patients of two hospitals, who share one phone."""
    seed_surveys(actor=SYSTEM)
    template = db.session.execute(sa.select(SurveyTemplate).where(SurveyTemplate.code == "opd")).scalar_one()
    made = []
    with unit_of_work():
        hospitals = [Hospital(code=code, name_en=code, name_ar=code) for code in "AB"]
        db.session.add_all(hospitals)
        db.session.flush()
        for number in range(WORKERS):
            facts = {"hospital_id": hospitals[number % 2].id}
            person = Patient(**facts, mrn=str(number), name_ar="نورة", phone_e164=PHONE, phone_tail=PHONE[-9:])
            db.session.add(person)
            db.session.flush()
            survey = SurveyInstance(
                **facts,
                template_id=template.id,
                patient_id=person.id,
                once="x",
                handle=f"h{number}",
                send_at=NOON,
            )
            db.session.add(survey)
            db.session.flush()
            made.append(survey.id)
    return made


@pytest.fixture
def app(servers: Servers, clone: Any, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a database of its own."""
    app = create_app(from_environment(environment(servers, clone(), tmp_path)))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_one_phone_gets_one_survey_whoever_decides(app: APIFlask) -> None:
    with app.app_context(), clock.frozen(NOON), acting_as(SYSTEM):
        ids = planned_for_one_phone()
    together = Barrier(WORKERS)

    def decide(instance_id: UUID) -> None:
        with app.app_context(), clock.frozen(NOON), acting_as(system_actor("a worker")) as actor:
            together.wait(timeout=20)
            sending.send(instance_id, actor=actor)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(decide, each) for each in ids]:
            done.result(timeout=60)

    with app.app_context(), acting_as(SYSTEM):
        surveys = db.session.execute(sa.select(SurveyInstance)).scalars().all()
        assert sum(survey.invited_at is not None for survey in surveys) == 1
        assert [each.skip_reason for each in surveys if each.invited_at is None] == ["phone_asked_recently"] * 5
        assert len(db.session.execute(sa.select(Message)).scalars().all()) == 1


def test_a_message_that_is_queued_while_the_answer_waits_is_taken_back(app: APIFlask) -> None:
    with app.app_context(), clock.frozen(NOON), acting_as(SYSTEM):
        handle, first = new_handle(), planned_for_one_phone()[0]
        with unit_of_work():
            survey = db.session.get_one(SurveyInstance, first)
            survey.handle = handle
            asked = [each.as_value() for each in survey.template.questions]
    answers = {each.code: str(each.bounds[1]) if each.bounds else "NA" if each.allow_na else None for each in asked}

    def answer() -> str:
        with app.app_context(), clock.frozen(NOON):
            return str(answering.submit_by(token_for(PURPOSE, handle), answers).instance.state)

    with app.app_context(), clock.frozen(NOON), acting_as(SYSTEM):
        state = while_held(lambda: sending.send(first, actor=SYSTEM), answer)
        (message,) = db.session.execute(sa.select(Message)).scalars().all()

    assert (state, message.status, message.reason) == ("completed", "suppressed", "withdrawn")
