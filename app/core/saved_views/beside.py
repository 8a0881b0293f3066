"""Saved views on a queue's page: links beside its tabs, the start view, and what of a view does not hold any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from app.core.access.actor import Actor
from app.core.saved_views.columns import remember
from app.core.saved_views.places import Place, Reader, Words, of_address
from app.core.saved_views.queries import list_of_queue
from app.core.web.pages import is_fragment_request


@dataclass(frozen=True, slots=True)
class Link:
    """A view as a link beside the tabs."""

    name: str
    url: str
    is_active: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The links of a queue; labels of filters that the view of the address lost; where a bare address leads."""

    links: list[Link]
    dropped: list[Any]
    start_url: str


def beside(place: Place, actor: Actor, known: Mapping[str, Words] | None = None) -> Beside:
    """Give the views of a queue for its page; one statement, which reads the reader's columns too (`columns_of` knows them then).

    `known`: values that the page has read already.
    `start_url` is where to go on where the address says nothing and the actor has a start view; empty otherwise.
    """
    if is_fragment_request():
        return Beside([], [], "")  # the rows alone are asked for
    reader = Reader(actor, known or {})
    views, codes = list_of_queue(place, actor=actor, reader=reader)
    remember(place, codes)
    now = reader.read(place, of_address(place, request.args)).filters
    opened = next((view for view in views if str(view.id) == request.args.get("view")), None)
    start = next((view for view in views if view.is_start), None)
    return Beside(
        [Link(view.name, view.url, view.reading.filters == now, view.is_shared) for view in views],
        opened.reading.dropped_labels if opened else [],
        start.url if start and not request.args else "",
    )
