"""Running processes together: started in order, stopped in reverse, a dead one started again with growing pauses."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.binaries import Lacking
from devstack.processes import ROOT, Program, kill_session, launch, tail

PAUSES = (0.2, 1, 2, 5, 10, 30)
STABLE_SECONDS = 30
LOOK_SECONDS = 0.1


class Told(Exception):
    """Somebody asked to stop (Ctrl-C or SIGTERM) while something was being waited for."""


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    again_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps programs running until it is told to stop. Signals only set a flag, so nothing is left half started."""

    environment: Mapping[str, str]
    logs: Path
    say: Callable[[str], None]
    note_pid: Callable[[str, int], None] = lambda _name, _pid: None
    running: list[_Running] = field(default_factory=list)
    is_told: bool = False

    def listen(self) -> None:
        """Take Ctrl-C and SIGTERM as the wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.is_told = True

    def start(self, program: Program) -> None:
        """Start a program and wait until it is ready. Raises Lacking with its last words when it dies instead."""
        self._heed()
        one = _Running(program, self._spawn(program), time.monotonic())
        self.running.append(one)
        deadline = time.monotonic() + 60
        while program.is_ready and not program.is_ready():
            self._heed()
            log = self._log(program.name)
            if one.process.poll() is not None:
                raise Lacking(f"{program.name} did not start. The end of {log}:\n{tail(log)}")
            if time.monotonic() > deadline:
                raise Lacking(f"{program.name} did not answer within 60 s; see {log}")
            time.sleep(0.02)

    def once(self, name: str, command: Sequence[str]) -> str:
        """Run a command to its end and give its output. Raises Lacking with its last words when it fails."""
        self._heed()
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(
                list(command),
                env=dict(self.environment),
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            self.note_pid(name, process.pid)
            while process.poll() is None:
                if self.is_told:
                    kill_session(process.pid)
                    process.wait()
                    raise Told
                time.sleep(0.02)
            out.seek(0)
            text = out.read().decode(errors="replace")
        if process.returncode != 0:
            last = "\n".join(text.strip().splitlines()[-12:])
            raise Lacking(f"{name} failed (`{' '.join(command)}`):\n{last}")
        return text

    def watch(self) -> None:
        """Keep everything running until told to stop."""
        while not self.is_told:
            self.watch_once()
            time.sleep(LOOK_SECONDS)

    def watch_once(self) -> None:
        """Start again what has died, after its pause."""
        now = time.monotonic()
        for each in self.running:
            if each.process.poll() is None:
                if each.deaths and now - each.started > STABLE_SECONDS:
                    each.deaths = 0
            elif each.again_at is None:
                pause = PAUSES[min(each.deaths, len(PAUSES) - 1)]
                each.deaths, each.again_at = each.deaths + 1, now + pause
                name, code = each.program.name, each.process.returncode
                self.say(f"{name} ended (code {code}); it is started again in {pause} s. See {self._log(name)}")
            elif now >= each.again_at:
                each.process, each.started, each.again_at = self._spawn(each.program), now, None

    def stop(self) -> None:
        """Stop everything in reverse order, kindly first."""
        self.is_told = True
        for each in reversed(self.running):
            end_child(each.process, each.program.stop_signal, each.program.patience)

    def names_of_dead(self) -> list[str]:
        """Give the programs that do not run at this moment."""
        return [each.program.name for each in self.running if each.process.poll() is not None]

    def _heed(self) -> None:
        if self.is_told:
            raise Told

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        process = launch(program, self._log(program.name), self.environment)
        self.note_pid(program.name, process.pid)
        return process


def end_child(process: subprocess.Popen[bytes], stop_signal: int, patience: float) -> None:
    """Stop a child, kindly first, then with what it started."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            process.wait(5)
