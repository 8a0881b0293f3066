"""The policy wall: one table of permission x role -> scope, and the only functions that read it.

Domains fill the table from their `policy.py` with `grant`. Pages, API, exports, search, jobs' links and attachments all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, and_, false, or_, select, true

from app.core.access.actor import Actor, Holding, Role
from app.core.db.among import among
from app.core.db.base import db
from app.core.errors import Conflict, NotAllowed, NotFound

M = TypeVar("M")


class Scope(StrEnum):
    """How far a grant reaches."""

    ALL = "all"  # every row
    HOSPITAL = "hospital"  # rows of the holding's hospitals
    DEPARTMENT = "department"  # rows of the holding's departments and those below
    ASSIGNED = "assigned"  # rows assigned to the actor
    OWN = "own"  # rows that are the actor's own


# which attribute of a table a scope compares; a table says otherwise with `scope_columns = {...}`
SCOPE_COLUMNS: dict[Scope, str] = {
    Scope.HOSPITAL: "hospital_id",
    Scope.DEPARTMENT: "department_id",
    Scope.ASSIGNED: "assignee_id",
    Scope.OWN: "created_by_id",
}

_grants: dict[str, dict[Role, Scope]] = {}


def grant(table: Mapping[StrEnum, Mapping[Role, Scope]]) -> None:
    """Add a domain's grants. A permission is granted in one place only; a second grant of it is a programming error."""
    for permission, by_role in table.items():
        known = _grants.setdefault(str(permission), dict(by_role))
        if known != dict(by_role):
            raise ValueError(f"{permission} is granted twice, differently")


def grants() -> Mapping[str, Mapping[Role, Scope]]:
    """Give the whole table, for the generated access matrix and the tests."""
    return _grants


def scope_of(holding: Holding, permission: str) -> Scope | None:
    """Tell how far this holding carries `permission`, or None. PX360 itself may do everything inside its hospitals."""
    if holding.role is Role.SYSTEM:
        return Scope.HOSPITAL
    return _grants.get(str(permission), {}).get(holding.role)


def roles_with(permission: str) -> frozenset[Role]:
    """Tell which roles hold `permission` at all, however far it reaches."""
    return frozenset(_grants.get(str(permission), {}))


def can(actor: Actor, permission: str) -> bool:
    """Tell whether the actor holds `permission` anywhere at all (a route's first question, a menu line's condition)."""
    return any(scope_of(holding, permission) is not None for holding in actor.holdings)


def require(actor: Actor, permission: str) -> None:
    """Raise NotAllowed unless the actor holds `permission` anywhere."""
    if not can(actor, permission):
        raise NotAllowed()


def can_on(actor: Actor, permission: str, row: Any) -> bool:
    """Tell whether `permission` reaches this very row (a button's condition)."""
    return any(
        _reaches(actor, holding, scope, row, reads=_reads(permission))
        for holding in actor.holdings
        if (scope := scope_of(holding, permission)) is not None
    )


def authorize(actor: Actor, permission: str, row: Any) -> None:
    """Raise NotAllowed unless `permission` reaches this row, which the actor has already been allowed to see."""
    if not can_on(actor, permission, row):
        raise NotAllowed()


def visible(model: type[Any], actor: Actor, permission: str) -> ColumnElement[bool]:
    """Give the WHERE that narrows `model` to the rows which `permission` reaches for this actor; every reader starts from it."""
    return or_(
        false(),
        *(
            _clause(model, actor, holding, scope, reads=_reads(permission))
            for holding in actor.holdings
            if (scope := scope_of(holding, permission)) is not None
        ),
    )


def can_reach_hospital(actor: Actor, permission: str, hospital_id: UUID | None) -> bool:
    """Tell whether the actor may use `permission` for a row that is to be made in this hospital (None: the group's)."""
    for holding in actor.holdings:
        if scope_of(holding, permission) is None:
            continue
        if holding.hospital_ids is None or (hospital_id is not None and hospital_id in holding.hospital_ids):
            return True
    return False


def load(
    model: type[M],
    row_id: UUID,
    *,
    actor: Actor,
    needs: str,
    sees: str | None = None,
    version: int | None = None,
    lock: bool = False,
) -> M:
    """Find a row through the actor: the one way in which commands and pages load by id.

    `needs` is the permission of the verb; `sees` the permission to read, if it reaches further (visible but not
    permitted is then 403). Raises NotAllowed (no grant at all), NotFound (outside the scope), Conflict (`version` is
    stale; carries the current row).
    """
    require(actor, needs)
    query = select(model).where(
        model.id == row_id,  # type: ignore[attr-defined]
        visible(model, actor, sees or needs),
    )
    if lock:
        query = query.with_for_update(of=model).execution_options(populate_existing=True)
    row = db.session.execute(query).unique().scalar_one_or_none()
    if row is None:
        raise NotFound()
    if sees is not None:
        authorize(actor, needs, row)
    if version is not None and version != row.version:  # type: ignore[attr-defined]
        raise Conflict(current=row)
    return row


def load_many(
    model: type[M], row_ids: Iterable[UUID], *, actor: Actor, needs: str, sees: str | None = None
) -> dict[UUID, M]:
    """Find those of these rows that the actor may see, locked in the order of their ids, in one statement.

    Whether the verb's own permission reaches each of them is for the caller to ask of each. NotAllowed: no grant at all.
    """
    require(actor, needs)
    key = model.id  # type: ignore[attr-defined]
    query = select(model).where(among(key, list(row_ids)), visible(model, actor, sees or needs)).order_by(key)
    rows = db.session.execute(query.with_for_update(of=model).execution_options(populate_existing=True)).unique()
    return {row.id: row for row in rows.scalars()}  # type: ignore[attr-defined]


def _column_name(model: Any, scope: Scope) -> str | None:
    name = getattr(model, "scope_columns", {}).get(scope, SCOPE_COLUMNS[scope])
    return name if hasattr(model, name) else None


def _holds_many(column: Any) -> bool:
    """Tell whether a row names several departments at once (an array)."""
    return isinstance(column.type, ARRAY)


def _reads(permission: str) -> bool:
    """Tell whether a permission only reads: a group's row is read by all, and written by those who reach every hospital."""
    return str(permission).endswith(":read")


def _hospital_clause(model: type[Any], holding: Holding, *, reads: bool) -> ColumnElement[bool]:
    if holding.hospital_ids is None:
        return true()
    name = _column_name(model, Scope.HOSPITAL)
    if name is None:
        return true()  # a table of the group (roles, taxonomies): the grant alone decides
    column = getattr(model, name)
    inside: ColumnElement[bool] = column.in_(holding.hospital_ids)
    return or_(inside, column.is_(None)) if column.nullable and reads else inside


def _clause(model: type[Any], actor: Actor, holding: Holding, scope: Scope, *, reads: bool) -> ColumnElement[bool]:
    here = _hospital_clause(model, holding, reads=reads)
    if scope is Scope.ALL:
        return here
    if scope is Scope.HOSPITAL:
        return here
    name = _column_name(model, scope)
    if name is None:
        return false()
    column = getattr(model, name)
    if scope is Scope.DEPARTMENT:
        inside = (
            column.overlap(list(holding.department_ids)) if _holds_many(column) else column.in_(holding.department_ids)
        )
        return and_(here, inside)
    return and_(here, column == actor.id)


def _reaches(actor: Actor, holding: Holding, scope: Scope, row: Any, *, reads: bool) -> bool:
    name = _column_name(type(row), Scope.HOSPITAL)
    hospital_id = getattr(row, name) if name else None
    inside = (
        holding.hospital_ids is None
        or name is None
        or (hospital_id is None and reads)
        or hospital_id in holding.hospital_ids
    )
    if scope in (Scope.ALL, Scope.HOSPITAL) or not inside:
        return inside
    own = _column_name(type(row), scope)
    if own is None:
        return False
    value = getattr(row, own)
    if scope is Scope.DEPARTMENT:
        return not holding.department_ids.isdisjoint(value if isinstance(value, list) else [value])
    return value is not None and value == actor.id
