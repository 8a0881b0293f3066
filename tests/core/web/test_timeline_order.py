"""A timeline begins with the newest or with the oldest, as each person likes, on every kind of case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.services import writing
from app.core.access.actor import acting_as
from app.core.time import clock
from app.px_action_center.services import opening
from app.px_action_center.services import working as actions
from tests.cast import Cast, csrf, sign_in
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked


def with_notes(cast: Cast, kind: str) -> str:
    """A case with two notes, and the address of its page."""
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        if kind == "complaints":
            case, write = received(cast), writing.add_note
        elif kind == "inquiries":
            case, write = asked(cast), inquiry_writing.add_note
        else:
            facts = {"title": "Lift", "severity": "low", "department_id": cast.er.id, "patient_id": None}
            case, write = opening.open_by_hand(hospital_id=cast.a.id, **facts, actor=officer), actions.add_note
    for minutes, body in enumerate(("the first note", "the second note"), start=1):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)), acting_as(officer):
            write(case.id, body, actor=officer)
    return f"/{kind}/{case.id}"


@pytest.mark.parametrize("kind", ["complaints", "inquiries", "actions"])
def test_a_timeline_begins_as_the_reader_likes_and_stays_so(
    app: APIFlask, reference_data: Cast, client: FlaskClient, kind: str
) -> None:
    address = with_notes(reference_data, kind)
    sign_in(client, reference_data["px_coordinator"]).set_cookie("px_lang", "en")

    def begins_with_the_oldest() -> bool:
        page = client.get(address).text
        return page.index("the first note") < page.index("the second note")

    def choose(order: str) -> None:
        form = {"csrf_token": csrf(app, client), "order": order, "next": address}
        answer = client.post("/preferences/timeline", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, address)

    assert not begins_with_the_oldest()
    for order, expected in (("oldest", True), ("rubbish", True), ("newest", False)):
        choose(order)
        assert begins_with_the_oldest() is expected, order
    assert "Oldest first" in client.get(address).text
