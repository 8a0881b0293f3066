"""The orders of a queue: an allow-list for each, named in its address, and pages by key that hold for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import tuple_

from app.core.db import db
from app.core.db.orders import FAR, RANKS, due_of, rank_of
from app.core.web.keys import read_key, write_key

LABELS: Mapping[str, Any] = {
    "deadline": _l("By deadline"),
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "severity": _l("Gravest first"),
}
DIRECTIONS = {"deadline": "ascending", "newest": "descending", "oldest": "ascending", "severity": "descending"}


@dataclass(frozen=True, slots=True)
class Order:
    """One order: the expressions, the last of them the id; what they are of a row, for the key; the types of the key.

    All run the same way, so that they are one row value and a page is a range of an index.
    """

    parts: tuple[Any, ...]
    values: Callable[[Any], tuple[Any, ...]]
    kinds: tuple[type, ...]
    is_descending: bool = False

    def page_of(
        self, query: Any, *, key: str | None, limit: int, of: Callable[[Any], Any] = itemgetter(0)
    ) -> tuple[Sequence[Any], str | None]:
        """Run one page of rows from `key` on; gives the key of the next, None at the end. `of` gives the record of a row."""
        after, place = read_key(key, self.kinds), tuple_(*self.parts)
        if after is not None:
            query = query.where(place < tuple_(*after) if self.is_descending else place > tuple_(*after))
        order = [part.desc() for part in self.parts] if self.is_descending else self.parts
        found = db.session.execute(query.order_by(*order).limit(limit + 1)).all()
        if len(found) <= limit:
            return found, None
        return found[:limit], write_key(*self.values(of(found[limit - 1])))


@lru_cache(maxsize=64)
def orders_of(model: Any, received: str) -> Mapping[str, Order]:
    """Give the orders of a table of cases by their codes; `received` names the column of when a case came.

    What has no deadline stands last; equally grave cases stand by their deadlines. A table without severities lacks that order.
    """
    came = getattr(model, received)
    when: Callable[[Any], tuple[Any, ...]] = lambda row: (getattr(row, received), row.id)  # noqa: E731
    found = {
        "deadline": Order((due_of(model), model.id), lambda row: (row.due_at or FAR, row.id), (datetime, UUID)),
        "newest": Order((came, model.id), when, (datetime, UUID), is_descending=True),
        "oldest": Order((came, model.id), when, (datetime, UUID)),
    }
    if hasattr(model, "severity"):
        found["severity"] = Order(
            (rank_of(model), due_of(model), model.id),
            lambda row: (RANKS.get(row.severity, 0), row.due_at or FAR, row.id),
            (int, datetime, UUID),
        )
    return found


def order_in_force(wanted: str, offered: Sequence[str]) -> str:
    """Give the order that is wanted where it is offered, the first of those offered otherwise."""
    return wanted if wanted in offered else offered[0]


def order_choices(offered: Sequence[str]) -> list[tuple[str, Any]]:
    """Give the orders for a select; the usual one is what stands where nothing is chosen."""
    return [("" if code == offered[0] else code, LABELS[code]) for code in offered]
