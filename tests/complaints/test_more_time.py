"""More time: asked for with a reason, granted by a second person only; a case judged less grave keeps its deadline till then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import sla
from app.complaints.explanations import answering_link
from app.complaints.models import Complaint, Explanation
from app.complaints.services import working
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, Refusal
from app.core.keys.links import token_for
from app.core.sla import clocks, extensions
from app.core.sla.models import SlaClock, SlaExtension
from app.core.time import clock as time
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import received, step
from tests.complaints.test_notices import passes, told
from tests.complaints.test_points_and_explanations import asked

SYSTEM = system_actor("a test of more time")
Drain = Callable[[], int]
DAY = timedelta(days=1)


def running(row: Any, kind: str = sla.RESOLUTION) -> SlaClock:
    """The open clock of a case."""
    with acting_as(SYSTEM):
        found = clocks.open_clock(row.id, kind)
    assert found is not None
    return found


def ask(cast: Cast, row: Any, by: str = "px_coordinator", kind: str = sla.RESOLUTION, **given: Any) -> SlaExtension:
    """Ask for the day after the deadline."""
    clock, actor = running(row, kind), cast.actor(by)
    until = given.get("until", (clock.due_at or time.now()) + DAY)
    with acting_as(actor):
        return extensions.ask(clock.id, until, given.get("reason", "The file is on its way."), actor=actor)


def decide(cast: Cast, each: SlaExtension, by: str, *, granted: bool = True, answer: str = "No.") -> SlaExtension:
    """Say yes or no."""
    actor, version = cast.actor(by), each.version
    with acting_as(actor):
        return extensions.decide(each.id, is_granted=granted, answer=answer, version=version, actor=actor)


def fresh(row: Any) -> Any:
    """The row as it stands now."""
    with acting_as(SYSTEM):
        db.session.refresh(row)
    return row


def test_a_second_person_grants_more_time_and_everything_counts_from_it(reference_data: Cast, drain: Drain) -> None:
    row = received(reference_data)
    due = running(row).due_at
    assert due is not None
    wish = ask(reference_data, row)
    assert running(row).due_at == due  # until it is decided
    with pytest.raises(Refusal) as refused:
        decide(reference_data, wish, "px_coordinator")
    assert refused.value.status == 403
    decide(reference_data, wish, "hospital_admin")
    drain()
    moved = running(row).due_at
    assert moved is not None and due < moved <= due + DAY
    assert fresh(row).due_at == moved  # lists show it
    passes(reference_data, drain, due + timedelta(minutes=1))
    assert fresh(running(row)).breached_at is None
    passes(reference_data, drain, moved)
    assert running(row).breached_at == moved
    assert {"clocks/asked"} <= set(told(reference_data, "hospital_admin"))
    assert {"clocks/granted"} <= set(told(reference_data, "px_coordinator"))


def test_a_refusal_says_why_and_moves_nothing(reference_data: Cast) -> None:
    row = received(reference_data)
    due = running(row).due_at
    wish = ask(reference_data, row)
    with pytest.raises(Invalid) as refused:
        decide(reference_data, wish, "hospital_admin", granted=False, answer=" ")
    assert list(refused.value.fields) == ["answer"]
    decide(reference_data, wish, "hospital_admin", granted=False)
    assert running(row).due_at == due
    with pytest.raises(Conflict):
        decide(reference_data, fresh(wish), "hospital_admin")
    assert ask(reference_data, row).state == "open"  # one may ask again


@pytest.mark.parametrize(
    ("given", "field"),
    [({"until": datetime(2026, 1, 1).astimezone()}, "until"), ({"until": None}, "until"), ({"reason": "  "}, "reason"),
     ({"reason": "x" * 2001}, "reason")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_its_field(reference_data: Cast, given: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(reference_data, received(reference_data), **given)
    assert list(refused.value.fields) == [field]


def test_one_request_at_a_time_and_none_for_what_may_not_move(reference_data: Cast) -> None:
    row = received(reference_data)
    ask(reference_data, row)
    with pytest.raises(Conflict) as refused:
        ask(reference_data, row)
    assert refused.value.code == "waiting"
    with pytest.raises(Conflict) as refused:
        ask(reference_data, row, kind=sla.ACTIVATION)
    assert refused.value.code == "not_movable"
    ministry = received(reference_data, channel="moh", outside_number="937-1")
    with pytest.raises(Conflict) as refused:
        ask(reference_data, ministry)
    assert refused.value.code == "not_movable"


def test_who_may_not_work_on_the_case_neither_asks_nor_finds(reference_data: Cast) -> None:
    row = received(reference_data)
    for name in ("physician", "viewer", "nurse", "source_user"):
        with pytest.raises(Refusal) as refused:
            ask(reference_data, row, by=name)
        assert refused.value.status in (403, 404), name


def test_judged_less_grave_keeps_its_deadline_until_a_second_person_agrees(reference_data: Cast, drain: Drain) -> None:
    row = received(reference_data, severity="high")
    due = running(row).due_at
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        working.change_severity(row.id, "medium", version=row.version, actor=actor)
    assert (fresh(row).severity, fresh(row).due_at, running(row).due_at) == ("medium", due, due)
    with acting_as(SYSTEM):
        wish = db.session.execute(sa.select(SlaExtension)).scalar_one()
    assert wish.cause == "severity"
    decide(reference_data, wish, "hospital_admin")
    drain()
    assert running(row).due_at == wish.until_at
    assert fresh(row).due_at == wish.until_at
    assert running(row).extra_seconds == 0


def test_judged_graver_again_the_earlier_deadline_holds_at_once_and_nothing_waits(reference_data: Cast) -> None:
    row = received(reference_data, severity="high")
    due = running(row).due_at
    actor = reference_data.actor("px_coordinator")
    for severity in ("medium", "high", "critical"):
        with acting_as(actor):
            working.change_severity(row.id, severity, version=fresh(row).version, actor=actor)
    found = running(row)
    assert found.extra_seconds == 0
    assert found.due_at is not None and due is not None and found.due_at < due
    with acting_as(SYSTEM):
        assert [each.state for each in db.session.execute(sa.select(SlaExtension)).scalars()] == ["withdrawn"]


def test_a_stopped_clock_needs_no_decision(reference_data: Cast) -> None:
    row = received(reference_data)
    wish = ask(reference_data, row)
    step(reference_data, row, "cancel")
    with pytest.raises(Conflict):
        decide(reference_data, wish, "hospital_admin")


def test_who_was_asked_to_explain_asks_for_time_on_the_page_and_through_the_link(
    app: Any, reference_data: Cast, client: FlaskClient, drain: Drain
) -> None:
    complaint = received(reference_data)
    explanation: Explanation = asked(reference_data, complaint)
    wish = ask(reference_data, explanation, by="physician", kind=sla.ANSWER)
    with pytest.raises(Refusal):
        decide(reference_data, wish, "physician")
    decide(reference_data, wish, "px_coordinator")
    drain()
    assert fresh(explanation).due_at == running(explanation, sla.ANSWER).due_at
    token = token_for(answering_link.OWN, explanation.handle)
    page = client.get(f"/x/{token}?lang=en").get_data(as_text=True)
    assert "I need more time" in page
    body = {"step": "time", "until": "2027-01-05T10:00", "reason": "I am on leave.", "lang": "en"}
    answer = client.post(f"/x/{token}", data={**body, "until": "never"})
    assert answer.status_code == 422 and "I am on leave." in answer.get_data(as_text=True)
    assert client.post(f"/x/{token}", data=body).status_code == 200
    assert client.post(f"/x/{token}", data=body).status_code == 409
    drain()
    assert told(reference_data, "px_coordinator").count("clocks/asked") == 2


def test_the_page_asks_and_decides(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data)
    clock = running(row)
    officer = sign_in(client, reference_data["px_coordinator"])
    form = {"csrf_token": csrf(app, officer), "until": "2026-12-20T10:00", "reason": "<i>The file</i>"}
    assert officer.post(f"/clocks/{clock.id}/extensions", data={**form, "until": ""}).status_code == 422
    assert officer.post(f"/clocks/{clock.id}/extensions", data=form).status_code == 303
    page = officer.get(f"/clocks/{clock.id}").get_data(as_text=True)
    assert "&lt;i&gt;The file&lt;/i&gt;" in page and "Take the request back" in page and ">Grant<" not in page
    with acting_as(SYSTEM):
        wish = db.session.execute(sa.select(SlaExtension)).scalar_one()
        version = wish.version
    with app.app_context():  # another browser
        admin = sign_in(app.test_client(), reference_data["hospital_admin"])
        verdict = {"csrf_token": csrf(app, admin), "version": version, "verb": "grant"}
        answers = [admin.post(f"/clocks/extensions/{wish.id}", data=verdict).status_code for _turn in range(2)]
        assert answers == [303, 409]
        assert admin.post(f"/clocks/extensions/{wish.id}", data={**verdict, "verb": "x"}).status_code == 404


def test_the_api_asks_decides_and_lists(reference_data: Cast, client: FlaskClient) -> None:
    row: Complaint = received(reference_data)
    officer, admin = bearer(reference_data["px_coordinator"]), bearer(reference_data["hospital_admin"])
    until = (time.now() + 20 * DAY).isoformat()
    path = f"/api/sla/clocks/{running(row).id}/extensions/"
    made = client.post(path, json={"until_at": until, "reason": "More."}, headers=officer)
    assert made.status_code == 201, made.json
    verdict = {"verb": "grant", "version": made.json["version"]}
    address = f"/api/sla/extensions/{made.json['id']}/decide/"
    assert client.post(address, json=verdict, headers=officer).status_code == 403
    assert client.post(address, json=verdict, headers=admin).json["state"] == "granted"
    listed = client.get(f"/api/sla/cases/{row.id}/clocks/", headers=officer).json["results"]
    moved = [each for each in listed if each["extensions"]]
    assert [each["kind"] for each in moved] == [sla.RESOLUTION]
    outsider = bearer(reference_data["outsider"])
    assert client.get(f"/api/sla/cases/{row.id}/clocks/", headers=outsider).status_code == 404
