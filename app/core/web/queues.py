"""The frame of a queue page: tabs with counts, chips of the filters in force, and addresses that keep the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flask import g, request, url_for

T = TypeVar("T")


def address(endpoint: str, **changed: Any) -> str:
    """Give the address of a list as it is asked for now, with something changed (None: without it), from its first page."""
    kept = {name: value for name, value in request.args.items() if name not in ("after", "view")}
    return url_for(endpoint, **{**kept, **changed})


def tabs(
    endpoint: str, labels: Mapping[str, Any], counts: Mapping[str, int], active: str, most: int
) -> list[dict[str, Any]]:
    """Give the tabs of a list with their counts; a count that reached `most` stands for that many and more."""
    return [
        {
            "label": label,
            "url": address(endpoint, tab=tab),
            "count": f"{most:,}+" if counts.get(tab) == most else counts.get(tab),
            "active": tab == active,
        }
        for tab, label in labels.items()
    ]


def chips(endpoint: str, shown: Iterable[tuple[str, Any, Any]]) -> list[dict[str, Any]]:
    """Give the filters in force (name, label, value), each with the address without it."""
    return [
        {"label": label, "value": value, "remove": address(endpoint, **{name: None})}
        for name, label, value in shown
        if value
    ]


def once(name: str, read: Callable[[], T]) -> T:
    """Give what `read` gives, read once for a request: choices and chips of a queue name the same rows."""
    if name not in g:
        setattr(g, name, read())
    found: T = getattr(g, name)
    return found


def one_of(name: str, known: Any) -> str:
    """Give a filter of the address where it is one of the known codes; empty otherwise."""
    value = request.args.get(name, "")
    return value if value in known else ""
