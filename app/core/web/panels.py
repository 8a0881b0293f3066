"""Panels and badges: what a domain hangs on another domain's pages without either importing the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.access.actor import Actor
from app.core.access.policy import can


@dataclass(frozen=True, slots=True)
class Panel:
    """A box on another domain's page, loaded from its own address when seen."""

    place: str  # patient, journey, action, ...
    order: int
    label: Any
    endpoint: str  # takes subject_id
    needs: str


Badges = Callable[[Collection[UUID], Actor], Mapping[UUID, Any]]

_panels: dict[str, list[Panel]] = {}
_badges: dict[str, dict[str, Badges]] = {}


def panel(place: str, order: int, label: Any, endpoint: str, needs: str) -> None:
    """Hang a panel on the pages of `place`."""
    listed = _panels.setdefault(place, [])
    listed[:] = sorted(
        [old for old in listed if old.endpoint != endpoint] + [Panel(place, order, label, endpoint, str(needs))],
        key=lambda each: each.order,
    )


def panels_for(place: str, actor: Actor) -> list[Panel]:
    """Give the panels of a place that this actor may see."""
    return [each for each in _panels.get(place, ()) if can(actor, each.needs)]


def badge(place: str, name: str, find: Badges) -> None:
    """Offer badges for the rows of a list or board: one statement for all rows."""
    _badges.setdefault(place, {})[name] = find


def badges_for(place: str, ids: Collection[UUID], actor: Actor) -> dict[UUID, list[Any]]:
    """Collect every domain's badges for these rows."""
    found: dict[UUID, list[Any]] = {row_id: [] for row_id in ids}
    for find in _badges.get(place, {}).values():
        for row_id, value in find(ids, actor).items():
            found[row_id].append(value)
    return found
