"""Language and theme of a browser: cookies that follow the person's preference, and a preference that follows the switches."""

from __future__ import annotations

from flask import Response, current_app, request, session

from app.accounts.models import User
from app.core.i18n import COOKIE, LANGUAGES
from app.core.web.shell import THEMES

YEAR = 31_536_000
THEME_COOKIE = "px_theme"
CHOSEN = "language"  # the language chosen before signing in, in this visit


def keep(response: Response, name: str, value: str) -> None:
    """Keep a preference in a cookie that no script reads."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)


def keep_language(response: Response, code: str) -> None:
    """Keep a language that was chosen on a page before signing in, so that it stays after it."""
    keep(response, COOKIE, code)
    session[CHOSEN] = code


def language_chosen_here() -> str | None:
    """Give the language chosen before signing in, in this visit, or None."""
    wish = session.get(CHOSEN)
    return wish if wish in LANGUAGES else None


def forget_all_but_the_language() -> None:
    """Clear the session of before; the language chosen on the login page stays."""
    chosen = language_chosen_here()
    session.clear()
    if chosen is not None:
        session[CHOSEN] = chosen


def apply(response: Response, user: User, *, language: str | None = None) -> None:
    """Give this browser a person's language and theme; a language chosen on the login page goes first."""
    keep(response, COOKIE, language or user.language)
    if user.theme in THEMES and (user.theme != "auto" or THEME_COOKIE in request.cookies):
        keep(response, THEME_COOKIE, user.theme)
