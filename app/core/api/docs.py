"""The OpenAPI document and its reader at /api/docs/, served without any outside address."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import Response, make_response, render_template

from app.core.api.schemas import ERROR
from app.core.web.doors import public, signed_in
from app.core.web.security import DOCS_CSP

INFO = "The API of PX360. Lists are paged, filtered, ordered and searched; errors carry a stable code, a message and fields."


def init_app(app: APIFlask, *, is_open: bool) -> None:
    """Add the document and the page; both need a login unless the setting opens them."""
    mark: Any = public("the setting PX360_OPEN_API_DOCS opens the documentation") if is_open else signed_in
    app.config.update(INFO={"description": INFO}, HTTP_ERROR_SCHEMA=ERROR, VALIDATION_ERROR_SCHEMA=ERROR)
    app.security_schemes = {
        "BearerAuth": {
            "type": "http",
            "scheme": "bearer",
            "description": "A JWT access token, or a source system's key",
        }
    }

    @app.get("/api/docs/")
    @app.doc(hide=True)
    @mark
    def api_docs() -> Response:
        """Show the reader."""
        response = make_response(render_template("core/api_docs.html"))
        response.headers["Content-Security-Policy"] = DOCS_CSP
        return response

    view = app.view_functions.get("openapi.spec")
    if view is not None:
        mark(view)
