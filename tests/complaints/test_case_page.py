"""The page of a case beside its timeline: what can be written in tabs, the likely steps, pictures, and earlier contacts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image

from app.complaints.casework import filing
from app.complaints.workflow import COMPLAINT
from app.core.access.actor import acting_as
from app.core.attachments import keeping
from app.core.attachments.events import AttachmentTaken
from app.core.attachments.images import SMALL, small
from app.core.attachments.models import Attachment, FileState
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.core.time import clock
from app.core.workflow import Step, likeliest
from app.organizations.models import Patient
from tests.cast import Cast, sign_in
from tests.complaints import inquiring
from tests.complaints.conftest import brought_to, received, step
from tests.complaints.test_files import PDF, SYSTEM, every, upload
from tests.complaints.test_queue_and_pages import page, post

PHONE = "0501112244"


def tabs_of(html: str) -> list[tuple[str, bool]]:
    """The tabs of what can be written, each with whether it is the one that is shown."""
    found = re.findall(r'<a role="tab" id="compose-(\w+)"[^>]*aria-selected="(\w+)"', html)
    shown = {code: not hidden for code, hidden in re.findall(r'id="compose-(\w+)-panel"[^>]*?( hidden)?>', html)}
    assert shown == {code: chosen == "true" for code, chosen in found}
    return [(code, chosen == "true") for code, chosen in found]


def test_each_thing_that_is_written_has_a_tab_with_a_draft_of_its_own(
    reference_data: Cast, client: FlaskClient
) -> None:
    complaint, inquiry = received(reference_data), inquiring.asked(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/complaints/{complaint.id}")

    assert tabs_of(html) == [("note", True), ("call", False), ("message", False), ("ask", False)]
    drafts = re.findall(rf'data-draft="(\w+)-{complaint.id}"', html[html.index('id="compose"') :])
    assert drafts == ["note", "call", "message"]
    assert f'hx-get="/complaints/{complaint.id}/explanations/new"' in html
    assert [code for code, _shown in tabs_of(page(client, f"/inquiries/{inquiry.id}"))] == ["note", "call"]


@pytest.mark.parametrize("code", ["call", "message", "ask"])
def test_without_javascript_a_tab_is_a_link_to_itself(reference_data: Cast, client: FlaskClient, code: str) -> None:
    complaint = received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/complaints/{complaint.id}")
    [address] = re.findall(rf'id="compose-{code}" href="([^"#]+)#compose"', html)

    assert [each for each, shown in tabs_of(page(client, address)) if shown] == [code]
    assert [each for each, shown in tabs_of(page(client, f"/complaints/{complaint.id}?compose=x")) if shown] == ["note"]


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("department_manager", ["note", "call", "message"]),
        ("viewer", []),
        ("source_user", []),
    ],
)
def test_nobody_is_offered_to_write_what_they_may_not(
    reference_data: Cast, client: FlaskClient, who: str, tabs: list[str]
) -> None:
    complaint = received(reference_data, by="source_user", channel="partner")
    sign_in(client, reference_data[who])

    html = page(client, f"/complaints/{complaint.id}")
    assert [code for code, _shown in tabs_of(html)] == tabs
    assert ('id="compose"' in html) is bool(tabs)


def test_nobody_is_asked_to_explain_what_has_ended(reference_data: Cast, client: FlaskClient) -> None:
    complaint = brought_to(reference_data, "closed")
    sign_in(client, reference_data["px_coordinator"])

    assert "ask" not in dict(tabs_of(page(client, f"/complaints/{complaint.id}")))


def test_what_was_refused_stays_in_its_own_tab(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data, contact_phone=PHONE)
    sign_in(client, reference_data["px_coordinator"])
    html = post(client, f"/complaints/{complaint.id}/notes", kind="message", body="Dear {name}, soon.").text

    assert [code for code, shown in tabs_of(html) if shown] == ["message"]
    assert html.count("Dear {name}, soon.</textarea>") == 1
    assert html.index('id="body-message"') < html.index("Dear {name}, soon.</textarea>")


def test_the_question_is_a_fragment_for_its_tab_and_a_page_without_javascript(
    reference_data: Cast, client: FlaskClient
) -> None:
    address = f"/complaints/{received(reference_data).id}/explanations/new"
    sign_in(client, reference_data["px_coordinator"])
    part = client.get(address, headers={"HX-Request": "true"}).text

    assert "<html" not in part and 'name="question"' in part and 'data-draft="question-' in part
    assert "<html" in client.get(address).text


def steps(*verbs: str) -> list[Step]:
    """Steps by their verbs; a sign before the verb says how the button looks."""
    tones = {"*": "primary", "!": "danger"}
    return [Step(verb.strip("*!"), ["a"], "b", None, tone=tones.get(verb[0], "")) for verb in verbs]


@pytest.mark.parametrize(
    ("given", "likely"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "b", "c"], ["a", "b"]),
        (["a", "b", "*c"], ["c", "a"]),
        (["*a", "!b", "c"], ["a", "c"]),
        (["!a"], []),
    ],
)
def test_the_likely_steps_are_the_main_ones_then_those_of_the_table(given: list[str], likely: list[str]) -> None:
    assert [each.verb for each in likeliest(steps(*given))] == likely


def test_the_bar_of_a_phone_leads_to_the_two_likely_steps_that_are_open(
    reference_data: Cast, client: FlaskClient
) -> None:
    complaint = brought_to(reference_data, "activated")
    sign_in(client, reference_data["px_coordinator"])
    bar = bar_of(page(client, f"/complaints/{complaint.id}"))
    assert re.findall(r'form="step-(\w+)"', bar) == ["start"]
    assert 'href="#other-merge"' in bar and "cancel" not in bar

    html = page(client, f"/complaints/{step(reference_data, complaint, 'start').id}")
    assert re.findall(r'href="#([\w-]+)"', bar_of(html)) == ["category-resolve", "wait_reason-wait"]
    for target in ("category-resolve", "wait_reason-wait"):
        assert f'id="{target}"' in html

    for who in ("viewer", "source_user"):
        assert COMPLAINT.open_steps(complaint, reference_data.actor(who)) == []
    sign_in(client, reference_data["viewer"])
    assert 'class="px-likely"' not in page(client, f"/complaints/{complaint.id}")


def test_inquiries_have_the_bar_too(reference_data: Cast, client: FlaskClient) -> None:
    inquiry = inquiring.asked(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    html = page(client, f"/inquiries/{inquiry.id}")

    assert 'form="step-start"' in bar_of(html) and 'href="#way-respond"' in bar_of(html)
    assert 'id="step-start"' in html and 'id="way-respond"' in html


def bar_of(html: str) -> str:
    """The bar of the likely steps."""
    return html[html.index('class="px-likely"') :].partition("</main>")[0].partition("<aside")[0]


def picture(colour: str = "teal") -> bytes:
    """A picture larger than its preview."""
    target = io.BytesIO()
    Image.new("RGB", (600, 300), colour).save(target, "PNG")
    return target.getvalue()


def with_file(cast: Cast, data: bytes, name: str, state: FileState, by: str = "px_coordinator") -> Attachment:
    """A file of a new complaint, in a state."""
    actor, complaint = cast.actor(by), received(cast, by)
    with acting_as(actor):
        row = filing.attach("complaint", complaint.id, keeping.look_at([upload(data, name)]), actor=actor).rows[0]
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(sa.update(Attachment).where(Attachment.id == row.id).values(state=state))
    db.session.expire_all()
    return every(Attachment, Attachment.id == row.id)[0]  # type: ignore[no-any-return]


def opened() -> int:
    """How often a file was opened, as the log says."""
    with acting_as(SYSTEM):
        query = sa.select(sa.func.count(EventLog.id)).where(EventLog.kind == AttachmentTaken.kind)
        return db.session.execute(query).scalar_one()


def preview_of(row: Attachment) -> str:
    """The address of a file's preview."""
    return f"/complaints/{row.about_id}/files/{row.id}/preview"


def test_a_picture_has_a_small_preview_which_is_no_opening(reference_data: Cast, client: FlaskClient) -> None:
    row = with_file(reference_data, picture(), "room.png", FileState.CLEAN)
    sign_in(client, reference_data["px_coordinator"])
    panel = client.get(f"/complaints/{row.about_id}/files").text
    answer = client.get(preview_of(row))

    assert f'<img src="{preview_of(row)}" alt="" width="56" height="56" loading="lazy"' in panel
    assert 'data-picture="room.png"' in panel and 'id="picture"' in panel
    with Image.open(io.BytesIO(answer.data), formats=["WEBP"]) as shown:
        assert max(shown.size) == SMALL
    assert answer.headers["Cache-Control"] == "no-store" and "sandbox" in answer.headers["Content-Security-Policy"]
    assert opened() == 0
    client.get(f"/complaints/{row.about_id}/files/{row.id}")
    assert opened() == 1


@pytest.mark.parametrize("state", [FileState.UNSCANNED, FileState.WAITING, FileState.QUARANTINED, FileState.ERASED])
def test_what_the_scanner_did_not_find_clean_has_no_preview(
    reference_data: Cast, client: FlaskClient, state: FileState
) -> None:
    row = with_file(reference_data, picture(), "room.png", state)
    sign_in(client, reference_data["px_coordinator"])

    assert "<img src" not in client.get(f"/complaints/{row.about_id}/files").text
    assert client.get(preview_of(row)).status_code == 404


def test_other_files_have_an_icon_and_their_size(reference_data: Cast, client: FlaskClient) -> None:
    row = with_file(reference_data, PDF, "report.pdf", FileState.CLEAN)
    sign_in(client, reference_data["px_coordinator"])
    panel = client.get(f"/complaints/{row.about_id}/files").text

    assert "#file-text" in panel and "1 kB" in panel and "<img src" not in panel and "data-picture=" not in panel
    assert client.get(preview_of(row)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("outsider", 404), ("source_user", 404), ("staff", 403)])
def test_a_preview_is_for_who_may_have_the_file(
    reference_data: Cast, client: FlaskClient, who: str, status: int
) -> None:
    row = with_file(reference_data, picture(), "room.png", FileState.CLEAN)
    sign_in(client, reference_data[who])

    assert client.get(preview_of(row)).status_code == status
    sign_in(client, reference_data["px_coordinator"])
    other = received(reference_data)
    assert client.get(f"/complaints/{other.id}/files/{row.id}/preview").status_code == 404


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_preview_is_made_of_every_kind_of_picture(form: str) -> None:
    target = io.BytesIO()
    Image.new("RGB", (900, 30), "navy").save(target, form)
    with Image.open(io.BytesIO(small(target.getvalue(), f"image/{form.lower()}"))) as shown:
        assert shown.width == SMALL


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_case_shows_what_came_before_from_the_same_patient_or_phone(
    reference_data: Cast, client: FlaskClient, patient: Patient, language: str
) -> None:
    early = received(reference_data, patient_id=patient.id, words="The first complaint of all.")
    question = inquiring.asked(reference_data, patient_id=patient.id, contact_phone=PHONE)
    stranger = received(reference_data, words="Somebody else entirely.", contact_phone="0501110000")
    by_phone = received(reference_data, contact_phone=PHONE, words="From the same phone.")
    inquiry = inquiring.asked(reference_data, patient_id=patient.id, contact_phone=PHONE)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        complaint = received(reference_data, patient_id=patient.id)
    sign_in(client, reference_data["px_coordinator"])

    of_inquiry = page(client, f"/inquiries/{inquiry.id}/contacts", language)
    of_complaint = page(client, f"/complaints/{complaint.id}/contacts", language)
    cases: dict[str, Any] = {"early": early, "question": question, "by_phone": by_phone, "stranger": stranger}
    told = {name: [case.reference in html for html in (of_inquiry, of_complaint)] for name, case in cases.items()}
    assert told == {
        "early": [True, True],
        "question": [True, True],
        "by_phone": [True, False],
        "stranger": [False, False],
    }
    assert inquiry.reference not in of_inquiry and complaint.reference not in of_inquiry, "it is what came before"
    assert f"/inquiries/{inquiry.id}/contacts" in page(client, f"/inquiries/{inquiry.id}", language)
    assert early.reference in page(client, f"/inquiries/new?patient={patient.id}", language)


def test_earlier_contacts_are_those_that_one_may_see(
    reference_data: Cast, client: FlaskClient, patient: Patient
) -> None:
    other = received(reference_data, patient_id=patient.id, department_id=None)
    own = inquiring.asked(reference_data, patient_id=patient.id)
    for who, status, sees in (
        ("department_manager", 200, False),
        ("px_coordinator", 200, True),
        ("viewer", 403, False),
        ("source_user", 403, False),
        ("outsider", 404, False),
    ):
        answer = sign_in(client, reference_data[who]).get(f"/inquiries/{own.id}/contacts")
        assert (answer.status_code, other.reference in answer.text) == (status, sees), who


def test_nobody_unknown_has_earlier_contacts(reference_data: Cast, client: FlaskClient) -> None:
    received(reference_data, is_anonymous=True)
    complaint = received(reference_data, is_anonymous=True)
    sign_in(client, reference_data["px_coordinator"])

    assert "No earlier contact is known." in page(client, f"/complaints/{complaint.id}/contacts")
