"""Pages and REST addresses of working calendars, SLA rules and single clocks."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the addresses and their lines of the side bar."""
    from flask_babel import lazy_gettext as _l

    from app.core.sla.panels import api, calendar_views, clock_views, extension_api, policy_views
    from app.core.sla.policy import Perm
    from app.core.web import menu

    for blueprint in (calendar_views.bp, policy_views.bp, clock_views.bp, api.bp, extension_api.bp):
        app.register_blueprint(blueprint)
    menu.line("admin", 40, _l("Working calendars"), "calendars.listed", "calendar-time", Perm.CALENDAR_READ)
    menu.line("admin", 41, _l("Deadline rules"), "sla_policies.listed", "clock-exclamation", Perm.POLICY_READ)
