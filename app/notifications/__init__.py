"""Notifications: messages to patients and people by SMS, WhatsApp and e-mail, and the bell.

Words: a *message* is one decision to send; a *try* hands it to a *provider*; a *receipt* tells what became of it.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import live, menu, shell
    from app.notifications import (  # noqa: F401 - some declare themselves
        admin_providers,
        admin_rules,
        admin_texts,
        api,
        api_rules,
        api_setup,
        bell_views,
        clock_notices,
        handlers,
        health,
        jobs,
        timeline,
        views,
        webhooks,
        words,
    )
    from app.notifications.policy import Perm
    from app.notifications.services import bell

    live.give_bell(bell.unread_count)
    shell.give("bell_count", bell.unread_count)
    shell.bring("bell_count", bell.unread_column, bell.keep_unread)
    doors = (views, bell_views, webhooks, admin_texts, admin_providers, admin_rules, api, api_setup, api_rules)
    for door in doors:
        app.register_blueprint(door.bp)
    words.init_app(app)
    menu.line("work", 40, _l("Messages"), "messages.log", "message", Perm.LOG_READ)
    menu.line("admin", 70, _l("Message texts"), "message_texts.listed", "message-2", Perm.SETUP_READ)
    menu.line("admin", 71, _l("Message providers"), "providers.listed", "plug-connected", Perm.SETUP_READ)
    menu.line("admin", 72, _l("Quiet hours and channels"), "contact_rules.listed", "bell-off", Perm.SETUP_READ)
