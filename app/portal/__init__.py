"""The portal: the frame's sections, home pages, search, and the demo that shows everything at once."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.web import menu
    from app.portal import commands, event_words, subjects, views  # noqa: F401 - commands declare themselves

    menu.section("work", _l("Work"))
    menu.section("insight", _l("Insight"))
    menu.section("admin", _l("Administration"))
    app.register_blueprint(views.bp)
