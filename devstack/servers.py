"""The two servers as programs: initdb when needed, a free port, the command, and the question whether they answer."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.binaries import Lacking, identity, locale, postgres_bin, redis_program
from devstack.processes import Program, launch, remember, tail
from devstack.processes import command_of as command_of_process
from devstack.processes import end as end_process
from devstack.supervisor import end_child

SUPERUSER = "px360"
HOST = "127.0.0.1"


@dataclass(slots=True)
class Server:
    """A running server process, and the signal that stops it well (PostgreSQL waits for clients for ever on SIGTERM)."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    stop_signal: int

    def stop(self, patience: float = 15.0) -> None:
        """Stop it, kindly first."""
        end_child(self.process, self.stop_signal, patience)


def free_port(preferred: int | None = None) -> int:
    """Give `preferred` if nobody listens there, else any free port."""
    for wish in ([preferred] if preferred else []) + [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, wish))
                return int(probe.getsockname()[1])
    raise Lacking("No free port was found on this machine.")


def is_listening(port: int) -> bool:
    """Tell whether something answers on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex((HOST, port)) == 0


def make_cluster(data: Path, scratch: Path, password: str | None) -> None:
    """Create the PostgreSQL data folder if there is none; without a password the cluster trusts this machine."""
    if (data / "PG_VERSION").exists():
        return
    who, folder = identity(), postgres_bin(scratch)
    data.mkdir(parents=True, exist_ok=True)
    who.own(data)
    data.chmod(0o700)
    command = [str(folder / "initdb"), "-D", str(data), "-U", SUPERUSER, "-E", "UTF8", "--no-sync", *locale(folder)]
    secret = data.parent / f".pw-{secrets.token_hex(4)}"
    if password is None:
        command += ["--auth=trust"]
    else:
        secret.touch(0o600)
        secret.write_text(password)
        who.own(secret)
        command += ["--auth=scram-sha-256", f"--pwfile={secret}"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            cwd="/",
            check=False,
            **who.popen_options(),  # type: ignore[call-overload]
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        raise Lacking(f"initdb failed: {done.stderr.decode(errors='replace').strip()[-400:]}")


def postgres_program(data: Path, scratch: Path, port: int, options: Sequence[str] = ()) -> Program:
    """Describe PostgreSQL on a data folder: on this machine only, without a Unix socket."""
    command = [str(postgres_bin(scratch) / "postgres"), "-D", str(data), "-k", "", "-p", str(port)]
    for setting in (f"listen_addresses={HOST}", "max_connections=200", *options):
        command += ["-c", setting]
    return Program("postgres", command, signal.SIGINT, as_servers_user=True, is_ready=lambda: postgres_answers(port))


def redis_program_on(folder: Path, port: int, *, keep: bool = True) -> Program:
    """Describe the Redis-protocol server; with `keep` what it holds survives a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(redis_program()), "--port", str(port), "--bind", HOST, "--dir", str(folder), "--save", ""]
    command += ["--appendonly", "yes", "--appendfsync", "everysec"] if keep else []
    return Program("redis", command, is_ready=lambda: redis_answers(port))


def start_postgres(data: Path, scratch: Path, port: int, log: Path, options: Sequence[str] = ()) -> Server:
    """Start PostgreSQL by itself and wait until it takes connections."""
    return _start(postgres_program(data, scratch, port, options), port, log)


def start_redis(folder: Path, port: int, log: Path, *, keep: bool = True) -> Server:
    """Start the Redis-protocol server by itself and wait until it answers."""
    return _start(redis_program_on(folder, port, keep=keep), port, log)


def _start(program: Program, port: int, log: Path) -> Server:
    server = Server(program.name, launch(program, log, os.environ), port, program.stop_signal)
    deadline = time.monotonic() + 30
    while program.is_ready and not program.is_ready():
        if server.process.poll() is not None:
            raise Lacking(f"{server.name} did not start:\n{tail(log)}")
        if time.monotonic() > deadline:
            server.stop()
            raise Lacking(f"{server.name} did not answer within 30 s; see {log}")
        time.sleep(0.02)
    return server


def end_orphaned_postgres(data: Path) -> bool:
    """End a PostgreSQL that a killed supervisor left on this data folder; remove a lock whose process is another now.

    PostgreSQL refuses to start while the number in its lock file belongs to any living process of the same user.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    if str(data) in command_of_process(pid):
        return end_process(remember(pid), signal.SIGINT)
    lock.unlink(missing_ok=True)
    return False


def postgres_answers(port: int) -> bool:
    """Ask PostgreSQL's own protocol: a start that is refused for want of a password (or granted) means ready."""
    import psycopg

    if not is_listening(port):
        return False
    try:
        psycopg.connect(host=HOST, port=port, user=SUPERUSER, dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError as problem:
        return "password" in str(problem)
    return True


def redis_answers(port: int) -> bool:
    """Ask for a PONG, which is refused while the file of before is still being read."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1) as line:
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")
    return False
