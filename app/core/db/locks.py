"""Turns: of those who want the same thing at once, one goes on and the others wait until its transaction has ended."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, bindparam, func, select

from app.core.db.base import db

_TURN = select(
    func.pg_advisory_xact_lock(
        func.hashtextextended(bindparam("key", type_=Text()), bindparam("space", type_=BigInteger()))
    )
)


def take_turn(key: str, space: int) -> None:
    """Wait for one's turn at `key`, within the caller's transaction; `space` keeps the keys of one caller from another's."""
    db.session.connection().execute(_TURN, {"key": key, "space": space})
