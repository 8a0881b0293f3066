"""The time limit of a job, as workers keep it, and how a job that takes work piece by piece notes the piece that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from app.core.logging import get_logger

log = get_logger(__name__)


class TimeIsUp(KeyboardInterrupt):
    """A job ran over its limit, wherever it is at that moment.

    No `except Exception` on its way keeps it, and the database driver ends the running query on the server too, as after
    Ctrl-C. A shell that takes work piece by piece notes the failed piece and raises it again: `one_piece`.
    """


@contextmanager
def one_piece(what: str, note: Callable[[BaseException], None], **ids: Any) -> Iterator[None]:
    """Carry out one piece of a job's work: whatever ends it is logged under `what` with its ids and given to `note`.

    Then the next piece may begin; only TimeIsUp goes on upwards, since the whole job is over.
    """
    try:
        yield
    except (Exception, TimeIsUp) as problem:
        log.error(what, problem=type(problem).__name__, exc_info=True, **ids)
        note(problem)
        if isinstance(problem, TimeIsUp):
            raise


class TimeLimit(UnixSignalDeathPenalty):
    """What ends a job in the worker's process."""

    def handle_death_penalty(self, signum: int, frame: FrameType | None) -> None:
        """Raise TimeIsUp in a job; the worker's own waiting keeps the library's exceptions."""
        if self._exception is JobTimeoutException:
            raise TimeIsUp(f"over its limit of {self._timeout} s")
        super().handle_death_penalty(signum, frame)
