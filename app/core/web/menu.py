"""The side bar: domains add lines with the permission that shows them; the page asks once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.core.access.actor import Actor
from app.core.access.policy import can


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the side bar."""

    section: str
    order: int
    label: Any
    endpoint: str
    icon: str
    needs: tuple[str, ...]
    badge: Callable[[Actor], int | None] | None = None


SECTIONS: dict[str, Any] = {}
_lines: list[Line] = []


def section(code: str, label: Any) -> None:
    """Name a section of the side bar, in the order in which they are declared."""
    SECTIONS.setdefault(code, label)


def line(
    section_code: str,
    order: int,
    label: Any,
    endpoint: str,
    icon: str,
    *needs: str,
    badge: Callable[[Actor], int | None] | None = None,
) -> None:
    """Add a line; it shows for actors who hold any of `needs` (none: for everyone signed in)."""
    _lines[:] = [old for old in _lines if old.endpoint != endpoint]
    _lines.append(Line(section_code, order, label, endpoint, icon, tuple(str(need) for need in needs), badge))


def menu_of(actor: Actor) -> list[dict[str, Any]]:
    """Give the sections and lines that this actor sees, the present page marked."""
    shown: list[dict[str, Any]] = []
    for code, label in SECTIONS.items():
        items = [
            _item(entry, actor)
            for entry in sorted((each for each in _lines if each.section == code), key=lambda each: each.order)
            if not entry.needs or any(can(actor, need) for need in entry.needs)
        ]
        if items:
            shown.append({"code": code, "label": label, "items": items})
    return shown


def _item(entry: Line, actor: Actor) -> dict[str, Any]:
    blueprint = entry.endpoint.partition(".")[0]
    here = request.endpoint or ""
    return {
        "label": entry.label,
        "url": url_for(entry.endpoint),
        "icon": entry.icon,
        "active": here == entry.endpoint or (here.partition(".")[0] == blueprint and _alone(blueprint)),
        "badge": entry.badge(actor) if entry.badge else None,
    }


def _alone(blueprint: str) -> bool:
    return sum(1 for entry in _lines if entry.endpoint.partition(".")[0] == blueprint) == 1
