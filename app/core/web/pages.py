"""Pages and fragments. All HX- names live here; everything works as link, form and redirect first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, request

from app.core.web.forms import Answer


def is_fragment_request() -> bool:
    """Tell whether HTMX asked for one piece of the page (not a boosted link, not a history restore)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def is_htmx() -> bool:
    """Tell whether HTMX sent this request at all."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, *, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render a page; HTMX gets only its fragment `part`, from the same context."""
    chosen = part if part and is_fragment_request() else template
    response = make_response(render_template(chosen, **context), status)
    response.vary.add("HX-Request")
    return response


def fragment(
    template: str,
    answer: Answer | None = None,
    *,
    back: str,
    toast: Any = None,
    changed: str | None = None,
    full: Callable[..., Response] | None = None,
    **context: Any,
) -> Response:
    """Answer a form: HTMX gets the one fragment anew; a browser without it is sent `back`, or sees the page with errors.

    `changed` names the event for which other parts of the page listen; `full` renders the whole page around a refused form.
    """
    refused = answer is not None and not answer.ok
    if is_fragment_request():
        status = answer.status if answer is not None and refused else 200
        response = make_response(render_template(template, answer=answer, **context), status)
        response.vary.add("HX-Request")
        if not refused:
            _trigger(response, toast, changed)
        return response
    if refused and full is not None:
        response = full(answer=answer)
        response.status_code = answer.status if answer is not None else 422
        return response
    if refused:
        raise answer.refusal if answer is not None and answer.refusal is not None else AssertionError("refused")
    return see_other(back, toast=toast)


def see_other(where: str, *, toast: Any = None) -> Response:
    """Redirect after a post (303); with HTMX the whole page moves. Only addresses of this site."""
    target = safe_target(where)
    if toast:
        flash(str(toast), "success")
    if is_fragment_request():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = target
        return response
    return make_response(redirect(target, 303))


def toast(response: Response, message: Any, level: str = "success") -> Response:
    """Let the answer show a short message."""
    _trigger(response, message, None, level)
    return response


def safe_target(where: str | None, default: str = "/") -> str:
    """Give `where` if it is a path of this site, else `default` (no open redirects)."""
    if not where:
        return default
    parts = urlsplit(where)
    good = not parts.scheme and not parts.netloc and where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if good and "\n" not in where and "\r" not in where and "\\" not in where else default


def _trigger(response: Response, message: Any, changed: str | None, level: str = "success") -> None:
    events: dict[str, Any] = {}
    if message:
        events["px:toast"] = {"message": str(message), "level": level}
    if changed:
        events[changed] = {}
    if events:
        response.headers["HX-Trigger"] = json.dumps(events)  # ASCII escapes: headers carry no Arabic bytes
