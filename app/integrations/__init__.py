"""Integrations: what hospital systems send, as JSON or HL7, kept, carried out after the answer, and tried again.

Words: a *source* is a hospital system with a key; an *inbound event* is one message of it; a *mapping* says which stage a
site's own code stands for. What happens here is told outside by `outbound`.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.accounts import door
    from app.core.resources import declare
    from app.core.web import menu
    from app.integrations import (  # noqa: F401 - jobs, commands, gauges and words declare themselves
        api,
        api_sources,
        commands,
        gauges,
        handlers,
        jobs,
        outbound,
        resources,
        setup_views,
        timeline,
        views,
    )
    from app.integrations.enums import EventState, words_of
    from app.integrations.policy import Perm
    from app.integrations.services import keys

    door.also_know(keys.bearer)
    app.register_blueprint(api.bp)
    app.register_blueprint(api_sources.bp)
    app.register_blueprint(views.bp)
    app.register_blueprint(setup_views.bp)
    declare(app, *resources.ALL)
    outbound.register(app)
    app.jinja_env.globals["inbound_label"] = lambda code: EventState(code).label
    app.jinja_env.globals["inbound_words"] = words_of
    menu.line("admin", 30, _l("Inbound events"), "inbound.queue", "inbox", Perm.EVENT_READ)
