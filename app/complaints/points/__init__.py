"""Points of a complaint: each with its classification, department, harm, finding and answer."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add points to the application."""
    from app.complaints.points import api, views  # noqa: F401 - some declare themselves

    app.register_blueprint(views.bp)
