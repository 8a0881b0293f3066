"""The queue and the page of a complaint: what each person finds, what is hidden, and what a refusal keeps."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import queue
from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question
from app.complaints.models import Complaint
from app.complaints.panels import marks_of_visits
from app.complaints.queue import Filters
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.journeys.models import Journey, JourneyTemplate
from app.notifications.services import bell
from app.organizations.models import Patient
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import WORDS, brought_to, received, step
from tests.guards.test_pages import counted


def found(cast: Cast, who: str = "px_coordinator", **filters: Any) -> list[str]:
    """The numbers that a person finds with these filters."""
    actor = cast.actor(who)
    with acting_as(actor):
        page = queue.list_page(Filters(**{"tab": "all", **filters}), actor=actor)
    return [row.complaint.reference for row in page.rows]


def page(client: FlaskClient, path: str, language: str = "en", status: int = 200) -> str:
    """A page in a language."""
    client.set_cookie("px_lang", language)
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def version_in(html: str) -> str:
    """The version that the forms of a page carry."""
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


@pytest.mark.parametrize(
    "text",
    ["محمد", "مُحَمَّد", "Mohammed", "Muhammad", "0501112233", "٠٥٠١١١٢٢٣٣", "77", "ثلاث ساعات", "ثلاث"],
)
def test_it_is_found_by_name_in_either_script_phone_file_number_and_words(
    reference_data: Cast, patient: Patient, text: str
) -> None:
    complaint = received(reference_data, patient_id=patient.id)
    received(reference_data, words="The parking is full.", is_anonymous=True)

    assert found(reference_data, text=text) == [complaint.reference]


def test_it_is_found_by_its_number_and_that_of_the_outside_body(reference_data: Cast) -> None:
    complaint = received(reference_data, channel="moh", outside_number="937-8")
    received(reference_data)

    assert found(reference_data, text=complaint.reference.lower()) == [complaint.reference]
    assert found(reference_data, text="937-8") == [complaint.reference]


def test_who_may_not_know_who_complains_finds_by_number_only(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, patient_id=patient.id)

    assert found(reference_data, "viewer", text="محمد") == []
    assert found(reference_data, "viewer", text="ثلاث ساعات") == []
    assert found(reference_data, "viewer", text=complaint.reference) == [complaint.reference]


def test_each_tab_holds_what_it_says(reference_data: Cast) -> None:
    new, working_on = received(reference_data), brought_to(reference_data, "in_progress", severity="critical")
    closed = brought_to(reference_data, "closed")
    both = sorted([new.reference, working_on.reference])

    assert sorted(found(reference_data, tab="open")) == both
    assert sorted(found(reference_data, tab="mine")) == both
    assert found(reference_data, tab="new") == [new.reference]
    assert found(reference_data, tab="unassigned") == []
    assert found(reference_data, tab="all")[0] == closed.reference  # the newest first
    assert found(reference_data, status="closed") == [closed.reference]
    assert found(reference_data, severity="critical") == [working_on.reference]
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        counts = queue.tab_counts(actor=officer)
    assert (counts["open"], counts["new"], counts["unassigned"]) == (2, 1, 0)


@pytest.mark.parametrize("tab", ["open", "all"])
def test_the_queue_is_paged_by_key_without_loss_or_repeat(reference_data: Cast, tab: str) -> None:
    made = {received(reference_data).reference for _number in range(7)}
    officer = reference_data.actor("px_coordinator")
    seen: list[str] = []
    key: str | None = None
    with acting_as(officer):
        while True:
            part = queue.list_page(Filters(tab=tab), actor=officer, key=key, limit=3)
            seen += [row.complaint.reference for row in part.rows]
            key = part.next_key
            if key is None:
                break
    assert len(seen) == 7
    assert set(seen) == made


def test_a_partners_desk_sees_what_it_entered_and_nothing_else(reference_data: Cast) -> None:
    own = received(reference_data, by="source_user", channel="partner")
    received(reference_data)
    assert found(reference_data, "source_user") == [own.reference]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_viewer_sees_state_and_deadline_but_not_who_complains_nor_the_words(
    reference_data: Cast, patient: Patient, client: FlaskClient, language: str
) -> None:
    complaint = received(reference_data, patient_id=patient.id, contact_name="Abu Mohammed", contact_phone="0509998877")
    step(reference_data, complaint, "activate")
    sign_in(client, reference_data["viewer"])

    for path in (f"/complaints/{complaint.id}", "/complaints/?tab=all"):
        html = page(client, path, language)
        assert complaint.reference in html
        for secret in (WORDS, "محمد", "Mohammed", "9998877", "قال إنه انتظر"):
            assert secret not in html, f"{secret} in {path}"
    told = client.get(f"/api/complaints/complaints/{complaint.id}/", headers=bearer(reference_data["viewer"])).json
    assert (told["words"], told["contact_name"], told["contact_phone"], told["patient_id"]) == ("", "", "", None)


def test_a_refused_step_says_why_beside_what_was_typed(reference_data: Cast, client: FlaskClient) -> None:
    complaint = brought_to(reference_data, "in_progress")
    sign_in(client, reference_data["px_coordinator"])

    answer = post(client, f"/complaints/{complaint.id}/steps/resolve", version=complaint.version,
                  resolution="اعتذرنا للمريض")  # fmt: skip

    assert answer.status_code == 422
    assert "اعتذرنا للمريض" in answer.get_data(as_text=True)


def test_a_complaint_is_entered_and_worked_on_through_the_pages(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    page(client, f"/complaints/new?patient={patient.id}")
    answer = post(client, "/complaints/", patient_id=patient.id, words=WORDS, channel="desk", severity="high",
                  contact_relation="patient", department_id=reference_data.er.id)  # fmt: skip
    assert answer.status_code == 303
    where = answer.headers["Location"]
    html = page(client, where)
    assert WORDS in html

    done = post(client, f"{where}/steps/activate", version=version_in(html), way="phone", statement="He waited.",
                contacted_at="2026-11-24T12:00")  # fmt: skip
    assert done.status_code == 303
    assert "He waited." in page(client, where, "ar")


def test_a_wrong_verb_is_404_and_the_systems_own_verb_too(reference_data: Cast, client: FlaskClient) -> None:
    complaint = brought_to(reference_data, "resolved")
    sign_in(client, reference_data["px_coordinator"])
    for verb in ("dance", "close_silent"):
        assert post(client, f"/complaints/{complaint.id}/steps/{verb}", version=1).status_code == 404


def test_the_physician_answers_on_the_page_without_seeing_who_complains(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    complaint: Complaint = received(reference_data, patient_id=patient.id)
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        question = Question("Why did it take so long?", "three hours", reference_data.er.id)
        explanation = explaining.ask(complaint.id, reference_data["physician"].id, question, actor=officer)
    sign_in(client, reference_data["physician"])

    html = page(client, f"/explanations/{explanation.id}")
    assert "Why did it take so long?" in html
    for secret in (WORDS, "Mohammed", "محمد"):
        assert secret not in html
    done = post(
        client, f"/explanations/{explanation.id}/steps/answer", version=version_in(html), text="Two doctors were ill."
    )
    assert done.status_code == 303
    assert "Two doctors were ill." in page(client, f"/explanations/{explanation.id}")
    page(client, f"/complaints/{complaint.id}", status=403)


def test_the_board_marks_visits_of_patients_whose_complaint_is_open(reference_data: Cast, patient: Patient) -> None:
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer), unit_of_work():
        template = db.session.execute(sa.select(JourneyTemplate)).scalars().first()
        assert template is not None
        visit = Journey(
            hospital_id=reference_data.a.id, template_id=template.id, patient_id=patient.id, encounter="V-1",
            kind=template.kind, started_at=clock.now(), stage_since=clock.now(),
        )  # fmt: skip
        db.session.add(visit)
        db.session.flush()
    with acting_as(officer):
        assert marks_of_visits([visit.id], officer) == {}
    complaint = received(reference_data, patient_id=patient.id)
    with acting_as(officer):
        assert set(marks_of_visits([visit.id], officer)) == {visit.id}
    step(reference_data, complaint, "cancel")
    with acting_as(officer):
        assert marks_of_visits([visit.id], officer) == {}


def test_a_page_of_the_queue_and_a_search_ask_few_things_and_rows_alone_still_fewer(
    reference_data: Cast, client: FlaskClient
) -> None:
    received(reference_data)
    sign_in(client, reference_data["px_admin"])

    def asked(path: str, **headers: str) -> int:
        client.get(path, headers=headers)  # what is made once for the process
        with client.application.app_context(), counted() as statements:
            assert "CMP-" in client.get(path, headers=headers).text
        return len(statements)

    search = "/complaints/?tab=all&q=انتظرت"
    assert asked("/complaints/?tab=all") == 6
    assert asked(search) == 7
    # who asks, the sources, the columns, what is meant, the rows, and the hospital in whose zone a deadline is told
    assert asked(search, **{"HX-Request": "true"}) == 6


def test_the_bell_that_rides_along_with_the_hospitals_counts_what_is_unread(
    reference_data: Cast, client: FlaskClient
) -> None:
    person = reference_data["px_coordinator"]
    with acting_as(system_actor("a test of the bell")) as actor, unit_of_work():
        bell.notify(
            [person.id],
            "complaints/received",
            about=("complaint", person.id),
            url="/complaints/",
            params={"reference": "CMP-1"},
            once="a test",
            hospital_id=reference_data.a.id,
            actor=actor,
        )
    sign_in(client, person)
    assert "data-bell-count>1<" in page(client, "/complaints/")
    post(client, "/notifications/read")
    assert "data-bell-count hidden><" in page(client, "/complaints/")
