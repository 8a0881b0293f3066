"""Throw-away servers for tests: a PostgreSQL and a Redis-protocol server in a temporary folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.binaries import identity
from devstack.processes import ROOT
from devstack.servers import HOST, SUPERUSER, Server, free_port, make_cluster, start_postgres, start_redis

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB", "shared_buffers=256MB")


@dataclass(frozen=True, slots=True)
class Servers:
    """How tests reach their servers."""

    superuser_dsn: str
    host: str
    port: int
    redis_url: str
    postgres: Server
    redis: Server
    folder: Path


@contextmanager
def ephemeral_servers(options: Sequence[str] = FAST) -> Iterator[Servers]:
    """Start both servers, give their addresses, and remove everything at the end, also when the test run is killed.

    With the usual options nothing is kept on disk safely (fsync is off). Takes about half a second.
    """
    folder = Path(tempfile.mkdtemp(prefix="px360-test-"))
    folder.chmod(0o755)
    identity().own(folder)
    guard = _guard(folder)
    started: list[Server] = []
    try:
        data, scratch = folder / "pg", Path(tempfile.gettempdir()) / "px360-binaries"
        make_cluster(data, scratch, None)
        started.append(start_postgres(data, scratch, free_port(), folder / "pg.log", tuple(options)))
        started.append(start_redis(folder / "redis", free_port(), folder / "redis.log", keep=False))
        assert guard.stdin is not None
        guard.stdin.write(f"{started[1].process.pid}\n".encode())
        guard.stdin.flush()
        postgres, redis = started
        yield Servers(
            superuser_dsn=f"postgresql://{SUPERUSER}@{HOST}:{postgres.port}/postgres",
            host=HOST,
            port=postgres.port,
            redis_url=f"redis://{HOST}:{redis.port}/0",
            postgres=postgres,
            redis=redis,
            folder=folder,
        )
    finally:
        for server in reversed(started):
            server.stop()
        guard.kill()
        guard.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _guard(folder: Path) -> subprocess.Popen[bytes]:
    """Start a small process that ends the servers when this one is gone (its pipe closes), however it went.

    It learns the Redis server's number through the pipe, PostgreSQL's from the lock file, also after a test's restart.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "devstack.guard", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
