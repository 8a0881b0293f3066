"""Promises on a case: made, reminded of, kept, broken at their instant, told, and ended with the case; on both kinds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.complaints.promises import jobs, queries, services
from app.complaints.promises.models import Promise
from app.complaints.promises.services import PromiseFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, Refusal
from app.core.events import timeline
from app.core.time import clock
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import received, step
from tests.complaints.inquiring import asked, take
from tests.complaints.test_notices import told

SYSTEM = system_actor("a test of promises")
Drain = Callable[[], int]
HOUR = timedelta(hours=1)


def promised(cast: Cast, case: str, row: Any, by: str = "px_coordinator", **facts: Any) -> Promise:
    """A call in an hour, unless told otherwise."""
    actor = cast.actor(by)
    with acting_as(actor):
        return services.make(case, row.id, PromiseFacts(**{"due_at": clock.now() + HOUR, **facts}), actor=actor)


def case_of(cast: Cast, case: str) -> Any:
    """A new case of a kind."""
    return received(cast) if case == "complaint" else asked(cast)


def settled(cast: Cast, promise: Promise, by: str = "px_coordinator", *, is_done: bool = True) -> Promise:
    """Say that it was done, or take it back."""
    actor, version = cast.actor(by), promise.version
    with acting_as(actor):
        return services.settle(promise.id, is_done=is_done, version=version, actor=actor)


def looked_at(at: Any) -> None:
    """Let the check run twice at an instant: the second finds nothing more."""
    with clock.frozen(at):
        jobs.check_promises()
        jobs.check_promises()


def fresh(promise: Promise) -> Promise:
    """The row as it stands now."""
    with acting_as(SYSTEM):
        return db.session.execute(
            sa.select(Promise).where(Promise.id == promise.id).execution_options(populate_existing=True)
        ).scalar_one()


def happened(row: Any) -> list[str]:
    """What the timeline says of promises."""
    with acting_as(SYSTEM):
        entries = timeline.of_subject(row.id, actor=SYSTEM)
    return [entry.data["verb"] for entry in entries if entry.kind.endswith("promise_moved")]


@pytest.mark.parametrize("case", ["complaint", "inquiry"])
def test_a_promise_is_reminded_of_a_quarter_before_and_broken_at_its_instant(
    reference_data: Cast, drain: Drain, case: str
) -> None:
    row = case_of(reference_data, case)
    promise = promised(reference_data, case, row)
    due = promise.due_at
    looked_at(due - timedelta(minutes=15, seconds=1))
    assert happened(row) == ["make"]
    looked_at(due - timedelta(minutes=15))
    looked_at(due - timedelta(seconds=1))
    assert fresh(promise).state == "open"
    looked_at(due)
    assert fresh(promise).state == "broken"
    assert sorted(happened(row)) == ["break", "make", "remind"]
    with clock.frozen(due):
        drain()
    kinds = [kind for kind in told(reference_data, "px_coordinator") if kind.startswith("promises/")]
    assert kinds == ["promises/reminder", "promises/broken"]


def test_a_promise_done_in_time_is_kept_and_done_late_stays_broken(reference_data: Cast) -> None:
    row = received(reference_data)
    in_time, late = promised(reference_data, "complaint", row), promised(reference_data, "complaint", row)
    assert settled(reference_data, in_time).state == "kept"
    with clock.frozen(late.due_at + timedelta(seconds=1)):  # before the check has looked
        done = settled(reference_data, late)
    assert (done.state, done.settled_at) == ("broken", late.due_at + timedelta(seconds=1))
    looked_at(late.due_at + HOUR)
    assert sorted(happened(row)) == ["keep", "keep_late", "make", "make"]


def test_a_settled_promise_is_settled_once_and_a_broken_one_is_not_taken_back(reference_data: Cast) -> None:
    row = received(reference_data)
    promise = settled(reference_data, promised(reference_data, "complaint", row), is_done=False)
    assert promise.state == "withdrawn"
    with pytest.raises(Conflict):
        settled(reference_data, promise)
    broken = promised(reference_data, "complaint", row)
    looked_at(broken.due_at)
    with pytest.raises(Conflict):
        settled(reference_data, fresh(broken), is_done=False)


def test_a_stale_page_does_not_settle(reference_data: Cast) -> None:
    promise = promised(reference_data, "complaint", received(reference_data))
    looked_at(promise.due_at - timedelta(minutes=1))  # the reminder changed it
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Conflict):
        services.settle(promise.id, is_done=True, version=promise.version + 7, actor=actor)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "poem"}, "kind"),
        ({"due_at": None}, "due_at"),
        ({"due_at": timedelta(seconds=-1)}, "due_at"),
        ({"due_at": timedelta(days=91)}, "due_at"),
        ({"owner_id": "nurse"}, "owner_id"),
        ({"owner_id": "stranger"}, "owner_id"),
        ({"owner_id": "elsewhere_coordinator"}, "owner_id"),
    ],
)
def test_what_cannot_be_promised_is_refused_with_its_field(reference_data: Cast, wrong: Any, field: str) -> None:
    row = received(reference_data)
    name, value = next(iter(wrong.items()))
    if isinstance(value, timedelta):
        value = clock.now() + value
    if name == "owner_id":
        value = reference_data[value].id if value in reference_data.people else uuid4()
    with pytest.raises(Invalid) as refused:
        promised(reference_data, "complaint", row, **{name: value})
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(("case", "verb"), [("complaint", "cancel"), ("inquiry", "cancel")])
def test_an_ended_case_takes_its_open_promises_back_and_allows_no_more(
    reference_data: Cast, drain: Drain, case: str, verb: str
) -> None:
    row = case_of(reference_data, case)
    kept, left = promised(reference_data, case, row), promised(reference_data, case, row)
    settled(reference_data, kept)
    (step if case == "complaint" else take)(reference_data, row, verb)
    drain()
    assert [fresh(kept).state, fresh(left).state] == ["kept", "withdrawn"]
    looked_at(left.due_at + HOUR)
    assert fresh(left).state == "withdrawn"
    with pytest.raises(Conflict):
        promised(reference_data, case, row)


def test_another_department_and_another_hospital_do_not_find_a_promise(reference_data: Cast) -> None:
    promise = promised(reference_data, "complaint", received(reference_data))
    strangers = [
        name
        for name, user in reference_data.people.items()
        if name not in ("px_coordinator", "hospital_admin", "px_admin", "department_manager")
    ]
    for name in strangers:
        with pytest.raises(Refusal) as refused:
            settled(reference_data, promise, by=name)
        assert refused.value.status in (403, 404), name
    assert fresh(promise).state == "open"


def test_who_promises_for_another_lets_them_know_and_their_desk_shows_it(
    reference_data: Cast, drain: Drain, client: FlaskClient
) -> None:
    row = received(reference_data)
    promised(reference_data, "complaint", row, owner_id=reference_data["department_manager"].id, what="Ring the son")
    drain()
    assert "promises/made" in told(reference_data, "department_manager")
    browser = sign_in(client, reference_data["department_manager"])
    assert "Ring the son" in browser.get("/").get_data(as_text=True)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        assert queries.due_of(actor, clock.now() + HOUR * 24) == []


def test_the_page_promises_refuses_and_settles(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data)
    browser = sign_in(client, reference_data["px_coordinator"])
    panel = f"/promises/complaint/{row.id}"
    token = csrf(app, browser)
    refused = browser.post(panel, data={"csrf_token": token, "kind": "call", "due_at": "2020-01-01T10:00"})
    assert refused.status_code == 422
    assert "Choose a time that is still to come." in refused.get_data(as_text=True)
    tomorrow = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    made = browser.post(panel, data={"csrf_token": token, "kind": "call", "due_at": tomorrow, "what": "<b>ring</b>"})
    assert made.status_code == 303
    page = browser.get(panel).get_data(as_text=True)
    assert "&lt;b&gt;ring&lt;/b&gt;" in page
    with acting_as(SYSTEM):
        promise = db.session.execute(sa.select(Promise)).scalar_one()
    answer = browser.post(
        f"/promises/{promise.id}/end", data={"csrf_token": token, "verb": "done", "version": promise.version}
    )
    assert answer.status_code == 303
    assert fresh(promise).state == "kept"
    again = browser.post(f"/promises/{promise.id}/end", data={"csrf_token": token, "verb": "done", "version": 1})
    assert again.status_code == 409
    assert browser.post(f"/promises/{promise.id}/end", data={"csrf_token": token, "verb": "x"}).status_code == 404


@pytest.mark.parametrize("cases", ["complaints", "inquiries"])
def test_the_api_promises_lists_and_settles(reference_data: Cast, client: FlaskClient, cases: str) -> None:
    row: Complaint | Inquiry = received(reference_data) if cases == "complaints" else asked(reference_data)
    headers = bearer(reference_data["px_coordinator"])
    address = f"/api/complaints/{cases}/{row.id}/promises/"
    due_at = (clock.now() + HOUR).isoformat()
    made = client.post(address, json={"kind": "meet", "due_at": due_at}, headers=headers)
    assert made.status_code == 201, made.json
    found = client.get(address, headers=headers).json["results"]
    assert [(each["kind"], each["state"]) for each in found] == [("meet", "open")]
    ended = client.post(
        f"/api/complaints/promises/{made.json['id']}/end/",
        json={"verb": "done", "version": made.json["version"]},
        headers=headers,
    )
    assert (ended.status_code, ended.json["state"]) == (200, "kept")
    assert client.post(address, json={"kind": "meet", "due_at": "soon"}, headers=headers).status_code == 422
