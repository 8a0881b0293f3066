"""The board, the list and the page of a visit: what is shown, to whom, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.core.time import clock
from app.journeys import queries
from app.journeys.enums import JourneyKind
from app.journeys.queries import BoardFilters
from app.organizations.models import Patient
from tests.cast import Cast, sign_in
from tests.conftest import NOON
from tests.journeys.conftest import Tell, at, make_patient

MOST_STATEMENTS = 12


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the SELECTs that run inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def board(cast: Cast, name: str = "px_coordinator", **filters: Any) -> dict[str | None, list[str]]:
    """Give stage code -> encounters, as a person's board has them; empty stages are left out."""
    actor = cast.actor(name)
    with acting_as(actor):
        found = queries.board(BoardFilters(**{"kind": JourneyKind.EMS, **filters}), actor=actor)
    return {
        column.stage.code if column.stage else None: [card.encounter for card in column.cards]
        for column in found
        if column.cards
    }


def test_active_visits_stand_in_their_stage_longest_first_and_ended_ones_are_gone(tell: Tell, cast: Cast) -> None:
    tell("EMS_ARRIVAL", 30, encounter="late")
    tell("EMS_ARRIVAL", 10, encounter="early")
    tell("EMS_ARRIVAL", 0, encounter="gone")
    tell("EMS_DISCHARGE", 20, encounter="gone")
    tell("OPD_STAGE_1_REGISTRATION", 0, encounter="clinic")
    assert board(cast) == {"DISCHARGE": ["early", "late"]}
    assert board(cast, kind=JourneyKind.OPD) == {"CONSULTATION": ["clinic"]}


def test_the_board_of_another_hospital_is_empty(tell: Tell, cast: Cast) -> None:
    tell("EMS_ARRIVAL", 0)
    assert board(cast, "outsider") == {}
    assert board(cast, "px_admin") == {"DISCHARGE": ["V-1"]}


def test_a_department_manager_sees_the_own_department_and_those_below_only(tell: Tell, cast: Cast) -> None:
    for number, department in enumerate([cast.er, cast.triage, cast.ward]):
        tell("EMS_ARRIVAL", number, encounter=department.code, department_id=department.id)
    assert board(cast, "department_manager") == {"DISCHARGE": ["ER", "TR"]}
    assert board(cast, department_id=cast.ward.id) == {"DISCHARGE": ["W1"]}


def test_a_patient_who_waits_longer_than_is_usual_is_marked(tell: Tell, cast: Cast) -> None:
    tell("EMS_ARRIVAL", 0, encounter="slow")
    actor = cast.actor("px_coordinator")
    with acting_as(actor), clock.frozen(at(241)):
        (card,) = [
            card for column in queries.board(BoardFilters(JourneyKind.EMS), actor=actor) for card in column.cards
        ]
        assert (card.minutes, card.usual, card.is_slow) == (241, 240, True)
    with acting_as(actor), clock.frozen(at(240)):
        (card,) = [
            card for column in queries.board(BoardFilters(JourneyKind.EMS), actor=actor) for card in column.cards
        ]
        assert not card.is_slow


def test_more_visits_cost_no_more_statements(client: FlaskClient, tell: Tell, cast: Cast) -> None:
    browser = sign_in(client, cast["px_coordinator"])
    tell("EMS_ARRIVAL", 0, encounter="V-first")
    for path in ("/journeys/?kind=ems", "/journeys/list"):
        browser.get(path)  # the first look fills caches of the application
    costs: dict[str, list[int]] = {}
    for visits in (1, 31):
        for number in range(1, visits):
            tell("EMS_ARRIVAL", number, encounter=f"V-{number}", department_id=cast.er.id)
        for path in ("/journeys/?kind=ems", "/journeys/list"):
            with counted() as seen:
                assert browser.get(path).status_code == 200
            costs.setdefault(path, []).append(len(seen))
    for path, (few, many) in costs.items():
        assert few == many, f"{path}: {few} then {many} statements"
        assert many <= MOST_STATEMENTS, f"{path}: {many}"


def test_a_column_shows_the_longest_waiting_and_leads_to_the_rest(client: FlaskClient, tell: Tell, cast: Cast) -> None:
    for number in range(27):
        tell("EMS_ARRIVAL", number, encounter=f"N-{number:02}")
    page = sign_in(client, cast["px_coordinator"]).get("/journeys/?kind=ems").text
    assert "N-24" in page and "N-25" not in page
    assert '<span class="px-count">27</span>' in page
    assert "/journeys/list?status=active" in page


def test_a_viewer_sees_visits_without_names(client: FlaskClient, tell: Tell, cast: Cast, patient: Patient) -> None:
    journey = tell("EMS_ARRIVAL", 0)
    browser = sign_in(client, cast["viewer"])
    for path in ("/journeys/?kind=ems", "/journeys/list", f"/journeys/{journey.id}"):  # type: ignore[union-attr]
        page = browser.get(path).text
        assert "V-1" in page, path
        assert "Noura" not in page and "نورة" not in page, path


def test_the_office_sees_who_the_patient_is(client: FlaskClient, tell: Tell, cast: Cast) -> None:
    journey = tell("EMS_ARRIVAL", 0)
    browser = sign_in(client, cast["px_coordinator"])
    for path in ("/journeys/?kind=ems", "/journeys/list", f"/journeys/{journey.id}"):  # type: ignore[union-attr]
        assert "Noura Salem" in browser.get(path).text, path


def test_the_page_of_a_visit_marks_what_is_missing_and_tells_what_happened(
    client: FlaskClient, tell: Tell, cast: Cast
) -> None:
    tell("DAY_CASE_ADMISSION", 0)
    journey = tell("DAY_CASE_RECOVERY", 200)
    assert journey is not None
    with counted() as seen:
        answer = sign_in(client, cast["px_coordinator"]).get(f"/journeys/{journey.id}")
    assert answer.status_code == 200 and len(seen) <= MOST_STATEMENTS + 3  # and the three of signing in
    assert "missing" in answer.text and "The visit became known" in answer.text
    assert "A stage was completed" in answer.text


def test_the_page_of_another_hospitals_visit_is_not_found(client: FlaskClient, tell: Tell, cast: Cast) -> None:
    journey = tell("EMS_ARRIVAL", 0)
    assert sign_in(client, cast["outsider"]).get(f"/journeys/{journey.id}").status_code == 404  # type: ignore[union-attr]


@pytest.fixture
def many(tell: Tell) -> None:
    """Sixty visits, some of which began in the same minute."""
    for number in range(60):
        tell("EMS_ARRIVAL", number // 3, encounter=f"L-{number:02}")


def walk(browser: FlaskClient, path: str) -> list[str]:
    """Follow the list to its end and give the numbers in order."""
    import html
    import re

    found: list[str] = []
    for _page in range(10):
        text = browser.get(path).text
        found += re.findall(r">(L-\d\d)<", text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        if following is None:
            return found
        path = html.unescape(following.group(1))
    raise AssertionError("the list has no end")


def test_the_list_gives_every_visit_once_newest_first(client: FlaskClient, cast: Cast, many: None) -> None:
    found = walk(sign_in(client, cast["px_coordinator"]), "/journeys/list")
    assert sorted(found) == [f"L-{number:02}" for number in range(60)]
    minutes = [int(number[2:]) // 3 for number in found]
    assert minutes == sorted(minutes, reverse=True)


def test_the_list_is_searched_by_number_also_in_arabic_digits_and_narrowed_by_state(
    client: FlaskClient, cast: Cast, tell: Tell
) -> None:
    tell("EMS_ARRIVAL", 0, encounter="7001")
    tell("EMS_ARRIVAL", 0, encounter="7002")
    tell("EMS_DISCHARGE", 5, encounter="7002")
    browser = sign_in(client, cast["px_coordinator"])
    found = browser.get("/journeys/list?q=٧٠٠١").text
    assert "7001" in found and "7002" not in found
    ended = browser.get("/journeys/list?status=completed").text
    assert "7002" in ended and ">7001<" not in ended


@pytest.mark.parametrize("query", ["after=x", "after=9e99_x", "status=odd", "stage=x", "q=%00", "kind=zz", "after=1_2"])
def test_a_broken_address_is_answered_with_the_list(client: FlaskClient, cast: Cast, tell: Tell, query: str) -> None:
    tell("EMS_ARRIVAL", 0)
    assert sign_in(client, cast["px_coordinator"]).get(f"/journeys/list?{query}").status_code == 200


def test_a_visit_that_began_in_the_future_is_no_fault(client: FlaskClient, cast: Cast, tell: Tell) -> None:
    tell("APPOINTMENT_BOOKED", 0, scheduled_at=NOON + timedelta(days=3))
    other = make_patient(cast.a.id, "77")
    tell("EMS_ARRIVAL", 24 * 60, encounter="ahead", patient_id=other.id)
    page = sign_in(client, cast["px_coordinator"]).get("/journeys/?kind=ems")
    assert page.status_code == 200 and "ahead" in page.text
    with acting_as(cast.actor("px_coordinator")):
        assert db.session.execute(sa.select(sa.func.count()).select_from(Patient)).scalar_one() == 2


def test_a_stage_that_needs_a_physician_says_when_none_is_known(client: FlaskClient, cast: Cast, tell: Tell) -> None:
    from app.core.db import unit_of_work
    from app.journeys.models import StageTemplate
    from tests.journeys.conftest import SYSTEM

    with acting_as(SYSTEM), unit_of_work():
        for stage in db.session.execute(sa.select(StageTemplate).filter_by(code="CONSULTATION")).unique().scalars():
            stage.needs_physician = True
    journey = tell("OPD_VISIT_COMPLETED", 50)
    page = sign_in(client, cast["px_coordinator"]).get(f"/journeys/{journey.id}").text  # type: ignore[union-attr]
    assert "physician not known" in page
