"""Isolation over every route, with rows that exist: another hospital's row is 404, a missing right 403, a scope too short 404."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from werkzeug.routing import Rule

from app.core.access.actor import acting_as
from app.core.access.policy import can_on
from app.core.db import db
from app.core.time import clock
from app.core.web.doors import door_of
from devstack.pages import links_of
from tests import litany
from tests.cast import PEOPLE
from tests.conftest import NOON, rolled_back
from tests.foreign import NOBODY, Elsewhere, Try, is_named, pages_of_rows, tries_of_api, tries_of_forms, undone
from tests.guards.test_doors import closed
from tests.walls import (
    OF_ALL,
    SECRETS,
    WARD_TITLE,
    House,
    address,
    body_for,
    fingerprint,
    furnished,
    ids_of,
    rows_for,
    takes_id,
)
from tests.world import DELAY, SYSTEM

# routes for which the world has no row of hospital A, with the reason
NO_ROW: dict[str, str] = {}
NARROW = frozenset(
    {"department_manager", "physician", "nurse", "staff", "source_user"}
)  # who reach some rows of a hospital
CHANCE = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<="undo":")[^"]+')  # differs each time


@pytest.fixture(scope="module")
def house(application: APIFlask) -> Iterator[House]:
    """One world for the module: what is tried here is refused and changes nothing."""
    with rolled_back(application) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        made = furnished(app)
        with clock.frozen(NOON + DELAY):
            yield made
        app.config["WTF_CSRF_ENABLED"] = True


def doors(house: House) -> list[tuple[Rule, str, dict[str, Any]]]:
    """Every closed rule that takes ids, each method, with rows of hospital A."""
    return [
        (rule, method, rows_for(house, rule))
        for rule, method in closed(house.app)
        if takes_id(rule) and rule.endpoint not in NO_ROW
    ]


def where(house: House, rule: Rule, rows: dict[str, Any]) -> str:
    """The address of these rows."""
    return address(house, rule, {name: row.id for name, row in rows.items()})


def test_the_world_has_a_row_of_hospital_a_for_every_route(house: House) -> None:
    rules = {rule.endpoint: rule for rule, _method in closed(house.app) if takes_id(rule)}
    without = {name for name, rule in rules.items() if None in rows_for(house, rule).values()}

    assert sorted(without) == sorted(NO_ROW), "let tests/walls.py write the row, or take the route off the list"


def test_to_another_hospital_every_row_is_404_and_nothing_changes(house: House) -> None:
    before = fingerprint(house.cast.a.id)
    wrong = []
    for rule, method, rows in doors(house):
        expected = 404 if "hospital_admin" in litany.DOORS[rule.endpoint] else 403
        if expected == 404 and method == "GET" and all(isinstance(row, OF_ALL) for row in rows.values()):
            continue  # the group's: the office of every hospital reads it
        answer = house.ask(
            "outsider", method, where(house, rule, rows), body_for(house, rule, method, str(house.cast.b.id))
        )
        if answer.status_code != expected:
            wrong.append(f"{method} {rule.rule} ({rule.endpoint}): {answer.status_code}")

    assert wrong == [], "\n".join(wrong)
    assert fingerprint(house.cast.a.id) == before


def test_people_of_the_hospital_without_the_right_get_403(house: House) -> None:
    before = fingerprint(house.cast.a.id)
    wrong = []
    for rule, method, rows in doors(house):
        without = sorted(set(PEOPLE) - litany.DOORS[rule.endpoint] - {"outsider"})
        turn = sum(map(ord, rule.rule))  # a different one at each door; tests/guards/test_doors.py knocks as everybody
        for name in without and [without[turn % len(without)]]:
            answer = house.ask(name, method, where(house, rule, rows))
            if answer.status_code != 403:
                wrong.append(f"{name} {method} {rule.rule}: {answer.status_code}")

    assert wrong == [], "\n".join(wrong)
    assert fingerprint(house.cast.a.id) == before


def out_of_reach(house: House, name: str, needs: Sequence[str], like: Any) -> Any:
    """A row of hospital A of the same table that none of a person's rights reaches; None when they reach each."""
    if not hasattr(like, "hospital_id"):
        return None
    with acting_as(SYSTEM):
        query = sa.select(type(like)).where(type(like).hospital_id == house.cast.a.id).order_by(type(like).id)
        rows = db.session.execute(query).unique().scalars().all()
    return next((row for row in rows if not any(can_on(house.actors[name], each, row) for each in needs)), None)


def test_rows_that_the_scope_does_not_reach_are_404(house: House) -> None:
    before = fingerprint(house.cast.a.id)
    wrong, tried = [], set()
    for rule, method, rows in doors(house):
        needs = door_of(house.app, rule.endpoint)[1]
        argument, row = next(iter(rows.items()))
        for name in NARROW & litany.DOORS[rule.endpoint] if needs else ():
            hidden = out_of_reach(house, name, needs, row)
            if hidden is None:
                continue
            tried.add((name, type(row).__name__))
            path = where(house, rule, {**rows, argument: hidden})
            answer = house.ask(name, method, path, body_for(house, rule, method, str(house.cast.er.id)))
            if answer.status_code != 404:
                wrong.append(f"{name} {method} {rule.rule}: {answer.status_code}")

    assert wrong == [], "\n".join(wrong)
    of_departments = ("PxAction", "Journey", "SurveyInstance", "Complaint", "Inquiry", "Explanation")
    assert {("department_manager", each) for each in of_departments} <= tried
    assert {(name, each) for name in ("nurse", "staff", "physician") for each in ("PxAction", "Explanation")} <= tried
    assert {("source_user", each) for each in ("Complaint", "Inquiry")} <= tried
    assert fingerprint(house.cast.a.id) == before


def readable(house: House, name: str) -> list[str]:
    """Every address without an id that a person may open: pages, lists, exports, choices, searches, the live poll."""
    found = []
    for rule, method in closed(house.app):
        if method == "GET" and not takes_id(rule) and name in litany.DOORS[rule.endpoint]:
            plain = address(house, rule, {})
            is_api = plain.startswith("/api/")
            found += [plain, plain + ("?search=Noura" if is_api else "?q=Noura&text=Noura&since=0&tab=all&state=all")]
    return found


@cache
def everything_seen(house: House, name: str) -> dict[str, str]:
    """What a person gets at every address that they may open, and behind every link of those pages."""
    waiting, seen = readable(house, name), dict[str, str]()
    links = 0
    while waiting:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/logout", "/static")):
            continue
        answer = house.ask(name, "GET", path)
        assert answer.status_code < 500, path
        seen[path] = answer.text if answer.status_code == 200 and not path.endswith(".xlsx") else ""
        new = [each for each in links_of(seen[path]) if each not in seen] if links < 200 else []
        links += len(new)
        waiting += new
    return seen


def test_no_list_search_export_or_page_of_another_hospital_shows_anything(house: House) -> None:
    secrets = ids_of(house.cast.a.id) | set(SECRETS) | {str(house.cast.a.id)}
    seen = everything_seen(house, "outsider")
    leaks = {path: found for path, text in seen.items() if (found := [each for each in secrets if each in text])}
    shown = {each for text in everything_seen(house, "hospital_admin").values() for each in secrets if each in text}

    assert leaks == {}
    assert set(SECRETS) - {"5066600", "مستشفى النور"} <= shown and len(shown) > 30, (
        "the pages of A must show what B must not see"
    )


def test_a_department_manager_sees_nothing_of_another_department(house: House) -> None:
    secrets = ids_of(house.cast.a.id, (house.cast.ward.id,)) | {WARD_TITLE}
    leaks = {
        path: found
        for path, text in everything_seen(house, "department_manager").items()
        if (found := [each for each in secrets if each in text])
    }

    assert len(secrets) >= 4
    assert leaks == {}


def asked(house: House, each: Try, row_id: Any) -> tuple[int, str]:
    """Send a request that names a row; gives the status and what it said, without the id."""
    with undone():
        answer = house.ask(each.person, each.method, each.path, each.put(row_id))
        text = answer.text if each.path.startswith("/api/") else answer.headers.get("Location", "")
        if answer.status_code < 400 and is_named(house.cast.a.id, row_id):
            text = "LINKED"
    return answer.status_code, CHANCE.sub("...", text)


def check_foreign(house: House, tries: list[Try]) -> set[str]:
    """Hold another hospital's id against one that nobody has; gives the requests that pass with an id of the own hospital."""
    wrong, passed, elsewhere = [], set(), Elsewhere(house)
    with undone():
        for each in tries:
            row_id = elsewhere.row_of(each.model)
            if row_id is None:
                continue
            foreign, nobody = asked(house, each, row_id), asked(house, each, NOBODY)
            own = asked(house, each, each.own)[0]
            if foreign != nobody or foreign[0] >= 500 or foreign[1] == "LINKED" or own >= 500:
                wrong.append(f"{each.name}: foreign {foreign}, nobody's {nobody}, own {own}")
            if own < 400 <= foreign[0]:
                passed.add(each.name)
    assert wrong == [], "\n".join(wrong)
    return passed


def test_in_a_body_of_the_api_an_id_of_another_hospital_is_like_one_that_nobody_has(house: House) -> None:
    passed = check_foreign(house, list(tries_of_api(house)))

    assert len(passed) > 80, sorted(passed)


def test_in_a_form_an_id_of_another_hospital_is_like_one_that_nobody_has(house: House) -> None:
    pages = [*everything_seen(house, "hospital_admin").values(), *pages_of_rows(house, "hospital_admin")]
    passed = check_foreign(house, list(tries_of_forms(house, "hospital_admin", pages)))

    assert len(passed) > 40, sorted(passed)
