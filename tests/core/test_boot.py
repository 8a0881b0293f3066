"""The application starts whole: every route keeps its door, health answers, headers are strict."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from app.core.web.doors import check_doors


def test_every_route_says_who_may_enter(app: Flask) -> None:
    check_doors(app)


def test_health_answers_to_anybody(client: FlaskClient) -> None:
    assert client.get("/health/live/").get_json() == {"status": "ok"}
    assert client.get("/health/ready/").get_json() == {"status": "ok", "database": True, "redis": True}


def test_every_answer_carries_the_strict_headers(client: FlaskClient) -> None:
    headers = client.get("/health/live/").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_administrators_health_page_is_closed_to_strangers(client: FlaskClient) -> None:
    assert client.get("/health/").status_code == 401


def test_the_openapi_document_needs_a_login(client: FlaskClient) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
