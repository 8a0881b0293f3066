"""Letters and case packs: refused while a point has no answer, drawn by a job as PDF, taken by who complained, printed as pages."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.complaints import jobs
from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.papers import services as papers
from app.complaints.papers.services import LetterFacts
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.services import writing
from app.core import files, paper
from app.core.access.actor import acting_as, system_actor
from app.core.attachments.models import Attachment
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.jobs import queues
from app.core.time import clock
from app.notifications.models import Message
from tests.cast import Cast, csrf, sign_in
from tests.complaints.conftest import WORDS, brought_to, received
from tests.complaints.test_hearing import link, opened, proof_in

SYSTEM = system_actor("a test of papers")
FACTS = LetterFacts("ar", "السلام عليكم", "مع تمنياتنا بالصحة", "د. منى الحربي", "مديرة تجربة المريض")
ANSWER = "زدنا عدد الأطباء في الطوارئ <b>"


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def judged(cast: Cast, *, answer: str = ANSWER, finding: str = "upheld", **facts: Any) -> Complaint:
    """A complaint in work whose one point is judged."""
    complaint = brought_to(cast, "in_progress", **facts)
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        points.add(complaint.id, PointFacts("طول الانتظار", finding=finding, answer=answer), actor=actor)
        return db.session.get_one(Complaint, complaint.id)


def issue(cast: Cast, complaint: Complaint, facts: LetterFacts = FACTS, by: str = "px_coordinator") -> ComplaintPaper:
    """Issue a letter."""
    actor = cast.actor(by)
    with acting_as(actor):
        return papers.issue_letter(complaint.id, facts, version=complaint.version, actor=actor)


def rows(model: type) -> list[Any]:
    """Every row, oldest first."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).order_by(model.created_at)).scalars())  # type: ignore[attr-defined]


def unpacked(data: bytes) -> bytes:
    """The objects of a PDF, unpacked."""
    within = data
    for part in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            within += zlib.decompress(part)
    return within


def test_a_letter_waits_for_the_answer_of_every_point(reference_data: Cast) -> None:
    for complaint in (
        brought_to(reference_data, "in_progress"),
        judged(reference_data, answer="", finding=""),
        brought_to(reference_data, "cancelled"),
    ):
        with pytest.raises(Conflict) as refusal:
            issue(reference_data, complaint)
        assert refusal.value.code == "not_ready"
        db.session.rollback()
    with pytest.raises(Invalid) as wrong:
        issue(reference_data, judged(reference_data), LetterFacts("fr", "", "x", " ", "x"))
    assert set(wrong.value.fields) == {"opening", "signatory_name", "language"}
    db.session.rollback()
    assert rows(ComplaintPaper) == []


@pytest.mark.parametrize(("who", "error"), [("viewer", NotAllowed), ("outsider", NotFound), ("source_user", NotFound)])
def test_only_who_works_on_it_issues_a_letter(reference_data: Cast, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        issue(reference_data, judged(reference_data), by=who)


def test_the_letter_keeps_its_points_and_becomes_a_file_of_the_complaint_once(reference_data: Cast) -> None:
    complaint = judged(reference_data)
    letter = issue(reference_data, complaint)
    assert (letter.number, letter.state, letter.says["points"]) == (
        1, "waiting", [{"summary": "طول الانتظار", "finding": "ثابتة", "answer": ANSWER.strip()}],
    )  # fmt: skip
    jobs.draw_papers()
    jobs.draw_papers()

    [file] = rows(Attachment)
    data = files.read(file.path)
    assert (rows(ComplaintPaper)[0].state, file.media_type, file.added_by_id) == (
        "ready", "application/pdf", reference_data["px_coordinator"].id,
    )  # fmt: skip
    assert file.name == f"{complaint.reference}-letter-1-ar.pdf"
    assert data.startswith(b"%PDF")
    within = unpacked(data)
    assert b"/Lang (ar)" in within
    assert {b"Px-Arabic", b"Px-Latin"} <= set(re.findall(rb"/FontName /[A-Z]+\+(Px-[A-Za-z]+)", within))
    assert issue(reference_data, rows(Complaint)[0]).number == 2


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_pack_holds_the_whole_case_as_text_and_stands_in_the_right_direction(
    app: Flask, reference_data: Cast, client: FlaskClient, language: str
) -> None:
    complaint = judged(reference_data, contact_name="نورة <script>")
    issue(reference_data, complaint)
    jobs.draw_papers()
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        pack = papers.make_pack(complaint.id, language, actor=actor)
    jobs.draw_papers()
    sign_in(client, reference_data["px_coordinator"])
    html = client.get(f"/complaints/{complaint.id}/papers/{pack.id}").get_data(as_text=True)

    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    for part in (
        WORDS,
        "طول الانتظار",
        "زدنا عدد الأطباء في الطوارئ &lt;b&gt;",
        "نورة &lt;script&gt;",
        complaint.reference,
    ):
        assert part in html
    assert rows(Attachment)[0].sha256 in html  # of the letter
    assert [each.state for each in rows(ComplaintPaper)] == ["ready", "ready"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_message_is_one_line_of_the_packs_story_that_refers_to_its_proof(
    reference_data: Cast, client: FlaskClient, drain: Callable[[], int], language: str
) -> None:
    complaint = received(reference_data, contact_name="نورة", contact_phone="0501112233")
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        writing.add_note(complaint.id, "سنتصل بكم غدا", kind="message", actor=actor)
    drain()
    with acting_as(SYSTEM), unit_of_work():
        messages = list(db.session.execute(sa.select(Message).order_by(Message.created_at, Message.id)).scalars())
        for number, each in enumerate(messages):
            each.sent_at, each.delivered_at, each.provider_reference = clock.now(), clock.now(), f"prov-{number}"
    with acting_as(actor):
        pack = papers.make_pack(complaint.id, language, actor=actor)
    sign_in(client, reference_data["px_coordinator"])
    html = client.get(f"/complaints/{complaint.id}/papers/{pack.id}").get_data(as_text=True)
    before, story = html.split({"ar": "<h2>ما حدث</h2>", "en": "<h2>What happened</h2>"}[language])

    assert len(messages) == 2
    for number, each in enumerate(messages, 1):
        assert before.count(f'id="M{number}"') == 1 and before.count(f"prov-{number - 1}") == 1
        assert story.count(f'<a href="#M{number}">M{number}</a>') == 1
        assert f"prov-{number - 1}" not in story and each.provider_reference in before
    assert story.count("سنتصل بكم غدا") == 1 and "سنتصل بكم غدا" not in before


def test_who_complained_takes_the_letter_behind_the_code_and_no_pack(reference_data: Cast, client: FlaskClient) -> None:
    complaint = judged(reference_data, contact_phone="0501112233")
    letter = issue(reference_data, complaint)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        pack = papers.make_pack(complaint.id, "ar", actor=actor)
    jobs.draw_papers()
    html = opened(client, complaint)
    proof = proof_in(html)

    def take(paper_id: Any, given: str = proof) -> Any:
        return client.post(f"{link(complaint)}/letter", data={"proof": given, "paper": str(paper_id)})

    assert html.count("(PDF)") == 1
    assert take(letter.id).data.startswith(b"%PDF")
    assert [take(pack.id).status_code, take("x").status_code, take(letter.id, "1.x").status_code] == [404, 404, 409]


def test_the_page_of_the_letter_shows_what_lacks_and_keeps_what_was_typed(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    bare, complaint = received(reference_data), judged(reference_data)
    assert 'name="opening"' not in client.get(f"/complaints/{bare.id}/letter").get_data(as_text=True)
    html = client.get(f"/complaints/{complaint.id}/letter?language=en").get_data(as_text=True)
    assert "Thank you for telling us" in html

    typed = {"csrf_token": csrf(app, client), "version": complaint.version, "language": "en", "opening": "Dear Noura",
             "closing": "Yours", "signatory_name": "", "signatory_title": "Head"}  # fmt: skip
    refused = client.post(f"/complaints/{complaint.id}/letter", data=typed)
    assert (refused.status_code, "Dear Noura" in refused.get_data(as_text=True)) == (422, True)
    made = client.post(f"/complaints/{complaint.id}/letter", data={**typed, "signatory_name": "Mona"})
    assert made.status_code == 303
    jobs.draw_papers()
    panel = client.get(f"/complaints/{complaint.id}/files").get_data(as_text=True)
    assert f"/files/{rows(ComplaintPaper)[0].attachment_id}" in panel


def test_a_paper_reads_no_address_but_our_own_files(app: Flask) -> None:
    reached: list[str] = []

    def listener(environ: Any, respond: Any) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        respond("200 OK", [])
        return [b""]

    from threading import Thread
    from wsgiref.simple_server import make_server

    with make_server("127.0.0.1", 0, listener) as server:
        Thread(target=server.handle_request, daemon=True).start()
        outside = f"http://127.0.0.1:{server.server_port}/x.png"
        drawn = paper.pdf_of(f'<img src="{outside}"><img src="file:///etc/hostname"><p>words')
    assert drawn.startswith(b"%PDF")
    assert reached == []


def test_without_the_libraries_the_page_remains(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch, client: FlaskClient, drain: Callable[[], int]
) -> None:
    def lacking(_html: str) -> bytes:
        raise paper.NoPaper("libpango is missing")

    monkeypatch.setattr("app.complaints.papers.drawing.pdf_of", lacking)
    complaint = judged(reference_data)
    letter = issue(reference_data, complaint)
    jobs.draw_papers()
    assert (rows(ComplaintPaper)[0].state, rows(Attachment)) == ("failed", [])
    sign_in(client, reference_data["px_coordinator"])
    assert "السلام عليكم" in client.get(f"/complaints/{complaint.id}/papers/{letter.id}").get_data(as_text=True)
