"""Headers that every answer carries: strict content security policy, no sniffing, no framing, no storing of staff pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; media-src 'self'"
)
# the API documentation page alone: its viewer writes style attributes
DOCS_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

csrf = CSRFProtect()


def check_hosts(app: Flask) -> None:
    """Refuse requests for a host that is not ours, before anything else is asked: our links are made from it."""

    @app.before_request
    def _check_host() -> None:
        known = app.config["TRUSTED_HOST_NAMES"]
        if known and urlsplit(f"//{request.host}").hostname not in known:
            raise BadRequest()


def init_app(app: Flask) -> None:
    """Install CSRF check and headers."""
    csrf.init_app(app)

    @app.before_request
    def _check_csrf() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or not getattr(view, "px360_csrf", True):
            return
        if request.path.startswith("/api/") and request.headers.get("Authorization", "").startswith("Bearer "):
            return  # a bearer token is not sent by a browser on its own, and then the door reads no cookie
        if app.config["WTF_CSRF_ENABLED"]:
            csrf.protect()

    @app.after_request
    def _add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        if app.config["SESSION_COOKIE_SECURE"]:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return response
