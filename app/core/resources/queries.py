"""Reading records of resources: lists, choices, and the names of what a record refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.core.access.actor import Actor, acting_as
from app.core.access.policy import load, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.resources.fields import Choice, Flag, Reference
from app.core.resources.resource import Resource, resource_at
from app.core.text.fold import fold

PAGE = 25
FEW = 100  # choices up to this many are a plain select
MOST_OPTIONS = 20
PART = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list page was asked for."""

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    archived: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list, with the names of what the rows refer to."""

    rows: Sequence[Any]
    names: Mapping[UUID, str]
    start: int
    more: bool
    keys: Mapping[UUID, str] = field(default_factory=dict)  # natural keys of what they refer to, for files


def found(resource: Resource, row_id: UUID, *, actor: Actor, needs: str = "") -> Any:
    """Find a record through the actor, archived or not. NotFound outside the scope."""
    return load(resource.model, row_id, actor=actor, needs=needs or resource.needs.read)


def base(resource: Resource, *, actor: Actor, archived: bool = False) -> Select[Any]:
    """Give the statement from which every list of the resource starts."""
    gone = resource.model.archived_at
    return select(resource.model).where(
        visible(resource.model, actor, resource.needs.read), gone.is_not(None) if archived else gone.is_(None)
    )


def matching(resource: Resource, text: str, actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of a search: the resource's own, or its key and names, folded."""
    if resource.search is not None:
        return resource.search(text, actor)
    model = resource.model
    columns = [getattr(model, name) for name in (resource.key, "name_en", "name_ar") if hasattr(model, name)]
    return or_(*(func.px_fold(column).contains(fold(text), autoescape=True) for column in columns))


def narrowed(resource: Resource, query: Select[Any], filters: Mapping[str, str]) -> Select[Any]:
    """Add the filters that the resource allows; what can not be understood finds nothing wrong and is left out."""
    for name in resource.filters:
        value = filters.get(name, "")
        if not value:
            continue
        known, column = resource.by_name[name], getattr(resource.model, name)
        if isinstance(known, Reference):
            try:
                query = query.where(column == UUID(value))
            except ValueError:
                continue
        elif isinstance(known, Flag):
            query = query.where(column.is_(value == "true"))
        elif isinstance(known, Choice) and value in known.options:
            query = query.where(column == value)
    return query


def page_of_rows(resource: Resource, wanted: Wanted, *, actor: Actor) -> Rows:
    """Give one page of a list: one statement for the rows and one for each kind of record they refer to."""
    query = _wanted(resource, wanted, actor)
    start = (wanted.page - 1) * PAGE
    found_rows = db.session.execute(query.offset(start).limit(PAGE + 1)).unique().scalars().all()
    rows = found_rows[:PAGE]
    return Rows(rows, names_of(resource, rows, actor=actor), start, len(found_rows) > PAGE)


def all_rows(resource: Resource, wanted: Wanted, *, actor: Actor) -> Iterator[Rows]:
    """Give every row that a list would show, in parts, for files; reads on from the last id, so memory stays small."""
    last: UUID | None = None
    while True:
        with acting_as(actor):
            query = _wanted(resource, wanted, actor).order_by(None).order_by(resource.model.id).limit(PART)
            if last is not None:
                query = query.where(resource.model.id > last)
            rows = db.session.execute(query).unique().scalars().all()
            keys = {row_id: str(getattr(row, key)) for row_id, (row, key) in _referred(resource, rows, actor).items()}
            part = Rows(rows, {}, 0, len(rows) == PART, keys)
        db.session.expunge_all()
        if rows:
            yield part
        if not part.more:
            return
        last = rows[-1].id


def _wanted(resource: Resource, wanted: Wanted, actor: Actor) -> Select[Any]:
    query = narrowed(resource, base(resource, actor=actor, archived=wanted.archived), wanted.filters)
    if wanted.text.strip():
        query = query.where(matching(resource, wanted.text, actor))
    name = wanted.order.removeprefix("-")
    if name in resource.order:
        column = getattr(resource.model, name)
        return query.order_by(column.desc() if wanted.order.startswith("-") else column, resource.model.id)
    return query.order_by(getattr(resource.model, resource.order[0]), resource.model.id)


def names_of(resource: Resource, rows: Sequence[Any], *, actor: Actor) -> dict[UUID, str]:
    """Give the names of what rows refer to, one statement for each kind, archived ones included."""
    return {
        row_id: resource_at(path).label(row)
        for path, ids in _references(resource, rows).items()
        for row_id, row in _read(path, ids, actor).items()
    }


def _references(resource: Resource, rows: Sequence[Any]) -> dict[str, set[UUID]]:
    wanted: dict[str, set[UUID]] = {}
    for each in resource.all_fields:
        if isinstance(each, Reference):
            ids = {value for row in rows if (value := getattr(row, each.name)) is not None}
            wanted.setdefault(each.target, set()).update(ids)
    return wanted


def _read(path: str, ids: set[UUID], actor: Actor) -> dict[UUID, Any]:
    if not ids:
        return {}
    target = resource_at(path)
    query = select(target.model).where(target.model.id.in_(ids), visible(target.model, actor, target.needs.read))
    return {row.id: row for row in db.session.execute(query).scalars()}


def _referred(resource: Resource, rows: Sequence[Any], actor: Actor) -> dict[UUID, tuple[Any, str]]:
    return {
        row_id: (row, resource_at(path).key)
        for path, ids in _references(resource, rows).items()
        for row_id, row in _read(path, ids, actor).items()
    }


def options(resource: Resource, text: str, *, actor: Actor, most: int = MOST_OPTIONS) -> Sequence[Any]:
    """Give what may be chosen, for a search box or (with `most` FEW + 1) a select."""
    query = base(resource, actor=actor)
    if text.strip():
        query = query.where(matching(resource, text[:100], actor))
    order = getattr(resource.model, resource.order[0])
    return db.session.execute(query.order_by(order, resource.model.id).limit(most)).scalars().all()


def label_of(path: str, row_id: UUID | None, *, actor: Actor) -> str:
    """Give the name of a chosen record; empty when nothing is chosen or it may not be seen."""
    if row_id is None:
        return ""
    target = resource_at(path)
    try:
        return target.label(found(target, row_id, actor=actor))
    except NotFound:
        return ""
