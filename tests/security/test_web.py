"""What every answer must hold: policy headers, cookies, CSRF, hosts, redirects, limits, nothing stored or inline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import files
from app.core.errors import Invalid
from app.core.web.pages import safe_target
from app.settings import from_environment
from tests import litany
from tests.cast import PASSWORD, Cast, sign_in
from tests.guards.test_doors import address, knocks, rules

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=|href=[\"']javascript:", re.IGNORECASE)


def pages(app: Flask) -> list[str]:
    """Every page without an id in its address."""
    apart = ("/api/", "/live", "/health", "/static")
    with app.test_request_context():
        return [
            address(app, rule)
            for rule, method in rules(app)
            if method == "GET" and not rule.arguments and not rule.rule.startswith(apart)
        ]


def test_every_page_carries_the_strict_policy_and_nothing_inline(app: Flask, cast: Cast, reference_data: Any) -> None:
    browser = sign_in(app.test_client(), cast["px_admin"])
    for path in pages(app):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy and "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Cache-Control"] == "no-store", path
        if answer.mimetype == "text/html":
            assert INLINE.search(answer.text) is None, (path, INLINE.search(answer.text))


def test_errors_carry_the_same_headers(client: FlaskClient, app: Flask) -> None:
    for path in ("/no-such-page", "/api/no-such-endpoint", "/reset/" + "x" * 30):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert INLINE.search(answer.text) is None


def test_no_changing_route_takes_a_session_without_its_token(app: Flask, cast: Cast) -> None:
    browser = sign_in(app.test_client(), cast["px_admin"])
    open_ones = []
    for rule, method, path in knocks(app):
        if method == "GET" or litany.DOORS[rule.endpoint] == litany.SOURCES:
            continue
        answer = browser.open(path, method=method, json={} if path.startswith("/api/") else None)
        if answer.status_code != 400:
            open_ones.append(f"{method} {path}: {answer.status_code}")
    assert open_ones == []


def test_another_authorization_beside_the_cookie_does_not_open_the_api(app: Flask, cast: Cast) -> None:
    browser = sign_in(app.test_client(), cast["px_admin"])
    body = {"version": cast["px_admin"].version, "name_en": "Forged"}
    for scheme in ("Basic eDp5", "bearer x", "Digest x"):
        answer = browser.patch("/api/auth/users/me/", json=body, headers={"Authorization": scheme})
        assert (answer.status_code, answer.json["error"]["code"]) == (400, "csrf")


def test_the_login_form_needs_its_token_too(client: FlaskClient, cast: Cast) -> None:
    assert client.post("/login", data={"email": "nurse@example.org", "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(app: Flask, cast: Cast, secure: bool) -> None:
    kept = app.config["SESSION_COOKIE_SECURE"]
    app.config.update(SESSION_COOKIE_SECURE=secure, WTF_CSRF_ENABLED=False)
    try:
        browser = app.test_client()
        scheme = "https" if secure else "http"
        form = {"email": "nurse@example.org", "password": PASSWORD}
        answer = browser.post("/login", data=form, base_url=f"{scheme}://localhost")
        cookies = answer.headers.getlist("Set-Cookie")
        assert {each.partition("=")[0] for each in cookies} == {"px360", "px_lang"}
        for each in cookies:
            assert "HttpOnly" in each and "SameSite=Lax" in each and ("Secure" in each) is secure, each
        assert ("Strict-Transport-Security" in answer.headers) is secure
    finally:
        app.config.update(SESSION_COOKIE_SECURE=kept, WTF_CSRF_ENABLED=True)


BAD_TARGETS = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: x=1",
    "http:evil.example",
    "///evil.example",
    "/\t/evil.example",
)


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_next_leads_nowhere_but_to_this_site(app: Flask, cast: Cast, target: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        form = {"email": "nurse@example.org", "password": PASSWORD, "next": target}
        assert app.test_client().post("/login", data=form).headers["Location"] == "/"
        for path in ("/preferences/language", "/preferences/theme"):
            assert app.test_client().post(path, data={"next": target}).headers["Location"] == "/"
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert safe_target("/actions/?tab=mine#x") == "/actions/?tab=mine#x"


def test_a_host_that_is_not_ours_is_refused_before_anything_else(app: Flask, cast: Cast) -> None:
    kept = app.config["TRUSTED_HOST_NAMES"]
    app.config["TRUSTED_HOST_NAMES"] = ("px.example", "::1")
    try:
        for host, status in (("px.example", 200), ("px.example:8443", 200), ("[::1]:80", 200), ("evil.example", 400)):
            assert app.test_client().get("/login", headers={"Host": host}).status_code == status, host
        evil = app.test_client().get("/me", headers={"Host": "evil.example"})
        assert evil.status_code == 400 and "Location" not in evil.headers
    finally:
        app.config["TRUSTED_HOST_NAMES"] = kept


def test_production_never_answers_to_every_host(application: Any) -> None:
    key = "A" * 43 + "="
    base = {"DATABASE_URL": "postgresql://x@h/d", "REDIS_URL": "redis://h", "PX360_SECRET_KEY": "s" * 32}
    keys = {f"PX360_{name}_KEY": key for name in ("AUDIT", "LINK", "FIELD")}
    given = {**base, **keys, "PX360_BASE_URL": "https://px.example", "PX360_SHORT_URL": "https://hsp.example"}
    assert from_environment(given).trusted_hosts == ("px.example", "hsp.example")
    assert from_environment({**given, "PX360_TRUSTED_HOSTS": "A.example, b.example"}).trusted_hosts == (
        "a.example",
        "b.example",
    )


@pytest.mark.parametrize("data", [b"MZ\x90\x00 program", b"%PDF-1.7 text", b"\x89PNG\r\n\x1a\n0000", b"", b"a\x00b"])
def test_a_file_is_judged_by_its_bytes_not_by_its_name(app: Flask, data: bytes) -> None:
    import io

    with pytest.raises(Invalid):
        files.store(io.BytesIO(data), folder="imports", allowed=files.TABLES)
