"""Requests to explain: one person or department each, with a clock of its own, answered in the portal or through a link."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add requests to explain to the application."""
    from app.complaints.explanations import public, views

    for blueprint in (views.bp, public.bp):
        app.register_blueprint(blueprint)
