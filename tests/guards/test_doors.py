"""Every route against every person: the litany, held against the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.models import User
from tests import litany
from tests.cast import PEOPLE, Cast, bearer, sign_in

SOME_ID = "018f0000-0000-7000-8000-00000000beef"
VALUES: dict[str, Any] = {
    "kind": "csv",
    "case": "complaint",
    "verb": "start",
    "code": "viewer",
    "token": "x" * 30,
    "purpose": "reset",
    "filename": "x",
    "part": "holidays",
    "place": 0,
}


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule with each of its methods."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    ]


def closed(app: Flask) -> list[tuple[Rule, str]]:
    """The rules that are not public."""
    return [(rule, method) for rule, method in rules(app) if rule.endpoint not in litany.PUBLIC]


@cache
def knocks(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every closed rule with each of its methods and an address, with ids that nobody has."""
    with app.test_request_context():
        return [(rule, method, address(app, rule)) for rule, method in closed(app)]


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule, within a request."""
    values = {
        name: SOME_ID if type(rule._converters[name]).__name__ == "UUIDConverter" else VALUES.get(name, "x")
        for name in rule.arguments
        if name not in (rule.defaults or {})
    }
    return str(app.url_for(rule.endpoint, **values)) if rule.build_only is False else rule.rule


def body(method: str, path: str) -> dict[str, Any]:
    """An empty body of the right kind."""
    return {"json": {}} if path.startswith("/api/") and method != "GET" else {}


class Knocker:
    """Somebody who knocks at one door after the other, signed in anew where a door has signed them out."""

    def __init__(self, app: Flask, user: User) -> None:
        """Sign in on a browser and as a program."""
        self.app, self.user = app, user
        self._sign_in()

    def _sign_in(self) -> None:
        self.browser, self.headers = sign_in(self.app.test_client(), self.user), bearer(self.user)

    def ask(self, method: str, path: str, *, part: bool = False) -> int:
        """Send the request; `part`: as a page does that asks for a part of itself, so that a refusal is a line only."""
        answer = self._once(method, path, part)
        if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login"):
            self._sign_in()
            answer = self._once(method, path, part)
        return answer.status_code

    def _once(self, method: str, path: str, part: bool) -> TestResponse:
        if path.startswith("/api/") and "docs" not in path:
            client, headers = self.app.test_client(), self.headers
        else:
            client, headers = self.browser, {"HX-Request": "true"} if part else {}
        return client.open(path, method=method, headers=headers, **body(method, path))


@pytest.fixture
def unforged(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def test_every_route_is_declared(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules()}
    undeclared = found - set(litany.PUBLIC) - set(litany.DOORS)
    assert undeclared == set(), f"declare these in tests/litany.py: {sorted(undeclared)}"


@pytest.mark.usefixtures("unforged")
def test_strangers_are_sent_to_the_login_or_get_401(app: Flask) -> None:
    for _rule, method, path in knocks(app):
        answer = app.test_client().open(path, method=method, **body(method, path))
        if path.startswith(("/api/", "/live", "/health")):
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        else:
            assert answer.status_code == 303, f"{method} {path}: {answer.status_code}"
            assert answer.headers["Location"].startswith("/login"), f"{method} {path}"


@pytest.mark.usefixtures("unforged")
@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "outsider"])
def test_each_person_passes_exactly_the_declared_doors(app: Flask, cast: Cast, name: str) -> None:
    wrong = []
    person = Knocker(app, cast[name])
    for rule, method, path in knocks(app):
        if rule.endpoint in ("accounts.sign_out", "accounts_api.logout"):
            continue
        may = name in litany.DOORS[rule.endpoint]
        status = person.ask(method, path, part=not may)
        if (status not in (401, 403)) != may:
            wrong.append(f"{method} {path} ({rule.endpoint}): {status}")
        assert status < 500, f"{method} {path}: {status}"
    assert wrong == []


@pytest.mark.usefixtures("unforged")
def test_an_id_that_nobody_has_is_404_for_those_who_may(app: Flask, cast: Cast) -> None:
    admin = Knocker(app, cast["px_admin"])
    for rule, method, path in knocks(app):
        takes_id = any(type(each).__name__ == "UUIDConverter" for each in rule._converters.values())
        if not takes_id or method != "GET" or "px_admin" not in litany.DOORS[rule.endpoint]:
            continue
        assert admin.ask(method, path) == 404, path
        assert admin.ask(method, path.replace(SOME_ID, "not-an-id")) == 404, path
        assert admin.ask(method, path.replace(SOME_ID, str(uuid4()))) == 404, path
