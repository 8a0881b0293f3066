"""What the frame of every staff page shows: menu, hospital switch, theme, and the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf

from app.core.access.actor import NOBODY, Actor
from app.core.web.menu import side_of

THEMES = ("auto", "light", "dark")
ORDERS = ("newest", "oldest")  # what a timeline begins with
ORDER_COOKIE = "px_timeline"

HospitalChoices = Callable[[Actor], list[tuple[str, str]]]
CurrentHospital = Callable[[Actor], str | None]

_parts: dict[str, Callable[[Actor], Any]] = {}
_brought: dict[str, tuple[Callable[[UUID | None], Any], Callable[[Any], None]]] = {}


def give(name: str, part: Callable[[Actor], Any]) -> None:
    """Let a domain give a part of the frame: `hospital_choices`, `current_hospital`, `bell_count`, `person`."""
    _parts[name] = part


def bring(name: str, column: Callable[[UUID | None], Any], keep: Callable[[Any], None]) -> None:
    """Let a domain's part of the frame ride along in a statement that another domain runs for every page.

    `column` gives it for a person's id as a subquery with one value, `keep` takes that value for this request.
    """
    _brought[name] = (column, keep)


def brought(person_id: UUID | None) -> list[Any]:
    """Give the columns that ride along."""
    return [column(person_id) for column, _keep in _brought.values()]


def keep_brought(values: Sequence[Any]) -> None:
    """Hand over what those columns gave."""
    for (_column, keep), value in zip(_brought.values(), values, strict=True):
        keep(value)


def _part(name: str, actor: Actor, default: Any) -> Any:
    return _parts[name](actor) if name in _parts and actor.id is not None else default


def theme() -> str:
    """Give the theme of this request: the person's choice, kept in a cookie."""
    wish = request.cookies.get("px_theme", "auto")
    return wish if wish in THEMES else "auto"


def timeline_order() -> str:
    """Give what the timelines of this reader begin with: the person's choice, kept in a cookie."""
    wish = request.cookies.get(ORDER_COOKIE, "newest")
    return wish if wish in ORDERS else "newest"


def init_app(app: Flask) -> None:
    """Give templates the frame's parts; each is computed only when the template asks."""

    @app.context_processor
    def _frame() -> dict[str, Any]:
        actor = g.get("actor") or NOBODY
        return {
            "current_actor": actor,
            "csrf_token": generate_csrf,
            "theme": theme(),
            "timeline_order": timeline_order(),
            "side": lambda: side_of(actor if actor.id is not None else NOBODY),
            "hospital_choices": lambda: _part("hospital_choices", actor, []),
            "current_hospital": lambda: _part("current_hospital", actor, None),
            "bell_count": lambda: _part("bell_count", actor, 0),
            "frame_person": lambda: _part("person", actor, None),
        }
