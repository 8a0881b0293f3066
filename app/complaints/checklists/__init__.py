"""Checklists: what must not be forgotten with a kind of complaint, and what of it is done."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add checklists to the application."""
    from app.complaints.checklists import api, resource, story, views  # noqa: F401 - some declare themselves
    from app.core.resources import declare

    declare(app, resource.ITEMS)
    for blueprint in (views.bp, api.bp):
        app.register_blueprint(blueprint)
