"""Refusals and faults, answered in the reader's form: a page, a fragment, or JSON under /api/."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from apiflask.exceptions import HTTPError
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core.access.wall import TenantWallBreach
from app.core.db.base import db
from app.core.db.unit import is_crossed
from app.core.errors import Conflict, Invalid, NotSignedIn, Refusal
from app.core.logging import get_logger, request_id
from app.core.web.pages import is_fragment_request, is_htmx

log = get_logger(__name__)


def wants_json() -> bool:
    """Tell whether the caller is a program: the API, health checks and the live poll answer in JSON."""
    return request.path.startswith(("/api/", "/health", "/live"))


def problem_body(code: str, message: Any, fields: dict[str, list[Any]] | None = None) -> dict[str, Any]:
    """Give the one error shape of the API."""
    said = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}
    return {"error": {"code": code, "message": str(message), "fields": said}}


def init_app(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(StaleDataError, lambda _problem: refused(Conflict()))
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPError, _api_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _not_there)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(TenantWallBreach, _fault)
    app.register_error_handler(Exception, _fault)


def refused(problem: Refusal) -> Response:
    """Answer a refusal in the reader's form; nobody signed in on a page means the login."""
    db.session.rollback()
    if isinstance(problem, NotSignedIn) and not wants_json() and not is_htmx():
        where = urlencode({"next": request.full_path.rstrip("?")}) if request.method == "GET" else ""
        return make_response(redirect(f"/login?{where}" if where else "/login", 303))
    response = _answer(problem.status, problem.code, problem.message, problem.fields)
    if isinstance(problem, NotSignedIn) and wants_json():
        response.headers["WWW-Authenticate"] = 'Bearer realm="PX360"'
    retry = getattr(problem, "retry_after", None)
    if retry:
        response.headers["Retry-After"] = str(retry)
    return response


def _answer(status: int, code: str, message: Any, fields: dict[str, list[Any]] | None = None) -> Response:
    if wants_json():
        response = jsonify(problem_body(code, message, fields))
    else:
        template = "errors/_error.html" if is_fragment_request() else f"errors/{_known(status)}.html"
        response = make_response(render_template(template, status=status, message=message, request_id=request_id()))
        response.vary.add("HX-Request")
    response.status_code = status
    return response


def _known(status: int) -> int:
    return status if status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503) else (500 if status >= 500 else 400)


CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many",
}


def _messages(status: int) -> str:
    return {
        400: _("The request could not be understood."),
        404: _("This was not found, or you may not see it."),
        405: _("This address does not take that kind of request."),
        413: _("What you sent is too large."),
        415: _("Send JSON, with the header Content-Type: application/json."),
        429: _("Too many tries. Please wait a little and try again."),
    }.get(status, _("The request could not be carried out."))


def _http_error(problem: HTTPException) -> Response:
    status = problem.code or 500
    if status in (301, 302, 303, 307, 308):
        return make_response(problem.get_response())
    response = _answer(status, CODES.get(status, "error"), _messages(status))
    for name, value in problem.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _api_error(problem: HTTPError) -> Response:
    from app.core.api.errors import fields_of

    status = problem.status_code
    fields = fields_of(problem)
    message = _("Some fields need your attention.") if status == 422 else _messages(status)
    return _answer(status, CODES.get(status, "error"), message, fields)


def _csrf(_problem: CSRFError) -> Response:
    return _answer(400, "csrf", _("This page was open for too long. Please load it again; what you typed is kept."))


def _not_there(problem: IntegrityError) -> Response:
    """Answer an id that points to nothing, the last net under the services' own checks; any other breach is a fault."""
    told = getattr(problem.orig, "diag", None)
    if told is None or getattr(problem.orig, "sqlstate", "") != "23503":
        return _fault(problem)
    column = (told.constraint_name or "").removeprefix(f"fk_{told.table_name}_")
    return refused(Invalid(**{column: _("There is no such record here.")}))


def _database_away(problem: OperationalError) -> Response:
    if is_crossed(problem):
        return _crossed()
    log.error("database_away", problem=type(problem.orig).__name__)
    db.session.rollback()
    response = _answer(503, "unavailable", _("The portal is restarting. Please try again in a moment."))
    response.headers["Retry-After"] = "5"
    return response


def _crossed() -> Response:
    """Answer a person as any change that came too late, and a program so that it sends the same again."""
    log.warning("crossed", path=request.url_rule.rule if request.url_rule else "")
    db.session.rollback()
    told = _("Others changed the same at this moment, so nothing was saved. Please try again.")
    response = _answer(503 if wants_json() else Conflict.status, "unavailable", told)
    response.headers["Retry-After"] = "1"
    return response


def _fault(problem: Exception) -> Response:
    log.error(
        "fault", problem=type(problem).__name__, path=request.url_rule.rule if request.url_rule else "", exc_info=True
    )
    db.session.rollback()
    return _answer(500, "fault", _("Something went wrong on our side. It was recorded and nothing was saved."))
