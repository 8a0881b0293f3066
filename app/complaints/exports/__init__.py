"""The queue as a file."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Add exports to the application."""
    from app.complaints.exports import views  # noqa: F401 - some declare themselves
