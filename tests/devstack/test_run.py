"""`make run` as the person at the terminal meets it: start, stop, busy ports, kills and what comes after them."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from devstack.testing import ephemeral_servers
from tests.devstack.conftest import Terminal, a_terminal, wait


def uid_of(pid: int) -> int:
    """The user of a process."""
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.fixture(scope="module")
def steady() -> Iterator[Terminal]:
    """A run that several tests look at, started while somebody else has its port."""
    with a_terminal() as one, socket.socket() as other:
        other.bind(("127.0.0.1", one.web_port))
        other.listen()
        one.start()
        yield one


def test_every_process_runs_and_has_its_servers_and_its_own_four_keys(steady: Terminal) -> None:
    assert list(steady.processes()) == ["postgres", "redis", "web", "tick", "late"]
    assert "nobody@demo.example" in steady.said
    environment = steady.page()["environment"]
    assert len({environment[f"PX360_{name}_KEY"] for name in ("SECRET", "AUDIT", "LINK", "FIELD")}) == 4
    assert environment["PX360_ENV"] == "development"
    with psycopg.connect(environment["DATABASE_URL"]) as app:
        assert app.execute("SELECT name FROM hospitals ORDER BY 1").fetchall() == [("first half",), ("second half",)]


def test_a_busy_port_is_said_and_another_one_is_taken(steady: Terminal) -> None:
    assert f"Port {steady.web_port} is busy: web uses port" in steady.said
    assert steady.page()["pid"] == steady.processes()["web"].pid


def test_the_environment_can_be_printed_for_another_terminal(steady: Terminal) -> None:
    told = dict(line.removeprefix("export ").split("=", 1) for line in steady.devstack("env").stdout.splitlines())
    given = steady.page()["environment"]
    assert {name: told[name] for name in ("DATABASE_URL", "REDIS_URL")} == {
        name: given[name] for name in ("DATABASE_URL", "REDIS_URL")
    }


def test_the_application_role_may_neither_make_tables_nor_read_the_passwords(steady: Terminal) -> None:
    url = steady.page()["environment"]["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as app:
        for statement in (
            "CREATE TABLE mine (x int)",
            "SELECT * FROM pg_authid",
            "CREATE ROLE other",
            "SET ROLE px360",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace("px360_app:", "px360_app:x"))
    assert stat.S_IMODE((steady.folder / "state.json").stat().st_mode) == 0o600


def test_a_second_run_on_the_same_data_says_who_has_it_and_leaves_the_first_alone(steady: Terminal) -> None:
    before = steady.processes()
    second = steady.start(until="running already")
    assert second.wait(10) == 1
    assert f"process {steady.runs[0].pid}" in steady.said
    assert "PX360_DATA_DIR" in steady.said
    assert "running already" in steady.devstack("reset").stderr
    assert steady.processes() == before
    assert all(known.is_alive() for known in before.values())


def test_ctrl_c_and_sigterm_stop_everything_and_the_next_start_keeps_data_ports_and_secrets(terminal: Terminal) -> None:
    run = terminal.start()
    running, before = terminal.processes(), terminal.state()
    assert terminal.stop(run, signal.SIGINT) == 0
    wait("its last words", lambda: terminal.said.rstrip().endswith("Everything is stopped."))
    assert not [name for name, known in running.items() if known.is_alive()]
    let_this_process_have_the_old_numbers(terminal)
    run = terminal.start()
    after = terminal.state()
    assert "Loading the demo" not in terminal.said
    assert "left behind" not in terminal.said  # a number alone is no proof: this test is alive and was not ended
    assert [after[name] for name in ("ports", "passwords", "keys")] == [
        before[name] for name in ("ports", "passwords", "keys")
    ]
    with psycopg.connect(terminal.page()["environment"]["DATABASE_URL"]) as app:
        assert app.execute("SELECT count(*) FROM hospitals").fetchone() == (2,)
    running = terminal.processes()
    assert terminal.stop(run, signal.SIGTERM) == 0
    assert not [name for name, known in running.items() if known.is_alive()]


def let_this_process_have_the_old_numbers(terminal: Terminal) -> None:
    """Make the data folder look as if the numbers of an earlier run had been given to this very process."""
    path = terminal.folder / "state.json"
    path.write_text(path.read_text().replace('"pids": {}', f'"pids": {{"web": [{os.getpid()}, "long ago"]}}'))
    assert terminal.processes()["web"].pid == os.getpid()
    lock = terminal.folder / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n1\n1\n\n127.0.0.1\n")


def test_after_the_supervisor_is_killed_the_next_start_ends_the_orphans_and_keeps_the_ports(terminal: Terminal) -> None:
    first = terminal.start()
    orphans, ports = terminal.processes(), terminal.state()["ports"]
    first.kill()
    first.wait()
    assert all(known.is_alive() for known in orphans.values())
    second = terminal.start()
    assert "Ended web, left behind by an earlier run." in terminal.said
    assert not [name for name, known in orphans.items() if known.is_alive()]
    assert terminal.state()["ports"] == ports
    assert terminal.stop(second) == 0


def test_a_killed_database_and_a_killed_process_are_started_again_and_it_says_so(terminal: Terminal) -> None:
    run = terminal.start()
    before = terminal.processes()
    for name in ("postgres", "redis", "tick"):
        os.kill(before[name].pid, signal.SIGKILL)
    wait(
        "new processes",
        lambda: all(terminal.processes()[name] != before[name] for name in ("postgres", "redis", "tick")),
    )
    assert "postgres ended (code -9); it is started again in 0.2 s." in terminal.said
    assert terminal.processes()["web"] == before["web"]
    url = terminal.page()["environment"]["DATABASE_URL"]

    def count() -> object:
        try:
            with psycopg.connect(url) as app:
                return app.execute("SELECT count(*) FROM hospitals").fetchone()
        except psycopg.OperationalError:
            return None

    assert wait("the database", count) == (2,)
    assert terminal.stop(run) == 0


def test_a_demo_that_was_cut_off_is_loaded_anew_from_the_beginning(terminal: Terminal) -> None:
    run = terminal.start("--slow-demo", until="Loading the demo")
    wait("the demo", lambda: "demo" in terminal.state()["pids"])
    assert terminal.stop(run) == 0
    failed = terminal.start("--broken-demo", until="broken on purpose")
    assert failed.wait(20) == 1
    assert not terminal.processes()
    again = terminal.start()
    with psycopg.connect(terminal.page()["environment"]["DATABASE_URL"]) as app:
        assert app.execute("SELECT count(*) FROM hospitals").fetchone() == (2,)
    terminal.stop(again)


def test_root_hands_the_database_over_to_nobody_even_from_a_private_folder(terminal: Terminal) -> None:
    private = terminal.folder / "private"
    private.mkdir(mode=0o700)
    terminal.folder = private / "data"
    run = terminal.start()
    pid = terminal.processes()["postgres"].pid
    data = Path(f"/proc/{pid}/cwd").resolve()  # PostgreSQL works in its data folder
    is_root = os.geteuid() == 0
    assert uid_of(pid) == (pwd.getpwnam("nobody").pw_uid if is_root else os.geteuid())
    assert data.is_relative_to(private) is not is_root
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    terminal.stop(run)
    told = terminal.devstack("reset")
    assert told.returncode == 0, told.stderr
    assert not data.exists() and not terminal.folder.exists()


def test_outside_servers_are_used_and_none_are_started(terminal: Terminal) -> None:
    with ephemeral_servers() as outside:
        run = terminal.start(DATABASE_URL=outside.superuser_dsn, REDIS_URL=outside.redis_url)
        assert list(terminal.processes()) == ["web", "tick", "late"]
        environment = terminal.page()["environment"]
        assert environment["DATABASE_URL"] == environment["DATABASE_OWNER_URL"] == outside.superuser_dsn
        assert environment["REDIS_URL"] == outside.redis_url
        terminal.stop(run)
        with psycopg.connect(outside.superuser_dsn) as database:
            assert database.execute("SELECT count(*) FROM hospitals").fetchone() == (2,)
        (terminal.folder / "state.json").unlink()
        terminal.stop(terminal.start(DATABASE_URL=outside.superuser_dsn, REDIS_URL=outside.redis_url))
        assert "Loading the demo" not in terminal.said  # it holds hospitals already


def test_an_outside_database_that_is_away_is_one_clear_line(terminal: Terminal) -> None:
    run = terminal.start(
        until="upgrade failed", DATABASE_URL="postgresql://x@127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert run.wait(20) == 1
    assert "Connection refused" in terminal.said or "connection failed" in terminal.said


def upgrades(run: Terminal, change: str = "") -> int:
    """How often a database of a run was upgraded; its owner may change something first."""
    told = dict(line.removeprefix("export ").split("=", 1) for line in run.devstack("env").stdout.splitlines())
    url = told["DATABASE_OWNER_URL"].strip("'\"").replace("+psycopg", "")
    with psycopg.connect(url) as owner:
        if change:
            owner.execute(change)
        (found,) = owner.execute("SELECT count(*) FROM upgrades").fetchone() or (0,)
    return int(found)


def test_only_a_database_that_is_behind_its_migrations_is_upgraded(terminal: Terminal, tmp_path: Path) -> None:
    step = tmp_path / "first.py"
    step.write_text("revision = 'newest'")

    def times(change: str = "") -> int:
        run = terminal.start(DUMMY_MIGRATIONS=str(tmp_path))
        found = upgrades(terminal, change)
        assert terminal.stop(run) == 0
        return found

    assert [times(), times()] == [1, 1]
    step.write_text("revision = 'newer'")
    assert [times(), times("UPDATE alembic_version SET version_num = 'an older backup'")] == [2, 2]
    assert [times(), times()] == [3, 3]


def test_where_migrations_are_not_known_each_start_upgrades(terminal: Terminal) -> None:
    found = []
    for _ in range(2):
        run = terminal.start()
        found.append(upgrades(terminal))
        assert terminal.stop(run) == 0
    assert found == [1, 2]


def test_what_follows_the_portal_starts_when_that_answers(steady: Terminal) -> None:
    log = steady.folder / "logs" / "late.log"

    assert wait("the late process to have asked the portal", lambda: log.read_text()) == "200\n"
    assert "late ended" not in steady.said
