"""The same change to many inquiries: said beforehand, refused by each for itself, taken back for two minutes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.inquiries.bulk import BULK
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.inquiries.services import stepping, working
from app.complaints.inquiries.services.stepping import StepFacts
from app.core.access.actor import acting_as, system_actor
from app.core.bulk.deeds import REFUSALS
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.time import clock
from tests.cast import Cast, bearer, sign_in
from tests.complaints.inquiring import asked, take, walked_to
from tests.guards.test_pages import counted
from tests.many import Hands, clock_of, now, post

SYSTEM = system_actor("a test of many inquiries")
HANDS = Hands(BULK)
run, undo = HANDS.run, HANDS.undo
CANCEL = {"cancel_reason": "repeated", "reason": "سؤال مكرر"}


def test_each_inquiry_says_beforehand_what_will_happen_or_why_not(reference_data: Cast, client: FlaskClient) -> None:
    answered, new, closed = (walked_to(reference_data, state) for state in ("answered", "open", "closed"))
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")

    query = "&".join(f"ids={each.id}" for each in (answered, new, closed))
    html = client.get(f"/inquiries/selected/?verb=close&{query}").get_data(as_text=True)

    going, staying = html.split('id="staying"')
    assert f'value="{answered.id}:{answered.version}"' in going
    assert new.reference in staying and closed.reference in staying
    assert "It is not answered." in staying
    assert "It has ended." in staying
    cancelling = client.get(f"/inquiries/selected/?verb=cancel&{query}").get_data(as_text=True)
    assert "It was answered: close it." in cancelling.split('id="staying"')[1]


def test_the_queue_offers_them_to_who_may_work_and_takes_all_that_the_filters_find(
    reference_data: Cast, client: FlaskClient
) -> None:
    phoned, other = asked(reference_data, channel="phone"), asked(reference_data)
    sign_in(client, reference_data["viewer"])
    assert "data-select" not in client.get("/inquiries/").get_data(as_text=True)
    sign_in(client, reference_data["px_coordinator"])

    queue = client.get("/inquiries/").get_data(as_text=True)
    html = client.get("/inquiries/selected/?verb=assign&all=1&channel=phone").get_data(as_text=True)

    assert f'value="{phoned.id}" data-select' in queue
    assert re.search(r'data-key="a" name="verb" value="assign"', queue)
    assert phoned.reference in html and other.reference not in html


def test_they_are_handed_over_and_back_through_the_pages(reference_data: Cast, client: FlaskClient) -> None:
    rows = [asked(reference_data), asked(reference_data)]
    owners, manager = [row.assignee_id for row in rows], reference_data["department_manager"].id
    ids = [f"{row.id}:{row.version}" for row in rows]
    sign_in(client, reference_data["px_coordinator"])

    answer = post(client, "/inquiries/selected/", verb="assign", assignee_id=manager, ids=ids)
    token = re.search(r'name="of" value="([^"]+)"', client.get(answer.headers["Location"]).get_data(as_text=True))

    assert token is not None
    assert [now(row).assignee_id for row in rows] == [manager, manager]
    assert post(client, "/inquiries/selected/undo", of=token[1]).status_code == 303
    assert [now(row).assignee_id for row in rows] == owners != [manager, manager]


def test_closing_is_taken_back_to_answered(reference_data: Cast) -> None:
    row = walked_to(reference_data, "answered")
    answered_at, before = row.answered_at, clock_of(row)

    token, _outcomes = run(reference_data, "close", row)
    assert now(row).status == "closed"
    undo(reference_data, token)

    assert (now(row).status, row.closed_at, row.answered_at) == ("answered", None, answered_at)
    assert clock_of(row) == before


def test_cancelling_is_taken_back_to_the_state_and_clock_before(reference_data: Cast) -> None:
    begun, new = walked_to(reference_data, "in_progress"), asked(reference_data)
    before = [clock_of(row) for row in (begun, new)]

    token, outcomes = run(reference_data, "cancel", begun, new, **CANCEL)

    assert not any(each.refusal for each in outcomes)
    assert [(now(row).status, row.cancel_reason, row.due_at) for row in (begun, new)] == [
        ("cancelled", "repeated", None)
    ] * 2
    assert all(clock_of(row)["stopped_at"] for row in (begun, new))
    with acting_as(SYSTEM):
        notes = db.session.execute(sa.select(InquiryNote.kind, InquiryNote.body)).all()
    assert notes == [("reason", CANCEL["reason"])] * 2
    undo(reference_data, token)
    assert [(now(row).status, row.cancel_reason, row.closed_at) for row in (begun, new)] == [
        ("in_progress", "", None),
        ("open", "", None),
    ]
    assert [clock_of(row) for row in (begun, new)] == before


@pytest.mark.parametrize(("state", "verb"), [("cancelled", "uncancel"), ("closed", "unclose")])
def test_an_end_is_taken_back_on_the_page_for_three_minutes_only(reference_data: Cast, state: str, verb: str) -> None:
    row = walked_to(reference_data, state)

    with clock.frozen(clock.now() + timedelta(minutes=3, seconds=1)), pytest.raises(Conflict):
        take(reference_data, row, verb)

    assert take(reference_data, now(row), verb).status == {"uncancel": "open", "unclose": "answered"}[verb]


@pytest.mark.parametrize(
    ("state", "verb", "given"), [("open", "assign", {}), ("answered", "close", {}), ("open", "cancel", CANCEL)]
)
def test_more_inquiries_cost_no_more_statements_there_and_back(
    reference_data: Cast, state: str, verb: str, given: dict[str, str]
) -> None:
    rows = [walked_to(reference_data, state) for _number in range(6)]
    actor = reference_data.actor("px_coordinator")
    given = given or {"assignee_id": str(reference_data["department_manager"].id)}

    def cost(some: list[Inquiry]) -> tuple[int, int]:
        with acting_as(actor):
            with counted() as there:
                token, outcomes = BULK.run(verb, {row.id: row.version for row in some}, given, actor=actor)
            with counted() as back:
                BULK.undo(token, actor=actor)
        assert len(outcomes) == len(some) and not any(each.refusal for each in outcomes)
        return len(there), len(back)

    cost(rows[:1])
    assert cost(rows[1:2]) == cost(rows[2:])


def test_what_somebody_changed_meanwhile_stays_and_is_named(reference_data: Cast, client: FlaskClient) -> None:
    first, second, stale = asked(reference_data), asked(reference_data), asked(reference_data)
    owners = (first.assignee_id, second.assignee_id)
    versions = {first.id: first.version, second.id: second.version, stale.id: stale.version - 1}
    manager, actor = reference_data["department_manager"].id, reference_data.actor("px_coordinator")
    with acting_as(actor):
        token, outcomes = BULK.run("assign", versions, {"assignee_id": str(manager)}, actor=actor)
    admin = reference_data.actor("hospital_admin")
    with acting_as(admin):
        working.assign(first.id, to=admin.id, version=now(first).version, actor=admin)  # type: ignore[arg-type]

    sign_in(client, reference_data["px_coordinator"])
    answer = post(client, "/inquiries/selected/undo", of=token)
    html = client.get(answer.headers["Location"]).get_data(as_text=True)

    assert {each.id: each.refusal for each in outcomes}[str(stale.id)] == "conflict"
    back, staying = html.split('id="staying"')
    assert second.reference in back and first.reference not in back
    assert first.reference in staying and str(REFUSALS["conflict"]) in staying
    assert 'action="/inquiries/selected/undo"' not in html  # it is taken back already
    assert (now(first).assignee_id, now(second).assignee_id) == (admin.id, owners[1])


def test_nobody_reaches_inquiries_of_another_hospital_or_department(reference_data: Cast) -> None:
    row = asked(reference_data, department_id=reference_data.ward.id)
    manager = reference_data.actor("department_manager")  # of the emergency department

    assert run(reference_data, "cancel", row, by="outsider", **CANCEL)[1] == []
    with acting_as(manager):
        became = stepping.move_many({row.id: row.version}, "cancel", StepFacts(**CANCEL), actor=manager)
    assert getattr(became[row.id], "code", "") == "not_found"
    assert now(row).status == "open"


@pytest.mark.parametrize("given", [{}, {**CANCEL, "cancel_reason": "whim"}, {**CANCEL, "reason": " "}])
def test_a_cancellation_without_its_reasons_is_refused(reference_data: Cast, given: dict[str, str]) -> None:
    row = asked(reference_data)

    with pytest.raises(Invalid):
        run(reference_data, "cancel", row, **given)
    assert now(row).status == "open"


def test_a_question_that_is_opened_again_is_no_change_to_many(reference_data: Cast) -> None:
    with pytest.raises(ValueError, match="reopen"):
        stepping.move_many({}, "reopen", StepFacts(reason="x"), actor=SYSTEM)


def test_programs_change_many_and_take_it_back(reference_data: Cast, client: FlaskClient) -> None:
    row, new = walked_to(reference_data, "answered"), asked(reference_data)
    headers = bearer(reference_data["px_coordinator"])
    body = {"verb": "close", "inquiries": [{"id": str(each.id), "version": each.version} for each in (row, new)]}

    told = client.post("/api/complaints/inquiries/bulk/", json=body, headers=headers).json
    assert {each["id"]: each["refusal"] for each in told["results"]} == {str(row.id): "", str(new.id): "not_answered"}
    assert now(row).status == "closed"

    path, taken = "/api/complaints/inquiries/bulk/undo/", {"undo": told["undo"]}
    assert client.post(path, json=taken, headers=headers).status_code == 200
    assert now(row).status == "answered"
    assert client.post(path, json=taken, headers=headers).status_code == 404
