"""What belongs together: related complaints, those about the same event, and what may be the same complaint twice."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Add links to the application."""
    from app.complaints.links import api, similar_views, views  # noqa: F401 - some declare themselves
