"""The search of inquiries: words of notes and answers, e-mail addresses, and for whom."""

from __future__ import annotations

import pytest
from apiflask import APIFlask

from app.complaints.inquiries import queries
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import Filters
from app.complaints.inquiries.services import writing
from app.core.access.actor import acting_as
from app.core.db import said, unit_of_work
from app.organizations.models import Patient
from tests.cast import Cast, bearer, sign_in
from tests.complaints.inquiring import ANSWER, asked, take
from tests.guards.test_pages import MOST_STATEMENTS, counted

NOTE = "اتّصلتُ بالمختبر فوعدوا بإرسالها يوم الأحد"


def found(cast: Cast, text: str, who: str = "px_coordinator") -> list[str]:
    """The numbers that a person finds."""
    actor = cast.actor(who)
    with acting_as(actor):
        return [row.inquiry.reference for row in queries.list_page(Filters(tab="all", text=text), actor=actor).rows]


def noted(cast: Cast, by: str = "px_coordinator", **facts: object) -> Inquiry:
    """An answered inquiry with a note of the officer."""
    inquiry, officer = take(cast, asked(cast, by, **facts), "respond"), cast.actor("px_coordinator")
    with acting_as(officer):
        writing.add_note(inquiry.id, NOTE, actor=officer)
    return inquiry


@pytest.mark.parametrize("text", ["بالمختبر", "الأحد بالمُختبر", "وعدوا", "جاهزه غدا", ANSWER])
def test_words_of_notes_and_answers_are_found_in_any_spelling(reference_data: Cast, text: str) -> None:
    inquiry = noted(reference_data)
    asked(reference_data)

    assert found(reference_data, text) == [inquiry.reference]


@pytest.mark.parametrize("text", ["بالمختبر صباحا", "في", "100%", "_____"])
def test_words_must_stand_in_one_text_and_signs_are_no_wildcards(reference_data: Cast, text: str) -> None:
    noted(reference_data)

    assert found(reference_data, text) == []


def test_who_does_not_read_notes_finds_nothing_by_them(reference_data: Cast) -> None:
    own = noted(reference_data, "source_user", channel="partner")
    noted(reference_data, department_id=reference_data.ward.id)

    assert len(found(reference_data, "بالمختبر")) == 2
    assert found(reference_data, "بالمختبر", "department_manager") == [own.reference]
    for who in ("source_user", "viewer", "outsider"):
        assert found(reference_data, "بالمختبر", who) == [], who
    assert found(reference_data, "صباحا", "source_user") == [own.reference]  # the answer stands on its page
    assert found(reference_data, "صباحا", "viewer") == []


@pytest.mark.parametrize("who", ["px_coordinator", "department_manager", "source_user", "viewer"])
def test_a_common_word_finds_the_same_as_a_rare_one(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    noted(reference_data)
    noted(reference_data, "source_user", channel="partner", department_id=reference_data.ward.id)
    rare = {text: found(reference_data, text, who) for text in ("بالمختبر", "صباحا")}
    monkeypatch.setattr(said, "COMMON", 0)

    assert {text: found(reference_data, text, who) for text in rare} == rare
    assert len(rare["صباحا"]) == {"px_coordinator": 2, "viewer": 0}.get(who, 1)


def test_who_asks_is_found_by_e_mail_address(reference_data: Cast, patient: Patient) -> None:
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        patient.email = "mohammed@example.org"
    contact, of_file = asked(reference_data), asked(reference_data, patient_id=patient.id, contact_email="")

    assert found(reference_data, "Huda@example.org") == [contact.reference]
    assert found(reference_data, "mohammed@exa") == [of_file.reference]
    for who in ("viewer", "outsider", "source_user"):
        assert (
            found(reference_data, "huda@example.org", who) == found(reference_data, "mohammed@example.org", who) == []
        )


def test_programs_find_the_same_and_the_queue_keeps_the_budget(app: APIFlask, reference_data: Cast) -> None:
    inquiry, client = noted(reference_data), app.test_client()
    for who, expected in (("px_coordinator", [inquiry.reference]), ("viewer", [])):
        answer = client.get("/api/complaints/inquiries/?search=بالمختبر", headers=bearer(reference_data[who]))
        assert [each["reference"] for each in answer.json["results"]] == expected
    officer = sign_in(app.test_client(), reference_data["px_coordinator"])
    officer.get("/inquiries/?tab=all")
    with app.app_context(), counted() as statements:
        assert inquiry.reference in officer.get("/inquiries/?tab=all&q=بالمختبر").text

    assert len(statements) <= MOST_STATEMENTS
