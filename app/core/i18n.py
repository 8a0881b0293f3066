"""Two languages: which one this request speaks, and how instants, numbers and spans are written in it.

Western digits in both languages (domain.md section 9); Hijri beside Gregorian where the page asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates as babel_dates
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.core.time import clock, hijri
from app.core.translations import compile_catalogues

LANGUAGES: dict[str, str] = {"ar": "العربية", "en": "English"}
DEFAULT_LANGUAGE = "ar"
DEFAULT_ZONE = "Asia/Riyadh"
COOKIE = "px_lang"

ZONE_READER = "px360_zone_reader"
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def select_language() -> str:
    """Choose the language of this request: forced by the page, the person's own, the cookie, the browser's, Arabic."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    forced = g.get("language")
    if forced in LANGUAGES:
        return str(forced)
    said = _said_by_program()
    if said is not None:
        return said
    actor = g.get("actor")
    for wish in (request.cookies.get(COOKIE), actor.language if actor is not None and actor.id else None):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT_LANGUAGE


def _said_by_program() -> str | None:
    """The language that a program asks for in this very request; browsers ask with the cookie of the switch instead."""
    if not request.path.startswith("/api/") or "Authorization" not in request.headers:
        return None
    return request.accept_languages.best_match(list(LANGUAGES)) if request.accept_languages else None


def select_zone() -> str:
    """Choose the zone in which this request shows instants: the person's own, the hospital's that is looked at, Riyadh's."""
    if not has_request_context():
        return DEFAULT_ZONE
    return str(g.get("zone") or _hospitals_zone() or DEFAULT_ZONE)


def _hospitals_zone() -> str:
    read: Callable[[], str] | None = current_app.extensions.get(ZONE_READER)
    return read() if read is not None else ""


def follow_hospital(app: Flask, read: Callable[[], str]) -> None:
    """Let a domain say the zone of the hospital that this request looks at; empty: none, or several that differ."""
    app.extensions[ZONE_READER] = read


def language() -> str:
    """Give the language in force: `ar` or `en`."""
    try:
        held = g._get_current_object()
    except RuntimeError:
        return DEFAULT_LANGUAGE
    known = getattr(held.get("_flask_babel"), "babel_locale", None)  # pages ask for it hundreds of times
    found = known or get_locale()
    return found.language if found is not None and found.language in LANGUAGES else DEFAULT_LANGUAGE


def in_language(code: str) -> Any:
    """Speak another language inside a `with` block (a message to a person uses that person's language)."""
    return force_locale(code if code in LANGUAGES else DEFAULT_LANGUAGE)


def direction(code: str | None = None) -> str:
    """Give `rtl` or `ltr` for a language, or for the one in force."""
    return "rtl" if (code or language()) == "ar" else "ltr"


def named(row: Any, attribute: str = "name", code: str = "") -> str:
    """Give a bilingual row's text (`name_ar` or `name_en`) in a language, or in the one in force; the other one if it is empty."""
    if row is None:
        return ""
    first, second = ("ar", "en") if (code or language()) == "ar" else ("en", "ar")
    return str(getattr(row, f"{attribute}_{first}", "") or getattr(row, f"{attribute}_{second}", "") or "")


def gettext(text: str, /, **variables: Any) -> str:
    """Translate a text as flask_babel does, but look it up once for each language: for what stands many times on a page."""
    found = _looked_up(language(), False, text)
    return found % variables if variables else found


_ = gettext


def number(value: float | None, places: int = 0) -> str:
    """Write a number with thousands marks; a dash where there is none."""
    return "–" if value is None else f"{value:,.{places}f}"


def exact(value: datetime | None, zone: str | None = None) -> str:
    """Write an instant exactly, in the zone of the reader: `24 Nov 2026, 13:05`."""
    if value is None:
        return ""
    local, code = value.astimezone(ZoneInfo(zone or select_zone())), language()
    comma = "،" if code == "ar" else ","
    return f"{local.day} {_months(code)[local.month]} {local.year}{comma} {local:%H:%M}"


@lru_cache(maxsize=len(LANGUAGES))
def _months(code: str) -> Mapping[int, str]:
    names: Mapping[int, str] = babel_dates.get_month_names("abbreviated", locale=code)
    return names


def weekday(value: datetime | None) -> str:
    """Write an instant with its day of the week: `Tue 24 Nov, 10:00`."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(select_zone()))
    form = "EEEE d MMM، HH:mm" if language() == "ar" else "EEE d MMM, HH:mm"
    return _western(babel_dates.format_datetime(local, form, locale=language()))


def day(value: date | datetime | None) -> str:
    """Write a date: `24 Nov 2026`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(select_zone())).date()
    return f"{value.day} {_months(language())[value.month]} {value.year}"


def moment(value: datetime | None) -> str:
    """Write the time of day: `13:05`."""
    return "" if value is None else value.astimezone(ZoneInfo(select_zone())).strftime("%H:%M")


def ago(value: datetime | None) -> Markup | str:
    """Write an instant as a distance from now, with the exact one for hover and screen readers."""
    if value is None:
        return ""
    distance = value - clock.now()
    said = _("just now") if abs(distance) < timedelta(seconds=45) else _distance(distance)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), exact(value), said)


def _distance(distance: timedelta) -> str:
    return _western(babel_dates.format_timedelta(distance, add_direction=True, locale=language(), threshold=1.2))


def minutes(value: float | None) -> str:
    """Write a span of minutes in words: `1 h 20 min`."""
    if value is None:
        return "–"
    total = round(value)
    days, rest = divmod(abs(total), 1440)
    hours, mins = divmod(rest, 60)
    parts = []
    if days:
        parts.append(_("%(count)s d", count=days))
    if hours:
        parts.append(_("%(count)s h", count=hours))
    if mins or not parts:
        parts.append(_("%(count)s min", count=mins))
    return ("−" if total < 0 else "") + " ".join(parts[:2])


def minutes_until(instant: datetime) -> int:
    """Give the whole minutes from now to an instant; negative when it has passed."""
    return int((instant - clock.now()).total_seconds() // 60)


def _western(text: str) -> str:
    return text.translate(_WESTERN)


@pass_eval_context
def template_gettext(how: EvalContext, text: str, /, **variables: Any) -> str:
    """Translate a text of a template, as flask_babel and Jinja do, but look it up once for each language."""
    return _looked_up(language(), how.autoescape, text) % variables


class _Texts(Domain):
    """The catalogue of the application, in which a text is looked up once for each language."""

    def gettext(self, string: str, **variables: Any) -> str:
        """Translate a text into the language in force."""
        return gettext(string, **variables)

    def pgettext(self, context: str, string: str, **variables: Any) -> str:
        """Translate a text that is said of something; likewise looked up once."""
        found = _looked_up_of(language(), context, string)
        return found % variables if variables else found


@lru_cache(maxsize=8192)
def _looked_up(_code: str, is_markup: bool, text: str) -> str:
    found = str(get_translations().ugettext(text))
    return Markup(found) if is_markup else found  # noqa: S704 - our own catalogue


@lru_cache(maxsize=2048)
def _looked_up_of(_code: str, context: str, text: str) -> str:
    return str(get_translations().upgettext(context, text))


def init_app(app: Flask) -> None:
    """Give templates the language, its direction and the filters."""
    compile_catalogues()
    babel = Babel(
        app,
        locale_selector=select_language,
        timezone_selector=select_zone,
        default_translation_directories=str(app.config["TRANSLATIONS"]),
    )
    with app.app_context():
        babel.domain_instance = _Texts(domain=babel.domain)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True
    app.jinja_env.globals.update(gettext=template_gettext, _=template_gettext)
    app.jinja_env.filters.update(
        number=number,
        datetime=exact,
        date=day,
        time=moment,
        ago=ago,
        minutes=minutes,
        named=named,
        weekday=weekday,
        hijri=hijri.written,
    )

    app.jinja_env.globals.update(minutes_until=minutes_until, named=named)

    @app.context_processor
    def _words() -> dict[str, Any]:
        code = language()
        return {"locale": code, "text_direction": direction(code), "languages": LANGUAGES}
