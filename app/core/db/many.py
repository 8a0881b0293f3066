"""Writing many rows in one statement: new ones of plain tables, and the pending changes of rows that were loaded.

A flush writes versioned rows one by one, to know of each whether its version still held. Rows that a command has locked
cannot change in between: they are written together, and all of them must match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, JSON, ColumnElement, Insert, bindparam, func, insert, inspect, select, update
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.core.access import wall  # a module: it stands on the tables of this package
from app.core.db.base import Timestamped, db
from app.core.time import clock


def given(model: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Give rows as a table that a statement reads; one statement stands for any number of them."""
    columns, names = inspect(model).columns, list(rows[0])
    lists = [
        bindparam(f"many_{name}", [row[name] for row in rows], ARRAY(columns[name].type, dimensions=1))
        for name in names
    ]
    return func.unnest(*lists).table_valued(*names, joins_implicitly=True).render_derived()


def add_many(rows: Sequence[Any]) -> None:
    """Write new rows of one table in one statement and keep them in the session, with defaults, as a flush would.

    Rows with columns that such a statement cannot carry are flushed. TenantWallBreach: a row belongs to another hospital
    than those of the actor in force. Whoever rolls back a savepoint around it forgets the rows.
    """
    model = type(rows[0])
    columns = {name: column for name, column in inspect(model).columns.items() if column.computed is None}
    if len(rows) == 1 or not all(map(_is_carried, columns.values())):
        db.session.add_all(rows)
        db.session.flush()
        return
    for name, column in columns.items():
        for row in rows:
            if name not in row.__dict__:
                setattr(row, name, _default(column))
    table = given(model, [{name: row.__dict__[name] for name in columns} for row in rows])
    statement = insert(model).from_select(list(columns), select(table), include_defaults=False)
    with wall.writing_past_the_session(getattr(row, "hospital_id", None) for row in rows):
        db.session.execute(statement)
    for row in rows:
        make_transient_to_detached(row)
    db.session.add_all(rows)


def _is_carried(column: Any) -> bool:
    """Tell whether a list of this column's values can be sent: no lists in it, no value of the database's, no empty document."""
    empty_document = isinstance(column.type, JSON) and column.nullable
    return not isinstance(column.type, ARRAY) and column.server_default is None and not empty_document


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def write_many(rows: Iterable[Any]) -> None:
    """Write what was changed on versioned rows of one table, each its own values, in one statement per set of columns.

    The rows were loaded with a lock. Lists and documents are left to the next flush. StaleDataError: a row has another
    version than it was loaded with, or is beyond the hospitals of the actor in force.
    """
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        changed = _changed(row)
        if changed:
            groups.setdefault(changed, []).append(row)
    for names, alike in groups.items():
        _write(names, alike)


def write_one(
    row: Any, *, along: tuple[Insert, Mapping[str, Any]] | None = None, giving: ColumnElement[Any] | None = None
) -> Any:
    """Write at once what was changed on a versioned row, lists and documents too: as a flush does, at a third of its price.

    `along`: an insert of rows of the same hospital, with its values, that goes with it in the one statement; no name of
    a value is that of a column of the row. `giving`: what it also tells, as the database stands at that moment, is what is
    given back. TenantWallBreach and StaleDataError: as a flush. A row that goes to another hospital is left to it.
    """
    names = _set_on(row)
    if not names or "hospital_id" in names:
        if along or giving is not None:
            raise ValueError("nothing to write with which anything else could go")
        return None
    if isinstance(row, Timestamped):
        row.updated_at = clock.now()
        names = tuple(sorted({*names, "updated_at"}))
    values = {name: getattr(row, name) for name in names} | {"version": row.version + 1}
    statement, others = along or (None, {})
    with wall.writing_past_the_session([getattr(row, "hospital_id", None)]):
        found = db.session.connection().execute(
            _update_of(row.__table__, statement, giving),
            {**values, "its_id": row.id, "its_version": row.version, **others},
        )
    if found.rowcount != 1:
        raise StaleDataError(f"a row of {row.__tablename__} was to be written, {found.rowcount} matched")
    _settle(row, names)
    return None if giving is None else found.scalar_one()


@lru_cache(maxsize=256)
def _update_of(table: Any, along: Insert | None, giving: ColumnElement[Any] | None) -> Any:
    statement: Any = update(table).where(table.c.id == bindparam("its_id"), table.c.version == bindparam("its_version"))
    if giving is not None:
        statement = statement.returning(giving)
    return statement if along is None else statement.add_cte(along.cte("along"))


def _set_on(row: Any) -> tuple[str, ...]:
    """Name the columns that were set since the row was read."""
    state = inspect(row)
    columns = state.mapper.columns
    return tuple(sorted(name for name in state.committed_state if name in columns))


def _changed(row: Any) -> tuple[str, ...]:
    """The same; none where one of them is a list or a document."""
    columns = inspect(row).mapper.columns
    names = _set_on(row)
    is_plain = not any(isinstance(columns[name].type, (ARRAY, JSON)) for name in names)
    return names if is_plain else ()


def _write(names: Sequence[str], rows: Sequence[Any]) -> None:
    model = type(rows[0])
    if issubclass(model, Timestamped):
        names = sorted({*names, "updated_at"})
        now = clock.now()
        for row in rows:
            row.updated_at = now
    read = ["id", "version", *names]
    table = given(model, [{name: getattr(row, name) for name in read} for row in rows])
    statement = (
        update(model)
        .where(model.id == table.c.id, model.version == table.c.version)
        .values({name: table.c[name] for name in names} | {"version": model.version + 1})
        .execution_options(synchronize_session=False)
    )
    with db.session.no_autoflush:
        found: Any = db.session.execute(statement)
    if found.rowcount != len(rows):
        raise StaleDataError(f"{len(rows)} rows of {model.__tablename__} were to be written, {found.rowcount} matched")
    for row in rows:
        _settle(row, names)


def _settle(row: Any, names: Sequence[str]) -> None:
    """Take what was written as what stands in the table."""
    for name in names:
        set_committed_value(row, name, getattr(row, name))
    set_committed_value(row, "version", row.version + 1)
    state = inspect(row)
    computed = _computed_of(state.mapper)
    if computed:  # of no names it would be all
        db.session.expire(row, computed)
    # nothing is left to write: the next flush need not look at each of its columns. Inside a savepoint it must: only what
    # is marked as changed is read anew when the savepoint is rolled back
    if not state.committed_state and not db.session().in_nested_transaction():
        state._commit_all(state.dict, db.session().identity_map)


@lru_cache(maxsize=256)
def _computed_of(mapper: Any) -> tuple[str, ...]:
    return tuple(column.key for column in mapper.columns if column.computed is not None)
