"""What tests of surveys share: seeded surveys, people with phones, visits that happen, and the forms of patients."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import flask_babel
import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.keys.links import token_for
from app.core.time import clock
from app.journeys.models import Journey
from app.journeys.rules import VisitEvent
from app.journeys.seeds import seed_templates
from app.journeys.services import progress
from app.organizations.models import Patient
from app.surveys.models import SurveyInstance, SurveyQuestion, SurveyTemplate
from app.surveys.seeds import seed_surveys
from app.surveys.services import sending
from tests.cast import Cast
from tests.conftest import NOON

hypothesis.settings.register_profile("surveys", deadline=None)
hypothesis.settings.load_profile("surveys")

SYSTEM = system_actor("a test of surveys")
PHONE = "+966501234567"


def rows(model: Any, **where: Any) -> list[Any]:
    """Every row of a table, oldest first, whatever the hospital."""
    with acting_as(SYSTEM):
        query = sa.select(model).filter_by(**where).order_by(model.created_at, model.id)
        return list(db.session.execute(query).unique().scalars())


def one(model: Any, **where: Any) -> Any:
    """The only row."""
    found = rows(model, **where)
    assert len(found) == 1, f"{len(found)} rows of {model.__name__}"
    return found[0]


def change(row: Any, **facts: Any) -> None:
    """Set facts of a row that no service is asked for."""
    with acting_as(SYSTEM), unit_of_work():
        kept = db.session.get_one(type(row), row.id)  # a job may have let go of the row that the test holds
        for name, value in facts.items():
            setattr(kept, name, value)


def add(*made: Any) -> Any:
    """Write rows; gives the first."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add_all(made)
    return made[0]


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The cast, with the group's journey templates and published surveys."""
    seed_templates(actor=SYSTEM)
    seed_surveys(actor=SYSTEM)
    return cast


@pytest.fixture
def plain_forms(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def make_patient(hospital_id: UUID, mrn: str = "1001", phone: str = PHONE, **facts: Any) -> Patient:
    """Write a patient who can be reached by SMS."""
    given = {"name_en": "Noura Salem", "name_ar": "نورة سالم", "phone_tail": phone[-9:], "language": "ar", **facts}
    return add(Patient(hospital_id=hospital_id, mrn=mrn, phone_e164=phone, **given))


@pytest.fixture
def patient(house: Cast) -> Patient:
    """A patient of hospital A."""
    return make_patient(house.a.id)


def tell(patient: Patient, code: str, *, encounter: str = "V-1", at: datetime | None = None, **more: Any) -> Journey:
    """Say what happened in a visit, as the hospital system does."""
    event = VisitEvent(
        code=code,
        occurred_at=at or clock.now(),
        hospital_id=patient.hospital_id,
        patient_id=patient.id,
        encounter=encounter,
        **more,
    )
    journey = progress.apply(event, actor=SYSTEM)
    assert journey is not None
    return journey


@pytest.fixture
def visit(house: Cast, drain: Callable[[], int]) -> Callable[..., Journey]:
    """Give `visit(patient, ...)`: a clinic visit that has ended, with the survey that follows it planned."""

    def happen(patient: Patient, encounter: str = "V-1", codes: tuple[str, ...] = (), **more: Any) -> Journey:
        facts = {"department_id": house.er.id, **more}
        for code in ("OPD_STAGE_1_REGISTRATION", *codes, "OPD_VISIT_COMPLETED"):
            journey = tell(patient, code, encounter=encounter, **facts)
        drain()
        return journey

    return happen


def later(minutes: float = 121) -> Any:
    """Freeze the clock so many minutes after noon; 121 is when the survey of a clinic visit is due."""
    return clock.frozen(NOON + timedelta(minutes=minutes))


@pytest.fixture
def invited(patient: Patient, visit: Callable[..., Journey]) -> Iterator[SurveyInstance]:
    """A survey that was sent two hours after the visit; the clock stands there."""
    visit(patient)
    with later():
        sending.send(one(SurveyInstance).id, actor=SYSTEM)
        yield one(SurveyInstance)


def forget_language() -> None:
    """Let the next request choose its language anew: in a test the requests share one application context."""
    g.pop("language", None)
    flask_babel.refresh()


def path_of(instance: SurveyInstance) -> str:
    """The address of the patient's form."""
    return f"/s/{token_for(sending.PURPOSE, instance.handle)}"


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def fill(html: str, choose: Callable[[list[str]], str] = min, words: str = "انتظرت طويلاً 😞") -> dict[str, str]:
    """Answer every question on a page."""
    data = hidden(html)
    for code in [name.removeprefix("on-") for name in data if name.startswith("on-")]:
        values = re.findall(rf'name="q-{code}" value="(\d+)"', html)
        data[f"q-{code}"] = choose(sorted(values, key=int)) if values else words
    return data


def lowest(values: list[str]) -> str:
    """The worst mark."""
    return values[0]


def highest(values: list[str]) -> str:
    """The best mark."""
    return values[-1]


def answer_all(client: FlaskClient, path: str, choose: Callable[[list[str]], str] = lowest) -> str:
    """Answer page by page as a browser without JavaScript; gives the address of the thanks."""
    where = f"{path}?p=1"
    for _page in range(40):
        answer = client.post(path, data={**fill(client.get(where).text, choose), "step": "next"})
        assert answer.status_code == 303, answer.text[:3000]
        where = answer.headers["Location"]
        if "/thanks" in where:
            return where
    raise AssertionError("the form never ended")


def template_of(kind: str = "opd") -> SurveyTemplate:
    """The group's survey of a kind of visit."""
    return one(SurveyTemplate, code=kind, hospital_id=None)


def make_template(hospital_id: UUID | None, *questions: dict[str, Any], **facts: Any) -> SurveyTemplate:
    """Write a published template with questions of one line each."""
    given = {"code": "own", "name_en": "Own survey", "name_ar": "استبيان خاص", "is_published": True, **facts}
    template = add(SurveyTemplate(hospital_id=hospital_id, **given))
    for position, question in enumerate(questions, 1):
        columns = {"text_en": f"Question {position}", "text_ar": f"سؤال {position}", "type": "rating", **question}
        columns.setdefault("code", f"Q{position}")
        add(SurveyQuestion(template_id=template.id, hospital_id=hospital_id, position=position, **columns))
    with acting_as(SYSTEM):
        db.session.refresh(template, ["questions"])
    return template
