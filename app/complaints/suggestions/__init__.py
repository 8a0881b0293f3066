"""What PX360 suggests for a complaint, never applied by itself, and what people made of it."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Add suggestions to the application."""
    from app.complaints.suggestions import api, handlers, views  # noqa: F401 - some declare themselves
