"""A whole PX360 of real processes for one test module: web, worker, scheduler, and a provider on a real port."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
from apiflask import APIFlask

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.integrations.hl7.frames import framed, unframed
from app.integrations.models import MllpLink
from app.integrations.services import keys, sources
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from app.portal.seeds import seed_reference_data
from app.settings import from_environment
from devstack.servers import free_port
from tests.cast import Cast, assemble
from tests.faults import forked
from tests.provider import Provider, running_provider


@dataclass
class Stack:
    """The processes, and how a test talks to them."""

    app: APIFlask
    environment: dict[str, str]
    port: int
    provider: Provider
    folder: Path
    cast: Cast = None  # type: ignore[assignment]
    key: str = ""
    mllp_port: int = 0
    processes: dict[str, BaseProcess] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """Start one process in a session of its own."""
        commands = {
            "web": ["-m", "gunicorn", "--preload", "-k", "gthread", "-w", "2", "--threads", "8", "--no-control-socket",
                    "-b", f"127.0.0.1:{self.port}", "wsgi:app"],
            "worker": ["worker.py", "work"],
            "scheduler": ["worker.py", "schedule"],
            "hl7": ["-m", "app.integrations.mllp"],
            "simulator": ["-m", "simulator"],
        }  # fmt: skip
        self.processes[name] = forked.launch(commands[name], self.environment, self.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        """Kill a process and everything that it forked, as a lost machine would."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()  # one that has no session of its own yet
        process.join(10)
        assert not process.is_alive(), f"{name} lives on"

    def move_clock(self, by: timedelta) -> None:
        """Move the clock of every process to real time plus `by`."""
        fresh = (
            self.folder / "clock.new"
        )  # put in place whole: nobody may read an empty file, which is no offset at all
        fresh.write_text(str(by.total_seconds()))
        fresh.replace(self.folder / "clock")

    def send(self, code: str, encounter: str, mrn: str = "1001", phone: str = "0501234567") -> httpx.Response:
        """Send one event as a hospital system does."""
        body = {
            "event_id": f"{code}-{encounter}",
            "code": code,
            "occurred_at": clock.now().isoformat(),
            "encounter": encounter,
            "patient": {"mrn": mrn, "name_ar": "نورة العتيبي", "phone": phone, "language": "ar"},
            "department_code": "ER",
        }
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.post(f"{self.address}/api/integrations/events/", json=body, headers=headers, timeout=30)

    def send_hl7(self, message: str) -> str:
        """Send one HL7 message over MLLP, on a line of its own, and give the acknowledgement."""
        with socket.create_connection(("127.0.0.1", self.mllp_port), timeout=30) as line:
            line.sendall(framed(message.encode()))
            answer = b""
            while not answer.endswith(b"\x1c\r"):
                piece = line.recv(65_536)
                if not piece:
                    raise ConnectionError("the line was closed without an answer")
                answer += piece
        return unframed(answer).decode()

    def rows(self, model: type, **where: Any) -> list[Any]:
        """Every row of a table as it stands now."""
        import sqlalchemy as sa

        with self.app.app_context(), acting_as(system_actor("look in a test")):
            found = list(db.session.execute(sa.select(model).filter_by(**where)).unique().scalars())
            db.session.expunge_all()
            return found

    def wait(self, what: str, ready: Callable[[], Any], seconds: float = 60) -> Any:
        """Wait until something is so; says what when it never is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                found = ready()
                if found:
                    return found
            time.sleep(0.2)
        raise AssertionError(f"waited {seconds} s for {what}")

    def link_for(self, phone: str) -> str:
        """The link in the newest message to a phone."""
        texts = [each["body"] for each in self.provider.arrived if each["to"] == phone]
        found = re.search(r"/s/\S+", texts[-1]) if texts else None
        return found.group(0) if found else ""


@contextmanager
def running_stack(
    environment: dict[str, str], folder: Path, names: Sequence[str] = ("web", "worker", "scheduler")
) -> Iterator[Stack]:
    """Run these processes on a database of its own for the block."""
    with running_provider() as provider:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            **environment,
            "PX360_BASE_URL": f"http://127.0.0.1:{port}",
            "PX360_CLOCK_FILE": str(folder / "clock"),
            "SIMULATOR_URL": f"http://127.0.0.1:{free_port()}",
            "SIMULATOR_SMTP_PORT": str(free_port()),
        }
        app = create_app(from_environment(environment))
        stack = Stack(app, environment, port, provider, folder, mllp_port=free_port())
        with app.app_context():
            _furnish(stack)
        try:
            for name in names:
                stack.start(name)
            if "web" in names:
                stack.wait("the web process", lambda: httpx.get(f"{stack.address}/health/live/").status_code == 200)
            yield stack
        finally:
            for name in list(stack.processes):
                stack.kill(name)
            with app.app_context():
                db.engine.dispose()


def _furnish(stack: Stack) -> None:
    stack.cast = assemble()
    seed_reference_data()
    with acting_as(system_actor("furnish a test")) as actor:
        source = sources.create(hospital_id=stack.cast.a.id, code="HIS", name_en="HIS", name_ar="نظام", actor=actor)
        stack.key = keys.rotate(source.id, actor=actor)
        with unit_of_work():
            db.session.add(MllpLink(hospital_id=stack.cast.a.id, source_id=source.id, port=stack.mllp_port))
            db.session.add(
                ProviderRow(
                    channel="sms",
                    kind="http",
                    name="Provider",
                    settings={"base_url": stack.provider.base_url, "ask_path": "/messages/{reference}"},
                    secrets=providers.sealed({"token": "t", "receipt_secret": "s"}),
                    receipt_handle=providers.fresh_handle(),
                )
            )
    db.session.remove()
