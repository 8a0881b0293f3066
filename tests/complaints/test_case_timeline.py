"""One timeline of a case: messages with their state, survey answers and linked actions, each once and to who may read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import jobs
from app.complaints.models import Complaint, ComplaintPaper, Explanation
from app.complaints.papers import services as papers
from app.complaints.services import writing
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.notifications.enums import MessageStatus
from app.notifications.models import Message
from app.organizations.models import Patient
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyInstance
from tests.cast import Cast, sign_in
from tests.complaints import inquiring
from tests.complaints.conftest import received
from tests.complaints.test_hearing import SYSTEM, answer_survey, asked_after, every
from tests.complaints.test_points_and_explanations import asked
from tests.complaints.test_queue_and_pages import page

PHONE = "0501112233"
TEXT = "نتصل بكم يوم الأحد"
BAD = {"COMP-01": "1", "COMP-06": "1", "COMP-07": "1", "COMP-08": "0"}


def arrived(**where: Any) -> None:
    """Let the messages of a template be delivered."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.update(Message)
            .where(*(getattr(Message, name) == value for name, value in where.items()))
            .values(status=MessageStatus.DELIVERED)
        )


def written_to(cast: Cast, **facts: Any) -> Any:
    """A complaint on which the office wrote to who complained; the message arrived."""
    complaint, officer = received(cast, contact_phone=PHONE, **facts), cast.actor("px_coordinator")
    with acting_as(officer):
        writing.add_note(complaint.id, TEXT, kind="message", actor=officer)
    arrived(template="complaints/message")
    return complaint


def test_a_message_to_who_complained_stands_there_once_with_its_state(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    complaint = written_to(reference_data)
    drain()  # the confirmation
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/complaints/{complaint.id}")
    found = {each.template: each for each in every(Message, Message.about_id == complaint.id)}

    [carried] = re.findall(rf'<li class="px-entry".*?{TEXT}.*?</li>', html, re.DOTALL)
    carried = carried[carried.rindex('<li class="px-entry"') :]
    assert "Delivered" in carried and f"/messages/{found['complaints/message'].id}" in carried
    assert "Complaint: message to who complained" not in html, "the text itself stands there"
    assert "Complaint: received" in html and f"/messages/{found['complaints/received'].id}" in html
    for event in ("A message was decided", "The provider took the message", "The message arrived"):
        assert event not in html, "the line of the message says how it stands"
    assert "112233" not in html[html.index('id="events"') : html.index("<aside")], "an address is masked"


@pytest.mark.parametrize(
    ("who", "sent", "opens"),
    [
        ("px_coordinator", 2, True),
        ("department_manager", 2, False),
        ("source_user", 2, False),
        ("viewer", 0, False),
    ],
)
def test_messages_are_told_to_who_may_know_who_complains(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int], who: str, sent: int, opens: bool
) -> None:
    complaint = received(reference_data, by="source_user", contact_phone=PHONE, channel="partner")
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        writing.add_note(complaint.id, TEXT, kind="message", actor=officer)
        writing.add_note(complaint.id, TEXT, kind="message", actor=officer)
    drain()
    sign_in(client, reference_data[who])
    html = page(client, f"/complaints/{complaint.id}")

    assert html.count('class="px-entry-note"') == sent
    assert ("/messages/" in html[html.index('id="events"') :]) is opens


def test_what_goes_to_staff_is_no_message_of_the_case(reference_data: Cast, client: FlaskClient) -> None:
    complaint = written_to(reference_data)
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.update(Message)
            .where(Message.about_id == complaint.id)
            .values(user_id=reference_data["px_coordinator"].id)
        )
    sign_in(client, reference_data["px_coordinator"])

    assert 'class="px-entry-note"' not in page(client, f"/complaints/{complaint.id}")


def test_a_survey_answer_and_the_action_that_it_opened_stand_there_once(
    reference_data: Cast, client: FlaskClient, patient: Patient, drain: Callable[[], int]
) -> None:
    complaint = asked_after(reference_data, drain, patient_id=patient.id)
    sign_in(client, reference_data["px_coordinator"])
    before = page(client, f"/complaints/{complaint.id}")
    [survey] = every(SurveyInstance)
    in_timeline = before[before.index('id="events"') : before.index("<aside")]
    assert in_timeline.count(f"/surveys/{survey.id}") == 1 and "Survey: " in in_timeline

    answer_survey(BAD, drain)
    [action] = every(PxAction)
    html = page(client, f"/complaints/{complaint.id}")
    told = html[html.index('id="events"') : html.index("<aside")]
    assert told.count(f"/surveys/{survey.id}") == 1 and "The answer did not satisfy" in told
    assert "Survey: " not in told, "the event tells it"
    assert told.count(f"/actions/{action.id}") == 1 and action.reference in told

    action_page = page(client, f"/actions/{action.id}")
    assert "Survey: " in action_page[action_page.index('id="events"') : action_page.index("<aside")]
    for who, sees_survey, sees_action in (("viewer", True, False), ("source_user", False, False)):
        if who == "source_user":
            with acting_as(SYSTEM), unit_of_work():
                db.session.execute(
                    sa.update(Complaint)
                    .where(Complaint.id == complaint.id)
                    .values(created_by_id=reference_data["source_user"].id)
                )
        sign_in(client, reference_data[who])
        read = page(client, f"/complaints/{complaint.id}")
        assert (f"/surveys/{survey.id}" in read, action.reference in read) == (sees_survey, sees_action), who


def test_a_request_to_explain_leads_to_its_page(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data)
    explanation = asked(reference_data, complaint)
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/complaints/{complaint.id}")

    assert f'href="/explanations/{explanation.id}"' in html[html.index('id="events"') : html.index("<aside")]


def test_an_answer_to_an_inquiry_stands_there_once_with_its_state(reference_data: Cast, client: FlaskClient) -> None:
    inquiry = inquiring.take(reference_data, inquiring.asked(reference_data), "respond", way="sms")
    other = inquiring.walked_to(reference_data, "answered")  # by phone
    arrived(about_id=inquiry.id)
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/inquiries/{inquiry.id}")

    told = html[html.index('id="events"') : html.index("<aside")]
    assert told.count('class="px-entry-note"') == 1 and "Delivered" in told and "SMS" in told
    assert "Inquiry: answer" not in told, "the answer itself stands there"
    assert 'class="px-entry-note"' not in page(client, f"/inquiries/{other.id}")
    sign_in(client, reference_data["viewer"])
    assert 'class="px-entry-note"' not in page(client, f"/inquiries/{inquiry.id}")


def test_a_pack_is_drawn_with_messages_answers_explanations_and_actions_by_a_job_without_a_request(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    asked_after(reference_data, drain, patient_id=patient.id)
    answer_survey(BAD, drain)
    officer = reference_data.actor("px_coordinator")
    asked(reference_data, written_to(reference_data))
    with acting_as(officer):
        packs = [papers.make_pack(each.id, "ar", actor=officer) for each in every(Complaint)]
    jobs.draw_papers()

    assert {each.state for each in every(ComplaintPaper)} == {"ready"} and len(packs) == 2
    assert every(PxAction) and every(SurveyInstance) and every(Explanation) and every(Message)
