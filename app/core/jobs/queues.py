"""Queues and the one shell in which every job runs. Redis only carries ids: losing it loses no work."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from flask import Flask, current_app, has_app_context
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Retry

from app.core.logging import get_logger, set_request_id

log = get_logger(__name__)

EVENTS, MESSAGES, SWEEPS, REPORTS = QUEUES = ("events", "messages", "sweeps", "reports")

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Job:
    """A function that workers may run: its stable name, queue, time limit in seconds and pauses before new tries."""

    name: str
    function: Callable[..., None]
    queue: str
    timeout: int
    retry: tuple[int, ...]


_jobs: dict[str, Job] = {}
_process_app: Flask | None = None


def job(*, queue: str, timeout: int = 120, retry: tuple[int, ...] = ()) -> Callable[[F], F]:
    """Declare a function as a job. It gets only ids, and runs inside an application context."""

    def declare(function: F) -> F:
        name = f"{function.__module__.removeprefix('app.')}.{function.__name__}"
        _jobs[name] = Job(name, function, queue, timeout, retry)
        function.px360_job = name  # type: ignore[attr-defined]
        return function

    return declare


def all_jobs() -> dict[str, Job]:
    """Give every declared job by name."""
    return _jobs


def serve_jobs_of(app: Flask) -> None:
    """Name the application whose context jobs of this worker process run in."""
    global _process_app
    _process_app = app


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=60, socket_connect_timeout=2, health_check_interval=30)


def redis_client() -> Redis:
    """Give the Redis connection of the current application."""
    return _client(current_app.config["REDIS_URL"])


Follow = Callable[[Any], None]  # is given what Redis answered
Wish = tuple[Callable[[Pipeline], Any], Follow | None]

_wishes: ContextVar[list[Wish] | None] = ContextVar("px360_redis_wishes", default=None)


def tell(send: Callable[[Pipeline], Any], follow: Follow | None = None) -> None:
    """Send commands to Redis, and do `follow` with the answer to the last one; nothing happens while Redis is away.

    Inside `one_round_trip` they leave together with those of others at its end.
    """
    waiting = _wishes.get()
    if waiting is None:
        _send([(send, follow)])
    else:
        waiting.append((send, follow))


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Collect what the block tells Redis; it goes there at once when the block ends, also by an error: what was told stands."""
    waiting: list[Wish] = []
    token = _wishes.set(waiting)
    try:
        yield
    finally:
        _wishes.reset(token)
        _send(waiting)


def _send(wishes: list[Wish]) -> None:
    if not wishes:
        return
    try:
        pipe = redis_client().pipeline(transaction=False)
        ends = []
        for send, _follow in wishes:
            send(pipe)
            ends.append(len(pipe) - 1)
        answers = pipe.execute()
    except RedisError as problem:
        log.warning("redis_unreachable", problem=type(problem).__name__)
        return
    for (_sent, follow), end in zip(wishes, ends, strict=True):
        if follow is not None:
            follow(answers[end])


def enqueue(function: Callable[..., None], *ids: Any) -> bool:
    """Ask a worker to run a job soon. False when Redis is away: the sweep that stands behind every job finds the work."""
    declared = _jobs[function.px360_job]  # type: ignore[attr-defined]
    retry = Retry(max=len(declared.retry), interval=list(declared.retry)) if declared.retry else None
    try:
        Queue(declared.queue, connection=redis_client()).enqueue(
            run,
            declared.name,
            *[str(part) for part in ids],
            job_timeout=declared.timeout,
            retry=retry,
            result_ttl=0,
            failure_ttl=86_400,
        )
    except RedisError as problem:
        log.warning("queue_unreachable", job=declared.name, problem=type(problem).__name__)
        return False
    return True


def nudge_once(function: Callable[..., None], *ids: Any) -> None:
    """Enqueue a job unless the same nudge already waits; the job calls `nudge_taken` before it looks for work."""
    declared = _jobs[function.px360_job]  # type: ignore[attr-defined]

    def follow(is_first: Any) -> None:
        if is_first:
            enqueue(function, *ids)

    tell(lambda redis: redis.set(_flag(declared.name, ids), 1, nx=True, ex=30), follow)


def nudge_taken(function: Callable[..., None], *ids: Any) -> None:
    """Clear the nudge's flag: from now on a new nudge queues the job again."""
    try:
        redis_client().delete(_flag(function.px360_job, ids))  # type: ignore[attr-defined]
    except RedisError as problem:
        log.warning("queue_unreachable", problem=type(problem).__name__)


def _flag(name: str, ids: tuple[Any, ...]) -> str:
    return ":".join(("px360:nudge", name, *(str(part) for part in ids)))


def run(name: str, *ids: str) -> None:
    """Run a declared job: what workers call. Opens the application context and names the job in logs and events."""
    declared = _jobs.get(name)
    if declared is None:
        log.error("unknown_job", job=name)
        return
    set_request_id(f"job-{secrets.token_hex(6)}")
    if has_app_context():
        _carry_out(declared, ids)
        return
    if _process_app is None:
        raise RuntimeError("serve_jobs_of(app) was not called in this worker")
    with _process_app.app_context():
        _carry_out(declared, ids)


def _carry_out(declared: Job, ids: tuple[str, ...]) -> None:
    from app.core.jobs.runs import ran

    begun = time.monotonic()
    declared.function(*ids)
    if not ids:  # periodic jobs take none
        ran(declared.name, time.monotonic() - begun)
