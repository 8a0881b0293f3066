"""A link of 24 hours that staff send to a patient, who then complains in their own words; that it ran out is kept as evidence."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add these links to the application."""
    from app.complaints.intake_links import api, handlers, jobs, public, story, views  # noqa: F401 - some declare themselves

    for blueprint in (views.bp, public.bp, api.bp):
        app.register_blueprint(blueprint)
