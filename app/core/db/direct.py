"""Statements past the session: built once by a module, run often, a quarter of what they cost through it.

They name the hospital themselves and take no part in what the session holds: nothing pending is written first, and what
they change is not seen on rows that were loaded. For the few doors that count each statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, Update
from sqlalchemy.sql.dml import ReturningInsert

from app.core.access.wall import TenantWallBreach, writing_past_the_session
from app.core.db.base import db


def run(statement: Select[Any] | Update, hospital_id: UUID, values: Mapping[str, Any] | None = None) -> Any:
    """Run a statement on rows of one hospital, which it binds as `hospital`, in the caller's transaction; gives its result.

    TenantWallBreach: no scope is open, or it is that of another hospital; the statement names none.
    """
    if not _names_hospital(statement):
        raise TenantWallBreach("a statement past the session binds the hospital whose rows it means")
    with writing_past_the_session((hospital_id,)):
        return db.session.connection().execute(statement, {**(values or {}), "hospital": hospital_id})


def insert_row(statement: Insert, hospital_id: UUID, values: Mapping[str, Any]) -> None:
    """Write one new row of a hospital, in the caller's transaction; columns that are not named get their defaults."""
    with writing_past_the_session((hospital_id,)):
        db.session.connection().execute(statement, {**values, "hospital_id": hospital_id})


def insert_if_new(statement: ReturningInsert[Any], hospital_id: UUID, values: Mapping[str, Any]) -> bool:
    """The same with a statement that leaves it to a row that is there already, and gives one when it wrote one."""
    with writing_past_the_session((hospital_id,)):
        found = db.session.connection().execute(statement, {**values, "hospital_id": hospital_id})
        return found.first() is not None


@lru_cache(maxsize=256)
def _names_hospital(statement: Select[Any] | Update) -> bool:
    return "hospital" in statement.compile().params
