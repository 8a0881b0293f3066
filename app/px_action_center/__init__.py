"""PX action center: what must be put right, by whom and until when.

Words: an *action* has a cause, an owner, a clock and a workflow. Every domain below reaches it by a signal and no other way.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import menu, presence
    from app.px_action_center import (  # noqa: F401 - some declare themselves
        api,
        api_many,
        api_rules,
        bulk_views,
        exports,
        handlers,
        panels,
        rule_views,
        timeline,
        views,
        words,
    )
    from app.px_action_center.models import PxAction
    from app.px_action_center.policy import Perm

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(api_rules.bp)
    app.register_blueprint(rule_views.bp)
    app.register_blueprint(bulk_views.bp)
    words.init_app(app)
    presence.give("action", PxAction, Perm.READ)
    menu.line("work", 20, _l("Actions"), "actions.queue", "checklist", Perm.READ)
    menu.line("admin", 62, _l("Action rules"), "action_rules.listed", "bolt", Perm.RULES_READ)
