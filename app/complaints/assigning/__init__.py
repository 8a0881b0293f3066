"""Who takes a new complaint or inquiry: rules that administrators own, and the office's usual way where none fits."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add assignment rules to the application."""
    from app.complaints.assigning import resource
    from app.core.resources import declare

    declare(app, resource.RULES)
