"""What the tests of webhooks share: a receiver on a real port, an endpoint that points to it, and the worker's turn."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask import Flask

from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.integrations.outbound.catalogue import KINDS
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.outbound.services import endpoints, sending
from app.integrations.outbound.services.endpoints import EndpointFacts
from tests.cast import Cast

SYSTEM = system_actor("test")
WORDS = "انتظرت نورة العتيبي ثلاث ساعات ورقمها 0501234567"


@dataclass
class Heard:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The body read."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What was heard, and how to answer next."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    status: int = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None  # what happens while the sender waits

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def running_receiver(wrap: Callable[[Any], Any] = lambda server: server) -> Iterator[Receiver]:
    """Run a receiver for the block; `wrap` may put TLS around its socket."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body))
            receiver.before()
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wrap(server)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)


def is_signed(heard: Heard, secret: str) -> bool:
    """Check a request as a receiver does, from the words of the convention alone and not with the sender's code."""
    content = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.{heard.body.decode()}"
    key = base64.b64decode(secret[len("whsec_") :])
    wanted = base64.b64encode(hmac.new(key, content.encode(), hashlib.sha256).digest()).decode()
    given = [part.split(",", 1) for part in heard.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, wanted) for version, value in given)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a real port."""
    with running_receiver() as found:
        yield found


@pytest.fixture
def networks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that lists the private networks which may be called."""

    def allow(*texts: str) -> None:
        settings = replace(app.config["SETTINGS"], webhook_networks=tuple(ip_network(each) for each in texts))
        monkeypatch.setitem(app.config, "SETTINGS", settings)

    return allow


@pytest.fixture
def loopback(networks: Callable[..., None]) -> None:
    """Let webhooks call this machine."""
    networks("127.0.0.0/8")


def make_endpoint(cast: Cast, url: str, *, kinds: tuple[str, ...] = tuple(KINDS), of: str = "a") -> tuple[UUID, str]:
    """Make an endpoint of a hospital; gives its id and its secret."""
    row, secret = endpoints.create(
        hospital_id=getattr(cast, of).id, facts=EndpointFacts("Quality system", url, kinds), actor=SYSTEM
    )
    return row.id, secret


def complain(cast: Cast, of: str = "a", **more: Any) -> Any:
    """Let somebody complain."""
    facts = ComplaintFacts(words=WORDS, title="Noura Alotaibi waited", contact_name="Noura Alotaibi", **more)
    with acting_as(SYSTEM):
        return receiving.receive(hospital_id=getattr(cast, of).id, facts=facts, actor=SYSTEM)


def send_all() -> None:
    """Do the sender's turn until nothing is due."""
    while sending.send_due():
        pass


def rows(**where: Any) -> list[WebhookDelivery]:
    """The deliveries as the database has them, oldest first."""
    with acting_as(SYSTEM):
        query = sa.select(WebhookDelivery).filter_by(**where).order_by(WebhookDelivery.id)
        return list(db.session.execute(query.execution_options(populate_existing=True)).scalars())


def endpoint_row(endpoint_id: UUID) -> WebhookEndpoint:
    """An endpoint as the database has it."""
    with acting_as(SYSTEM):
        return db.session.get_one(WebhookEndpoint, endpoint_id, populate_existing=True)


@pytest.fixture
def house(app: APIFlask, reference_data: Cast) -> Cast:
    """The cast with the rules that complaints need."""
    return reference_data
