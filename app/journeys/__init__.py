"""Journeys: what a patient's visit looks like (templates and stages) and where each visit is now.

Words: a *journey* is one encounter; its *stages* are completed by event codes. Stands on organizations; surveys listen.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import menu
    from app.journeys import admin_views, api, api_visits, handlers, timeline, views  # noqa: F401 - handlers and words declare themselves
    from app.journeys.policy import Perm

    for blueprint in (views.bp, admin_views.bp, api.bp, api_visits.bp):
        app.register_blueprint(blueprint)
    menu.line("work", 10, _l("Journey board"), "journeys.board", "route", Perm.READ)
    menu.line("admin", 60, _l("Journey templates"), "journeys_admin.listed", "sitemap", Perm.TEMPLATE_READ)
