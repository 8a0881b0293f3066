"""The switches of the frame: language, theme, hospital. Each remembers the wish and comes back to the same page."""

from __future__ import annotations

from uuid import UUID

from flask import Response, g, request

from app.accounts import preferences, queries
from app.accounts.services import people, sessions
from app.accounts.views import bp
from app.core.errors import NotFound
from app.core.i18n import LANGUAGES
from app.core.web import current_actor, public, see_other, signed_in
from app.core.web.pages import safe_target
from app.core.web.shell import ORDER_COOKIE, ORDERS, THEMES


@bp.post("/preferences/language")
@public("everyone may choose a language")
def choose_language() -> Response:
    """Keep the language and go back; of somebody signed in it is the preference, which their mails follow too."""
    wish = request.form.get("language", "")
    response = see_other(safe_target(request.form.get("next")))
    if wish in LANGUAGES:
        if _is_person():
            people.update_me(version=None, actor=g.actor, language=wish)
            preferences.keep(response, preferences.COOKIE, wish)
        else:
            preferences.keep_language(response, wish)
    return response


@bp.post("/preferences/theme")
@public("everyone may choose a theme")
def choose_theme() -> Response:
    """Keep the theme and go back; of somebody signed in it is the preference."""
    wish = request.form.get("theme", "")
    response = see_other(safe_target(request.form.get("next")))
    if wish in THEMES:
        if _is_person():
            people.update_me(version=None, actor=g.actor, theme=wish)
        preferences.keep(response, preferences.THEME_COOKIE, wish)
    return response


@bp.post("/preferences/timeline")
@signed_in
def choose_timeline_order() -> Response:
    """Keep with what timelines begin in this browser, and go back."""
    wish = request.form.get("order", "")
    response = see_other(safe_target(request.form.get("next")))
    if wish in ORDERS:
        preferences.keep(response, ORDER_COOKIE, wish)
    return response


@bp.post("/preferences/hospital")
@signed_in
def choose_hospital() -> Response:
    """Look at one of one's hospitals, or at all again."""
    raw = request.form.get("hospital", "")
    try:
        wish = UUID(raw) if raw else None
    except ValueError:
        raise NotFound() from None
    if current_actor.session_id:
        sessions.switch_hospital(current_actor.session_id, wish, actor=g.actor)
    return see_other(safe_target(request.form.get("next")))


def _is_person() -> bool:
    return g.actor is not None and g.actor.id is not None and queries.get(g.actor.id) is not None
