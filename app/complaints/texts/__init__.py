"""Text modules: what the office writes again and again, in both languages, filled with the facts of a case."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add text modules to the application."""
    from app.complaints.texts import api, resource, views
    from app.core.resources import declare

    declare(app, resource.TEXTS)
    for blueprint in (views.bp, api.bp):
        app.register_blueprint(blueprint)
