"""Two edit at once: the later one sees both versions, loses no word, and sends anew or leaves it."""

from __future__ import annotations

import html as markup
import re
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import g
from flask.testing import FlaskClient
from wtforms import PasswordField

from app.complaints.inquiries.services import working as inquiries
from app.complaints.models import Complaint, ComplaintPoint
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.services import working
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.logging import set_request_id
from app.core.web.forms import Form, LineField, StaleEdit, VersionField
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from app.px_action_center.services import working as actions
from tests.cast import Cast, csrf, sign_in
from tests.complaints import inquiring
from tests.complaints.conftest import brought_to, step
from tests.guards.test_pages import MOST_STATEMENTS, counted
from tests.page import house_rules

SYSTEM = system_actor("a test of forms")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def officer(app: APIFlask, reference_data: Cast) -> FlaskClient:
    """The browser of the officer who is too late."""
    client = sign_in(app.test_client(), reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")
    return client


def post(client: FlaskClient, path: str, headers: dict[str, str] | None = None, **data: Any) -> Any:
    """Send a form, with the page where it stood."""
    with client.application.app_context():
        token = csrf(client.application, client)
    with client.application.app_context():
        return client.post(path, data={"csrf_token": token, **data}, headers=headers or {})


def again(answer: Any) -> dict[str, str]:
    """What the form of the page of both versions sends, if nothing in it is changed."""
    form = answer.text.partition('id="stale-sides"')[2].partition("</form>")[0]
    sent = {}
    for name, value in re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form):
        sent[name] = markup.unescape(value)
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        sent[name] = markup.unescape(value)
    return {name: value for name, value in sent.items() if name != "csrf_token"}


def fresh(row: Any) -> Any:
    """A row as the database has it."""
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def with_point(cast: Cast) -> tuple[Complaint, ComplaintPoint, str]:
    """A complaint under work with a point, and the point's address."""
    complaint = brought_to(cast, "in_progress")
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        point = points.add(complaint.id, PointFacts("Waiting"), actor=officer)
    return complaint, point, f"/complaints/{complaint.id}/points/{point.id}"


def test_both_versions_stand_beside_each_other_and_mine_is_sent_on_top(
    reference_data: Cast, officer: FlaskClient
) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        theirs = PointFacts("Waiting", finding="upheld", answer="We opened a second desk.")
        points.change(complaint.id, point.id, theirs, version=1, actor=other)

    mine = {"version": "1", "summary": "Waiting", "harm": "", "finding": "not_upheld", "answer": "The desk\nwas open.",
            "class_id": "", "department_id": str(reference_data.er.id)}  # fmt: skip
    late = post(officer, address, {"Referer": f"http://localhost{address}"}, **mine)
    assert late.status_code == 409
    for words in ("We opened a second desk.", "The desk\nwas open.", "Upheld", "Emergency", "A point was changed"):
        assert words in late.text, words
    assert "Hospital Admin" in late.text
    assert f'href="{address}"' in late.text
    with acting_as(other):
        assert fresh(point).answer == "We opened a second desk."

    sent = again(late)
    assert (sent["version"], sent["answer"], sent["finding"]) == ("2", "The desk\nwas open.", "not_upheld")
    assert post(officer, address, **sent).status_code == 303
    with acting_as(other):
        assert (fresh(point).answer, fresh(point).finding) == ("The desk\nwas open.", "not_upheld")


def history(page: str) -> list[tuple[str, str, str]]:
    """The fields that were changed meanwhile: label, after, before, the latest first."""
    part = page.partition('id="stale-events"')[2].partition('id="stale-sides"')[0]
    found = re.findall(r"<dt>(.*?)</dt><dd><bdi>(.*?)</bdi> .*?<bdi>(.*?)</bdi>", part, re.DOTALL)
    return [(label, markup.unescape(after), markup.unescape(before)) for label, after, before in found]


def test_who_changed_which_field_meanwhile_is_told_from_the_log(reference_data: Cast, officer: FlaskClient) -> None:
    complaint, point, address = with_point(reference_data)
    other, head = reference_data.actor("hospital_admin"), reference_data.actor("department_manager")
    with acting_as(other):
        foreign = points.add(complaint.id, PointFacts("Another point"), actor=other)
        theirs = PointFacts("Waiting", finding="upheld", answer="Sorry", department_id=reference_data.er.id)
        points.change(complaint.id, point.id, theirs, version=1, actor=other)
    with acting_as(head):
        points.change(complaint.id, point.id, replace(theirs, answer="x" * 1_000), version=2, actor=head)
    with acting_as(other):
        points.change(complaint.id, foreign.id, PointFacts("Not told"), version=1, actor=other)

    late = post(officer, address, version="1", summary="Mine", answer="", finding="", harm="")
    assert late.status_code == 409
    [answer, *rest] = history(late.text)
    assert answer == ("Answer to this point", f"{'x' * 300}…", "Sorry")
    assert sorted(rest) == [
        ("Answer to this point", "Sorry", "–"),
        ("Department", "Emergency", "–"),
        ("Finding", "Upheld", "–"),
    ]
    assert late.text.index("Department Manager") < late.text.index("Hospital Admin")
    assert "Not told" not in late.text and str(reference_data.er.id) not in late.text.partition("stale-sides")[0]


def test_only_what_was_missed_is_told(reference_data: Cast, officer: FlaskClient) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        for version, words in enumerate(("First", "Second", "Third"), start=1):
            set_request_id(f"request-{version}")
            points.change(complaint.id, point.id, PointFacts(words), version=version, actor=other)

    late = post(officer, address, version="2", summary="Mine", answer="", finding="", harm="")
    assert [after for _label, after, _before in history(late.text)] == ["Third", "Second"]


def test_owner_and_severity_are_told_with_what_they_were(reference_data: Cast, officer: FlaskClient) -> None:
    complaint = brought_to(reference_data, "in_progress")
    version, other = complaint.version, reference_data.actor("hospital_admin")
    with acting_as(other):
        working.assign(complaint.id, to=reference_data["hospital_admin"].id, version=version, actor=other)
        working.change_severity(complaint.id, "critical", version=fresh(complaint).version, actor=other)

    sent = {"version": str(version), "assignee_id": str(reference_data["department_manager"].id)}
    late = post(officer, f"/complaints/{complaint.id}/assignment", **sent)
    told = history(late.text)
    assert ("Severity", "Critical", "Medium") in told
    assert [(label, after) for label, after, _ in told if label == "Owner"] == [("Owner", "Hospital Admin")]


def test_what_an_inquiry_is_about_is_told_with_what_it_was(reference_data: Cast, officer: FlaskClient) -> None:
    inquiry, other = inquiring.asked(reference_data), reference_data.actor("hospital_admin")
    version = inquiry.version
    with acting_as(other):
        sorting = {"category_id": None, "department_id": reference_data.ward.id}
        inquiries.sort(inquiry.id, **sorting, version=version, actor=other)

    sent = {"version": str(version), "department_id": str(reference_data.triage.id), "category_id": ""}
    late = post(officer, f"/inquiries/{inquiry.id}/category", **sent)
    assert history(late.text) == [("Department", "Ward 1", "Emergency")]


def test_late_twice_is_asked_twice_and_still_leads_back_to_where_it_began(
    reference_data: Cast, officer: FlaskClient
) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    form = {"version": "1", "summary": "Mine", "harm": "", "finding": "", "answer": ""}
    where = f"/complaints/{complaint.id}"
    for version, words in ((1, "First"), (2, "Second")):
        with acting_as(other):
            points.change(complaint.id, point.id, PointFacts(words), version=version, actor=other)
        late = post(officer, address, {"Referer": f"http://localhost{where if version == 1 else address}"}, **form)
        assert late.status_code == 409 and words in late.text
        form = again(late)
        assert f'class="btn px-btn-ghost" href="{where}"' in late.text
    assert post(officer, address, **form).status_code == 303


def test_a_step_that_somebody_took_already_shows_the_step_and_keeps_the_words(
    reference_data: Cast, officer: FlaskClient
) -> None:
    complaint = brought_to(reference_data, "in_progress")
    version = complaint.version
    step(reference_data, complaint, "resolve", by="hospital_admin", resolution="Theirs")

    sent = {"version": str(version), "category": "no_action_needed", "resolution": "My long answer"}
    late = post(officer, f"/complaints/{complaint.id}/steps/resolve", **sent)
    assert late.status_code == 409
    assert "Theirs" in late.text and "My long answer" in late.text and "Status: Resolved" in late.text
    refused = post(officer, f"/complaints/{complaint.id}/steps/resolve", **again(late))
    assert refused.status_code in (409, 422)  # it was resolved: the page says so, and the words are still there
    with acting_as(reference_data.actor("hospital_admin")):
        assert fresh(complaint).resolution == "Theirs"


def test_who_was_handed_the_case_meanwhile_is_said_by_name(reference_data: Cast, officer: FlaskClient) -> None:
    complaint = brought_to(reference_data, "in_progress")
    version, other = complaint.version, reference_data.actor("hospital_admin")
    with acting_as(other):
        working.assign(complaint.id, to=reference_data["department_manager"].id, version=version, actor=other)

    sent = {"version": str(version), "assignee_id": str(reference_data["hospital_admin"].id)}
    late = post(officer, f"/complaints/{complaint.id}/assignment", **sent)
    assert late.status_code == 409
    assert "Department Manager" in late.text and "Hospital Admin" in late.text
    assert str(reference_data["department_manager"].id) not in late.text


def test_actions_answer_the_same_way(app: APIFlask, reference_data: Cast, officer: FlaskClient) -> None:
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        action = opening.open_by_hand(
            hospital_id=reference_data.a.id, title="Lift", severity="low", department_id=reference_data.er.id,
            patient_id=None, actor=other,
        )  # fmt: skip
        version = action.version
        actions.change_severity(action.id, "critical", version=version, actor=other)

    late = post(officer, f"/actions/{action.id}/severity", version=str(version), severity="high")
    assert late.status_code == 409 and "Critical" in late.text and "High" in late.text
    assert post(officer, f"/actions/{action.id}/severity", **again(late)).status_code == 303
    with acting_as(other):
        row = fresh(action)
        assert isinstance(row, PxAction) and row.severity == "high"


def test_what_was_written_is_never_markup_and_the_way_back_stays_on_this_site(
    reference_data: Cast, officer: FlaskClient
) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        points.change(complaint.id, point.id, PointFacts("Theirs"), version=1, actor=other)

    form = {"version": "1", "summary": HOSTILE, "answer": HOSTILE, "px_back": "//elsewhere.example", "x": HOSTILE}
    late = post(officer, address, **form)
    assert late.status_code == 409
    assert HOSTILE not in late.text and "elsewhere.example" not in late.text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_keeps_the_house_rules_and_the_budget(
    app: APIFlask, reference_data: Cast, officer: FlaskClient, language: str
) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        points.change(complaint.id, point.id, PointFacts("Theirs"), version=1, actor=other)
    officer.set_cookie("px_lang", language)
    with app.app_context():
        token = csrf(app, officer)
    with app.app_context(), counted() as statements:
        late = officer.post(address, data={"csrf_token": token, "version": "1", "summary": "Mine", "answer": "x"})

    assert late.status_code == 409
    assert len(statements) <= MOST_STATEMENTS + 6  # a command that was refused, and then a page
    assert house_rules(late.text, language=language) == []


def test_htmx_gets_the_page_into_the_main_part(reference_data: Cast, officer: FlaskClient) -> None:
    complaint, point, address = with_point(reference_data)
    other = reference_data.actor("hospital_admin")
    with acting_as(other):
        points.change(complaint.id, point.id, PointFacts("Theirs"), version=1, actor=other)

    late = post(officer, address, {"HX-Request": "true"}, version="1", summary="Mine")
    assert (late.status_code, late.headers["HX-Retarget"]) == (409, "#main")
    assert "<html" not in late.text and "Theirs" in late.text


class Secretive(Form):
    """A form with a secret."""

    version = VersionField()
    name = LineField()
    secret = PasswordField()


@pytest.mark.parametrize(("secret", "is_shown"), [("", True), ("hunter2", False)])
def test_a_typed_secret_is_never_written_into_the_page(app: APIFlask, secret: str, is_shown: bool) -> None:
    def refuse() -> None:
        raise Conflict(current=SimpleNamespace(version=2))

    app.config["WTF_CSRF_ENABLED"] = False
    try:
        with app.test_request_context("/", method="POST", data={"version": "1", "name": "x", "secret": secret}):
            g.actor = SYSTEM
            with pytest.raises(StaleEdit) if is_shown else nullcontext():
                assert Secretive().submit(refuse).conflict is not None
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
