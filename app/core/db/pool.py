"""Whether a pooled connection still lives, asked of its socket: a round trip to the server only where there is reason to.

A server that was restarted, or that ended the connection, has closed the socket or said so on it before the next request
comes. What nothing may have closed visibly (a firewall that forgot the line) is a connection idle for long: it is asked too.
"""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool

TRUSTED_SECONDS = 30.0  # how long a silent socket stands for a living connection
_BACK_AT = "px360_back_at"


@event.listens_for(Pool, "checkin")
def _note_when(_connection: Any, record: Any) -> None:
    record.info[_BACK_AT] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _check(connection: Any, record: Any, _fairy: Any) -> None:
    """Have a dead connection, and all that are older than this instant, replaced by new ones."""
    back_at = record.info.pop(_BACK_AT, None)
    if back_at is None:
        return  # it was made for this caller
    if time.monotonic() - back_at < TRUSTED_SECONDS and _is_silent(connection):
        return
    try:
        _ask(connection)
    except psycopg.Error as problem:
        raise InvalidatePoolError() from problem


def _is_silent(connection: Any) -> bool:
    """Tell whether the server neither closed the connection nor sent anything that nobody has read yet."""
    if connection.closed:
        return False
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)  # an end and an error are always told
    return not socket.poll(0)


def _ask(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.rollback()
