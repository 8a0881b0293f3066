"""What may be the same complaint: by patient, phone and words, within scope and month, while typing and on its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.links.similar import Similar, similar_to, similar_to_typed
from app.complaints.models import Complaint
from app.complaints.services import stepping
from app.complaints.services.stepping import StepFacts
from app.core.access.actor import acting_as
from app.core.access.wall import passage
from app.core.db import db
from app.core.time import clock
from app.organizations.models import Patient
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import WORDS, received

NEAR = "انتظرتُ ثلاث ساعاتٍ ولم يشرح لي احد سبب التأخير"
ELSE = "The parking is full every single morning."


def like(cast: Cast, complaint: Complaint, who: str = "px_coordinator") -> list[Similar]:
    """What a person is told may be the same."""
    actor = cast.actor(who)
    with acting_as(actor):
        return similar_to(complaint, actor=actor)


def numbers(found: list[Similar]) -> list[str]:
    """Their numbers."""
    return [each.complaint.reference for each in found]


def typed(cast: Cast, who: str = "px_coordinator", **facts: Any) -> list[str]:
    """What is found while somebody types."""
    actor = cast.actor(who)
    given: dict[str, Any] = {"hospital_id": cast.a.id, "words": "", "phone": "", "patient_id": None, **facts}
    with acting_as(actor):
        return numbers(similar_to_typed(**given, actor=actor))


def test_near_words_are_found_however_they_are_spelled_and_other_words_are_not(reference_data: Cast) -> None:
    complaint, near = received(reference_data), received(reference_data, words=NEAR)
    received(reference_data, words=ELSE)

    found = like(reference_data, complaint)

    assert numbers(found) == [near.reference]
    assert 0.5 < found[0].similarity < 1
    assert not found[0].is_same_patient
    assert not found[0].is_same_phone


def test_the_same_patient_is_found_whatever_the_words(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, patient_id=patient.id)
    other = received(reference_data, patient_id=patient.id, words=ELSE)

    found = like(reference_data, complaint)

    assert numbers(found) == [other.reference]
    assert found[0].is_same_patient


def test_the_same_phone_is_found_also_where_it_stands_in_a_file(reference_data: Cast, patient: Patient) -> None:
    by_contact = received(reference_data, words=ELSE, contact_phone="0501112233")
    by_file = received(reference_data, words="The food was cold at dinner.", patient_id=patient.id)

    assert numbers(like(reference_data, by_contact)) == [by_file.reference]
    assert numbers(like(reference_data, by_file)) == [by_contact.reference]
    assert set(typed(reference_data, phone="٠٥٠ ١١١ ٢٢٣٣")) == {by_file.reference, by_contact.reference}
    assert typed(reference_data, phone="05011") == []


def test_what_is_older_than_thirty_days_is_not_shown(reference_data: Cast) -> None:
    received(reference_data)
    with clock.frozen(clock.now() + timedelta(days=31)):
        complaint = received(reference_data)
        assert like(reference_data, complaint) == []
        with clock.frozen(clock.now() + timedelta(days=29)):
            assert typed(reference_data, words=WORDS) == [complaint.reference]


def test_what_was_merged_with_it_is_not_shown_again(reference_data: Cast) -> None:
    complaint, other = received(reference_data), received(reference_data)
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        into = StepFacts(other=complaint.reference)
        other = stepping.move(other.id, "merge", into, version=other.version, actor=officer)

    assert like(reference_data, complaint) == []
    assert like(reference_data, other) == []


def test_nothing_outside_the_scope_is_shown(reference_data: Cast) -> None:
    complaint = received(reference_data)
    of_the_ward = received(reference_data, department_id=reference_data.ward.id)
    desk = received(reference_data, by="source_user", channel="partner")

    assert set(numbers(like(reference_data, complaint))) == {of_the_ward.reference, desk.reference}
    assert of_the_ward.reference not in numbers(like(reference_data, complaint, "department_manager"))
    assert typed(reference_data, "source_user", words=WORDS) == [desk.reference]
    assert typed(reference_data, "outsider", words=WORDS) == []
    assert typed(reference_data, hospital_id=reference_data.b.id, words=WORDS) == []


def test_the_words_are_found_by_an_index(reference_data: Cast) -> None:
    with passage("the test asks for the plan of a statement"):
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = db.session.execute(sa.text("EXPLAIN SELECT id FROM complaints WHERE folded % 'words of a complaint'"))

    assert any("ix_complaints_folded" in row[0] for row in plan)


def test_the_page_shows_it_with_a_link_that_fills_the_merge(reference_data: Cast, client: FlaskClient) -> None:
    complaint, near = received(reference_data), received(reference_data, words=NEAR)
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    html = client.get(f"/complaints/{complaint.id}/similar", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert near.reference in html
    assert f"/complaints/{complaint.id}?merge={near.reference}#steps" in html
    filled = client.get(f"/complaints/{complaint.id}?merge={near.reference}").get_data(as_text=True)
    assert f'name="other" value="{near.reference}"' in filled


def test_a_partners_desk_gets_no_link_to_merge(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data, by="source_user", channel="partner")
    other = received(reference_data, by="source_user", channel="partner")
    sign_in(client, reference_data["source_user"])

    html = client.get(f"/complaints/{complaint.id}/similar").get_data(as_text=True)
    assert other.reference in html
    assert "?merge=" not in html


def test_typing_shows_a_hint_and_keeps_nothing(reference_data: Cast, client: FlaskClient) -> None:
    known = received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    page = client.get("/complaints/new").get_data(as_text=True)
    assert "input delay:700ms from:#words" in page

    answer = client.post("/complaints/similar", data={"csrf_token": csrf(client.application, client), "words": NEAR},
                         headers={"HX-Request": "true"})  # fmt: skip

    assert known.reference in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)


def test_the_api_gives_it_without_words_and_refuses_who_may_not_know(reference_data: Cast, client: FlaskClient) -> None:
    complaint, near = received(reference_data), received(reference_data, words=NEAR)
    path = f"/api/complaints/complaints/{complaint.id}/similar/"

    told = client.get(path, headers=bearer(reference_data["px_coordinator"]))
    assert [each["reference"] for each in told.json["results"]] == [near.reference]
    assert "ساعات" not in told.get_data(as_text=True)
    assert client.get(path, headers=bearer(reference_data["viewer"])).status_code == 403
    assert client.get(path, headers=bearer(reference_data["outsider"])).status_code == 404
