"""A worker that is killed at one event each time: `python -m tests.faults.dying outbox|inbound SUBJECT TURNS`.

Each turn is a process of its own, forked as the worker forks for a job, and killed by SIGKILL where the handler begins; the
clock of all moves beyond the lease in between. Prints how each turn ended: -9 where it was killed, 0 where it came to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import create_app
from app.core.db import db
from app.core.events import kinds, outbox
from app.integrations.services import processing

SECONDS = outbox.LEASE.total_seconds() + 1


def dies_at(subject: str, wanted: Callable[[Any], str], carry_out: Callable[..., Any]) -> Callable[..., Any]:
    """Give a handler that kills its own process at one subject, and works as ever at all others."""

    def die(given: Any, *rest: Any) -> Any:
        if wanted(given) == subject:
            os.kill(os.getpid(), signal.SIGKILL)
        return carry_out(given, *rest)

    return die


def outbox_turn(subject: str) -> None:
    """Deliver everything that is due, with handlers that die at events of one subject."""
    for name, known in dict(kinds._by_name).items():
        deadly = dies_at(subject, lambda entry: str(entry.subject_id), known.handle)
        kinds._by_name[name] = kinds.Subscriber(name, deadly, known.wait)
    while outbox.drain_batch():
        pass


def inbound_turn(encounter: str) -> None:
    """Carry out all events that are due, but die at those of one visit."""
    processing._carry_out = dies_at(encounter, lambda event: event.encounter, processing._carry_out)
    while processing.process_due():
        pass


def main(what: str, subject: str, turns: int) -> None:
    """Play the turns one after the other."""
    app, clock_file = create_app(), Path(os.environ["PX360_CLOCK_FILE"])
    for turn in range(turns):
        clock_file.with_suffix(".new").write_text(str(turn * SECONDS))
        clock_file.with_suffix(".new").replace(clock_file)
        child = os.fork()
        if not child:
            with app.app_context():
                db.engine.dispose(close=False)
                {"outbox": outbox_turn, "inbound": inbound_turn}[what](subject)
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
