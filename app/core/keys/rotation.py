"""A new field key: everything that an older key of the ring encrypted is encrypted again with the first one.

Works in small transactions and finds what is left by itself, so it may be stopped and started again at any time, while the
portal runs. A domain names its encrypted columns beside their context with `encrypted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from app.core.access.wall import passage
from app.core.db.base import Base, db
from app.core.db.unit import unit_of_work
from app.core.keys.fields import Undecipherable, current_key_id, decrypt, encrypt

BATCH = 500
WHY = "a new field key concerns every hospital's rows, and nothing but the encrypted column is read"


@dataclass(frozen=True, slots=True)
class Encrypted:
    """One encrypted column."""

    table: str
    column: str
    context: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one batch did: rows encrypted again, and rows that no key of the ring opens (they stay as they are)."""

    where: Encrypted
    done: int
    lost: int


COLUMNS: dict[tuple[str, str], Encrypted] = {}


def encrypted(table: str, column: str, context: str) -> None:
    """Name a column that holds what `fields.encrypt` gave with this context."""
    COLUMNS[table, column] = Encrypted(table, column, context)


def rotate(batch: int = BATCH) -> Iterator[Part]:
    """Encrypt again what is under another key than the first of the ring; gives the work of each batch."""
    for _name, each in sorted(COLUMNS.items()):
        last: UUID | None = None
        while True:
            with passage(WHY), unit_of_work():
                rows = _under_other_keys(each, last, batch)
                done = sum(_again(each, row_id, stored) for row_id, stored in rows)
            if not rows:
                break
            last = rows[-1][0]
            yield Part(each, done, len(rows) - done)


def _under_other_keys(each: Encrypted, last: UUID | None, batch: int) -> list[tuple[UUID, bytes]]:
    table = Base.metadata.tables[each.table]
    stored = table.c[each.column]
    key_id = current_key_id().encode("ascii")
    query = select(table.c.id, stored).where(
        stored.is_not(None), func.substr(stored, 1, len(key_id) + 1) != _head(key_id)
    )
    if last is not None:
        query = query.where(table.c.id > last)
    return [(row_id, bytes(value)) for row_id, value in db.session.execute(query.order_by(table.c.id).limit(batch))]


def _head(key_id: bytes) -> bytes:
    """Give how a field of this key begins: the length of its id, and the id."""
    return bytes([len(key_id)]) + key_id


def _again(each: Encrypted, row_id: UUID, stored: bytes) -> bool:
    table = Base.metadata.tables[each.table]
    try:
        plain = decrypt(stored, context=each.context)
    except Undecipherable:
        return False
    fresh = encrypt(plain, context=each.context)
    # only where nobody wrote it meanwhile: what was written now is under the new key already
    db.session.execute(
        update(table).where(table.c.id == row_id, table.c[each.column] == stored).values({each.column: fresh})
    )
    return True
