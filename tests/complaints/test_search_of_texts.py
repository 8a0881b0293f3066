"""The queue's search in notes and points: what it finds, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app.complaints import queue
from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.queue import Filters
from app.complaints.services import erasing, writing
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, said, unit_of_work
from app.core.events.models import EventDetail, EventLog
from app.organizations.models import Patient
from tests.cast import Cast, bearer, sign_in
from tests.complaints.conftest import received, step
from tests.guards.test_pages import MOST_STATEMENTS, counted

NOTE = "اتّصلتُ بالعيادة فوعدت بإعادة الجدولة يوم الأحد"
ANSWER = "The invoice was corrected and refunded"


def found(cast: Cast, text: str, who: str = "px_coordinator", tab: str = "all") -> list[str]:
    """The numbers that a person finds."""
    actor = cast.actor(who)
    with acting_as(actor):
        return [row.complaint.reference for row in queue.list_page(Filters(tab=tab, text=text), actor=actor).rows]


def noted(cast: Cast, by: str = "px_coordinator", **facts: Any) -> Complaint:
    """A complaint with a note and a point of the officer."""
    complaint = received(cast, by, **facts)
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        writing.add_note(complaint.id, NOTE, actor=officer)
        point = points.add(complaint.id, PointFacts("Billing desk"), actor=officer)
        facts_of_point = PointFacts("Billing desk", answer=ANSWER)
        points.change(complaint.id, point.id, facts_of_point, version=point.version, actor=officer)
    return complaint


@pytest.mark.parametrize(
    "text",
    ["العيادة", "اعاده الجدوله", "إعادةِ الجدولة", "الأحد العيادة", "REFUNDED", "invoice", "billing", "يوم الاحد"],
)
def test_words_of_notes_and_points_are_found_in_any_spelling(reference_data: Cast, text: str) -> None:
    complaint = noted(reference_data)
    received(reference_data)

    assert found(reference_data, text) == [complaint.reference]


@pytest.mark.parametrize("text", ["الجدولة refunded", "في", "100%", "_____", "العياده الاربعاء"])
def test_words_must_stand_in_one_text_and_signs_are_no_wildcards(reference_data: Cast, text: str) -> None:
    noted(reference_data)

    assert found(reference_data, text) == []


def test_the_search_still_finds_by_words_names_and_numbers(reference_data: Cast, patient: Patient) -> None:
    complaint = noted(reference_data, patient_id=patient.id)

    for text in ("ثلاث ساعات", "Mohammed", "0501112233", complaint.reference):
        assert found(reference_data, text) == [complaint.reference], text


def test_a_viewer_who_may_not_read_notes_finds_nothing_by_them(app: APIFlask, reference_data: Cast) -> None:
    complaint = noted(reference_data)

    for text in (NOTE, "الجدولة", "refunded", "Billing"):
        assert found(reference_data, text, "viewer") == []
    assert found(reference_data, complaint.reference, "viewer") == [complaint.reference]
    html = sign_in(app.test_client(), reference_data["viewer"]).get(f"/complaints/{complaint.id}").text
    assert NOTE not in html  # as on the page itself


def test_a_department_manager_finds_by_notes_of_the_departments_own_only(reference_data: Cast) -> None:
    own = noted(reference_data)
    noted(reference_data, department_id=reference_data.ward.id)

    assert found(reference_data, "الجدولة", "department_manager") == [own.reference]


def test_a_partners_desk_finds_by_the_offices_notes_nothing(reference_data: Cast) -> None:
    noted(reference_data, "source_user", channel="partner")

    assert found(reference_data, "الجدولة", "source_user") == []  # nor does it read them


def test_a_partners_desk_finds_by_what_was_written_to_who_complained(reference_data: Cast) -> None:
    own = received(reference_data, "source_user", channel="partner", contact_name="Ali", contact_phone="0501112299")
    theirs = received(reference_data, contact_name="Huda", contact_phone="0501112298")
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        for each in (own, theirs):
            writing.add_note(each.id, "Your parking ticket was refunded", kind="message", actor=officer)

    assert found(reference_data, "parking", "source_user") == [own.reference]
    assert len(found(reference_data, "parking")) == 2


@pytest.mark.parametrize("text", ["sara.ali@example.org", "SARA.Ali@Example.org", "sara.ali@", "sara.ali"])
def test_who_complained_is_found_by_e_mail_address(reference_data: Cast, patient: Patient, text: str) -> None:
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        patient.email = "Sara.Ali@example.org"
    contact = received(reference_data, contact_email="sara.ali@example.org")
    of_file = received(reference_data, patient_id=patient.id)
    received(reference_data, contact_email="sarah@example.org")

    expected = {contact.reference, of_file.reference} if "@" in text else {contact.reference}
    assert set(found(reference_data, text)) == expected  # a patient's address is looked for once it is told as one
    assert set(found(reference_data, text, "department_manager")) == expected
    assert found(reference_data, text, "viewer") == found(reference_data, text, "outsider") == []
    assert found(reference_data, text, "source_user") == []


@pytest.mark.parametrize("text", ["%@example.org", "@example.org", "sara_ali@example.org", "ali@example.org"])
def test_a_patients_address_is_found_from_its_beginning_and_signs_are_no_wildcards(
    reference_data: Cast, patient: Patient, text: str
) -> None:
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        patient.email = "sara.ali@example.org"
    received(reference_data, patient_id=patient.id)

    assert found(reference_data, text) == []


def test_the_address_of_an_erased_patient_finds_nothing_any_more(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, patient_id=patient.id, contact_email="sara.ali@example.org")
    assert found(reference_data, "sara.ali@example.org") == [complaint.reference]
    system = system_actor("erase in a test", reference_data.a.id)
    with acting_as(system):
        erasing.forget(patient.id, actor=system)

    assert found(reference_data, "sara.ali@example.org") == []


@pytest.mark.parametrize("text", ["ورق موقع", "zebra wing"])
def test_wishes_places_and_answers_are_words_of_the_case(reference_data: Cast, text: str) -> None:
    complaint = received(reference_data, wish="Please repaint the zebra", place="wing")
    step(reference_data, step(reference_data, complaint, "activate"), "start")
    step(reference_data, complaint, "resolve", resolution="أرسلنا لكم وَرَقًا مُوقَّعًا")

    assert found(reference_data, text.replace("ورق موقع", "ورقا موقعا")) == [complaint.reference]


def test_words_of_explanations_are_found_by_who_may_read_them(reference_data: Cast) -> None:
    complaint, officer = received(reference_data), reference_data.actor("px_coordinator")
    with acting_as(officer):
        for department, question in ((reference_data.er, "Which lantern"), (reference_data.ward, "Which anchor")):
            asked = Question(question, department_id=department.id)
            explaining.ask(complaint.id, reference_data["physician"].id, asked, actor=officer)

    for who, lantern, anchor in (("px_coordinator", 1, 1), ("department_manager", 1, 0), ("viewer", 0, 0)):
        assert len(found(reference_data, "lantern", who)) == lantern, who
        assert len(found(reference_data, "anchor", who)) == anchor, who  # of the ward, not of the manager's department


def test_another_hospital_finds_nothing(reference_data: Cast) -> None:
    noted(reference_data)

    assert found(reference_data, "الجدولة", "outsider") == []


def test_who_reads_all_but_knows_only_their_own_finds_by_notes_of_their_own(reference_data: Cast) -> None:
    own = noted(reference_data)
    noted(reference_data, department_id=reference_data.ward.id)
    head, viewer = reference_data.actor("department_manager"), reference_data.actor("viewer")
    both = type(head)(head.kind, head.id, head.holdings + viewer.holdings)
    with acting_as(both):
        assert len(queue.list_page(Filters(tab="all"), actor=both).rows) == 2
        rows = queue.list_page(Filters(tab="all", text="refunded"), actor=both).rows
    assert [row.complaint.reference for row in rows] == [own.reference]


@pytest.mark.parametrize("who", ["px_coordinator", "department_manager", "source_user", "viewer"])
def test_a_common_word_finds_the_same_as_a_rare_one(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    noted(reference_data)
    noted(reference_data, department_id=reference_data.ward.id)
    noted(reference_data, "source_user", channel="partner", department_id=reference_data.ward.id)
    rare = {text: found(reference_data, text, who) for text in ("الجدولة", "refunded", "العياده الاربعاء")}
    monkeypatch.setattr(said, "COMMON", 0)

    assert {text: found(reference_data, text, who) for text in rare} == rare
    assert len(rare["refunded"]) == {"px_coordinator": 3, "viewer": 0}.get(who, 1)


def test_programs_find_the_same(app: APIFlask, reference_data: Cast) -> None:
    complaint = noted(reference_data)
    client = app.test_client()

    def ask(who: str) -> list[str]:
        answer = client.get("/api/complaints/complaints/?search=refunded", headers=bearer(reference_data[who]))
        assert answer.status_code == 200, answer.text
        return [each["reference"] for each in answer.json["results"]]

    assert ask("px_coordinator") == [complaint.reference]
    assert ask("viewer") == []


def test_what_an_erased_patient_said_is_not_found_any_more(reference_data: Cast, patient: Patient) -> None:
    complaint = noted(reference_data, patient_id=patient.id)
    kept = sa.select(EventDetail).join(EventLog).where(EventLog.subject_id == complaint.id)
    system = system_actor("erase in a test", reference_data.a.id)
    with acting_as(system):
        assert db.session.execute(kept).all()  # what stood before and after in the point
        erasing.forget(patient.id, actor=system)
        folded = [
            text
            for model in (ComplaintNote, ComplaintPoint)
            for text in db.session.execute(sa.select(model.folded)).scalars()
        ]

        assert db.session.execute(kept).all() == []
    assert found(reference_data, "الجدولة") == found(reference_data, "refunded") == []
    assert {text.strip() for text in folded} == {"–"}


def test_a_search_of_the_queue_keeps_the_budget(app: APIFlask, reference_data: Cast) -> None:
    noted(reference_data)
    client = sign_in(app.test_client(), reference_data["px_coordinator"])
    client.get("/complaints/?tab=all")
    with app.app_context(), counted() as statements:
        assert "Billing" not in client.get("/complaints/?tab=all&q=الجدولة").text

    assert len(statements) <= MOST_STATEMENTS
