"""Inquiries: taking one in, every state x verb, what a step asks for, the clock, the answer's message, and the conversion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from app.complaints.inquiries import jobs, sla
from app.complaints.inquiries.models import Inquiry, InquiryCategory, InquiryNote
from app.complaints.inquiries.services import converting, working, writing
from app.complaints.inquiries.services.converting import ConvertFacts
from app.complaints.inquiries.workflow import INQUIRY
from app.complaints.models import Complaint
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.core.events.models import SubjectSequence
from app.core.sla import clocks, notices, sweep
from app.core.time import clock
from app.notifications.models import Message, Notification
from app.notifications.services import compose
from app.organizations.models import Patient
from app.organizations.services import patients
from tests.cast import Cast
from tests.complaints.inquiring import ANSWER, PATH, WORDS, asked, take, walked_to

SYSTEM = system_actor("a test of inquiries")
VERBS = sorted({step.verb for step in INQUIRY.steps})
Drain = Callable[[], int]


def every(model: Any, **where: Any) -> list[Any]:
    """Every row of a table."""
    with acting_as(SYSTEM):
        db.session.expire_all()
        return list(db.session.execute(sa.select(model).filter_by(**where).order_by(model.id)).scalars())


def test_it_has_a_number_an_owner_and_eight_working_hours_at_once(reference_data: Cast) -> None:
    inquiry = asked(reference_data)

    assert inquiry.reference.startswith("INQ-2026-")
    assert inquiry.assignee_id == reference_data["px_coordinator"].id
    assert (inquiry.status, inquiry.language, inquiry.contact_phone) == ("open", "ar", "+966509998877")
    with acting_as(SYSTEM):
        (running,) = clocks.of_subject(inquiry.id)
    assert (running.kind, running.target_seconds) == (sla.ANSWER, 8 * 3600)
    assert running.calendar_id is not None
    assert inquiry.due_at == running.due_at


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": "  "}, "words"),
        ({"channel": "pigeon"}, "channel"),
        ({"contact_relation": "cat"}, "contact_relation"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_phone": "", "contact_email": ""}, "contact_phone"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"received_at": datetime(2026, 11, 25, tzinfo=UTC)}, "received_at"),
        ({"patient_id": uuid4()}, "patient_id"),
        ({"category_id": uuid4()}, "category_id"),
        ({"department_id": uuid4()}, "department_id"),
    ],
)
def test_what_can_not_be_is_refused_by_field(reference_data: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(reference_data, **facts)
    assert field in refusal.value.fields


def test_a_category_of_another_hospital_or_an_archived_one_is_refused(reference_data: Cast) -> None:
    with acting_as(SYSTEM), unit_of_work():
        foreign = InquiryCategory(hospital_id=reference_data.b.id, code="X", name_en="X", name_ar="س")
        gone = InquiryCategory(code="GONE", name_en="Gone", name_ar="قديم", archived_at=clock.now())
        db.session.add_all([foreign, gone])
    for category in (foreign, gone):
        with pytest.raises(Invalid) as refusal:
            asked(reference_data, category_id=category.id)
        assert "category_id" in refusal.value.fields


def test_a_partners_desk_enters_its_own_and_a_viewer_none(reference_data: Cast) -> None:
    inquiry = asked(reference_data, by="source_user", channel="phone")
    assert (inquiry.channel, inquiry.assignee_id) == ("partner", reference_data["px_coordinator"].id)
    for who in ("viewer", "physician", "outsider"):
        with pytest.raises(NotAllowed):
            asked(reference_data, by=who)


@pytest.mark.parametrize("state", list(PATH))
@pytest.mark.parametrize("verb", VERBS)
def test_every_state_takes_exactly_its_verbs(reference_data: Cast, state: str, verb: str) -> None:
    inquiry = walked_to(reference_data, state)
    wanted = INQUIRY.step(verb, state)

    if (state, verb) == ("converted", "convert"):  # a second click is harmless
        assert take(reference_data, inquiry, verb).complaint_id == inquiry.complaint_id
    elif wanted is not None and wanted.needs is not None:
        assert take(reference_data, inquiry, verb).status == wanted.to
    else:
        with pytest.raises((Conflict, NotAllowed)):
            take(reference_data, inquiry, verb)
        assert inquiry.status == state


@pytest.mark.parametrize(
    ("state", "verb", "field"),
    [(each.from_[0], each.verb, field) for each in INQUIRY.steps for field in each.fields],  # type: ignore[index]
)
def test_a_step_says_which_field_it_lacks_and_changes_nothing(
    reference_data: Cast, state: str, verb: str, field: str
) -> None:
    inquiry = walked_to(reference_data, str(state))
    with pytest.raises(Invalid) as refusal:
        take(reference_data, inquiry, verb, **{field: ""})
    assert field in refusal.value.fields
    db.session.rollback()
    assert every(Inquiry, id=inquiry.id)[0].status == str(state)


@pytest.mark.parametrize("who", ["physician", "viewer", "source_user", "outsider"])
def test_who_has_no_right_takes_no_step(reference_data: Cast, who: str) -> None:
    inquiry = asked(reference_data)
    for verb in ("start", "respond", "convert", "cancel"):
        with pytest.raises(Refusal) as refusal:
            take(reference_data, inquiry, verb, by=who)
        assert refusal.value.status in (403, 404)


def test_another_hospital_finds_nothing(reference_data: Cast) -> None:
    inquiry, outsider = asked(reference_data), reference_data.actor("outsider")
    with acting_as(outsider):
        for attempt in (
            lambda: working.assign(inquiry.id, to=reference_data["outsider"].id, version=1, actor=outsider),
            lambda: working.sort(inquiry.id, category_id=None, department_id=None, version=1, actor=outsider),
            lambda: writing.add_note(inquiry.id, "x", actor=outsider),
            lambda: converting.convert(inquiry.id, ConvertFacts(), version=1, actor=outsider),
        ):
            with pytest.raises(NotFound):
                attempt()
    assert take(reference_data, inquiry, "start").status == "in_progress"


def test_the_departments_manager_answers_what_concerns_the_department(reference_data: Cast) -> None:
    theirs, other = asked(reference_data), asked(reference_data, department_id=reference_data.ward.id)

    assert take(reference_data, theirs, "respond", by="department_manager").status == "answered"
    with pytest.raises(NotFound):
        take(reference_data, other, "respond", by="department_manager")
    with pytest.raises(NotAllowed):  # what is a complaint, the office says
        take(reference_data, asked(reference_data), "convert", by="department_manager")


def test_the_clock_runs_while_an_answer_is_awaited(reference_data: Cast) -> None:
    inquiry = walked_to(reference_data, "answered")
    with acting_as(SYSTEM):
        assert clocks.open_clock(inquiry.id, sla.ANSWER) is None
    assert inquiry.due_at is None

    again = take(reference_data, take(reference_data, inquiry, "close"), "reopen")

    with acting_as(SYSTEM):
        running = clocks.open_clock(inquiry.id, sla.ANSWER)
    assert running is not None
    assert (running.cycle, again.due_at) == (2, running.due_at)
    assert (again.reopened_count, again.closed_at) == (1, None)


def test_an_answered_inquiry_closes_by_itself_after_seven_days_of_silence(reference_data: Cast) -> None:
    inquiry = walked_to(reference_data, "answered")
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        jobs.close_silent_inquiries()
        assert every(Inquiry, id=inquiry.id)[0].status == "answered"
    with clock.frozen(clock.now() + timedelta(days=7)):
        jobs.close_silent_inquiries()
    assert every(Inquiry, id=inquiry.id)[0].status == "closed"


def test_an_inquiry_that_breaks_when_it_closes_by_itself_keeps_no_other_open(reference_data: Cast) -> None:
    good, broken = walked_to(reference_data, "answered"), walked_to(reference_data, "answered")
    with acting_as(SYSTEM), unit_of_work():  # no number is left for its events: the next fails
        used_up = sa.update(SubjectSequence).where(SubjectSequence.subject_id == broken.id)
        db.session.execute(used_up.values(last=2**63 - 1))

    with clock.frozen(clock.now() + timedelta(days=7)), capture_logs() as told:
        jobs.close_silent_inquiries()

    assert [every(Inquiry, id=each.id)[0].status for each in (good, broken)] == ["closed", "answered"]
    assert {each["row"] for each in told if each["event"] == "row_left"} == {str(broken.id)}


@pytest.mark.parametrize("way", ["sms", "whatsapp", "email"])
def test_the_answer_goes_out_in_the_way_that_was_chosen(reference_data: Cast, way: str) -> None:
    inquiry = take(reference_data, asked(reference_data), "respond", way=way, answer="السطر الأول\nالسطر الثاني")

    (message,) = every(Message, about_id=inquiry.id)
    assert (message.template, message.channel, message.language, message.status) == (
        "inquiries/answered", way, "ar", "queued",
    )  # fmt: skip
    assert (message.email if way == "email" else message.phone) in ("huda@example.org", "+966509998877")
    with acting_as(SYSTEM):
        text = compose.compose(message)
    assert text is not None
    assert inquiry.reference in text.body
    assert ("السطر الأول السطر الثاني" in text.body) == (way == "whatsapp")  # it takes no line ends
    assert inquiry.answered_by_id == reference_data["px_coordinator"].id
    assert [note.kind for note in every(InquiryNote, inquiry_id=inquiry.id)] == ["answer"]


@pytest.mark.parametrize("way", ["phone", "in_person"])
def test_what_was_said_is_kept_and_nobody_is_written_to(reference_data: Cast, way: str) -> None:
    inquiry = take(reference_data, asked(reference_data), "respond", way=way)

    assert (inquiry.answer, inquiry.answer_way) == (ANSWER, way)
    assert every(Message, about_id=inquiry.id) == []


def test_each_answer_is_sent_once_and_stays_on_the_timeline(reference_data: Cast) -> None:
    inquiry = take(reference_data, asked(reference_data), "respond", way="sms")
    inquiry = take(reference_data, inquiry, "reopen")
    inquiry = take(reference_data, inquiry, "respond", way="sms", answer="عند الخامسة")

    assert len(every(Message, about_id=inquiry.id)) == 2
    assert [note.body for note in every(InquiryNote, inquiry_id=inquiry.id, kind="answer")] == [ANSWER, "عند الخامسة"]


@pytest.mark.parametrize(
    ("facts", "way", "answer", "field"),
    [
        ({"contact_email": ""}, "email", ANSWER, "way"),
        ({"contact_phone": ""}, "sms", ANSWER, "way"),
        ({}, "sms", "س" * 481, "answer"),
        ({}, "pigeon", ANSWER, "way"),
    ],
)
def test_an_answer_that_can_not_go_out_is_refused_by_field(
    reference_data: Cast, facts: dict[str, Any], way: str, answer: str, field: str
) -> None:
    inquiry = asked(reference_data, **facts)
    with pytest.raises(Invalid) as refusal:
        take(reference_data, inquiry, "respond", way=way, answer=answer)
    assert field in refusal.value.fields


def test_a_patient_is_answered_in_their_language_unless_they_refuse_the_way(
    reference_data: Cast, patient: Patient
) -> None:
    nobody = {"contact_name": "", "contact_phone": "", "contact_email": "", "patient_id": patient.id}
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Patient, patient.id).language = "en"
    inquiry = take(reference_data, asked(reference_data, **nobody), "respond", way="sms")
    (message,) = every(Message, about_id=inquiry.id)
    assert (message.phone, message.language, message.patient_id) == ("+966501112233", "en", patient.id)

    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Patient, patient.id).no_contact = True
    with pytest.raises(Invalid) as refusal:
        take(reference_data, asked(reference_data, **nobody), "respond", way="sms")
    assert "way" in refusal.value.fields


def test_it_becomes_a_complaint_with_words_and_contact_once_only(reference_data: Cast) -> None:
    inquiry, officer = asked(reference_data, channel="phone"), reference_data.actor("px_coordinator")
    version = inquiry.version
    with acting_as(officer):
        first = converting.convert(inquiry.id, ConvertFacts("high"), version=version, actor=officer)[1]
        second = converting.convert(inquiry.id, ConvertFacts("high"), version=version, actor=officer)[1]

    assert first.id == second.id
    (complaint,) = every(Complaint)
    assert (complaint.words, complaint.contact_name, complaint.contact_phone, complaint.severity, complaint.channel) == (
        WORDS, "هدى السالم", "+966509998877", "high", "phone",
    )  # fmt: skip
    assert complaint.due_at is not None
    assert complaint.contact_email == "huda@example.org"
    ended = every(Inquiry, id=inquiry.id)[0]
    assert (ended.status, ended.complaint_id, ended.due_at) == ("converted", complaint.id, None)
    assert ended.closed_at is not None


def test_it_is_handed_over_and_sorted_until_it_has_ended(reference_data: Cast) -> None:
    inquiry, officer = asked(reference_data), reference_data.actor("px_coordinator")
    category = every(InquiryCategory, code="RESULTS")[0]
    with acting_as(officer):
        inquiry = working.assign(
            inquiry.id, to=reference_data["hospital_admin"].id, version=inquiry.version, actor=officer
        )
        where = {"category_id": category.id, "department_id": reference_data.ward.id}
        inquiry = working.sort(inquiry.id, **where, version=inquiry.version, actor=officer)
        with pytest.raises(Invalid):
            working.assign(inquiry.id, to=reference_data["outsider"].id, version=inquiry.version, actor=officer)
    assert (inquiry.category_id, inquiry.department_id) == (category.id, reference_data.ward.id)
    ended = take(reference_data, inquiry, "cancel")
    with acting_as(officer), pytest.raises(Conflict):
        working.assign(ended.id, to=officer.id, version=ended.version, actor=officer)  # type: ignore[arg-type]


def test_the_owner_is_reminded_and_the_ladder_is_told_when_it_is_late(reference_data: Cast, drain: Drain) -> None:
    inquiry = asked(reference_data, by="source_user")
    drain()
    assert inquiry.due_at is not None
    with clock.frozen(inquiry.due_at):
        for _turn in range(2):
            sweep.sweep_clocks()
            drain()
    with clock.frozen(inquiry.due_at + timedelta(minutes=2)):
        notices.tell_waiting()

    told = {(line.user_id, line.kind) for line in every(Notification, about_id=inquiry.id)}
    told |= {(line.user_id, line.kind) for line in every(Notification) if line.url == f"/inquiries/{inquiry.id}"}
    owner, manager = reference_data["px_coordinator"].id, reference_data["department_manager"].id
    assert {(owner, "inquiries/assigned"), (owner, "inquiries/breached"), (manager, "inquiries/escalated")} <= told


def test_what_an_erased_patient_asked_is_forgotten(reference_data: Cast, patient: Patient, drain: Drain) -> None:
    inquiry = take(reference_data, asked(reference_data, patient_id=patient.id), "respond", way="sms")
    with acting_as(SYSTEM):
        patients.erase(patient.id, actor=SYSTEM)
    drain()

    kept = every(Inquiry, id=inquiry.id)[0]
    assert (kept.words, kept.contact_name, kept.contact_phone, kept.answer) == ("–", "", "", "")
    assert [note.body for note in every(InquiryNote, inquiry_id=inquiry.id)] == ["–"]
    (message,) = every(Message, about_id=inquiry.id)
    assert (message.params, message.phone) == ({}, "")
