"""What `make run` runs: the table of PX360's processes, and the commands that prepare a database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.processes import ROOT, Program
from devstack.state import State

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi", "px360")
# preloaded: one boot for both processes, which make their own connections after the fork
GUNICORN = (
    sys.executable,
    "-m",
    "gunicorn",
    "--preload",
    "-k",
    "gthread",
    "-w",
    "2",
    "--threads",
    "8",
    "--no-control-socket",
)


def programs(state: State) -> list[Program]:
    """Give the processes of PX360 in the order in which they start; they stop in reverse."""
    python, worker = sys.executable, str(ROOT / "worker.py")
    web = [*GUNICORN, "--graceful-timeout", "10", "-b", f"127.0.0.1:{state.web_port}", "wsgi:app"]
    return [
        Program("simulator", [python, "-m", "simulator"]),
        Program("web", web),
        Program("worker", [python, worker, "work"]),
        Program("scheduler", [python, worker, "schedule"], follows_web=True),
        Program("hl7", [python, "-m", "app.integrations.mllp"], follows_web=True),
    ]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run needs to know of the application; tests give another one."""

    programs: Callable[[State], Sequence[Program]] = programs
    upgrade: Sequence[str] = (*FLASK, "upgrade")
    migrations: Path = ROOT / "migrations"  # what the upgrade carries out
    demo: Sequence[str] = (*FLASK, "demo")
    accounts: Sequence[str] = (*FLASK, "demo-accounts")
    readiness: str = "/health/ready/"  # asked of the web process before the address is announced
    people_table: str = "hospitals"  # an outside database that holds rows here gets no demo


SERVERS_ONLY = Plan(programs=lambda _state: [], upgrade=(), demo=(), accounts=(), readiness="")
