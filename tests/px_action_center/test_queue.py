"""The queue: tabs with counts, filters that live in the address as chips, pages by key, and what each person sees."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.core.time import clock
from app.px_action_center import queries
from app.px_action_center.models import PxAction
from app.px_action_center.queries import Filters
from app.px_action_center.services import working
from tests.cast import Cast, sign_in
from tests.conftest import NOON
from tests.px_action_center.conftest import Open


def references(page: str) -> list[str]:
    """The numbers of the rows, in order."""
    return list(dict.fromkeys(re.findall(r"ACT-\d{4}-\d{6}", page)))


def queue(client: FlaskClient, **given: Any) -> str:
    """The page of the queue."""
    answer = client.get("/actions/", query_string=given)
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def counts(page: str) -> dict[str, str]:
    """Tab -> its count."""
    found = re.findall(r'href="/actions/\?[^"]*tab=(\w+)[^"]*"[^>]*>[^<]*<span class="px-count">([^<]+)</span>', page)
    return dict(found)


def assign(cast: Cast, action: PxAction, to: str) -> PxAction:
    """Hand an action over."""
    actor = cast.actor("hospital_admin")
    with acting_as(actor):
        return working.assign(action.id, to=cast[to].id, version=action.version, actor=actor)


def test_tabs_count_what_they_show(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    cast = reference_data
    critical, high = opened("first", "critical"), opened("second", "high")
    assign(cast, high, "px_coordinator")
    with clock.frozen(NOON + timedelta(days=1, hours=1)):  # the critical one is late, the high one due on Sunday
        sign_in(client, cast["px_coordinator"])
        page = queue(client)
        shown = {tab: references(queue(client, tab=tab)) for tab in queries.TABS}

    assert counts(page)["open"] == "2"
    assert (counts(page)["mine"], counts(page)["overdue"], counts(page)["unassigned"]) == ("1", "1", "0")
    assert shown["mine"] == [high.reference]
    assert shown["overdue"] == [critical.reference]
    assert shown["all"] == [critical.reference, high.reference]


def test_filters_narrow_and_stand_as_chips_that_take_themselves_away(
    reference_data: Cast, opened: Open, client: FlaskClient
) -> None:
    cast = reference_data
    in_er, in_ward = opened(severity="low"), opened(department_id=cast.ward.id, severity="high")
    sign_in(client, cast["hospital_admin"])

    assert references(queue(client, severity="high")) == [in_ward.reference]
    assert references(queue(client, department=str(cast.er.id))) == [in_er.reference]
    assert references(queue(client, status="in_progress")) == []
    assert references(queue(client, q=in_er.reference.lower())) == [in_er.reference]
    page = queue(client, severity="high", department=str(cast.ward.id), tab="all")
    chips = re.findall(r'<a class="px-chip" href="([^"]+)"', page)
    assert len(chips) == 2
    assert all(("severity=" in url) != ("department=" in url) and "tab=all" in url for url in chips)


@pytest.mark.parametrize(
    "given", [{"severity": "huge"}, {"status": "x"}, {"tab": "x"}, {"department": "x"}, {"after": "x"}]
)
def test_what_is_no_filter_counts_as_not_given(
    reference_data: Cast, opened: Open, client: FlaskClient, given: dict[str, str]
) -> None:
    action = opened()
    sign_in(client, reference_data["px_coordinator"])

    assert references(queue(client, **given)) == [action.reference]


def test_titles_are_found_folded(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    action = opened("إبلاغ الأهالي بمدّة الانتظار")
    sign_in(client, reference_data["px_coordinator"])

    assert references(queue(client, q="ابلاغ الاهالي")) == [action.reference]
    assert references(queue(client, q="موقف")) == []


def test_pages_by_key_show_every_row_once(reference_data: Cast, opened: Open) -> None:
    for _turn in range(5):
        opened()
    actor, seen, key = reference_data.actor("px_coordinator"), [], None
    with acting_as(actor):
        while True:
            found = queries.list_page(Filters(), actor=actor, key=key, limit=2)
            seen += [row.action.reference for row in found.rows]
            key = found.next_key
            if key is None:
                break

    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("px_admin", {"er", "ward", "elsewhere"}),
        ("hospital_admin", {"er", "ward"}),
        ("px_coordinator", {"er", "ward"}),
        ("department_manager", {"er"}),
        ("nurse", {"ward"}),
        ("outsider", {"elsewhere"}),
    ],
)
def test_each_person_sees_their_own_part(
    reference_data: Cast, opened: Open, client: FlaskClient, who: str, sees: set[str]
) -> None:
    cast = reference_data
    made = {
        "er": opened(),
        "ward": assign(cast, opened(department_id=cast.ward.id), "nurse"),
        "elsewhere": opened(by="px_admin", hospital_id=cast.b.id, department_id=cast.elsewhere.id),
    }
    sign_in(client, cast[who])

    assert set(references(queue(client))) == {made[name].reference for name in sees}


def statements(client: FlaskClient) -> int:
    """How many SQL statements the queue takes."""
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        queue(client)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return sum(not statement.startswith(("SAVEPOINT", "RELEASE")) for statement in said)


def test_more_rows_take_no_more_statements(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    sign_in(client, reference_data["px_coordinator"])
    opened()
    queue(client)
    db.session.remove()
    few = statements(client)
    for _turn in range(6):
        opened()
    db.session.remove()

    assert statements(client) == few <= 12


def test_the_queue_offers_keys_selection_and_news(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    action = opened()
    sign_in(client, reference_data["px_coordinator"])
    page = queue(client)

    assert "data-queue" in page  # j k o x of keys.js
    assert f'value="{action.id}" data-select' in page
    assert 'data-live="actions"' in page
    assert "data-list-search" in page


def test_who_may_not_hand_over_selects_nothing(reference_data: Cast, opened: Open, client: FlaskClient) -> None:
    assign(reference_data, opened(), "nurse")
    sign_in(client, reference_data["nurse"])

    assert "data-select" not in queue(client)
