"""The columns of a queue: what its address names, else what the person chose, else the usual ones; some are always there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from app.core.access.actor import Actor
from app.core.access.policy import require
from app.core.db import command, db
from app.core.db.locks import take_turn
from app.core.events import record
from app.core.saved_views.events import ColumnsChosen
from app.core.saved_views.models import ChosenColumns
from app.core.saved_views.places import Filter, Place, QueueColumn
from app.core.web.orders import DIRECTIONS
from app.core.web.queues import address

NAME = "columns"  # of the address
BETWEEN = "."
KEPT = "px360.chosen_columns"


class Sets(Mapping[str, str]):
    """The sets of columns that an address or a view may name, with their words: any of the columns that may be chosen."""

    def __init__(self, columns: Sequence[QueueColumn]) -> None:
        self._labels = {each.code: each.label for each in columns if not each.is_fixed}

    def __getitem__(self, value: str) -> str:
        codes = value.split(BETWEEN)
        if len(set(codes)) != len(codes):
            raise KeyError(value)
        return ", ".join(str(self._labels[code]) for code in codes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


def columns_filter(columns: Sequence[QueueColumn]) -> Filter:
    """Give the filter under which the columns of a queue stand in its address and in views."""
    sets = Sets(columns)
    return Filter(_l("Columns"), lambda _actor: sets)


@dataclass(frozen=True, slots=True)
class Shown:
    """The columns of a queue for one reader: those that are shown, and whether the reader or the address chose them."""

    place: Place
    columns: Sequence[QueueColumn]
    in_address: str
    is_own: bool

    @property
    def labels(self) -> dict[str, str]:
        """The labels of what has a column, by code, in the order of the columns."""
        return {each.code: str(each.label) for each in self.columns}

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all that the queue shows, below its titles too."""
        return frozenset(each.code for each in (*self.columns, *(each for each in self.place.columns if each.is_under)))

    @property
    def choices(self) -> list[QueueColumn]:
        """The columns that may be chosen."""
        return [each for each in self.place.columns if not each.is_fixed]

    @property
    def to_keep(self) -> str:
        """What a view that is kept now says of columns besides the address; empty where they are the usual ones."""
        chosen = [each.code for each in self.columns if not each.is_fixed]
        return BETWEEN.join(chosen) if self.is_own and not self.in_address else ""

    def heads(self, offered: Sequence[str], order: str) -> list[dict[str, Any]]:
        """Give the heads for `components/table.html`: a click puts in the column's order, one more in its next order.

        `offered`: orders that the tab has; `order`: the one in force.
        """
        return [self._head(each, [code for code in each.orders if code in offered], order) for each in self.columns]

    def _head(self, column: QueueColumn, orders: list[str], order: str) -> dict[str, Any]:
        if not orders:
            return {"label": column.label}
        is_now = order in orders
        following = orders[(orders.index(order) + 1) % len(orders)] if is_now else orders[0]
        return {
            "label": column.label,
            "sort": address(self.place.endpoint, sort=following),
            "direction": DIRECTIONS[order] if is_now else None,
        }


def columns_of(place: Place, actor: Actor) -> Shown:
    """Give the columns that a reader of a queue sees now; at most one statement."""
    named = request.args.get(NAME, "")
    if named in place.filters[NAME].values(actor):
        return Shown(place, _among(place, named.split(BETWEEN)), named, is_own=False)
    own = _chosen(place, actor)
    usual = [each.code for each in place.columns if each.is_usual]
    return Shown(place, _among(place, usual if own is None else own), "", is_own=own is not None)


def remember(place: Place, codes: list[str] | None) -> None:
    """Keep for this request which columns its reader chose for a queue (None: none), where a statement brought them along."""
    request.environ[f"{KEPT}.{place.code}"] = codes


def _chosen(place: Place, actor: Actor) -> list[str] | None:
    kept = f"{KEPT}.{place.code}"
    if kept in request.environ:
        found: list[str] | None = request.environ[kept]
        return found
    query = select(ChosenColumns.codes).where(ChosenColumns.user_id == actor.id, ChosenColumns.place == place.code)
    return db.session.execute(query).scalar_one_or_none()


def _among(place: Place, codes: Collection[str]) -> list[QueueColumn]:
    return [each for each in place.columns if each.is_fixed or each.code in codes]


@command
def choose(place: Place, codes: Iterable[str] | None, *, actor: Actor) -> None:
    """Let a queue show the actor these columns and those that are always there; None: the usual ones again.

    NotAllowed: the queue is not the actor's to read. What is no column of the queue is left out.
    """
    require(actor, place.needs)
    assert actor.id is not None
    take_turn(str(actor.id), 366)
    wanted = None if codes is None else set(codes)
    mine = (ChosenColumns.user_id == actor.id, ChosenColumns.place == place.code)
    db.session.execute(delete(ChosenColumns).where(*mine))
    kept = None
    if wanted is not None:
        kept = tuple(each.code for each in place.columns if not each.is_fixed and each.code in wanted)
        db.session.add(ChosenColumns(user_id=actor.id, place=place.code, codes=list(kept)))
    db.session.flush()
    record(ColumnsChosen(actor.id, actor.only_hospital_id, place.code, kept), actor=actor)
