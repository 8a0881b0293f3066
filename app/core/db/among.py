"""Rows by their ids, however many: as one value of a statement, which so stays the same for any number of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal


def among(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """Give the WHERE of a column that is one of these ids."""
    found: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid())))
    return found
