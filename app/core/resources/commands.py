"""Writing records of a resource: made, changed, archived, restored. A resource may name its own writers instead.

Forms and the API write one, imports many at once: one is many of one, in the same functions and as many statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load, require
from app.core.bulk.together import decide_each
from app.core.db import add_many, command, db, write_many
from app.core.errors import Conflict, Invalid, NotAllowed, Refusal
from app.core.events import Change, record, record_changes, record_many
from app.core.resources.problems import MESSAGES
from app.core.resources.resource import Resource
from app.core.resources.rules import Wanted, cleaned, judged, key_is_free, onward
from app.core.time import clock

ONE_HOSPITAL = _l("Choose the hospital.")
STAYS = _l("This can not be changed later.")


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of named fields of a record, and the version of it that was seen."""

    values: Mapping[str, Any]
    version: int


@command
def create(resource: Resource, values: dict[str, Any], *, actor: Actor) -> Any:
    """Make a record from field values.

    Invalid: a field is missing or wrong, or another record has its key. NotAllowed: not in that hospital.
    """
    return only(create_many(resource, [values], actor=actor))


@command
def create_many(resource: Resource, rows: Sequence[dict[str, Any]], *, actor: Actor) -> list[Any]:
    """Make records, each judged for itself, in few statements. Of each the record, or what `create` would have raised."""
    require(actor, resource.needs.write)
    asked = onward((_begun(resource, values, actor) for values in rows), partial(judged, resource, actor=actor))
    write = resource.create or partial(_made, resource)
    return onward(asked, lambda good: write([each.values for each in good], actor=actor))


@command
def update(resource: Resource, row_id: UUID, values: dict[str, Any], *, version: int, actor: Actor) -> Any:
    """Change the named fields. Conflict: somebody was faster, or the record is archived. Invalid: as `create`."""
    return only(update_many(resource, {row_id: Edit(values, version)}, actor=actor).values())


@command
def update_many(resource: Resource, edits: Mapping[UUID, Edit], *, actor: Actor) -> dict[UUID, Any]:
    """Change records, each judged for itself, in few statements. Of each the record, or what `update` would have raised."""
    wanted: dict[UUID, Wanted] = {}

    def decide(row: Any, edit: Edit) -> None:
        changed = _changes(resource, row, dict(edit.values))
        if changed:
            wanted[row.id] = Wanted({**resource.values_of(row), **changed}, row, changed)

    needs = resource.needs
    became, _ = decide_each(resource.model, edits, decide, needs=needs.write, sees=needs.read, actor=actor)
    asked = onward(wanted.values(), partial(judged, resource, actor=actor))
    write = resource.update or partial(write_changes, resource)
    written = onward(asked, partial(write, actor=actor))
    return became | dict(zip(wanted, written, strict=True))


def only(became: Any) -> Any:
    """Give what became of the only one; where it was refused, raise that."""
    (one,) = became
    if isinstance(one, Refusal):
        raise one
    return one


def write_changes(resource: Resource, wanted: Sequence[Wanted], *, actor: Actor) -> list[Any]:
    """Set checked values on locked rows and record them; for writers of a resource too. Of each the row, or Invalid."""
    key = {resource.key, *resource.unique_with}
    if len(wanted) > 1 and any(key & each.changed.keys() for each in wanted):
        return [outcome for each in wanted for outcome in write_changes(resource, [each], actor=actor)]
    told = []
    for each in wanted:
        for name, value in each.changed.items():
            setattr(each.row, name, value)
        said = resource.event("changed")(each.row.id, resource.hospital_of(each.row), tuple(sorted(each.changed)))
        told.append((said, Change.of(each.row)))
    rows = [each.row for each in wanted]
    if len(rows) > 1:
        write_many(rows)
    else:
        rows = flushed(resource, rows)
    record_changes([tell for row, tell in zip(rows, told, strict=True) if not isinstance(row, Refusal)], actor=actor)
    return rows


@command
def archive(resource: Resource, row_id: UUID, *, actor: Actor) -> Any:
    """Take a record out of lists; again is harmless. Conflict: something still needs it."""
    row = load(resource.model, row_id, actor=actor, needs=resource.needs.write, sees=resource.needs.read, lock=True)
    if row.archived_at is not None:
        return row
    reason = resource.in_use(row) if resource.in_use else None
    if reason is not None:
        raise Conflict(reason, current=row, code="in_use")
    row.archived_at, row.archived_by_id = clock.now(), actor.id
    db.session.flush()
    record(resource.event("archived")(row.id, resource.hospital_of(row)), actor=actor)
    return row


@command
def restore(resource: Resource, row_id: UUID, *, actor: Actor) -> Any:
    """Bring an archived record back. Invalid: its key was given to another meanwhile. Conflict: it may not return."""
    row = load(resource.model, row_id, actor=actor, needs=resource.needs.write, sees=resource.needs.read, lock=True)
    if row.archived_at is None:
        return row
    reason = resource.may_not_return(row) if resource.may_not_return else None
    if reason is not None:
        raise Conflict(reason, current=row, code="gone")
    if not key_is_free(resource, row):
        raise Invalid(**{resource.key: MESSAGES["taken"]})
    row.archived_at = row.archived_by_id = None
    only(flushed(resource, [row]))
    record(resource.event("restored")(row.id, resource.hospital_of(row)), actor=actor)
    return row


def _begun(resource: Resource, values: dict[str, Any], actor: Actor) -> Wanted | Refusal:
    try:
        given = cleaned(_with_hospital(resource, values, actor), resource.all_fields)
        if not can_reach_hospital(actor, resource.needs.write, given.get("hospital_id")):
            raise NotAllowed()
    except Refusal as refusal:
        return refusal
    return Wanted(given)


def _with_hospital(resource: Resource, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Give the values with the hospital of an actor who has only one."""
    if not (resource.is_tenant or resource.is_shared) or values.get("hospital_id"):
        return values
    reached = actor.hospital_ids
    if resource.is_shared and reached is None:
        return values
    if reached is None or len(reached) != 1:
        raise Invalid(hospital_id=ONE_HOSPITAL)
    return {**values, "hospital_id": next(iter(reached))}


def _made(resource: Resource, values: Sequence[dict[str, Any]], *, actor: Actor) -> list[Any]:
    rows = flushed(resource, [resource.model(**each) for each in values])
    created = resource.event("created")
    record_many(
        (
            created(
                row.id,
                resource.hospital_of(row),
                tuple(name for name, value in each.items() if value not in (None, "")),
            )
            for row, each in zip(rows, values, strict=True)
            if not isinstance(row, Refusal)
        ),
        actor=actor,
    )
    return rows


def _changes(resource: Resource, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Give the clean values of named fields that differ from a row's. Raises Conflict and Invalid as `update`."""
    if row.archived_at is not None:
        raise Conflict(_l("This record is archived. Restore it first."), current=row)
    for each in resource.all_fields:
        if each.fixed and each.name in values and values.pop(each.name) != getattr(row, each.name):
            raise Invalid(**{each.name: STAYS})
    given = cleaned(values, tuple(each for each in resource.all_fields if each.name in values))
    return {name: value for name, value in given.items() if getattr(row, name) != value}


def flushed(resource: Resource, rows: Sequence[Any]) -> list[Any]:
    """Write rows now. Of each the row, or Invalid: who lost a race for the key is told as if the other had come first."""
    try:
        with db.session.begin_nested():
            add_many(rows)
    except IntegrityError as problem:
        if getattr(problem.orig, "sqlstate", "") != "23505":
            raise
    else:
        return list(rows)
    if len(rows) == 1:
        return [Invalid(**{resource.key: MESSAGES["taken"]})]
    return [outcome for row in rows for outcome in flushed(resource, [row])]
