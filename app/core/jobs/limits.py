"""The time limit of a job, as workers keep it."""

from __future__ import annotations

from types import FrameType

from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty


class TimeIsUp(KeyboardInterrupt):
    """A job ran over its limit, wherever it is at that moment.

    No `except Exception` on its way keeps it, and the database driver ends the running query on the server too, as after
    Ctrl-C. A shell that takes work piece by piece notes the failed piece and raises it again.
    """


class TimeLimit(UnixSignalDeathPenalty):
    """What ends a job in the worker's process."""

    def handle_death_penalty(self, signum: int, frame: FrameType | None) -> None:
        """Raise TimeIsUp in a job; the worker's own waiting keeps the library's exceptions."""
        if self._exception is JobTimeoutException:
            raise TimeIsUp(f"over its limit of {self._timeout} s")
        super().handle_death_penalty(signum, frame)
