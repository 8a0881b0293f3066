"""Real processes of PX360 that are forked from one that has loaded everything: each starts in a tenth of the time.

The house's own start of every process from nothing is tested where `make run` is (tests/devstack).
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import secrets
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from app.core.events import outbox

ROOT = Path(__file__).resolve().parents[2]
FROM = multiprocessing.get_context("forkserver")
FROM.set_forkserver_preload(["tests.faults.loaded"])


def launch(command: Sequence[str], environment: Mapping[str, str], log: Path) -> BaseProcess:
    """Start `python *command` in a session of its own, with this environment only; its output goes to `log`."""
    process = FROM.Process(target=_become, args=(list(command), dict(environment), str(log)))
    process.start()
    return process


def _become(command: list[str], environment: dict[str, str], log: str) -> None:
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    outbox._owner = secrets.token_hex(8)  # each process leases for itself
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")
