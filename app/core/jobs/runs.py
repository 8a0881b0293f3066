"""When each job last ran, for the health page. Kept in Redis: losing it loses no work, only this memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from app.core.jobs.periodic import PERIODIC
from app.core.jobs.queues import redis_client
from app.core.time import clock

KEY = "px360:ran"
SLACK = timedelta(minutes=2)
MISSED = 3  # so many intervals without a run are worth a look


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of one periodic job."""

    name: str
    every_seconds: int
    at: datetime | None
    seconds: float
    is_good: bool


def ran(name: str, seconds: float) -> None:
    """Note that a job ran to its end."""
    try:
        redis_client().hset(KEY, name, json.dumps([clock.now().timestamp(), round(seconds, 3)]))
    except RedisError:
        return


def last_runs() -> list[Run]:
    """Give the last run of every periodic job; with Redis away nothing is known."""
    try:
        kept = redis_client().hgetall(KEY)
    except RedisError:
        kept = {}
    known = {(key.decode() if isinstance(key, bytes) else key): json.loads(value) for key, value in kept.items()}
    return [_run(line.name, line.every_seconds, known.get(line.name)) for line in PERIODIC.values()]


def _run(name: str, every_seconds: int, known: list[float] | None) -> Run:
    if known is None:
        return Run(name, every_seconds, None, 0.0, is_good=every_seconds >= 3600)  # a daily job may still have to wait
    at = datetime.fromtimestamp(known[0], UTC)
    good = clock.now() - at <= MISSED * timedelta(seconds=every_seconds) + SLACK
    return Run(name, every_seconds, at, known[1], good)
