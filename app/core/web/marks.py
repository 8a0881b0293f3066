"""Small marks that stand many times on a page and always look the same: drawn once for each label, then only looked up.

Templates know them from `components/status.html`; meaning is never colour alone, each mark has a shape and words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from app.core.i18n import language
from app.core.web.assets import icon

TONE_ICONS = {"success": "circle-check", "warning": "alert-triangle", "danger": "alert-circle", "accent": "circle",
              "neutral": "circle-dashed"}  # fmt: skip
# the palette of what administrators colour: tokens of both themes, never colours of their own
HUES: dict[str, Any] = {
    "slate": _l("Grey"),
    "blue": _l("Blue"),
    "teal": _l("Teal"),
    "green": _l("Green"),
    "brown": _l("Brown"),
    "orange": _l("Orange"),
    "pink": _l("Pink"),
    "purple": _l("Purple"),
    "indigo": _l("Indigo"),
}
BARS = {"low": 1, "medium": 2, "high": 3, "critical": 4}


def badge(label: Any, tone: str = "neutral", icon_name: str = "") -> Markup:
    """Draw a label with a coloured ground."""
    return _mark("px-badge", escape(label), tone, icon(icon_name, "s") if icon_name else Markup())


def status(label: Any, tone: str = "neutral", icon_name: str = "") -> Markup:
    """Draw the state of a case: the tone's own shape unless another one is named."""
    return _mark("px-status", escape(label), tone, icon(icon_name or TONE_ICONS.get(tone, "circle"), "s"))


def severity(code: str, label: Any) -> Markup:
    """Draw how grave a case is, as one to four bars."""
    return _severity(code, escape(label))


def dot(hue_code: str) -> Markup:
    """Draw the colour of something whose name stands beside it; grey for a colour that is none of the palette."""
    return _dot(hue_code if hue_code in HUES else "slate")


def coloured(hue_code: str, label: Any) -> Markup:
    """Draw a name after its colour."""
    return _coloured(hue_code, escape(label))


def hue(code: str) -> Markup:
    """Draw a colour of the palette with its name."""
    return coloured(code, HUES[code])


def due_words() -> Markup:
    """Give the attributes from which `due.js` writes the time left anew, in the reader's language."""
    return _due_words(language())


def here_words() -> Markup:
    """Give the attributes from which `presence.js` says who is at a case, in the reader's language."""
    return _here_words(language())


@lru_cache(maxsize=2048)
def _mark(sort: str, label: Markup, tone: str, drawn: Markup) -> Markup:
    return Markup('<span class="{}" data-tone="{}">{}{}</span>').format(sort, tone, drawn, label)


@lru_cache(maxsize=32)
def _dot(code: str) -> Markup:
    return Markup('<span class="px-swatch" data-hue="{}" aria-hidden="true"></span>').format(code)


@lru_cache(maxsize=512)
def _coloured(code: str, label: Markup) -> Markup:
    return Markup('<span class="px-coloured">{}<bdi>{}</bdi></span>').format(dot(code), label)


@lru_cache(maxsize=256)
def _severity(code: str, label: Markup) -> Markup:
    bars = Markup().join(
        Markup('<rect x="{}" y="{}" width="3" height="{}" rx="1"{}/>').format(
            (step - 1) * 4 + 0.5,
            11 - step * 2.5,
            step * 2.5 + 2,
            Markup(' class="px-off"') if step > BARS.get(code, 1) else "",
        )
        for step in range(1, 5)
    )
    return Markup(
        '<span class="px-severity" data-severity="{}"><svg class="px-severity-bars" viewBox="0 0 16 14" aria-hidden="true" '
        'focusable="false">{}</svg>{}</span>'
    ).format(code, bars, label)


@lru_cache(maxsize=8)
def _due_words(_code: str) -> Markup:
    return Markup('data-left="{}" data-over="{}" data-days="{}" data-hours="{}" data-minutes="{}"').format(
        _("%(time)s left", time="{time}"),
        _("%(time)s overdue", time="{time}"),
        _("%(count)s d", count="{n}"),
        _("%(count)s h", count="{n}"),
        _("%(count)s min", count="{n}"),
    )


@lru_cache(maxsize=8)
def _here_words(_code: str) -> Markup:
    return Markup('data-text-here="{}" data-text-writing="{}"').format(
        _("%(name)s is here", name="{n}"), _("%(name)s is writing", name="{n}")
    )


def init_app(app: Flask) -> None:
    """Give them to templates, macros included."""
    app.jinja_env.globals.update(
        px_badge=badge, px_status=status, px_severity=severity, px_due_words=due_words, px_here_words=here_words
    )
