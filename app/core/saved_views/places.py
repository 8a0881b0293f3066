"""Places: the queues whose filters can be kept, each with its allow-list of filters and the values that are valid now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from app.core.access.actor import Actor
from app.core.access.policy import can

Words = Mapping[str, Any]  # value -> its words


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a queue: its label, and the values that this actor may choose now with their words."""

    label: Any
    values: Callable[[Actor], Words]


@dataclass(frozen=True, slots=True)
class QueueColumn:
    """A column of a queue: whether it is always there, whether usually, and its orders, the one of a first click first.

    What `is_under` stands below the title for as long as it has no column of its own.
    """

    code: str
    label: Any
    is_fixed: bool = False
    is_usual: bool = True
    is_under: bool = False
    orders: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A queue: its words, its page, the right to read it, its filters (order and columns among them), and its columns.

    The words that are searched are no filter.
    """

    code: str
    label: Any
    endpoint: str
    needs: str
    filters: Mapping[str, Filter]
    columns: Sequence[QueueColumn] = ()


PLACES: dict[str, Place] = {}


def declare(place: Place) -> Place:
    """Let the filters of a queue be kept."""
    PLACES[place.code] = place
    return place


def places_of(actor: Actor) -> list[Place]:
    """Give the queues that the actor may read."""
    return [place for place in PLACES.values() if can(actor, place.needs)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What of some filters holds now: values by name, what they say, and the names of those that do not hold any more."""

    filters: dict[str, str]
    words: list[tuple[Any, Any]]  # label, value
    dropped: list[str]
    dropped_labels: list[Any]


@dataclass(slots=True)
class Reader:
    """Reads filters through the allow-lists for one actor; the valid values of a filter are asked for once.

    `known` gives values that the page has at hand already, by the filter's name.
    """

    actor: Actor
    known: Mapping[str, Words] = field(default_factory=dict)
    _asked: dict[tuple[str, str], Words] = field(default_factory=dict)

    def read(self, place: Place, given: Mapping[str, Any]) -> Reading:
        """Give what holds now; anything else is named as dropped."""
        kept: dict[str, str] = {}
        words, dropped, labels = [], [], []
        for name, value in given.items():
            allowed = place.filters.get(name)
            values = self._values(place, name, allowed) if allowed else {}
            if allowed and isinstance(value, str) and value in values:
                kept[name] = value
                words.append((allowed.label, values[value]))
            else:
                dropped.append(name)
                labels.append(allowed.label if allowed else name)
        return Reading(kept, words, dropped, labels)

    def _values(self, place: Place, name: str, allowed: Filter) -> Words:
        if name in self.known:
            return self.known[name]
        key = (place.code, name)
        if key not in self._asked:
            self._asked[key] = allowed.values(self.actor)
        return self._asked[key]


def of_address(place: Place, given: Mapping[str, str]) -> dict[str, str]:
    """Give those values of a queue's address that may be filters at all; its search, its page and its view are none."""
    return {name: value for name, value in given.items() if name in place.filters and value}


def address(place: Place, filters: Mapping[str, str], **more: Any) -> str:
    """Give the address of a queue with these filters."""
    return url_for(place.endpoint, **{**filters, **more})
