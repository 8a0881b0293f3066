"""Backup and restore for real: the shipped scripts, the shipped schema, a real server."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from devstack.binaries import postgres_bin
from devstack.processes import ROOT
from devstack.testing import Servers
from tests.conftest import admin_engine, environment

EXTENSIONS = ("pg_trgm", "btree_gist", "citext", "unaccent")


class Installation:
    """One database and one data folder, with the environment that the scripts are given."""

    def __init__(self, servers: Servers, database: str, folder: Path, keys: dict[str, str]) -> None:
        self.data = folder / database
        self.data.mkdir()
        programs = postgres_bin(Path(tempfile.gettempdir()) / "px360-binaries")
        self.environment = {
            "PATH": os.environ["PATH"],
            "PX360_PG_BIN": str(programs),
            **environment(servers, database, self.data),
            **keys,
        }

    def run(self, script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a script of deploy/ to its end."""
        command = [str(ROOT / "deploy" / script), *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def connect(self, role: str = "DATABASE_OWNER_URL") -> psycopg.Connection[Any]:
        """Connect as the owner, or as the application's role."""
        return psycopg.connect(self.environment[role].replace("+psycopg", ""), autocommit=True)

    def backup(self, folder: Path, *key: Path) -> Path:
        """Make a backup and give its file."""
        done = self.run("backup.sh", folder, *key)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip())


KEYS = {f"PX360_{name}_KEY": f"a key of {name}" for name in ("AUDIT", "LINK", "FIELD")}


@pytest.fixture
def source(servers: Servers, clone: Callable[[], str], tmp_path: Path) -> Installation:
    """An installation with PX360's schema, one sealed row, one Arabic text and one uploaded file."""
    one = Installation(servers, clone(), tmp_path, KEYS)
    with one.connect() as owner:
        owner.execute("CREATE TABLE told (words text)")
        owner.execute("INSERT INTO told VALUES ('شكرا لكم')")
        owner.execute("GRANT SELECT ON told TO px360_app")
    upload = one.data / "files" / "imports" / "ab" / "upload"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"\x00\x01 an uploaded file")
    (one.data / "simulator.sqlite").write_text("not for the backup")
    return one


@pytest.fixture
def empty(servers: Servers, template_database: str, tmp_path: Path) -> Iterator[Installation]:
    """A prepared, empty installation, as deploy/initdb makes it."""
    name = f"r_{uuid4().hex[:12]}"
    with admin_engine(servers).connect() as admin:
        admin.execute(sa.text(f"CREATE DATABASE {name} OWNER px360_owner"))
    with admin_engine(servers, name).connect() as admin:
        for extension in EXTENSIONS:
            admin.execute(sa.text(f"CREATE EXTENSION {extension}"))
    yield Installation(servers, name, tmp_path, KEYS)


def tables_of(one: Installation) -> dict[str, int]:
    """Every table with its number of rows."""
    with one.connect() as owner:
        names = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}  # type: ignore[index]


def test_a_backup_restored_into_an_empty_database_gives_the_same_tables_rows_files_and_rights(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    backup = source.backup(tmp_path / "backups")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    done = empty.run("restore.sh", backup)
    assert done.returncode == 0, done.stderr
    assert "Beware" not in done.stdout
    assert tables_of(empty) == tables_of(source)
    assert len(tables_of(empty)) > 20
    assert (empty.data / "files/imports/ab/upload").read_bytes() == b"\x00\x01 an uploaded file"
    assert not (empty.data / "simulator.sqlite").exists()
    with empty.connect("DATABASE_URL") as app:
        assert app.execute("SELECT words FROM told").fetchone() == ("شكرا لكم",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # the log stays write-once
            app.execute("DELETE FROM event_log")


def test_an_encrypted_backup_shows_nothing_and_opens_only_with_its_key(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_text("a long passphrase\n")
    other.write_text("another passphrase\n")
    backup = source.backup(tmp_path / "backups", key)
    assert backup.name.endswith(".tar.enc")
    assert b"database.dump" not in backup.read_bytes()
    for wrong in ([other], []):
        refused = empty.run("restore.sh", backup, *wrong)
        assert refused.returncode == 1
        assert "nothing was changed" in refused.stderr
    assert tables_of(empty) == {}
    assert empty.run("restore.sh", backup, key).returncode == 0
    assert tables_of(empty) == tables_of(source)


def test_a_database_or_a_files_folder_with_something_in_it_is_refused(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    backup = source.backup(tmp_path / "backups")
    before = tables_of(source)
    refused = source.run("restore.sh", backup)
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert tables_of(source) == before
    (empty.data / "files").mkdir()
    (empty.data / "files" / "old").write_text("old")
    assert "files is not empty" in empty.run("restore.sh", backup).stderr
    assert tables_of(empty) == {}


def test_a_damaged_backup_is_refused_before_anything_is_written(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    backup = source.backup(tmp_path / "backups")
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 0xFF
    backup.write_bytes(content)
    refused = empty.run("restore.sh", backup)
    assert "damaged" in refused.stderr
    assert subprocess.run(["sha256sum", "--check", f"{backup.name}.sha256"], cwd=backup.parent, check=False).returncode
    assert tables_of(empty) == {}


def test_other_keys_than_those_of_the_backup_are_said(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    empty.environment["PX360_AUDIT_KEY"] = "another"
    done = empty.run("restore.sh", source.backup(tmp_path / "backups"))
    assert done.returncode == 0
    assert "Beware: the keys" in done.stdout


def test_what_is_missing_is_named_in_one_line(source: Installation, tmp_path: Path) -> None:
    source.environment["DATABASE_OWNER_URL"] = "mysql://x"
    assert "must look like" in source.run("backup.sh", tmp_path).stderr
    del source.environment["DATABASE_OWNER_URL"]
    assert "DATABASE_OWNER_URL is not set" in source.run("backup.sh", tmp_path).stderr
    assert "usage" in source.run("backup.sh").stderr
    assert "missing or empty" in source.run("backup.sh", tmp_path, tmp_path / "no-key").stderr
    assert not list(tmp_path.glob("*.tar*"))
