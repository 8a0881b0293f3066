"""Lists of the API: paged, filtered, ordered and searched, from an allow-list that is checked at every read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from pydantic import ConfigDict, Field
from sqlalchemy import ColumnElement, Select, func, select

from app.core.api.schemas import Out
from app.core.db.base import db
from app.core.errors import Invalid

COUNT_CAP = 10_000


class ListQuery(Out):
    """What every list takes: `page`, `page_size`, `ordering`, `search`; filters are added by name."""

    model_config = ConfigDict(extra="allow")

    page: int = Field(1, ge=1, le=100_000)
    page_size: int = Field(25, ge=1, le=200)
    ordering: str = Field("", max_length=60)
    search: str = Field("", max_length=100)


@dataclass(frozen=True, slots=True)
class Listing:
    """The allow-list of one collection: columns to order by, filters by name, and how to search."""

    ordering: Mapping[str, Any]
    default: str
    filters: Mapping[str, Callable[[str], ColumnElement[bool]]] = field(default_factory=dict)
    search: Callable[[str], ColumnElement[bool]] | None = None


def listing(query: Select[Any], spec: Listing, wanted: ListQuery) -> dict[str, Any]:
    """Run a list: two statements whatever the size. Raises Invalid for an unknown filter or order."""
    query = _filtered(query, spec, wanted)
    total = db.session.execute(
        select(func.count()).select_from(query.order_by(None).limit(COUNT_CAP).subquery())
    ).scalar_one()
    start = (wanted.page - 1) * wanted.page_size
    rows = (
        db.session.execute(
            query.order_by(None).order_by(*_order(spec, wanted)).offset(start).limit(wanted.page_size + 1)
        )
        .unique()
        .scalars()
        .all()
    )
    more = len(rows) > wanted.page_size
    return {
        "count": total,
        "next": _link(wanted.page + 1) if more else None,
        "previous": _link(wanted.page - 1) if wanted.page > 1 else None,
        "results": rows[: wanted.page_size],
    }


def _filtered(query: Select[Any], spec: Listing, wanted: ListQuery) -> Select[Any]:
    for name, value in (wanted.model_extra or {}).items():
        if name not in spec.filters:
            raise Invalid(**{name: _("This list has no such filter.")})
        try:
            query = query.where(spec.filters[name](value))
        except ValueError:
            raise Invalid(**{name: _("This value is not possible.")}) from None
    if wanted.search and spec.search is not None:
        query = query.where(spec.search(wanted.search))
    return query


def _order(spec: Listing, wanted: ListQuery) -> list[Any]:
    name = wanted.ordering or spec.default
    column = spec.ordering.get(name.removeprefix("-"))
    if column is None:
        raise Invalid(ordering=_("This list can not be ordered by that."))
    tie = spec.ordering.get("id")
    first = column.desc() if name.startswith("-") else column.asc()
    return [first] if tie is None else [first, tie.asc()]


def _link(page: int) -> str:
    wanted = request.args.to_dict()
    wanted["page"] = str(page)
    return f"{request.base_url}?{urlencode(wanted)}"


def equals(column: Any, parse: Callable[[str], Any] = str) -> Callable[[str], ColumnElement[bool]]:
    """Make a filter that compares one column; ValueError of `parse` becomes a field error."""
    return lambda value: column == parse(value)


def truth(text: str) -> bool:
    """Read `true` or `false`."""
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def uuid(text: str) -> UUID:
    """Read an id."""
    return UUID(text)
