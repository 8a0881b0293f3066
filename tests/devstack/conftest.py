"""A stack of dummy processes in a data folder of its own, driven from outside as a person at a terminal does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from devstack.processes import ROOT, Known, kill_session
from devstack.servers import free_port

OURS = ("PX360_", "DATABASE_", "REDIS_", "SIMULATOR_")


def wait(what: str, ready: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until something is so; says what when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := ready():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")


@dataclass
class Terminal:
    """One data folder, and the runs that are started on it."""

    folder: Path
    web_port: int
    said: str = ""
    runs: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(
        self, *arguments: str, until: str = "Ctrl-C stops everything.", **environment: str
    ) -> subprocess.Popen[str]:
        """Start a run and wait until it says something, or ends."""
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.devstack.dummy_stack", *arguments],
            cwd=ROOT,
            env={**self.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.runs.append(process)
        self.said = ""
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        wait(f"{until!r}; it said: {self.said}", lambda: until in self.said or process.poll() is not None)
        return process

    def environment(self) -> dict[str, str]:
        """The environment of a person who has set the data folder and the port."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**clean, "PX360_DATA_DIR": str(self.folder), "PX360_PORT": str(self.web_port)}

    def devstack(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m devstack ...` on this data folder to its end."""
        command = [sys.executable, "-m", "devstack", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False, timeout=60
        )

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said += line

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGINT) -> int:
        """Tell a run to stop and give its exit code."""
        process.send_signal(number)
        return process.wait(30)

    def state(self) -> dict[str, Any]:
        """What the data folder remembers at this moment."""
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    def processes(self) -> dict[str, Known]:
        """The long-running processes of the present run."""
        noted = self.state()["pids"].items()
        return {name: Known(*known) for name, known in noted if name not in ("upgrade", "demo", "accounts")}

    def page(self) -> dict[str, Any]:
        """What the web process answers: its number and its environment."""
        port = self.state()["ports"]["web"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal on a fresh data folder; whatever a test leaves running is ended."""
    with a_terminal() as one:
        yield one


@contextmanager
def a_terminal() -> Iterator[Terminal]:
    """The same, for fixtures of a wider scope."""
    folder = Path(tempfile.mkdtemp(prefix="px360-stack-"))
    folder.chmod(0o755)
    one = Terminal(folder, free_port())
    yield one
    for process in one.runs:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
    if (folder / "state.json").exists():
        for known in one.processes().values():
            if known.is_alive():
                kill_session(known.pid)
    shutil.rmtree(folder, ignore_errors=True)
