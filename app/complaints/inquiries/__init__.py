"""Inquiries: a question of a patient or of anybody else, answered by any channel, or found to be a complaint.

Stands on the building blocks of complaints: `cases` (columns), `contact` (who speaks), `lists` (the queue).
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add inquiries to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints.inquiries import (  # noqa: F401 - some declare themselves
        api,
        bulk_api,
        bulk_views,
        exports,
        file_api,
        file_views,
        handlers,
        jobs,
        queries,
        resources,
        views,
        words,
        working_views,
    )
    from app.complaints.inquiries.models import Inquiry
    from app.complaints.policy import Perm
    from app.core.resources import declare
    from app.core.web import menu, names, presence

    for blueprint in (views.bp, api.bp, bulk_views.bp):
        app.register_blueprint(blueprint)
    declare(app, resources.CATEGORIES)
    words.init_app(app)
    names.give("category", queries.category_names)
    presence.give("inquiry", Inquiry, Perm.INQUIRY_READ)
    menu.line("work", 12, _l("Inquiries"), "inquiries.queue", "help-circle", Perm.INQUIRY_READ)
