"""The search of actions: words of titles, notes and what was done, patients, and for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, said, unit_of_work
from app.organizations.models import Patient
from app.organizations.services import merging
from app.px_action_center import queries
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.queries import Filters
from app.px_action_center.services import opening, working
from tests.cast import Cast, bearer, sign_in
from tests.guards.test_pages import MOST_STATEMENTS, counted

NOTE = "اتّصلتُ بالصيانة فوعدوا بالإصلاح"
SYSTEM = system_actor("a test of the search")


@pytest.fixture
def patient(reference_data: Cast) -> Patient:
    """A patient of hospital A."""
    with acting_as(SYSTEM), unit_of_work():
        row = Patient(
            hospital_id=reference_data.a.id, mrn="MRN-77", name_en="Noura Salem", name_ar="نورة سالم",
            phone_e164="+966501234567", phone_tail="501234567", email="Noura@Example.org",
        )  # fmt: skip
        db.session.add(row)
    return row


@pytest.fixture
def action(reference_data: Cast, patient: Patient) -> PxAction:
    """An action about the patient, with a note and what was done."""
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        row = opening.open_by_hand(
            hospital_id=reference_data.a.id, title="The lift stands still", severity="high",
            department_id=reference_data.er.id, patient_id=patient.id, actor=officer,
        )  # fmt: skip
        working.add_note(row.id, NOTE, actor=officer)
    with acting_as(SYSTEM), unit_of_work():
        row.outcome = "A new motor was put in"
    return row


def found(cast: Cast, text: str, who: str = "px_coordinator") -> list[str]:
    """The numbers that a person finds."""
    actor = cast.actor(who)
    with acting_as(actor):
        return [row.action.reference for row in queries.list_page(Filters(tab="all", text=text), actor=actor).rows]


@pytest.mark.parametrize("text", [
    "بالصيانه", "الإصلاح بالصيانة", "LIFT", "still lift", "motor", "noura@example.org", "0501234567", "نوره", "MRN-77",
])  # fmt: skip
def test_words_of_titles_notes_and_outcomes_and_patients_are_found(
    reference_data: Cast, action: PxAction, text: str
) -> None:
    assert found(reference_data, text) == [action.reference]
    assert found(reference_data, text, "department_manager") == [action.reference]
    assert found(reference_data, text, "outsider") == []  # of another hospital
    assert found(reference_data, text, "nurse") == []  # sees what is assigned to them


@pytest.mark.parametrize("text", ["lift motor wheel", "بالصيانة motor", "%", "_____", "100%"])
def test_words_must_stand_in_one_text_and_signs_are_no_wildcards(
    reference_data: Cast, action: PxAction, text: str
) -> None:
    assert found(reference_data, text) == []


def test_a_common_word_finds_the_same_as_a_rare_one(
    reference_data: Cast, action: PxAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(said, "COMMON", 0)

    assert found(reference_data, "بالصيانة") == [action.reference]
    assert found(reference_data, "بالصيانة", "outsider") == []


def test_programs_find_the_same_and_the_queue_keeps_the_budget(
    app: APIFlask, reference_data: Cast, action: PxAction
) -> None:
    client = app.test_client()
    for who, expected in (("px_coordinator", [action.reference]), ("nurse", [])):
        answer = client.get("/api/actions/?search=بالصيانة", headers=bearer(reference_data[who]))
        assert [each["reference"] for each in answer.json["results"]] == expected
    officer = sign_in(app.test_client(), reference_data["px_coordinator"])
    officer.get("/actions/?tab=all")
    with app.app_context(), counted() as statements:
        assert action.reference in officer.get("/actions/?tab=all&q=بالصيانة").text

    assert len(statements) <= MOST_STATEMENTS


def test_what_was_written_about_an_erased_patient_is_gone_and_not_found(
    reference_data: Cast, action: PxAction, patient: Patient, drain: Callable[[], int]
) -> None:
    with acting_as(SYSTEM):
        merging.erase(patient.id, actor=SYSTEM)
    drain()

    with acting_as(SYSTEM):
        db.session.expire_all()
        row = db.session.get_one(PxAction, action.id)
        assert (row.title_en, row.title_ar, row.outcome, row.severity) == ("–", "–", "–", "high")
        assert db.session.execute(sa.select(ActionNote.body)).scalars().all() == ["–"]
    for text in ("lift", "motor", "بالصيانة", "0501234567", "noura@example.org"):
        assert found(reference_data, text) == [], text
