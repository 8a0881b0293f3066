"""Small marks that stand many times on a page and always look the same: drawn once for each label, then only looked up.

Templates know them from `components/status.html`; meaning is never colour alone, each mark has a shape and words.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from app.core.i18n import exact, language, minutes, minutes_until
from app.core.i18n import gettext as _
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
CLOCKS = {"running": ("neutral", "clock"), "soon": ("warning", "alarm"), "breached": ("danger", "urgent"),
          "paused": ("neutral", "clock-pause"), "met": ("success", "circle-check"), "missed": ("danger", "circle-x"),
          "stopped": ("neutral", "circle-check")}  # fmt: skip
TICKING = ("running", "soon", "breached")  # `due.js` writes their time anew
SOON = 480  # minutes


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


def sla_pill(due: datetime | None, state: str, label: Any, reason: Any = "", href: str = "") -> Markup:
    """Draw how a clock stands: `label` is its text as the server says it now, `reason` the words on hover."""
    tone, shape = CLOCKS.get(state, CLOCKS["running"])
    opened = f'a href="{escape(href)}"' if href else "span"
    ticking = f' data-due="{due.isoformat()}" {due_words()}' if due and state in TICKING else ""
    title, said = "", ""
    if reason:
        reason = escape(reason)
        title, said = f' title="{reason}"', f'<span class="px-hide-visually">. {reason}</span>'
    return _drawn(
        f'<{opened} class="px-sla" data-tone="{tone}" data-state="{escape(state)}"{ticking}{title}>{icon(shape, "s")}'
        f"<span data-sla-text>{escape(label)}</span>{said}</{'a' if href else 'span'}>"
    )


def deadline_pill(due: datetime | None, ended: Any) -> Markup:
    """Draw the deadline of a case in a list: `due` is copied from its clock, `ended` tells that it runs no more."""
    if ended:
        return sla_pill(None, "stopped", _("Ended"))
    if not due:
        return sla_pill(None, "paused", _("No deadline"))
    left = minutes_until(due)
    if left <= 0:
        return sla_pill(due, "breached", _("%(time)s overdue", time=minutes(-left)), exact(due))
    return sla_pill(due, "soon" if left < SOON else "running", _("%(time)s left", time=minutes(left)), exact(due))


def avatar(name: Any, small: bool = False) -> Markup:
    """Draw the first letters of a name: two of one in Latin letters, one of any other."""
    parts = str(name or "?").split() or ["?"]
    first = parts[0][:1]
    letters = first + (parts[-1][:1] if len(parts) > 1 and "A" <= first.upper() <= "Z" else "")
    return _drawn(
        f'<span class="px-avatar{" px-avatar-s" if small else ""}" aria-hidden="true">{escape(letters)}</span>'
    )


def person(name: Any, note: Any = "", small: bool = True) -> Markup:
    """Draw somebody of the staff, with a `note` below the name."""
    below = f"<small>{escape(note)}</small>" if note else ""
    return _drawn(
        f'<span class="px-person">{avatar(name, small)}<span class="px-person-text"><bdi>{escape(name)}</bdi>{below}</span></span>'
    )


def reference(value: Any, href: str = "") -> Markup:
    """Draw the number of a case, as a link where it leads somewhere."""
    if href:
        return _drawn(f'<a class="px-ref" href="{escape(href)}"><bdi dir="ltr">{escape(value)}</bdi></a>')
    return _drawn(f'<bdi class="px-ref" dir="ltr">{escape(value)}</bdi>')


def eyes(row_id: Any) -> Markup:
    """Draw the place where the live poll shows who has the case of a row open; the table says the sort of its rows."""
    return _drawn(
        f'<span class="px-eyes" data-here-row="{escape(row_id)}" {here_words()} hidden>{icon("eye", "s")}'
        '<span class="px-hide-visually" data-here-text></span></span>'
    )


def select_cell(value: Any, label: Any, checked: bool = False) -> Markup:
    """Draw the cell with which a row is chosen."""
    said = escape(_("Select %(what)s", what=label))
    return _drawn(
        '<td class="px-tick"><input type="checkbox" class="form-check-input" name="ids" '
        f'value="{escape(value)}" data-select aria-label="{said}"{" checked" if checked else ""}></td>'
    )


def due_words() -> Markup:
    """Give the attributes from which `due.js` writes the time left anew, in the reader's language."""
    return _due_words(language())


def here_words() -> Markup:
    """Give the attributes from which `presence.js` says who is at a case, in the reader's language."""
    return _here_words(language())


def _drawn(html: str) -> Markup:
    """Take markup as it stands: who calls has escaped every value in it."""
    return Markup(html)  # noqa: S704


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
        px_badge=badge,
        px_status=status,
        px_severity=severity,
        px_sla_pill=sla_pill,
        px_deadline_pill=deadline_pill,
        px_avatar=avatar,
        px_person=person,
        px_reference=reference,
        px_eyes=eyes,
        px_select_cell=select_cell,
        px_here_words=here_words,
    )
