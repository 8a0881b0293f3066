"""Files of a complaint: who may have which, shown and added on its page and through the API."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Add files to the application."""
    from app.complaints.files import api, views  # noqa: F401 - some declare themselves
