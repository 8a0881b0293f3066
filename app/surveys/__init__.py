"""Surveys: bilingual questionnaires that follow a stage or a visit, the patient's form, and the score of each answer.

Words: a *template* holds *questions*; a *trigger* says which template follows what; an *instance* is one survey to one
person. Stands on journeys (visits) and notifications (messages); tells the action center by a signal.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import menu
    from app.core.web.panels import badge
    from app.surveys import (  # noqa: F401 - some declare themselves
        api,
        api_instances,
        api_triggers,
        builder_views,
        hand_views,
        handlers,
        jobs,
        panels,
        preview_views,
        public,
        public_api,
        question_views,
        timeline,
        trigger_views,
        views,
        words,
    )
    from app.surveys.policy import Perm

    doors = (views.bp, builder_views.bp, trigger_views.bp, api.bp, api_triggers.bp, api_instances.bp)
    for blueprint in (*doors, public.bp, public_api.bp):
        app.register_blueprint(blueprint)
    badge("journey", "survey", panels.marks_of_visits)
    words.init_app(app)
    menu.line("work", 35, _l("Surveys"), "surveys.listed", "clipboard-list", Perm.INSTANCE_READ)
    menu.line("admin", 62, _l("Survey builder"), "survey_builder.listed", "forms", Perm.TEMPLATE_READ)
    menu.line("admin", 64, _l("What surveys follow"), "survey_triggers.listed", "route", Perm.TEMPLATE_READ)
