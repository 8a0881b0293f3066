"""Accounts: people, the roles they hold, signing in, sessions and tokens.

Words: a *person* is a user with an account; an *assignment* is a role held somewhere from a time on; a *holding* is how
the policy sees it. Higher domains ask `queries.people_with_role` whom to tell.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.accounts import (  # noqa: F401 - some declare themselves
        api,
        commands,
        door,
        frame,
        jobs,
        me_views,
        people_views,
        preference_views,
        timeline,
        views,
    )
    from app.accounts.policy import Perm
    from app.core.web import menu

    app.extensions["px360_actor_loader"] = door.load_actor
    app.register_error_handler(door.SecondFactorDue, views.second_factor_due)
    app.register_blueprint(views.bp)
    app.register_blueprint(people_views.bp)
    app.register_blueprint(api.bp)
    frame.init_app(app)
    menu.line("admin", 20, _l("People"), "people.listed", "users-group", Perm.READ)
