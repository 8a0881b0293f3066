"""The worker processes: `python worker.py work [queues...]` and `python worker.py schedule` (exactly one)."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.cron import CronScheduler
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.worker import DequeueStrategy

from app import create_app
from app.core.db.base import db
from app.core.jobs import PERIODIC, QUEUES, run
from app.core.jobs.limits import TimeLimit
from app.core.jobs.queues import all_jobs, serve_jobs_of
from app.core.logging import get_logger

log = get_logger("worker")


class ForkingWorker(Worker):
    """A worker that forks for each job; database connections are made after the fork."""

    death_penalty_class = TimeLimit

    def main_work_horse(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        """Leave the parent's connections alone in the child."""
        app = create_app_once()
        with app.app_context():
            db.engine.dispose(close=False)
        return super().main_work_horse(*args, **kwargs)


_app = None


def create_app_once():  # type: ignore[no-untyped-def]
    """Build the application of this process on first use."""
    global _app
    if _app is None:
        _app = create_app()
        serve_jobs_of(_app)
        gc.freeze()  # as in wsgi.py: the processes that are forked for each job look for garbage in their own objects only
    return _app


def connection() -> Redis:
    """Give a fresh Redis connection of this process."""
    return Redis.from_url(create_app_once().config["REDIS_URL"])


def work(names: list[str]) -> None:
    """Work on the named queues, or on all in their order, until told to stop; a flushed Redis is only a pause."""
    while True:
        redis = connection()
        queues = [Queue(name, connection=redis) for name in names or QUEUES]
        worker = ForkingWorker(queues, connection=redis)
        try:
            # in turns: a queue that is never empty may not keep a letter or an import waiting for ever
            worker.work(with_scheduler=True, logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
        except (RedisError, InvalidJobOperation, NoSuchJobError) as problem:
            log.warning("worker_begins_again", problem=type(problem).__name__)
        if worker._stop_requested or worker._shutdown_requested_date is not None:
            return
        time.sleep(1)


def schedule() -> None:
    """Queue every periodic job at its interval; the table is PERIODIC. With Redis away it tries again."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    while not told.is_set():
        try:
            _schedule_once()
            return
        except RedisError as problem:
            log.warning("scheduler_begins_again", problem=type(problem).__name__)
            told.wait(1)


def _schedule_once() -> None:
    redis = connection()
    scheduler = CronScheduler(connection=redis, logging_level="WARNING")
    declared = all_jobs()
    for line in PERIODIC.values():
        job = declared[line.name]
        scheduler.register(
            run,
            job.queue,
            args=(line.name,),
            interval=line.every_seconds,
            job_timeout=job.timeout,
            result_ttl=0,
            failure_ttl=3600,
            ttl=max(line.every_seconds * 2, 30),
        )
    scheduler.start()


COMMANDS = {"work": work, "schedule": lambda _names: schedule()}


if __name__ == "__main__":
    os.environ.setdefault("OBJC_DISABLE_INITIALIZE_FORK_SAFETY", "YES")  # macOS refuses forks after threads otherwise
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit("usage: python worker.py work [queue ...] | schedule")
    COMMANDS[sys.argv[1]](sys.argv[2:])
