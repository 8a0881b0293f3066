"""The side bar: domains add lines with the permission that shows them; the page asks once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.i18n import language


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the side bar."""

    section: str
    order: int
    label: Any
    endpoint: str
    icon: str
    needs: tuple[str, ...]


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
) -> None:
    """Add a line; it shows for actors who hold any of `needs` (none: for everyone signed in)."""
    _lines[:] = [old for old in _lines if old.endpoint != endpoint]
    _lines.append(Line(section_code, order, label, endpoint, icon, tuple(str(need) for need in needs)))


def menu_of(actor: Actor) -> list[dict[str, Any]]:
    """Give the sections and lines that this actor sees, the present page marked."""
    return _sections(_shown(actor), _here())


def side_of(actor: Actor) -> Markup:
    """Draw the side bar of this actor with the present page marked: once for each language and set of lines."""
    return _drawn(_shown(actor), _here(), language(), request.script_root)


def _shown(actor: Actor) -> tuple[Line, ...]:
    return tuple(entry for entry in _lines if not entry.needs or any(can(actor, need) for need in entry.needs))


def _here() -> str:
    """Give the endpoint of the line that stands for the present page; empty when there is none."""
    here = request.endpoint or ""
    blueprint = here.partition(".")[0]
    of_blueprint = [entry.endpoint for entry in _lines if entry.endpoint.partition(".")[0] == blueprint]
    if here in of_blueprint:
        return here
    return of_blueprint[0] if len(of_blueprint) == 1 else ""


def _sections(lines: tuple[Line, ...], here: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for code, label in SECTIONS.items():
        entries = sorted((entry for entry in lines if entry.section == code), key=lambda entry: entry.order)
        if entries:
            shown.append({"code": code, "label": label, "items": [_item(entry, here) for entry in entries]})
    return shown


def _item(entry: Line, here: str) -> dict[str, Any]:
    return {
        "label": entry.label,
        "url": url_for(entry.endpoint),
        "icon": entry.icon,
        "active": entry.endpoint == here,
    }


@lru_cache(maxsize=512)
def _drawn(lines: tuple[Line, ...], here: str, _language: str, _root: str) -> Markup:
    return Markup(render_template("layouts/_side.html", menu=_sections(lines, here)))  # noqa: S704 - a template's own
