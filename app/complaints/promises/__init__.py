"""Promises on a case: who will do what until when, and whether it was kept; the same for complaints and inquiries."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add promises to the application."""
    from app.complaints.promises import api, handlers, jobs, story, views  # noqa: F401 - some declare themselves
    from app.complaints.promises.enums import KINDS

    app.jinja_env.globals["promise_kinds"] = KINDS
    for blueprint in (views.bp, api.bp):
        app.register_blueprint(blueprint)
