"""Red-flag words: rows of the group, to which a hospital adds its own, and what they find in a complaint."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add red-flag words to the application."""
    from app.complaints.flags import resource, story  # noqa: F401 - the story declares itself
    from app.core.resources import declare

    declare(app, resource.PHRASES)
