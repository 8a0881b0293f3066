"""The tenant wall: no statement touches a hospital's table but through the hospitals of the actor in force.

Three checks, all on by default: every ORM statement is narrowed, the cursor refuses statements that name a tenant table
and did not pass (text, Core tables, also inside an ORM statement), and a flush refuses rows of another hospital. It stands
behind the policy wall and knows nothing of roles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import CompoundSelect, Engine, Executable, Select, UpdateBase, event, inspect, or_
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.core.access.actor import scope_in_force
from app.core.db.base import Base, GroupOrTenant, Tenant


class TenantWallBreach(RuntimeError):
    """A programming error: a statement on tenant tables ran outside a scope, or would have crossed to another hospital."""


S = TypeVar("S", bound=Executable)
Narrowed = dict[tuple[UUID, ...], Any]  # hospitals -> the statement as it is for them

MOST_NARROWED = 256  # forms of one statement that a process remembers
_standing: WeakKeyDictionary[Executable, Narrowed] = WeakKeyDictionary()
_passed: ContextVar[bool] = ContextVar("px360_wall_passed", default=False)
_OPTION = "px360_walled"
_OPEN, _NARROWED = "open", "narrowed"  # the actor reaches every hospital; the statement was narrowed to the actor's


def standing(statement: S) -> S:
    """Give the same statement, built once by a module and run often, what differs bound when it runs.

    Its narrowed form is made once for each set of hospitals and not each time, which is most of what the wall costs.
    """
    _standing[statement] = {}
    return statement


@contextmanager
def passage(reason: str) -> Iterator[None]:
    """Let Core statements on tenant tables pass inside the block, for the few that narrow themselves.

    The reason stands in the code where a reviewer reads it: claims by id, bulk writes of one hospital, counts.
    """
    if not reason:
        raise ValueError("say why this statement may pass the tenant wall")
    token = _passed.set(True)
    try:
        yield
    finally:
        _passed.reset(token)


@contextmanager
def writing_past_the_session(hospital_ids: Iterable[UUID | None]) -> Iterator[None]:
    """Let a statement pass inside the block that writes rows of these hospitals (None: the group's), checked as a flush is.

    TenantWallBreach: no scope is open, or a row belongs to another hospital than the actor's.
    """
    reached = _hospitals_of_writer()
    if reached is not None and not {each for each in hospital_ids if each is not None} <= reached:
        raise TenantWallBreach("a row belongs to another hospital than the actor's")
    token = _passed.set(True)
    try:
        yield
    finally:
        _passed.reset(token)


def _hospitals_of_writer() -> frozenset[UUID] | None:
    actor = scope_in_force()
    if actor is None:
        raise TenantWallBreach("no scope is open for this write: use acting_as(actor)")
    return actor.hospital_ids


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load:
        state.update_execution_options(**{_OPTION: _OPEN})  # a refresh of a row that was already let in
        return
    actor = scope_in_force()
    if actor is None or state.is_insert or not state.is_orm_statement:
        return  # not marked: the cursor check below lets it run only where no tenant table is named
    hospitals = actor.hospital_ids
    state.update_execution_options(**{_OPTION: _OPEN if hospitals is None else _NARROWED})
    if hospitals is not None and isinstance(state.statement, (Select, CompoundSelect, UpdateBase)):
        state.statement = _narrowed(state.statement, tuple(sorted(hospitals)))


def _narrowed(statement: Any, hospitals: tuple[UUID, ...]) -> Any:
    known = _standing.get(statement)
    if known is None:
        return statement.options(*_criteria(hospitals))
    if hospitals not in known:
        if len(known) >= MOST_NARROWED:
            known.clear()
        known[hospitals] = statement.options(*_criteria(hospitals))
    return known[hospitals]


@lru_cache(maxsize=256)
def _criteria(hospitals: tuple[UUID, ...]) -> tuple[Any, Any]:
    return (
        with_loader_criteria(
            Tenant,
            lambda cls: cls.hospital_id.in_(hospitals),
            include_aliases=True,
            propagate_to_loaders=False,
        ),
        with_loader_criteria(
            GroupOrTenant,
            lambda cls: or_(cls.hospital_id.in_(hospitals), cls.hospital_id.is_(None)),
            include_aliases=True,
            propagate_to_loaders=False,
        ),
    )


@lru_cache(maxsize=1)
def _tenant_names() -> str:
    names = sorted(
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, (Tenant, GroupOrTenant))
    )
    return "(?:" + "|".join(names or ["\\Z\\A"]) + ")"


_DEFINES = re.compile(r"\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|ANALYZE|VACUUM)\b", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _names_tenant_table(statement: str) -> bool:
    """Tell whether a statement names a tenant table anywhere. Statements that define the schema may, unless they read it."""
    places = r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?\"?" if _DEFINES.match(statement) else r"(?<![\w$])"
    return re.search(rf"{places}{_tenant_names()}(?![\w$])", statement, re.IGNORECASE) is not None


_NARROWING = r"(?<![\w$])%s\"?\.hospital_id IN \("


@lru_cache(maxsize=1)
def _readings() -> re.Pattern[str]:
    table = rf"(?:\"?\w+\"?\.)?\"?(?P<table>{_tenant_names()})\"?(?![\w$.\"])"
    alias = r"(?:\s+AS\s+\"?(?P<alias>\w+)\"?)?"
    return re.compile(rf"(?<![\w$.])(?<!OF ){table}{alias}(?P<by_key> ON (?P=alias)\.id = )?", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _is_narrowed_everywhere(statement: str) -> bool:
    """Tell whether each tenant table that a compiled statement reads has its hospitals named beside it.

    Criteria reach mapped classes only; a Core table or text inside an ORM statement would slip through without this.
    What a narrowed row points at by its key (an eager join) comes with the row.
    """
    read = Counter(
        (found["alias"] or found["table"]).lower()
        for found in _readings().finditer(statement)
        if not (found["alias"] and found["by_key"])
    )
    return all(len(re.findall(_NARROWING % name, statement, re.IGNORECASE)) >= count for name, count in read.items())


@event.listens_for(Engine, "before_cursor_execute")
def _check_cursor(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    mark = None if context is None else context.execution_options.get(_OPTION)
    if mark == _OPEN or (mark == _NARROWED and _is_narrowed_everywhere(statement)):
        return
    if _passed.get() or not _names_tenant_table(statement):
        return
    raise TenantWallBreach(
        "a statement on a tenant table did not pass the session's wall; select through the ORM, or open passage(reason)"
    )


@event.listens_for(Session, "before_flush")
def _check_flush(session: Session, _context: Any, _instances: Any) -> None:
    rows = [row for row in (*session.new, *session.dirty, *session.deleted) if isinstance(row, (Tenant, GroupOrTenant))]
    if not rows:
        return
    hospitals = _hospitals_of_writer()
    if hospitals is None:
        return
    for row in rows:
        _check_row(row, hospitals)


def _check_row(row: Any, hospitals: frozenset[UUID]) -> None:
    history = inspect(row).attrs.hospital_id.history
    for hospital_id in {row.hospital_id, *(history.deleted or ())}:
        if hospital_id is not None and hospital_id not in hospitals:
            raise TenantWallBreach(f"a row of {type(row).__name__} belongs to another hospital than the actor's")


@event.listens_for(Session, "before_flush")
def _open_for_flush(session: Session, _context: Any, _instances: Any) -> None:
    session.info["px360_flush_pass"] = _passed.set(True)


@event.listens_for(Session, "after_flush")
def _close_after_flush(session: Session, _context: Any) -> None:
    _restore(session)


@event.listens_for(Session, "after_soft_rollback")
def _close_after_rollback(session: Session, _previous: Any) -> None:
    _restore(session)


def _restore(session: Session) -> None:
    token = session.info.pop("px360_flush_pass", None)
    if token is not None:
        _passed.reset(token)
