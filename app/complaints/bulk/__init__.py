"""The same change to many complaints: what will happen is shown, then done, then taken back where wished."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add changes to many to the application."""
    from app.complaints.bulk import api, views  # noqa: F401 - some declare themselves

    app.register_blueprint(views.bp)
