"""Text modules: filled with a case's facts in its reader's language, taken into what is written, refused half filled."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.services import writing
from app.complaints.texts import filling
from app.complaints.texts.models import TextModule
from app.complaints.texts.resource import TEXTS
from app.complaints.texts.seeds import TEXTS as SEEDED
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.resources import commands
from app.notifications import placeholders
from app.organizations.models import Patient
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import brought_to, received
from tests.complaints.inquiring import asked

SYSTEM = system_actor("a test of text modules")


def module(cast: Cast, by: str = "hospital_admin", **values: Any) -> TextModule:
    """A message module of hospital A, unless told otherwise."""
    given = {
        "hospital_id": cast.a.id, "code": "X", "name_en": "X", "name_ar": "س", "purpose": "message",
        "text_en": "Dear {name}: {reference}", "text_ar": "عزيزنا {name}: {reference}", **values,
    }  # fmt: skip
    actor = cast.actor(by)
    with acting_as(actor):
        return commands.create(TEXTS, given, actor=actor)


def fill(cast: Cast, row: Any, each: TextModule, case: str = "complaint", by: str = "px_coordinator") -> str:
    """The module as it would be written."""
    actor = cast.actor(by)
    with acting_as(actor):
        return filling.filled(case, row.id, each.id, actor=actor).text


def test_a_module_speaks_the_patients_language_and_names_the_patient(reference_data: Cast, patient: Patient) -> None:
    each = module(reference_data)
    arabic = received(reference_data, patient_id=patient.id)
    assert fill(reference_data, arabic, each) == f"عزيزنا محمد سالم: {arabic.reference}"
    english = received(reference_data, words="Nobody told me why.", contact_name="Sara", contact_phone="0501112244")
    with acting_as(SYSTEM):
        english.language = "en"
        db.session.flush()
    assert fill(reference_data, english, each) == f"Dear Sara: {english.reference}"


def test_what_is_not_known_stays_and_is_not_sent(reference_data: Cast) -> None:
    row = received(reference_data, is_anonymous=True)
    text = fill(reference_data, row, module(reference_data))
    assert "{name}" in text
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Invalid) as refused:
        writing.add_note(row.id, text, kind="message", actor=actor)
    assert "{name}" in str(refused.value.fields["body"])
    with acting_as(actor):
        assert writing.add_note(row.id, text, kind="note", actor=actor).body == text  # colleagues may read it so


def test_a_module_that_lacks_the_patients_language_is_refused_and_says_so(reference_data: Cast) -> None:
    each = module(reference_data, text_ar="")
    row = received(reference_data)
    with pytest.raises(Conflict) as refused:
        fill(reference_data, row, each)
    assert refused.value.code == "language"
    question = module(reference_data, code="Q", purpose="question", text_ar="")  # colleagues read the other language
    assert fill(reference_data, row, question).startswith("Dear")


def test_modules_of_another_hospital_and_archived_ones_are_not_there(reference_data: Cast) -> None:
    row = received(reference_data)
    foreign = module(reference_data, by="px_admin", hospital_id=reference_data.b.id)
    gone = module(reference_data)
    actor = reference_data.actor("hospital_admin")
    with acting_as(actor):
        commands.archive(TEXTS, gone.id, actor=actor)
    for each in (foreign, gone):
        with pytest.raises(NotFound):
            fill(reference_data, row, each)
    inquiry = asked(reference_data)
    with pytest.raises(NotFound):  # an answer to an inquiry is no text for a complaint
        fill(reference_data, row, module(reference_data, code="A", purpose="answer"))
    assert fill(reference_data, inquiry, module(reference_data, code="B", purpose="answer"), "inquiry")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text_en": "", "text_ar": ""}, "text_ar"),
        ({"text_en": "Dear {nobody}", "text_ar": "عزيزنا {nobody}"}, "text_en"),
        ({"text_en": "Dear {name}", "text_ar": "عزيزنا"}, "text_en"),
        ({"text_en": "Dear {name", "text_ar": ""}, "text_en"),
        ({"text_en": "", "text_ar": "عزيزنا {{name}}"}, "text_ar"),
        ({"text_en": "x" * 3001, "text_ar": ""}, "text_en"),
    ],
)
def test_a_module_that_could_not_be_filled_is_not_saved(reference_data: Cast, values: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        module(reference_data, **values)
    assert list(refused.value.fields) == [field]


def test_the_modules_of_an_installation_can_be_filled_in_both_languages(reference_data: Cast) -> None:
    from app.complaints.texts.purposes import PLACEHOLDERS, PURPOSES

    for _code, _en, _ar, purpose, english, arabic in SEEDED:
        assert placeholders.problems(english, arabic, PLACEHOLDERS) == []
        assert purpose in PURPOSES
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(sa.func.count(TextModule.id))).scalar_one() == len(SEEDED)


def test_a_taken_module_stands_in_the_composer_and_in_the_step(reference_data: Cast, client: FlaskClient) -> None:
    row = brought_to(reference_data, "in_progress")
    browser = sign_in(client, reference_data["px_coordinator"])
    listed = browser.get(f"/texts/complaint/{row.id}").get_data(as_text=True)
    message = module(reference_data, text_ar="رسالة <b>{reference}</b>", text_en="")
    answer = module(reference_data, code="R", purpose="resolution", text_ar="جواب {reference}", text_en="")
    assert "استلمنا" not in listed or row.reference in listed
    page = browser.get(f"/complaints/{row.id}?text={message.id}").get_data(as_text=True)
    assert f"رسالة &lt;b&gt;{row.reference}&lt;/b&gt;</textarea>" in page
    assert re.search(r'id="compose-message"[^>]*aria-selected="true"', page), "its tab is shown"
    page = browser.get(f"/complaints/{row.id}?text={answer.id}").get_data(as_text=True)
    assert f"جواب {row.reference}</textarea>" in page
    assert browser.get(f"/complaints/{row.id}?text={row.id}").status_code == 404


def test_a_refused_message_keeps_its_text_and_says_why(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data, contact_name="Sara", contact_phone="0501112244")
    browser = sign_in(client, reference_data["px_coordinator"])
    body = {"csrf_token": csrf(app, browser), "kind": "message", "body": "Dear {name}, soon."}
    answer = browser.post(f"/complaints/{row.id}/notes", data=body)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Dear {name}, soon.</textarea>" in page
    assert "Fill in or remove: {name}" in page


def test_the_api_gives_the_modules_filled(reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data, contact_name="هدى", contact_phone="0501112244")
    module(reference_data)
    found = client.get(
        f"/api/complaints/complaints/{row.id}/texts/", headers=bearer(reference_data["px_coordinator"])
    ).json["results"]
    mine = next(each for each in found if each["code"] == "X")
    assert (mine["language"], mine["text"]) == ("ar", f"عزيزنا هدى: {row.reference}")
    assert {each["purpose"] for each in found} == {"message", "resolution", "question"}
