"""The unit of work: one commit, made by the outermost command; what must happen afterwards is written before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

from app.core.access.actor import Actor, acting_as, scope_in_force
from app.core.db.base import db
from app.core.jobs.queues import one_round_trip
from app.core.logging import get_logger

P = ParamSpec("P")
R = TypeVar("R")

MOST_TRIES = 3  # of a command that crosses others
CROSSED = frozenset({"40P01", "40001"})  # PostgreSQL: deadlock detected, serialization failure
log = get_logger(__name__)

_depth: ContextVar[int] = ContextVar("px360_unit_depth", default=0)
_AFTER = "px360_after_commit"


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service function the unit of work: the outermost commits, inner ones join, an error rolls all back.

    A keyword `actor` also sets the scope of the tenant wall when none is in force yet. An outermost one that the database
    undid because it and another waited for each other begins again, so it reads a stream from its start.
    """

    @wraps(function)
    def unit(*args: P.args, **kwargs: P.kwargs) -> R:
        actor = kwargs.get("actor")
        scope: Any = nullcontext()
        if isinstance(actor, Actor) and scope_in_force() is None:
            scope = acting_as(actor)
        with scope:
            for tries_left in reversed(range(1 if _depth.get() else MOST_TRIES)):
                try:
                    with unit_of_work():
                        return function(*args, **kwargs)
                except OperationalError as problem:
                    if not tries_left or not is_crossed(problem):
                        raise
                    log.warning("command_begins_again", command=function.__qualname__)
        raise AssertionError("the last try gives or raises")

    return unit


def is_crossed(problem: OperationalError) -> bool:
    """Tell whether the database undid a transaction because others changed the same at that moment; nothing was written."""
    return getattr(problem.orig, "sqlstate", "") in CROSSED


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Run the block as one transaction: commit at the end of the outermost block, roll back on any error."""
    outer = _depth.get()
    token = _depth.set(outer + 1)
    try:
        yield
        if outer == 0:
            db.session.commit()
    except BaseException:
        if outer == 0:
            db.session.rollback()
            db.session().info.pop(_AFTER, None)
        raise
    finally:
        _depth.reset(token)
    if outer == 0:
        _run_after_commit()


@contextmanager
def in_own_transaction() -> Iterator[None]:
    """Run the block in a fresh session of its own, apart from the caller's (a sighting, a refused try that must stay)."""
    from flask import current_app

    token = _depth.set(0)
    try:
        with current_app.app_context(), unit_of_work():
            yield
    finally:
        _depth.reset(token)


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once the outermost unit has committed; never when it rolls back. Only nudges, never the only copy."""
    name = (action.__module__, action.__qualname__)  # several modules have a `nudge` of their own
    db.session().info.setdefault(_AFTER, {})[name] = action


def _run_after_commit() -> None:
    actions = db.session().info.pop(_AFTER, None)
    if actions:
        with one_round_trip():
            for action in actions.values():
                action()
