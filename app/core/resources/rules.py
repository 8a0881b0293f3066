"""The rules of a record: its fields, what it refers to, its key, and what the resource itself says.

They are asked of any number of records in as many statements as of one: a form's one record and 500 rows of a file meet the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db
from app.core.errors import Invalid, Refusal
from app.core.resources.fields import Field, Reference
from app.core.resources.problems import MESSAGES, problem_of
from app.core.resources.resource import Resource, resource_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record as it shall be: all its values, and where there is one already its row and which values change."""

    values: dict[str, Any]
    row: Any = None
    changed: dict[str, Any] = field(default_factory=dict)


def onward(became: Iterable[Any], step: Callable[[list[Any]], Iterable[Any]]) -> list[Any]:
    """Give what `step` makes of those that were not refused, all at once; refusals stay in their places."""
    places = list(became)
    good = [each for each in places if not isinstance(each, Refusal)]
    after = iter(step(good) if good else ())
    return [each if isinstance(each, Refusal) else next(after) for each in places]


def cleaned(values: dict[str, Any], fields: Iterable[Field]) -> dict[str, Any]:
    """Give clean values of `fields`; whatever else was sent is left out. Invalid: one message for each field at fault."""
    clean: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for each in fields:
        try:
            clean[each.name] = each.clean(values.get(each.name, each.empty))
        except ValueError as error:
            wrong[each.name] = problem_of(error)[1]
    if wrong:
        raise Invalid(**wrong)
    return clean


def judged(resource: Resource, wanted: Sequence[Wanted], *, actor: Actor) -> list[Wanted | Invalid]:
    """Give each record as it came, or Invalid: it refers to what it may not, its key is another's, or a rule forbids it."""
    lost, taken = _lost(resource, wanted, actor), _taken(resource, wanted)
    return [
        refused or (Invalid(**{resource.key: MESSAGES["taken"]}) if has_owner else None) or _ruled(resource, each)
        for each, refused, has_owner in zip(wanted, lost, taken, strict=True)
    ]


def key_is_free(resource: Resource, row: Any) -> bool:
    """Tell whether no other record has the key of an archived row meanwhile."""
    return not _taken(resource, [Wanted(resource.values_of(row), row)])[0]


def _lost(resource: Resource, wanted: Sequence[Wanted], actor: Actor) -> list[Invalid | None]:
    """Refuse ids that the actor may not see, of archived rows, or of another hospital; what stood there before may stay."""
    wrong: list[dict[str, Any]] = [{} for _each in wanted]
    for each in resource.all_fields:
        if not isinstance(each, Reference):
            continue
        asked = [(one, fault) for one, fault in zip(wanted, wrong, strict=True) if _is_asked(one, each.name)]
        target = resource_at(each.target)
        is_bound = target.is_tenant and (resource.is_tenant or resource.is_shared)
        found = _homes(target, {one.values[each.name] for one, _fault in asked}, actor)
        for one, fault in asked:
            wish = one.values[each.name]
            if wish not in found or (is_bound and found[wish] != one.values["hospital_id"]):
                fault[each.name] = MESSAGES["unknown"]
    return [Invalid(**fault) if fault else None for fault in wrong]


def _is_asked(one: Wanted, name: str) -> bool:
    wish = one.values.get(name)
    return wish is not None and (one.row is None or getattr(one.row, name) != wish)


def _homes(target: Resource, ids: Collection[UUID], actor: Actor) -> dict[UUID, UUID | None]:
    """Give of these records those that the actor may choose, with their hospital where they are of one."""
    if not ids:
        return {}
    model = target.model
    query = select(model.id, *((model.hospital_id,) if target.is_tenant else ())).where(
        model.id.in_(ids), model.archived_at.is_(None), visible(model, actor, target.needs.read)
    )
    return {row_id: (home[0] if home else None) for row_id, *home in db.session.execute(query)}


def _taken(resource: Resource, wanted: Sequence[Wanted]) -> list[bool]:
    """Tell of each whether another record has its key."""
    model = resource.model
    names = (
        resource.key,
        *(("hospital_id",) if resource.is_tenant or resource.is_shared else ()),
        *resource.unique_with,
    )
    keys = [tuple(each.values[name] for name in names) for each in wanted]
    columns = [getattr(model, name) for name in names]
    query = select(model.id, *columns).where(model.archived_at.is_(None))
    for column, values in zip(columns, zip(*keys, strict=True), strict=True):
        query = query.where(_among(column, set(values)))
    owners: dict[tuple[Any, ...], set[UUID]] = {}
    for row_id, *key in db.session.execute(query):
        owners.setdefault(tuple(key), set()).add(row_id)
    kept = kept_keys(resource, [each.values for each in wanted if each.row is None])
    return [
        bool(owners.get(key, set()) - {each.row.id})
        if each.row is not None
        else key in owners or (each.values.get("hospital_id"), key[0]) in kept
        for each, key in zip(wanted, keys, strict=True)
    ]


def _among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    given = [each for each in values if each is not None]
    return column.in_(given) if len(given) == len(values) else or_(column.in_(given), column.is_(None))


def kept_keys(resource: Resource, values: Sequence[dict[str, Any]]) -> set[tuple[UUID, str]]:
    """Give hospital and key of those new records whose key an older record keeps for itself."""
    if resource.kept_keys is None:
        return set()
    asked: dict[UUID, set[str]] = {}
    for each in values:
        asked.setdefault(each["hospital_id"], set()).add(each[resource.key])
    return {(hospital_id, key) for hospital_id, keys in asked.items() for key in resource.kept_keys(hospital_id, keys)}


def _ruled(resource: Resource, wanted: Wanted) -> Wanted | Invalid:
    try:
        if resource.validate is not None:
            resource.validate(wanted.values, wanted.row)
    except Invalid as refusal:
        return refusal
    return wanted
