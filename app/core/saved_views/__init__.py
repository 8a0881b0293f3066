"""Saved views: the filters of a queue under a name, a person's own or shared with the hospital.

Words: a *place* is a queue whose filters can be kept (`places`); a *view* is what was kept; the *start view* of a person is what
a queue opens with. What a view holds is read through the place's own allow-list each time (`reading`), never trusted.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add pages and API."""
    from app.core.saved_views import api, views, words  # noqa: F401 - the last declares itself

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
