"""Outbound webhooks: what happens to complaints, inquiries and actions is told to addresses that a hospital names.

Words: an *endpoint* is such an address with its secret and its chosen kinds of events; a *delivery* is one event for one
endpoint. Signed after the Standard Webhooks convention; at least once, with the same id. docs/webhooks.md tells receivers more.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the webhooks to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import menu
    from app.integrations.outbound import api, delivery_views, gauges, handlers, jobs, timeline, views  # noqa: F401 - some declare themselves
    from app.integrations.outbound.enums import HookState, Problem
    from app.integrations.policy import Perm

    for blueprint in (views.bp, delivery_views.bp, api.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["hook_state"] = lambda code: HookState(code).label
    app.jinja_env.globals["hook_problem"] = lambda code: Problem(code).label if code else ""
    menu.line("admin", 31, _l("Outbound webhooks"), "outbound.listed", "webhook", Perm.SETUP_READ)
