"""Whether a database stands where the last upgrade left it: then a start need not boot the application to find that out."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import psycopg

from devstack.databases import plain_url


def mark_of(url: str, migrations: Path) -> str:
    """Give a mark of a database's revision together with the migrations at hand; empty where it cannot be known.

    Two equal marks mean: the same migrations, and the database stands at the same one.
    """
    if not url or not migrations.is_dir():
        return ""
    try:
        with psycopg.connect(plain_url(url), connect_timeout=10) as database:
            if database.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return ""
            revisions = sorted(str(name) for (name,) in database.execute("SELECT version_num FROM alembic_version"))
    except psycopg.Error:
        return ""
    return _digest([*(name.encode() for name in revisions), *_contents(migrations)]) if revisions else ""


def _contents(folder: Path) -> Iterable[bytes]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder).as_posix().encode()
        yield path.read_bytes()


def _digest(parts: Iterable[bytes]) -> str:
    whole = sha256()
    for part in parts:
        whole.update(sha256(part).digest())
    return whole.hexdigest()
