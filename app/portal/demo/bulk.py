"""Writing much at once: rows are collected per table, defaults of the models filled in, and copied in one stream each."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from app.core.access.wall import passage
from app.core.db import Base, db


class Sheets:
    """The rows of the demo, table by table, and the one source of its chance: the same seed gives the same demo."""

    def __init__(self, seed: int) -> None:
        """Begin empty."""
        self.rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        self.rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)

    def id_at(self, at: datetime) -> UUID:
        """Give an id that sorts at an instant."""
        drawn = self.rng.getrandbits(74)
        high = int(at.timestamp() * 1000) << 16 | 0x7000 | drawn >> 62
        return UUID(int=high << 64 | 0x8000000000000000 | drawn & ((1 << 62) - 1))

    def handle(self) -> str:
        """Give a link's handle: 40 random bits in base32, unique and no secret."""
        return "".join(self.rng.choices("abcdefghijklmnopqrstuvwxyz234567", k=8))

    def add(self, model: type[Base], at: datetime, **values: Any) -> dict[str, Any]:
        """Add a row that was made at an instant; gives it, so that it can still be changed before `write`."""
        row = {"id": self.id_at(at), "created_at": at, "updated_at": at, **values}
        self.rows[model].append(row)
        return row

    def write(self) -> None:
        """Copy everything into the database, referred tables first, and begin anew."""
        with passage("the demo is written in bulk for its own three hospitals"):
            for model in sorted(self.rows, key=lambda each: _order().index(each.__table__.name)):  # type: ignore[attr-defined]
                _copy(model.__table__, self.rows[model])  # type: ignore[arg-type]
        self.rows.clear()


def _order() -> list[str]:
    return [table.name for table in db.metadata.sorted_tables]


def _copy(table: Table, rows: list[dict[str, Any]]) -> None:
    columns = [column for column in table.columns if column.computed is None]
    defaults = {column.name: _default(column) for column in columns}
    names = [column.name for column in columns]
    is_json = [isinstance(column.type, JSONB) for column in columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [row.get(name, defaults[name]) for name in names]
            copy.write_row(
                [
                    json.dumps(value, ensure_ascii=False) if as_json and value is not None else value
                    for value, as_json in zip(values, is_json, strict=True)
                ]
            )


def _default(column: Any) -> Any:
    """Give what the model itself would fill in."""
    if column.default is None or column.name in ("id", "created_at", "updated_at"):
        return None
    found = column.default.arg(None) if callable(column.default.arg) else column.default.arg
    return str(found) if isinstance(found, str) else found
