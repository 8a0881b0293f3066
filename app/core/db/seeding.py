"""Rows that every installation starts with, of tables that belong to the group or to a hospital."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.core.db.base import db


def seed_group(model: Any, key: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    """Make the group's rows that are not there yet, told apart by the columns of `key`, within the caller's command.

    What an administrator changed or archived stays, so that it may be repeated.
    """
    query = select(*(getattr(model, name) for name in key)).where(model.hospital_id.is_(None))
    known = {tuple(row) for row in db.session.execute(query)}
    db.session.add_all(model(**row) for row in rows if tuple(row[name] for name in key) not in known)
    db.session.flush()
