"""One process: how it is described, started, recognised later, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.binaries import identity

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running: a row of the process table."""

    name: str
    command: Sequence[str]
    stop_signal: int = signal.SIGTERM
    patience: float = 20.0  # seconds between the stop signal and SIGKILL
    as_servers_user: bool = False  # PostgreSQL refuses root
    is_ready: Callable[[], bool] | None = None  # asked after the start; None means ready at once
    follows_web: bool = False  # started once the portal answers: booting beside it, all would take longer


@dataclass(frozen=True, slots=True)
class Known:
    """A process as it is remembered on disk: its number alone may by now be another process."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return started_at(self.pid) == self.started != ""


def launch(program: Program, log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the supervisor; its output goes to `log`."""
    options = identity().popen_options() if program.as_servers_user else {}
    with log.open("ab") as out:
        return subprocess.Popen(
            list(program.command),
            env=dict(environment),
            cwd="/" if program.as_servers_user else ROOT,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,  # type: ignore[call-overload]
        )


def started_at(pid: int) -> str:
    """Tell when a process started, in the system's own words; empty when there is none (or only its remains)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _ps(pid, "lstart")
    return "" if fields[0] in "ZX" else fields[19]  # field 22 of proc(5), counted after the name


def command_of(pid: int) -> str:
    """Give the command line of a process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _ps(pid, "command")


def _ps(pid: int, field: str) -> str:
    done = subprocess.run(["ps", "-o", f"{field}=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def remember(pid: int) -> Known:
    """Note a process so that it is recognised after this one is gone."""
    return Known(pid, started_at(pid))


def end(known: Known, stop_signal: int = signal.SIGTERM, patience: float = 20.0) -> bool:
    """End a process that is not our child, kindly first, then its whole session. Tells whether it was there."""
    if not known.is_alive():
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(known.pid, stop_signal)
    deadline = time.monotonic() + patience
    while known.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    if known.is_alive():
        kill_session(known.pid)
    return True


def kill_session(pid: int) -> None:
    """Kill a process and what it started, without asking."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def tail(log: Path, lines: int = 5) -> str:
    """Give the last lines of a log, for a message to the person at the terminal."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").strip().splitlines()[-lines:])
    return ""
