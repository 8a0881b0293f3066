"""Every route against every person: the litany, held against the application itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

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


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule, with an id that nobody has."""
    with app.test_request_context():
        values = {
            name: SOME_ID if type(rule._converters[name]).__name__ == "UUIDConverter" else VALUES.get(name, "x")
            for name in rule.arguments
            if name not in (rule.defaults or {})
        }
        return str(app.url_for(rule.endpoint, **values)) if rule.build_only is False else rule.rule


def ask(client: FlaskClient, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    """Send the request with an empty body of the right kind."""
    body: dict[str, Any] = {"json": {}} if path.startswith("/api/") and method != "GET" else {}
    return client.open(path, method=method, headers=headers, **body).status_code


def test_every_route_is_declared(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules()}
    undeclared = found - set(litany.PUBLIC) - set(litany.DOORS)
    assert undeclared == set(), f"declare these in tests/litany.py: {sorted(undeclared)}"


def test_strangers_are_sent_to_the_login_or_get_401(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, method in closed(app):
        path = address(app, rule)
        client = app.test_client()
        answer = client.open(path, method=method, json={} if path.startswith("/api/") and method != "GET" else None)
        if path.startswith(("/api/", "/live", "/health")):
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        else:
            assert answer.status_code == 303, f"{method} {path}: {answer.status_code}"
            assert answer.headers["Location"].startswith("/login"), f"{method} {path}"
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "outsider"])
def test_each_person_passes_exactly_the_declared_doors(app: Flask, cast: Cast, name: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, method in closed(app):
        if rule.endpoint in ("accounts.sign_out", "accounts_api.logout"):
            continue
        path = address(app, rule)
        client = app.test_client()
        headers = bearer(cast[name]) if path.startswith("/api/") and "docs" not in path else None
        if headers is None:
            sign_in(client, cast[name])
        status = ask(client, method, path, headers)
        passed = status not in (401, 403)
        if passed != (name in litany.DOORS[rule.endpoint]):
            wrong.append(f"{method} {path} ({rule.endpoint}): {status}")
        assert status < 500, f"{method} {path}: {status}"
    app.config["WTF_CSRF_ENABLED"] = True
    assert wrong == []


def test_an_id_that_nobody_has_is_404_for_those_who_may(app: Flask, cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, method in closed(app):
        takes_id = any(type(each).__name__ == "UUIDConverter" for each in rule._converters.values())
        if not takes_id or method != "GET" or "px_admin" not in litany.DOORS[rule.endpoint]:
            continue
        path = address(app, rule)
        client = app.test_client()
        headers = bearer(cast["px_admin"]) if path.startswith("/api/") else None
        if headers is None:
            sign_in(client, cast["px_admin"])
        assert ask(client, method, path, headers) == 404, path
        assert ask(client, method, path.replace(SOME_ID, "not-an-id"), headers) == 404, path
        assert ask(client, method, path.replace(SOME_ID, str(uuid4())), headers) == 404, path
    app.config["WTF_CSRF_ENABLED"] = True
