"""The link of a request to explain: no sign-in, one question, a draft, an answer; over when settled; the manager's own if late."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.explanations import answering_link
from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question
from app.complaints.models import Explanation
from app.core.access.actor import acting_as
from app.core.db import db
from app.core.jobs import queues
from app.core.keys.links import token_for
from app.core.sla import notices, sweep
from app.core.time import clock
from app.notifications.models import Message, Notification
from app.organizations.models import Patient
from tests.cast import Cast
from tests.complaints.conftest import WORDS, brought_to
from tests.complaints.test_hearing import every


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def asked(cast: Cast, **facts: Any) -> Explanation:
    """The physician is asked about a complaint of the emergency department."""
    complaint = brought_to(cast, "in_progress", contact_name="Abu Mohammed", **facts)
    actor = cast.actor("px_coordinator")
    question = Question("لماذا طال الانتظار؟ <b>", "انتظرت ثلاث ساعات", cast.er.id, shows_patient=True)
    with acting_as(actor):
        return explaining.ask(complaint.id, cast["physician"].id, question, actor=actor)


def link(explanation: Explanation, whose: str = answering_link.OWN) -> str:
    """The address of the link."""
    return f"/x/{token_for(whose, explanation.handle)}"


def version_in(html: str) -> str:
    """The version that the form carries."""
    return re.search(r'name="version" value="(\d+)"', html).group(1)  # type: ignore[union-attr]


def send(client: FlaskClient, explanation: Explanation, text: str, step: str = "send", **more: str) -> Any:
    """Open the link and send what was written."""
    version = version_in(client.get(link(explanation)).get_data(as_text=True))
    return client.post(link(explanation), data={"text": text, "step": step, "version": version, "lang": "en", **more})


def rule(cast: Cast, explanation: Explanation, verb: str, text: str = "") -> None:
    """The officer rules on it."""
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        row = db.session.get_one(Explanation, explanation.id, populate_existing=True)
        explaining.move(row.id, verb, version=row.version, text=text, actor=actor)


def test_the_link_comes_by_e_mail_and_shows_the_question_and_nothing_of_who_complained(
    reference_data: Cast, client: FlaskClient, patient: Patient, drain: Callable[[], int]
) -> None:
    explanation = asked(reference_data, patient_id=patient.id)
    drain()
    [message] = every(Message, Message.template == "explanations/asked")
    assert (message.email, message.link_path, message.user_id) == (
        reference_data["physician"].email, "/x/", reference_data["physician"].id,
    )  # fmt: skip
    for code in ("ar", "en"):
        html = client.get(f"{link(explanation)}?lang={code}").get_data(as_text=True)
        assert ("لماذا طال الانتظار؟ &lt;b&gt;" in html, "انتظرت ثلاث ساعات" in html) == (True, True)
        for secret in (WORDS, "Abu Mohammed", "Mohammed Salem", "محمد سالم", "501112233"):
            assert secret not in html


def test_a_draft_is_kept_and_the_answer_reaches_the_officer_once(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    explanation = asked(reference_data)
    assert send(client, explanation, "كان الأطباء", "draft").status_code == 200
    html = client.get(link(explanation)).get_data(as_text=True)
    assert "كان الأطباء</textarea>" in html
    stale = version_in(html)
    assert send(client, explanation, "كان الأطباء ثلاثة").status_code == 200
    again = client.post(link(explanation), data={"text": "twice", "step": "send", "version": stale, "lang": "en"})
    drain()

    row = every(Explanation)[0]
    assert (again.status_code, row.status, row.answer, row.draft) == (409, "answered", "كان الأطباء ثلاثة", "")
    told = every(Notification, Notification.kind == "explanations/answer")
    assert [each.user_id for each in told] == [reference_data["px_coordinator"].id]
    assert 'name="text"' not in client.get(link(explanation)).get_data(as_text=True)


def test_what_is_empty_or_too_long_is_told_and_kept(reference_data: Cast, client: FlaskClient) -> None:
    explanation = asked(reference_data)
    assert send(client, explanation, "  ").status_code == 422
    long = send(client, explanation, "x" * 5_001)
    assert (long.status_code, "x" * 5_001 in long.get_data(as_text=True)) == (422, True)
    assert every(Explanation)[0].status == "requested"


def test_somebody_who_was_faster_is_not_written_over(reference_data: Cast, client: FlaskClient) -> None:
    explanation = asked(reference_data)
    version = version_in(client.get(link(explanation)).get_data(as_text=True))
    send(client, explanation, "a draft of another window", "draft")
    late = client.post(link(explanation), data={"text": "mine", "step": "send", "version": version, "lang": "en"})
    assert (late.status_code, "mine" in late.get_data(as_text=True)) == (409, True)
    assert every(Explanation)[0].status == "requested"


def test_a_return_opens_the_link_again_and_settling_closes_it(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    explanation = asked(reference_data)
    drain()
    send(client, explanation, "first")
    rule(reference_data, explanation, "return", "Which shift?")
    drain()
    assert len(every(Message, Message.template == "explanations/asked")) == 2
    assert "Which shift?" in client.get(link(explanation)).get_data(as_text=True)
    send(client, explanation, "the evening shift")
    rule(reference_data, explanation, "accept")
    over = client.get(f"{link(explanation)}?lang=en")
    assert (over.status_code, "evening shift" in over.get_data(as_text=True)) == (410, False)
    assert client.post(link(explanation), data={"text": "more"}).status_code == 410


@pytest.mark.parametrize("token", ["x", "a" * 30, "é" * 30])
def test_a_link_that_is_none_of_ours_is_404_and_an_old_one_is_over(
    reference_data: Cast, client: FlaskClient, token: str
) -> None:
    explanation = asked(reference_data)
    assert client.get(f"/x/{token}").status_code == 404
    assert client.get(f"/x/{token_for('complaint', explanation.handle)}").status_code == 404
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert client.get(link(explanation)).status_code == 410


def test_the_manager_is_told_at_once_and_gets_a_link_of_their_own_when_it_is_late(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int]
) -> None:
    explanation = asked(reference_data)
    drain()
    told = every(Notification, Notification.kind == "explanations/manager")
    assert [each.user_id for each in told] == [reference_data["department_manager"].id]
    with clock.frozen(clock.now() + timedelta(days=20)):
        sweep.sweep_clocks()
        drain()
        notices.tell_waiting()
        late = every(Message, Message.template == "explanations/late")
        assert [each.user_id for each in late] == [reference_data["department_manager"].id]
        address = link(explanation, answering_link.MANAGER)
        html = client.get(f"{address}?lang=en").get_data(as_text=True)
        assert "as the manager" in html
        answer = client.post(address, data={"text": "We lacked two doctors.", "version": version_in(html)})
    assert (answer.status_code, every(Explanation)[0].answer) == (200, "We lacked two doctors.")
