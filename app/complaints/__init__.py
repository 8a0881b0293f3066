"""Complaints: from the first word of a patient to the proof that it was answered.

Words: a *complaint* has *points*, each with its department, finding and answer; a *request to explain* asks one person. Stands on
surveys (which it asks to wait) and journeys; tells the action center by signals.
"""

from __future__ import annotations

from importlib import import_module

from flask import Flask

# what complaints can do, a folder each with its own pages, API and events, in the order in which they are added
ROOMS = (
    "points",
    "explanations",
    "files",
    "papers",
    "links",
    "suggestions",
    "bulk",
    "exports",
    "kpis",
    "public",
    "inquiries",
    "promises",
    "texts",
    "checklists",
    "assigning",
    "intake_links",
    "mail",
    "taxonomy",
    "flags",
    "sources",
)


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints import (  # noqa: F401 - some declare themselves
        api,
        handlers,
        jobs,
        panels,
        queries,
        queue_views,
        survey_views,
        views,
        words,
        working_views,
    )
    from app.complaints.models import Complaint
    from app.complaints.policy import Perm
    from app.core.web import menu, names, presence
    from app.core.web.panels import badge

    for name in ROOMS:
        import_module(f"app.complaints.{name}").register(app)
    for blueprint in (views.bp, api.bp):  # after the rooms, which add pages to them
        app.register_blueprint(blueprint)
    badge("journey", "complaint", panels.marks_of_visits)
    words.init_app(app)
    names.give("class", queries.class_names)
    presence.give("complaint", Complaint, Perm.READ)
    menu.line("work", 10, _l("Complaints"), "complaints.queue", "speakerphone", Perm.READ)
    menu.line("work", 15, _l("Explanations"), "explanations.listed", "user-question", Perm.EXPLANATION_READ)
