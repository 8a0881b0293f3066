"""Who else has a case open: who is told, who is shown, how long, and what happens without Redis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app.complaints.inquiries.services import receiving as inquiries
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import queues
from app.core.time import clock
from app.core.web import presence
from app.core.web.presence import STAYS, Case
from app.px_action_center.services import opening
from tests.cast import Cast, sign_in
from tests.complaints.conftest import received
from tests.conftest import NOON
from tests.guards.test_pages import counted


@pytest.fixture
def browsers(app: APIFlask, reference_data: Cast) -> dict[str, FlaskClient]:
    """Everybody at their browsers."""
    found = {}
    for name, user in reference_data.people.items():
        found[name] = sign_in(app.test_client(), user)
        found[name].set_cookie("px_lang", "en")
    return found


def poll(client: FlaskClient, **asked: Any) -> Any:
    """A turn of the live poll."""
    with client.application.app_context():
        return client.get("/live", query_string=asked)


def look(client: FlaskClient, path: str) -> str:
    """Open a page."""
    with client.application.app_context():
        return client.get(path).text


def cases(cast: Cast) -> dict[str, tuple[UUID, str]]:
    """A case of each sort, with the address of its queue."""
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        asked = InquiryFacts(words="When?", contact_name="Huda", contact_phone="0506660099", department_id=cast.er.id)
        inquiry = inquiries.receive(hospital_id=cast.a.id, facts=asked, actor=officer)
        action = opening.open_by_hand(
            hospital_id=cast.a.id,
            title="Lift",
            severity="high",
            department_id=cast.er.id,
            patient_id=None,
            actor=officer,
        )
    return {
        "complaint": (received(cast).id, "/complaints/"),
        "inquiry": (inquiry.id, "/inquiries/"),
        "action": (action.id, "/actions/"),
    }


@pytest.mark.parametrize("sort", ["complaint", "inquiry", "action"])
def test_two_see_each_other_on_the_case_and_in_the_rows(
    reference_data: Cast, browsers: dict[str, FlaskClient], sort: str
) -> None:
    case_id, queue = cases(reference_data)[sort]
    here = f"{sort}:{case_id}"
    assert poll(browsers["hospital_admin"], here=here).json["here"] == []

    first = poll(browsers["px_coordinator"], here=here, writing="1").json
    assert first["here"] == [{"name": "Hospital Admin", "writing": False}]
    assert poll(browsers["hospital_admin"], here=here).json["here"] == [{"name": "Px Coordinator", "writing": True}]
    rows = poll(browsers["department_manager"], rows=here).json["rows"]
    assert [each["name"] for each in rows[str(case_id)]] == ["Px Coordinator", "Hospital Admin"]
    assert f'data-here="{here}"' in look(browsers["hospital_admin"], f"{queue}{case_id}")
    html = look(browsers["department_manager"], queue)
    assert f'data-here-rows="{sort}"' in html and f'data-here-row="{case_id}"' in html


def test_who_went_away_is_forgotten_soon(reference_data: Cast, browsers: dict[str, FlaskClient]) -> None:
    here = f"complaint:{received(reference_data).id}"
    poll(browsers["px_coordinator"], here=here)
    assert 0 < queues.redis_client().ttl(f"px360:here:{here}") <= STAYS

    with clock.frozen(NOON + timedelta(seconds=STAYS + 1)):
        assert poll(browsers["hospital_admin"], here=here).json["here"] == []


def test_a_poll_is_silent_while_the_same_people_are_there(
    reference_data: Cast, browsers: dict[str, FlaskClient]
) -> None:
    here = f"complaint:{received(reference_data).id}"
    first = poll(browsers["hospital_admin"], here=here).json
    again = {"here": here, "since": first["stamp"], "seen": first["seen"]}
    assert poll(browsers["hospital_admin"], **again).status_code == 204

    poll(browsers["px_coordinator"], here=here)
    answer = poll(browsers["hospital_admin"], **again)
    assert (answer.status_code, answer.json["changed"]) == (200, [])
    assert [each["name"] for each in answer.json["here"]] == ["Px Coordinator"]


@pytest.mark.parametrize("who", ["outsider", "nurse", "source_user"])
def test_who_cannot_see_the_case_or_is_no_colleague_learns_nothing_and_is_not_shown(
    reference_data: Cast, browsers: dict[str, FlaskClient], who: str
) -> None:
    by = "source_user" if who == "source_user" else "px_coordinator"
    complaint = received(reference_data, by, **({"channel": "partner"} if who == "source_user" else {}))
    here = f"complaint:{complaint.id}"
    poll(browsers["px_coordinator"], here=here, writing="1")

    answer = poll(browsers[who], here=here, rows=here)
    assert "Coordinator" not in answer.text
    assert (answer.json["here"], answer.json["rows"]) == ([], {})
    assert poll(browsers["px_coordinator"], here=here).json["here"] == []


def test_a_department_manager_is_not_told_of_a_case_of_another_department(
    reference_data: Cast, browsers: dict[str, FlaskClient]
) -> None:
    here = f"complaint:{received(reference_data, department_id=reference_data.ward.id).id}"
    poll(browsers["px_coordinator"], here=here)

    assert poll(browsers["department_manager"], rows=here).json["rows"] == {}


@pytest.mark.parametrize(
    "asked", ["", "complaint", "complaint:1", "patient:01a20cc8-8e80-703b-8880-169bda3e2326", ":,"]
)
def test_what_is_no_case_is_no_case(browsers: dict[str, FlaskClient], asked: str) -> None:
    answer = poll(browsers["px_coordinator"], here=asked, rows=asked)

    assert answer.status_code == 200
    assert not answer.json.get("here") and not answer.json.get("rows")
    assert list(queues.redis_client().scan_iter("px360:here:*")) == []


def test_programs_and_px360_itself_are_never_seen(reference_data: Cast) -> None:
    case = Case("complaint", received(reference_data).id)
    system = system_actor("a test", reference_data.a.id)
    presence.come(case, system, is_writing=True)

    with acting_as(reference_data.actor("hospital_admin")) as actor:
        assert presence.at("complaint", [case.id], actor) == {}


def test_without_redis_nobody_is_seen_and_everything_works(
    app: APIFlask, reference_data: Cast, browsers: dict[str, FlaskClient]
) -> None:
    complaint = received(reference_data)
    poll(browsers["px_coordinator"], here=f"complaint:{complaint.id}")
    redis_url = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        assert poll(browsers["hospital_admin"], here=f"complaint:{complaint.id}").json["here"] == []
        assert complaint.reference in look(browsers["hospital_admin"], f"/complaints/{complaint.id}")
        assert complaint.reference in look(browsers["hospital_admin"], "/complaints/")
    finally:
        app.config["REDIS_URL"] = redis_url


def test_a_poll_costs_the_same_however_many_rows_are_asked_for(
    reference_data: Cast, browsers: dict[str, FlaskClient]
) -> None:
    made = [str(received(reference_data).id) for _number in range(4)]
    for case_id in made:
        poll(browsers["px_coordinator"], here=f"complaint:{case_id}")
    costs = []
    for few in (made[:1], made):
        with counted() as statements:
            assert len(poll(browsers["hospital_admin"], rows=f"complaint:{','.join(few)}").json["rows"]) == len(few)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 6
