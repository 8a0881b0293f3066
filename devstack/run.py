"""`make run`: servers, migrations, the demo the first time, then PX360's processes, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg

from devstack import state as states
from devstack.binaries import Lacking, identity
from devstack.databases import holds_rows, prepare_database
from devstack.plan import Plan
from devstack.processes import end
from devstack.schema import mark_of
from devstack.servers import HOST, end_orphaned_postgres, make_cluster, postgres_program, redis_program_on
from devstack.state import State
from devstack.supervisor import Supervisor, Told


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


class Busy(Lacking):
    """Another run holds the data folder; the text says which and what to do."""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold the data folder alone. Raises Busy when a living run has it; a killed run leaves no lock."""
    states.make_folders(folder)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            told = lock.read().strip() or "another run"
            raise Busy(
                f"PX360 is running already on {folder} ({told}). "
                "Stop that one with Ctrl-C, or set PX360_DATA_DIR to another folder."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def run(plan: Plan) -> int:
    """Run everything of the plan until Ctrl-C. Gives the exit code."""
    os.umask(0o077)  # what the servers' user must read is opened explicitly
    folder = states.data_dir()
    try:
        with holding(folder):
            return Run(plan, folder, states.load(folder)).go()
    except Lacking as problem:
        say(str(problem))
        return 1


@dataclass(slots=True)
class Run:
    """One run on a data folder that it holds."""

    plan: Plan
    folder: Path
    state: State

    def go(self) -> int:
        """Start, watch, stop. Gives the exit code; raises Lacking after everything has been stopped again."""
        begun = time.monotonic()
        end_leftovers(self.folder, self.state)
        for sentence in states.choose_ports(self.state):
            say(sentence)
        states.save(self.folder, self.state)
        environment = states.environment(self.folder, self.state)
        supervisor = Supervisor(environment, self.folder / "logs", say, self._note)
        supervisor.listen()
        try:
            self._start_servers(supervisor)
            self._start_programs(supervisor, follow_web=False)
            answers = self._answers(supervisor)
            self._start_programs(supervisor, follow_web=True)
            self._announce(supervisor, begun, answers=answers)
            supervisor.watch()
        except Told:
            pass
        finally:
            supervisor.stop()
            self.state.pids.clear()
            states.save(self.folder, self.state)
        say("Everything is stopped.")
        return 0

    def _note(self, name: str, pid: int) -> None:
        states.note_pid(self.folder, self.state, name, pid)

    def _start_servers(self, supervisor: Supervisor) -> None:
        outside = {name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if "DATABASE_URL" not in outside:
            home = states.servers_dir(self.folder)
            base, scratch = home / "postgres", home / "binaries"
            base.mkdir(exist_ok=True)
            identity().own(base)
            make_cluster(base / "data", scratch, self.state.passwords["superuser"])
            supervisor.start(postgres_program(base / "data", scratch, self.state.ports["postgres"]))
        if "REDIS_URL" not in outside:
            supervisor.start(redis_program_on(self.folder / "redis", self.state.ports["redis"]))
        self._prepare(supervisor, is_ours="DATABASE_URL" not in outside)

    def _start_programs(self, supervisor: Supervisor, *, follow_web: bool) -> None:
        for program in self.plan.programs(self.state):
            if program.follows_web == follow_web:
                supervisor.start(program)

    def _prepare(self, supervisor: Supervisor, *, is_ours: bool) -> None:
        url = supervisor.environment["DATABASE_OWNER_URL"]
        mark = "own" if is_ours else sha256(url.encode()).hexdigest()[:16]
        was_cut_off = self.state.demos.get(mark) == "loading"
        if is_ours:
            prepare_database(self.state, anew=was_cut_off)
        elif was_cut_off:
            raise Lacking("The demo was cut off while it was being loaded: empty the database of DATABASE_URL first.")
        self._upgrade(supervisor, url, mark)
        if not self.plan.demo or self.state.demos.get(mark) == "loaded":
            return
        if is_ours or not _holds_people(url, self.plan.people_table):
            say("Loading the demo (the first time only) ...")
            self._mark_demo(mark, "loading")
            say(supervisor.once("demo", self.plan.demo).rstrip())
        self._mark_demo(mark, "loaded")

    def _upgrade(self, supervisor: Supervisor, url: str, mark: str) -> None:
        """Bring the database to the newest schema, unless it stands where the last upgrade by these migrations left it."""
        if not self.plan.upgrade:
            return
        stands = mark_of(url, self.plan.migrations)
        if stands and self.state.schemas.get(mark) == stands:
            return
        supervisor.once("upgrade", self.plan.upgrade)
        self.state.schemas[mark] = mark_of(url, self.plan.migrations)
        states.save(self.folder, self.state)

    def _mark_demo(self, mark: str, how: str) -> None:
        self.state.demos[mark] = how
        states.save(self.folder, self.state)

    def _answers(self, supervisor: Supervisor) -> bool:
        return not self.plan.readiness or _becomes_ready(supervisor, self._address + self.plan.readiness)

    @property
    def _address(self) -> str:
        return f"http://{HOST}:{self.state.web_port}"

    def _announce(self, supervisor: Supervisor, begun: float, *, answers: bool) -> None:
        address = self._address
        if not self.plan.readiness:
            say("The servers are ready; `python -m devstack env` prints how to reach them. Ctrl-C stops them.")
            return
        if not answers:
            dead = ", ".join(supervisor.names_of_dead()) or "web"
            say(
                f"PX360 does not answer at {address} yet ({dead}); see {self.folder / 'logs'}. Ctrl-C stops everything."
            )
            return
        say(f"\nPX360 is ready at {address} (started in {time.monotonic() - begun:.1f} s)")
        say(f"Phones and mail of the simulator: {supervisor.environment['SIMULATOR_URL']}/phone/")
        if self.plan.accounts:
            say(supervisor.once("accounts", self.plan.accounts).rstrip())
        say("Ctrl-C stops everything.")


def _holds_people(url: str, table: str) -> bool:
    try:
        return holds_rows(url, table)
    except psycopg.Error as problem:
        raise Lacking(f"The database of DATABASE_URL cannot be used: {str(problem).strip().splitlines()[0]}") from None


def _becomes_ready(supervisor: Supervisor, address: str, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if supervisor.is_told:
            raise Told
        supervisor.watch_once()
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return True
        except OSError:
            time.sleep(0.1)
    return False


def end_leftovers(folder: Path, state: State) -> None:
    """End what a killed run left behind, newest first; a process that only took over a number is left alone."""
    for name, known in reversed(state.known().items()):
        if end(known, signal.SIGINT if name == "postgres" else signal.SIGTERM):
            say(f"Ended {name}, left behind by an earlier run.")
    if end_orphaned_postgres(states.servers_dir(folder) / "postgres" / "data"):
        say("Ended postgres, left behind by an earlier run.")
    state.pids.clear()
    states.save(folder, state)
