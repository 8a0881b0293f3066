"""The page for everybody: a complaint in own words, its state behind a link, its words behind a code."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the public page to the application."""
    from app.complaints.public import inside, views  # noqa: F401 - some declare themselves

    app.register_blueprint(views.bp)
