"""After the first word: the answer's message, code and proof of the tracking page, objection, withdrawal, and the survey after."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.models import Complaint, ComplaintNote
from app.complaints.public import hearing, tracking
from app.complaints.services import erasing, writing
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict
from app.core.jobs import queues
from app.core.keys.links import token_for
from app.core.time import clock
from app.notifications.models import Message, Notification
from app.organizations.models import Patient
from app.organizations.patient_models import CHANNELS
from app.px_action_center.models import PxAction
from app.surveys.enums import InstanceState
from app.surveys.models import SurveyInstance
from app.surveys.services import answering, reminding, resending, sending, sheets, withdrawing
from app.surveys.workflow import rise
from tests.cast import Cast
from tests.complaints.conftest import WORDS, brought_to, received, step

SYSTEM = system_actor("a test of complaints")
ANSWER = "اعتذرنا وزدنا عدد الأطباء"


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def every(model: type, *where: Any) -> list[Any]:
    """Every row of a table, oldest first."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).where(*where).order_by(model.created_at)).scalars())  # type: ignore[attr-defined]


def link(complaint: Complaint) -> str:
    """The address of the tracking page."""
    return f"/c/{token_for(tracking.PURPOSE, complaint.handle)}"


def code_of(client: FlaskClient, complaint: Complaint) -> str:
    """Ask for a code and read it from the message."""
    assert client.post(f"{link(complaint)}/code").status_code == 200
    return str(every(Message, Message.template == "complaints/code")[-1].params["code"])


def opened(client: FlaskClient, complaint: Complaint, code: str = "") -> str:
    """Show the page behind the code."""
    answer = client.post(f"{link(complaint)}/words", data={"code": code or code_of(client, complaint), "lang": "en"})
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def proof_in(html: str) -> str:
    """The proof that the forms of the page carry."""
    return re.search(r'name="proof" value="([^"]+)"', html).group(1)  # type: ignore[union-attr]


def test_who_complained_is_told_that_the_answer_is_there_and_reads_it_behind_a_code(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    complaint = brought_to(reference_data, "resolved", contact_phone="0501112233")
    drain()
    told = every(Message, Message.template == "complaints/answered")
    assert [(each.phone, each.params["reference"]) for each in told] == [("+966501112233", complaint.reference)]

    code = code_of(client, complaint)
    html = opened(client, complaint, " ".join(code).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    assert WORDS in html
    assert ANSWER in html
    assert "قال إنه انتظر" not in html  # the statement is the office's own note


def test_a_wrong_an_old_and_a_guessed_code_open_nothing(reference_data: Cast, client: FlaskClient) -> None:
    complaint, other = received(reference_data, contact_phone="0501112233"), received(reference_data)
    code = code_of(client, complaint)
    assert client.post(f"{link(other)}/words", data={"code": code}).status_code == 422
    with clock.frozen(clock.now() + timedelta(minutes=21)):
        assert client.post(f"{link(complaint)}/words", data={"code": code}).status_code == 422
    for _try in range(4):
        answer = client.post(f"{link(complaint)}/words", data={"code": "000 00"})
        assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (422, False)
    assert client.post(f"{link(complaint)}/words", data={"code": code}).status_code == 429


def test_a_proof_is_of_one_complaint_and_of_half_an_hour(reference_data: Cast, client: FlaskClient) -> None:
    complaint, other = received(reference_data, contact_phone="0501112233"), received(reference_data)
    proof = proof_in(opened(client, complaint))
    for address, given in (
        (link(other), proof), (link(complaint), "1" + proof), (link(complaint), ""), (link(complaint), "é.x"),
    ):  # fmt: skip
        assert client.post(f"{address}/added", data={"proof": given, "words": "more"}).status_code == 409
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert client.post(f"{link(complaint)}/added", data={"proof": proof, "words": "more"}).status_code == 409
    assert every(ComplaintNote) == []


def test_without_a_phone_no_code_can_be_sent_and_the_page_says_what_to_do(
    reference_data: Cast, client: FlaskClient
) -> None:
    answer = client.post(f"{link(received(reference_data))}/code", data={"lang": "en"})
    assert (answer.status_code, "call the office" in answer.get_data(as_text=True)) == (409, True)


def test_who_stays_unnamed_gets_a_code_once_and_reads_the_answer_with_it(
    reference_data: Cast, client: FlaskClient
) -> None:
    html = client.post(
        "/c/", data={"hospital_id": reference_data.a.id, "words": WORDS, "is_anonymous": "yes", "lang": "en"}
    ).get_data(as_text=True)
    [complaint] = every(Complaint)
    [code] = re.findall(r">(\d{8})<", html)
    assert code not in client.get(f"{link(complaint)}?new=1&lang=en").get_data(as_text=True)
    assert "shown when you sent" in client.post(f"{link(complaint)}/code", data={"lang": "en"}).get_data(as_text=True)
    assert WORDS in opened(client, complaint, code)
    assert every(Message) == []


def test_two_unnamed_people_with_the_same_words_never_see_each_others_complaint(
    reference_data: Cast, client: FlaskClient
) -> None:
    sent = {"hospital_id": reference_data.a.id, "words": "The parking is full", "is_anonymous": "yes", "lang": "en"}
    codes = [re.findall(r">(\d{8})<", client.post("/c/", data=sent).get_data(as_text=True)) for _person in range(2)]
    assert codes[0] != codes[1]
    assert len(every(Complaint)) == 2


def test_added_words_reach_the_owner_and_let_a_waiting_complaint_go_on(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    complaint = brought_to(reference_data, "waiting_patient", contact_phone="0501112233")
    drain()
    answer = client.post(
        f"{link(complaint)}/added", data={"proof": proof_in(opened(client, complaint)), "words": "<b>الأوراق</b>"}
    )
    html = answer.get_data(as_text=True)
    drain()

    assert (answer.status_code, "<b>الأوراق" in html, "&lt;b&gt;الأوراق" in html) == (200, False, True)
    assert every(Complaint)[0].status == "in_progress"
    [note] = every(ComplaintNote, ComplaintNote.kind == "added")
    assert (note.author_id, note.body) == (None, "<b>الأوراق</b>")
    assert every(Notification, Notification.kind == "complaints/added")[0].user_id == complaint.assignee_id


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_an_objection_opens_it_again_within_thirty_days(reference_data: Cast, client: FlaskClient, state: str) -> None:
    complaint = brought_to(reference_data, state, contact_phone="0501112233")
    proof = proof_in(opened(client, complaint))
    assert client.post(f"{link(complaint)}/added", data={"proof": proof, "words": "لم يحل شيء"}).status_code == 200
    row = every(Complaint)[0]
    assert (row.status, row.reopened_count, row.resolved_at) == ("in_progress", 1, None)


def test_a_month_after_the_answer_nothing_is_opened_again(reference_data: Cast, client: FlaskClient) -> None:
    complaint = brought_to(reference_data, "closed", contact_phone="0501112233")
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert 'name="words"' not in opened(client, complaint)
        with pytest.raises(Conflict):
            hearing.add_words(complaint, "too late")


def test_withdrawing_wants_to_be_sure_and_ends_it_without_a_survey(
    reference_data: Cast, client: FlaskClient, patient: Patient, drain: Callable[[], int]
) -> None:
    complaint = received(reference_data, patient_id=patient.id)
    proof = proof_in(opened(client, complaint))
    assert client.post(f"{link(complaint)}/withdrawn", data={"proof": proof}).status_code == 422
    assert client.post(f"{link(complaint)}/withdrawn", data={"proof": proof, "sure": "yes"}).status_code == 200
    assert client.post(f"{link(complaint)}/added", data={"proof": proof, "words": "again"}).status_code == 409
    drain()
    row = every(Complaint)[0]
    assert (row.status, row.cancel_reason) == ("cancelled", "patient_withdrew")
    assert every(SurveyInstance) == []


def test_the_office_writes_to_who_complained(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data, contact_phone="0501112233")
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        writing.add_note(complaint.id, "أرسلوا رقم الموعد", kind="message", actor=actor)
        writing.add_note(complaint.id, "between us", actor=actor)
    html = opened(client, complaint)
    assert ("أرسلوا رقم الموعد" in html, "between us" in html) == (True, False)
    assert [each.phone for each in every(Message, Message.template == "complaints/message")] == ["+966501112233"]
    assert every(Complaint)[0].first_contact_at is not None

    silent = received(reference_data)
    with acting_as(actor), pytest.raises(Conflict) as refusal:
        writing.add_note(silent.id, "hello", kind="message", actor=actor)
    assert refusal.value.code == "unreachable"
    db.session.rollback()
    assert every(ComplaintNote, ComplaintNote.complaint_id == silent.id) == []


def asked_after(cast: Cast, drain: Callable[[], int], **facts: Any) -> Complaint:
    """A complaint that was closed, and whose survey's time has come."""
    complaint = brought_to(cast, "closed", **facts)
    drain()
    with clock.frozen(clock.now() + timedelta(hours=20)):
        sending.send_due()
    return complaint


def answer_survey(values: dict[str, str], drain: Callable[[], int]) -> SurveyInstance:
    """Answer the one survey that was sent, with values by question code."""
    [instance] = every(SurveyInstance)
    actor = sheets.bearer(token_for(sending.PURPOSE, instance.handle))
    with acting_as(actor):
        answering.submit(values, actor=actor)
    drain()
    return instance


@pytest.mark.parametrize(
    ("values", "satisfied"),
    [
        ({"COMP-01": "5", "COMP-07": "4", "COMP-08": "0"}, True),
        ({"COMP-01": "1", "COMP-06": "1", "COMP-07": "1", "COMP-08": "0"}, False),
        ({"COMP-01": "2", "COMP-08": "0"}, False),
        ({"COMP-01": "5", "COMP-08": "1"}, True),
        ({"COMP-01": "5"}, None),
    ],
)
def test_the_survey_after_the_end_judges_the_answer_and_a_low_score_opens_an_action(
    reference_data: Cast, patient: Patient, drain: Callable[[], int], values: dict[str, str], satisfied: bool | None
) -> None:
    complaint = asked_after(reference_data, drain, patient_id=patient.id)
    [invitation] = every(Message, Message.template == "surveys/resolution")
    assert invitation.phone == "+966501112233"
    survey = answer_survey(values, drain)

    row = every(Complaint)[0]
    assert (row.is_satisfied, row.satisfaction) == (satisfied, every(SurveyInstance)[0].score)
    actions = every(PxAction)
    if satisfied is False:
        [action] = actions
        assert (action.source_kind, action.source_id, action.patient_id) == (
            "resolution_low_score",
            survey.id,
            patient.id,
        )
        assert [each.user_id for each in every(Notification, Notification.kind == "complaints/unsatisfied")] == [
            complaint.assignee_id
        ]
    else:
        assert actions == []


@pytest.mark.parametrize("facts", [{}, {"is_anonymous": True}])
def test_no_survey_follows_who_left_no_address_or_no_name(
    reference_data: Cast, drain: Callable[[], int], facts: dict[str, Any]
) -> None:
    asked_after(reference_data, drain, **facts)
    assert every(SurveyInstance) == []


@pytest.mark.parametrize(
    ("contact", "reached"),
    [
        ({"contact_phone": "0501112299"}, ("+966501112299", "")),
        ({"contact_email": "sara@example.org"}, ("", "sara@example.org")),
    ],
)
def test_who_complained_without_a_file_is_asked_once_and_a_low_score_opens_an_action(
    reference_data: Cast, drain: Callable[[], int], contact: dict[str, str], reached: tuple[str, str]
) -> None:
    complaint = asked_after(reference_data, drain, **contact)
    with acting_as(SYSTEM):
        assert hearing.ask_how_it_was(complaint.id, actor=SYSTEM) is None
    [invitation] = every(Message, Message.template == "surveys/resolution")
    assert (invitation.phone, invitation.email, invitation.patient_id) == (*reached, None)
    survey = answer_survey({"COMP-01": "1", "COMP-06": "1", "COMP-07": "1", "COMP-08": "0"}, drain)

    row = every(Complaint)[0]
    assert (row.is_satisfied, row.judged_in_id, survey.patient_id) == (False, survey.id, None)
    [action] = every(PxAction)
    assert (action.source_kind, action.source_id, action.patient_id) == ("resolution_low_score", survey.id, None)


def test_the_survey_after_a_complaint_is_sent_again_in_its_own_words_and_counted_and_taken_back(
    reference_data: Cast, drain: Callable[[], int]
) -> None:
    asked_after(reference_data, drain, contact_phone="0501112299")
    [survey], office = every(SurveyInstance), reference_data.actor("px_coordinator")
    begun = clock.now() + timedelta(hours=20)
    with acting_as(office), clock.frozen(begun), pytest.raises(Conflict) as refused:
        resending.resend(survey.id, actor=office)
    assert refused.value.code == "too_soon", "the invitation left just now"
    for number in range(1, resending.MOST + 1):
        with acting_as(office), clock.frozen(begun + number * timedelta(hours=1)):
            resending.resend(survey.id, actor=office)
    with acting_as(office), clock.frozen(begun + timedelta(hours=9)), pytest.raises(Conflict):
        resending.resend(survey.id, actor=office)
    assert {each.template for each in every(Message, Message.about_id == survey.id)} == {"surveys/resolution"}

    with acting_as(office):
        withdrawing.withdraw(survey.id, actor=office)
    db.session.expire_all()
    assert {each.status for each in every(Message, Message.about_id == survey.id)} == {"suppressed"}


@pytest.mark.parametrize(
    ("on_file", "reason"),
    [
        ({"no_contact": True}, "do_not_contact"),
        ({"deceased_at": clock.now()}, "deceased"),
        ({"consents": {each: {"given": False} for each in CHANNELS}}, "no_consent"),
    ],
)
def test_what_the_file_of_this_phone_forbids_holds_for_a_contact_without_a_file(
    reference_data: Cast, patient: Patient, drain: Callable[[], int], on_file: dict[str, Any], reason: str
) -> None:
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.get_one(Patient, patient.id)
        for name, value in on_file.items():
            setattr(row, name, value)
    asked_after(reference_data, drain, contact_phone=patient.phone_e164)
    [survey] = every(SurveyInstance)
    assert (survey.state, survey.skip_reason) == (InstanceState.CANCELLED, reason)
    assert every(Message, Message.template == "surveys/resolution") == []


def test_a_contacts_withdrawal_is_followed_by_no_survey(reference_data: Cast, drain: Callable[[], int]) -> None:
    brought_to(reference_data, "cancelled", contact_phone="0501112299")
    drain()
    assert every(SurveyInstance) == []


@pytest.mark.parametrize(("no_contact", "reminders"), [(False, 1), (True, 0)])
def test_a_contact_is_reminded_unless_the_file_of_the_phone_forbids_it_meanwhile(
    reference_data: Cast, patient: Patient, drain: Callable[[], int], no_contact: bool, reminders: int
) -> None:
    asked_after(reference_data, drain, contact_phone=patient.phone_e164)
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Patient, patient.id).no_contact = no_contact
        survey = db.session.execute(sa.select(SurveyInstance)).scalar_one()
        rise(survey, "send", actor=SYSTEM)
        survey.remind_at = clock.now()
    with clock.frozen(clock.now() + timedelta(hours=20)):
        assert reminding.remind_due() == 1
    assert len(every(Message, Message.template == "surveys/reminder")) == reminders


def test_erasing_the_patient_who_was_found_later_empties_the_message_of_the_survey(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    complaint = asked_after(reference_data, drain, contact_phone="0501112299")
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Complaint, complaint.id).patient_id = patient.id
    with acting_as(SYSTEM):
        erasing.forget(patient.id, actor=SYSTEM)
    [invitation] = every(Message, Message.template == "surveys/resolution")
    assert (invitation.phone, invitation.phone_tail) == ("", "")


def test_no_survey_reaches_the_dead(reference_data: Cast, patient: Patient, drain: Callable[[], int]) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Patient, patient.id).deceased_at = clock.now()
    asked_after(reference_data, drain, patient_id=patient.id)
    [survey] = every(SurveyInstance)
    assert (survey.state, survey.skip_reason) == (InstanceState.CANCELLED, "deceased")
    assert every(Message, Message.template == "surveys/resolution") == []


def test_closing_again_asks_again_and_twice_the_same_end_asks_once(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    complaint = asked_after(reference_data, drain, patient_id=patient.id)
    with acting_as(SYSTEM):
        assert hearing.ask_how_it_was(complaint.id, actor=SYSTEM) is None
    for verb in ("reopen", "resolve", "close"):
        complaint = step(reference_data, every(Complaint)[0], verb)
    drain()
    assert len(every(SurveyInstance)) == 2
