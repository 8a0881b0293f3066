"""The intake against the bare database, in one run: HL7 over HTTP against the same rows inserted one by one (aim: at least
0.3), and the same message to a queued survey message, end to end (aim: at least 0.1).

The bare side inserts exactly the rows that the intake wrote, each in a transaction of its own, with the driver alone. Commits
reach the disk on both sides, as in production: an acknowledgement promises that.
"""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from apiflask import APIFlask

from devstack.servers import free_port

MESSAGES, VISITS, WARM = 300, 60, 20
AIM_DOOR, AIM_WHOLE = 0.3, 0.1
ROOT = Path(__file__).resolve().parents[1]
MESSAGE = (
    "MSH|^~\\&|HIS|A|PX360|GROUP|{at}||ADT^{trigger}|{control}|P|2.5||||||UNICODE UTF-8\r"
    "EVN|{trigger}|{at}||||{at}\r"
    "PID|1||{mrn}^^^A^MR||الحربي^محمد^سعد^^^^L~Alharbi^Mohammed^Saad^^^^L||19900425|M|||||{phone}||ar\r"
    "PV1|1|O|ER^12^B||||5001^Alotaibi||||||||||||{visit}\r"
)
Rows = dict[str, list[dict[str, Any]]]


def main() -> int:
    """Measure and print; the exit code says whether both aims were met."""
    from bench.database import application

    with application(durable=True) as app, app.app_context():
        key = _prepare()
        with _serving(app) as port:
            caller = Caller(port, key)
            _send(caller, "W", WARM, "A04")
            door = _door(caller)
            whole = _whole(caller)
    print(f"HL7 over HTTP against the same rows bare: {door:.2f} (aim {AIM_DOOR})")
    print(f"the same message to a queued survey message against the same rows bare: {whole:.2f} (aim {AIM_WHOLE})")
    return 0 if door >= AIM_DOOR and whole >= AIM_WHOLE else 1


class Caller:
    """A hospital system that keeps its connection. What it costs to send is none of the door's: so with as little as there is."""

    def __init__(self, port: int, key: str) -> None:
        """Connect."""
        self.line = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"POST /api/integrations/hl7/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Length: "
        self.head = head.encode()

    def post(self, message: bytes) -> tuple[int, bytes]:
        """Send a message; gives the status and the acknowledgement."""
        self.line.sendall(b"%b%d\r\n\r\n%b" % (self.head, len(message), message))
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head, said = answer[:end].lower(), answer[end + 4 :]
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(said) < length:
            said += self._more()
        return int(head.split()[1]), said

    def _more(self) -> bytes:
        more = self.line.recv(65536)
        if not more:
            raise RuntimeError("the web process closed the connection")
        return more


def _prepare() -> str:
    """Make the starting data, a hospital and its source; gives the source's key."""
    from app.core.access.actor import acting_as, system_actor
    from app.core.db import db, unit_of_work
    from app.integrations.services import keys, sources
    from app.notifications.models import Provider
    from app.notifications.services import providers
    from app.organizations.models import Department, Hospital
    from app.portal.seeds import seed_reference_data

    seed_reference_data()
    with acting_as(system_actor("measure")) as actor, unit_of_work():
        hospital = Hospital(code="A", name_en="Bench", name_ar="قياس")
        db.session.add(hospital)
        db.session.flush()
        db.session.add(Department(hospital_id=hospital.id, code="ER", name_en="Emergency", name_ar="الطوارئ"))
        db.session.add(
            Provider(
                channel="sms",
                kind="http",
                name="SMS",
                settings={"base_url": "http://127.0.0.1:1"},
                secrets=providers.sealed({"token": "t"}),
                receipt_handle=providers.fresh_handle(),
            )
        )
        source = sources.create(hospital_id=hospital.id, code="HIS", name_en="HIS", name_ar="نظام", actor=actor)
        return keys.rotate(source.id, actor=actor)


@contextmanager
def _serving(app: APIFlask) -> Iterator[int]:
    """Serve the application as in production, one process with threads."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", "--no-control-socket",
               "--keep-alive", "30", "-b", f"127.0.0.1:{port}", "wsgi:app"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=_environment(app), stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _environment(app: APIFlask) -> dict[str, str]:
    known = app.config["SETTINGS"]
    fields = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in known.field_keys.items())
    return {
        **os.environ,
        "PX360_ENV": "test",
        "DATABASE_URL": known.database_url,
        "REDIS_URL": known.redis_url,
        "PX360_DATA_DIR": str(known.data_dir),
        "PX360_SECRET_KEY": known.secret_key,
        "PX360_AUDIT_KEY": base64.b64encode(known.audit_key).decode(),
        "PX360_LINK_KEY": base64.b64encode(known.link_key).decode(),
        "PX360_FIELD_KEY": fields,
    }


def _await(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready/").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the web process never answered")


def _send(caller: Caller, name: str, count: int, *triggers: str) -> float:
    """Send new visits, each trigger of each; gives the seconds."""
    from app.core.time import clock

    at = (clock.now() - timedelta(minutes=5)).strftime("%Y%m%d%H%M%S+0000")
    begun = time.perf_counter()
    for number in range(count):
        for trigger in triggers:
            text = MESSAGE.format(
                at=at, trigger=trigger, control=f"{name}{number}{trigger}", mrn=f"{name}{number:05d}",
                phone=f"05{ord(name):03d}{number:05d}", visit=f"V{name}{number}",
            )  # fmt: skip
            status, said = caller.post(text.encode())
            if b"MSA|AA" not in said:
                raise RuntimeError(f"not accepted: {status}")
    return time.perf_counter() - begun


def _door(caller: Caller) -> float:
    before = _ids()
    spent = _send(caller, "D", MESSAGES, "A04")
    rows = _new(before)
    bare = _bare(rows)
    print(_figures("door", MESSAGES, spent, rows, bare))
    return bare / spent


def _whole(caller: Caller) -> float:
    _work()  # what the messages before left is none of this
    before = _ids()
    begun = time.perf_counter()
    _send(caller, "E", VISITS, "A04", "A03")
    _work()
    spent = time.perf_counter() - begun
    rows = _new(before)
    if len(rows.get("messages", [])) != VISITS:
        raise RuntimeError(f"{len(rows.get('messages', []))} survey messages for {VISITS} visits")
    bare = _bare(rows)
    print(_figures("end to end", VISITS, spent, rows, bare))
    return bare / spent


def _figures(name: str, count: int, spent: float, rows: Rows, bare: float) -> str:
    written = sum(map(len, rows.values()))
    return (
        f"{name}: {count} in {spent:.2f} s ({spent / count * 1000:.1f} ms each), "
        f"{written} rows in {len(rows)} tables, bare {bare:.2f} s"
    )


def _work() -> None:
    """Do what the workers do: events, reactions, surveys that are due some hours later."""
    from app.core.events import outbox
    from app.core.time import clock
    from app.integrations.services import processing
    from app.surveys.services import sending

    while processing.process_due():
        pass
    while outbox.drain_batch():
        pass
    with clock.moved(timedelta(hours=3)):
        while sending.send_due():
            pass


def _tables() -> Mapping[str, sa.Table]:
    from app.core.db.base import Base

    return Base.metadata.tables


def _keys(table: sa.Table) -> list[sa.Column[Any]]:
    return list(table.primary_key.columns)


def _ids() -> dict[str, set[tuple[Any, ...]]]:
    """Give the keys of every row that there is."""
    from app.core.access.wall import passage
    from app.core.db import db

    with passage("read what the intake wrote, to write it again bare"), db.engine.connect() as connection:
        return {
            name: {tuple(row) for row in connection.exec_driver_sql(_select_keys(table))}
            for name, table in _tables().items()
        }


def _select_keys(table: sa.Table) -> str:
    return f"SELECT {', '.join(_quoted(column.name) for column in _keys(table))} FROM {table.name}"


def _quoted(name: str) -> str:
    """Give a column as SQL takes it: some are named like words of the language."""
    return f'"{name}"'


def _new(before: Mapping[str, set[tuple[Any, ...]]]) -> Rows:
    """Give the rows that came since, as the driver gives and takes them, without what the database computes."""
    from app.core.access.wall import passage
    from app.core.db import db

    found: Rows = {}
    with passage("read what the intake wrote, to write it again bare"), db.engine.connect() as connection:
        for name, table in _tables().items():
            keys = [column.name for column in _keys(table)]
            columns = ", ".join(_quoted(column.name) for column in table.columns if column.computed is None)
            rows = connection.exec_driver_sql(f"SELECT {columns} FROM {name}").mappings()
            fresh: list[dict[str, Any]] = [
                dict(row) for row in rows if tuple(row[key] for key in keys) not in before[name]
            ]
            if fresh:
                found[name] = fresh
    return found


def _bare(rows: Rows) -> float:
    """Insert the same rows into empty tables of the same shape, each in its own transaction; gives the seconds."""
    from psycopg.types.json import Jsonb

    from app.core.db import db

    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    driver.rollback()
    driver.autocommit = True
    statements = []
    for name, listed in rows.items():
        driver.execute(f"DROP TABLE IF EXISTS bare_{name}")
        driver.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)")
        for row in listed:
            marks = ", ".join(["%s"] * len(row))
            values = [Jsonb(value) if isinstance(value, (dict, list)) else value for value in row.values()]
            statements.append((f"INSERT INTO bare_{name} ({', '.join(map(_quoted, row))}) VALUES ({marks})", values))
    begun = time.perf_counter()
    for text, values in statements:
        driver.execute(text, values)
    spent = time.perf_counter() - begun
    driver.autocommit = False
    connection.close()
    return spent


if __name__ == "__main__":
    raise SystemExit(main())
