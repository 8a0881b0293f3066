"""The table of periodic jobs, filled by the domains and run by the queue library's own scheduler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line: which job, how often (seconds), what for."""

    job: Callable[..., None]
    every_seconds: int
    purpose: str

    @property
    def name(self) -> str:
        """The job's stable name."""
        return str(self.job.px360_job)  # type: ignore[attr-defined]


PERIODIC: dict[str, Periodic] = {}


def periodic(job: Callable[..., None], *, every_seconds: int, purpose: str) -> None:
    """Add a line to the table of periodic jobs; the same job twice replaces its line."""
    line = Periodic(job, every_seconds, purpose)
    PERIODIC[line.name] = line
