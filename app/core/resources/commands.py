"""Writing a record of a resource: made, changed, archived, restored. A resource may name its own writer instead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load, require, visible
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import Change, record
from app.core.resources.fields import Reference
from app.core.resources.problems import MESSAGES, problem_of
from app.core.resources.resource import Resource, resource_at
from app.core.time import clock

ONE_HOSPITAL = _l("Choose the hospital.")
STAYS = _l("This can not be changed later.")


@command
def create(resource: Resource, values: dict[str, Any], *, actor: Actor) -> Any:
    """Make a record from field values.

    Invalid: a field is missing or wrong, or another record has its key. NotAllowed: not in that hospital.
    """
    require(actor, resource.needs.write)
    given = _checked(resource, _with_hospital(resource, values, actor), resource.all_fields)
    if not can_reach_hospital(actor, resource.needs.write, given.get("hospital_id")):
        raise NotAllowed()
    _check_rules(resource, given, None, actor)
    if resource.create is not None:
        return resource.create(given, actor=actor)
    row = resource.model(**given)
    flushed(resource, row)
    told = tuple(name for name, value in given.items() if value not in (None, ""))
    record(resource.event("created")(row.id, resource.hospital_of(row), told), actor=actor)
    return row


@command
def update(resource: Resource, row_id: UUID, values: dict[str, Any], *, version: int, actor: Actor) -> Any:
    """Change the named fields. Conflict: somebody was faster, or the record is archived. Invalid: as `create`."""
    row = load(
        resource.model,
        row_id,
        actor=actor,
        needs=resource.needs.write,
        sees=resource.needs.read,
        version=version,
        lock=True,
    )
    if row.archived_at is not None:
        raise Conflict(_l("This record is archived. Restore it first."), current=row)
    for each in resource.all_fields:
        if each.fixed and each.name in values and values.pop(each.name) != getattr(row, each.name):
            raise Invalid(**{each.name: STAYS})
    given = _checked(resource, values, tuple(each for each in resource.all_fields if each.name in values))
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if not changed:
        return row
    _check_rules(resource, {**resource.values_of(row), **changed}, row, actor)
    if resource.update is not None:
        return resource.update(row, changed, actor=actor)
    return write_changes(resource, row, changed, actor=actor)


def write_changes(resource: Resource, row: Any, changed: dict[str, Any], *, actor: Actor) -> Any:
    """Set checked values on a locked row and record it; for writers of a resource too."""
    for name, value in changed.items():
        setattr(row, name, value)
    change = Change.of(row)
    flushed(resource, row)
    record(
        resource.event("changed")(row.id, resource.hospital_of(row), tuple(sorted(changed))),
        actor=actor,
        change=change,
    )
    return row


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
    _check_key(resource, resource.values_of(row), row)
    row.archived_at = row.archived_by_id = None
    flushed(resource, row)
    record(resource.event("restored")(row.id, resource.hospital_of(row)), actor=actor)
    return row


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


def _checked(resource: Resource, values: dict[str, Any], fields: tuple[Any, ...]) -> dict[str, Any]:
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


def _check_rules(resource: Resource, values: dict[str, Any], row: Any, actor: Actor) -> None:
    _check_references(resource, values, row, actor)
    _check_key(resource, values, row)
    if resource.validate is not None:
        resource.validate(values, row)


def _check_references(resource: Resource, values: dict[str, Any], row: Any, actor: Actor) -> None:
    """Refuse ids that the actor may not see, of archived rows, or of another hospital; what stood there before may stay."""
    wrong: dict[str, Any] = {}
    for each in resource.all_fields:
        wanted = values.get(each.name)
        if not isinstance(each, Reference) or wanted is None or (row is not None and getattr(row, each.name) == wanted):
            continue
        target = resource_at(each.target)
        query = select(target.model.id).where(
            target.model.id == wanted,
            target.model.archived_at.is_(None),
            visible(target.model, actor, target.needs.read),
        )
        if target.is_tenant and (resource.is_tenant or resource.is_shared):
            query = query.where(target.model.hospital_id == values["hospital_id"])
        if db.session.execute(query).scalar_one_or_none() is None:
            wrong[each.name] = MESSAGES["unknown"]
    if wrong:
        raise Invalid(**wrong)


def _check_key(resource: Resource, values: dict[str, Any], row: Any) -> None:
    model = resource.model
    query = select(func.count()).select_from(model).where(
        getattr(model, resource.key) == values[resource.key], model.archived_at.is_(None)
    )  # fmt: skip
    for name in (*(("hospital_id",) if resource.is_tenant or resource.is_shared else ()), *resource.unique_with):
        query = query.where(getattr(model, name).is_not_distinct_from(values[name]))
    if row is not None:
        query = query.where(model.id != row.id)
    if db.session.execute(query).scalar_one():
        raise Invalid(**{resource.key: MESSAGES["taken"]})


def flushed(resource: Resource, row: Any) -> None:
    """Write the row now; who lost a race for the key is told as if the other had come first."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as problem:
        if getattr(problem.orig, "sqlstate", "") != "23505":
            raise
        raise Invalid(**{resource.key: MESSAGES["taken"]}) from problem
