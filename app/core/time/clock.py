"""The only place that asks for the time.

Outside production the clock reads an offset (seconds) from the file named by ``PX360_CLOCK_FILE``, shared by web, workers,
scheduler and simulator, so that a story can move time by three days without sleeping. Tests in one process use `moved`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_offset: ContextVar[timedelta | None] = ContextVar("px360_clock_offset", default=None)
_frozen: ContextVar[datetime | None] = ContextVar("px360_clock_frozen", default=None)


def now() -> datetime:
    """Give the current instant, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return datetime.now(UTC) + _shift()


def local_day(instant: datetime, zone: str) -> date:
    """Give the calendar day of `instant` in the IANA `zone`, which is what a hospital calls "that day"."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _shift() -> timedelta:
    offset = _offset.get()
    if offset is not None:
        return offset
    name = os.environ.get("PX360_CLOCK_FILE")
    if not name:
        return timedelta(0)
    try:
        return timedelta(seconds=float(Path(name).read_text(encoding="ascii").strip() or 0))
    except FileNotFoundError:
        return timedelta(0)


def move(offset: timedelta) -> None:
    """Move the clock of every process that shares the clock file to real time plus `offset`.

    Raises RuntimeError when no file is configured (production).
    """
    name = os.environ.get("PX360_CLOCK_FILE")
    if not name:
        raise RuntimeError("PX360_CLOCK_FILE is not set: the clock can not be moved here")
    path = Path(name)
    fresh = path.with_suffix(".new")
    fresh.write_text(str(offset.total_seconds()), encoding="ascii")
    fresh.replace(path)


@contextmanager
def moved(offset: timedelta) -> Iterator[None]:
    """Run the block with this process's clock moved by `offset` (tests)."""
    token = _offset.set(offset)
    try:
        yield
    finally:
        _offset.reset(token)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Run the block with the clock standing at the aware instant `at` (tests and model-made demo data)."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
