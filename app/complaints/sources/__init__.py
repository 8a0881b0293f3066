"""Where cases come from: sources of the group with name, colour, order and use; of complaints, of inquiries, or of both."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add sources to the application."""
    from app.complaints.sources import resource
    from app.core.resources import declare

    declare(app, resource.SOURCES)
