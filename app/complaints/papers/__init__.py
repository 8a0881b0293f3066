"""Letters and case packs: written from points and findings, drawn as PDF by a job, kept as they were issued."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Add papers to the application."""
    from app.complaints.papers import views  # noqa: F401 - some declare themselves
