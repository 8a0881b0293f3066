"""Every page of the portal, found by its routes: the house rules, the budgets, and costs that do not follow the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from devstack.pages import PATIENT_PAGES, Found, page_rules
from tests.cast import Cast
from tests.conftest import NOON
from tests.lookers import ENGLISH_ONLY, Lookers, look_everywhere, spoken
from tests.page import Pages
from tests.provider import running_provider
from tests.world import DELAY, SYSTEM, furnish

MOST_STATEMENTS = 12
MOST_BYTES = 150_000
# GET routes that answer with a part of a page or a file; everything else must be a page that the walk finds
PARTS = (".options", ".colleagues", ".export", ".headings", ".open_file", ".preview_file")
FIRST_OF_ITS_KIND = ".run"  # an import shows the same page for each kind of record; the walk opens one
# pages whose condition the walk cannot make, with the test that opens them
ELSEWHERE = {
    "accounts.ask_code": "half signed in; tests/accounts",
    "action_bulk.preview": "of rows that were ticked; tests/px_action_center",
    "action_bulk.done": "of a change that was made; tests/px_action_center",
    "inquiry_bulk.preview": "of rows that were ticked; tests/complaints",
    "inquiry_bulk.done": "of a change that was made; tests/complaints",
    "complaints.show_paper": "only where no PDF can be drawn; tests/complaints",
    "complaint_bulk.preview": "of rows that were ticked; tests/complaints",
    "complaint_bulk.done": "of a change that was made; tests/complaints",
    "survey_builder.preview": "inside the editor's frame; tests/surveys",
}


@pytest.fixture
def world(app: APIFlask, reference_data: Cast, source_key: str) -> Iterator[Any]:
    """A hospital with something of everything, and a way to add as much again."""
    with running_provider() as provider:
        with acting_as(SYSTEM), unit_of_work():
            db.session.add(
                ProviderRow(
                    channel="sms",
                    kind="http",
                    name="Provider",
                    settings={"base_url": provider.base_url, "ask_path": "/messages/{reference}"},
                    secrets=providers.sealed({"token": "t", "receipt_secret": "s"}),
                    receipt_handle=providers.fresh_handle(),
                )
            )
        furnish(app, reference_data, source_key)
        with clock.frozen(NOON + DELAY):
            yield lambda first, count: furnish(app, reference_data, source_key, first=first, count=count)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that run inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_every_page_keeps_the_house_rules_and_the_budgets_and_more_rows_cost_no_more_statements(
    app: APIFlask, cast: Cast, world: Any
) -> None:
    """One world, walked in both languages: furnishing it takes as long as looking at it."""
    for language in ("ar", "en"):
        found, lookers = look_everywhere(app, cast, language)
        assert not_found(app, found) == {}, "link the page from another one, and let tests/world.py write what it shows"
        assert broken_rules(app, found, lookers, language) == []

    addresses = [each for each in found.pages.values() if not each.startswith(PATIENT_PAGES)]
    files = exports(app)
    costs(lookers, files)  # the walk has opened the pages: their caches are filled; of the files not yet
    few = costs(lookers, addresses) | costs(lookers, files)
    world(10, 8)
    many = costs(lookers, [*addresses, *files])

    assert {each: (few[each], many[each]) for each in few if many[each] > few[each]} == {}


def not_found(app: APIFlask, found: Found) -> dict[str, Any]:
    """The routes for readers that the walk did not find, with why."""
    readers = {rule.endpoint for rule in page_rules(app) if not rule.endpoint.endswith(PARTS)} - set(ELSEWHERE)
    assert any(name.endswith(FIRST_OF_ITS_KIND) for name in found.pages)
    return {
        name: found.others[name].status if name in found.others else "no page links to it"
        for name in readers - set(found.pages)
        if not name.endswith(FIRST_OF_ITS_KIND)
    }


def broken_rules(app: APIFlask, found: Found, lookers: Lookers, language: str) -> list[str]:
    """What is wrong with the pages that were found: the rules of every page, its statements, its bytes."""
    wrong = []
    for endpoint, address in found.pages.items():
        pages = Pages(lookers.browser(address), "en" if endpoint in ENGLISH_ONLY else language)
        try:
            with app.app_context(), counted() as statements:
                html = pages.get(spoken(address, language), csrf=not address.startswith(PATIENT_PAGES))
        except AssertionError as problem:
            wrong.append(str(problem))
            continue
        if len(statements) > MOST_STATEMENTS:
            wrong.append(f"{endpoint} runs {len(statements)} statements; {MOST_STATEMENTS} is the most")
        if len(html.encode()) > MOST_BYTES:
            wrong.append(f"{endpoint} has {len(html.encode()):,} bytes; {MOST_BYTES:,} is the most")
    assert len(found.pages) >= 50
    return wrong


def costs(lookers: Lookers, addresses: Iterable[str]) -> dict[str, int]:
    """How many statements each address runs."""
    said = {}
    for address in addresses:
        with counted() as statements:
            assert lookers.open(address).status == 200, address
        said[address] = len(statements)
    return said


def exports(app: APIFlask) -> list[str]:
    """The addresses of the lists as files."""
    with app.test_request_context():
        return [
            app.url_for(rule.endpoint, kind="csv")
            for rule in app.url_map.iter_rules()
            if rule.endpoint.endswith(".export")
        ]
