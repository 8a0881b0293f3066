"""The group's own classification of complaints in editions, compatible with the SHCT levels: never the official list."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the taxonomy's panel and endpoints to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints.policy import Perm
    from app.complaints.taxonomy import api, story, views, writing_views  # noqa: F401 - some declare themselves
    from app.core.web import menu

    for blueprint in (views.bp, api.bp):
        app.register_blueprint(blueprint)
    menu.line("admin", 62, _l("Taxonomy of complaints"), "taxonomy.listed", "versions", Perm.TAXONOMY_READ)
