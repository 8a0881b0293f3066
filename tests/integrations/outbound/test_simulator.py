"""The demo's endpoint and the simulator's receiver: what leaves here is verified there, by code that shares nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from app.core.time import clock
from app.integrations.outbound import signing
from app.portal.demo import channels
from app.portal.demo.organization import DemoHospital
from simulator.hooks import HOOK_SECRET, verdict
from simulator.store import Store
from simulator.web import create
from tests.cast import Cast
from tests.integrations.outbound.conftest import SYSTEM, complain, endpoint_row, rows, send_all


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The simulator on a real port."""
    server = make_server("127.0.0.1", 0, create(Store(tmp_path / "simulator.sqlite")), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(2)


def test_the_simulator_verifies_and_lists_what_the_demo_tells_it(
    house: Cast, drain: Any, loopback: None, url: str
) -> None:
    channels.make_webhook(DemoHospital(house.a.id, "A", 0, 0), url, actor=SYSTEM)
    with clock.frozen(datetime.now(UTC)):  # the simulator's threads have the clock of the machine
        complaint = complain(house)
        drain()
        send_all()

    page = httpx.get(f"{url}/hooks/").text
    assert page.count("signature good") == len(rows()) > 0 and complaint.reference in page
    assert {row.answer_code for row in rows()} == {200}
    assert endpoint_row(rows()[0].endpoint_id).succeeded_at is not None


def test_the_demo_makes_no_webhook_where_the_setting_does_not_open_the_network(
    house: Cast, url: str, drain: Any
) -> None:
    channels.make_webhook(DemoHospital(house.a.id, "A", 0, 0), url, actor=SYSTEM)
    complain(house)
    drain()

    assert rows() == []


def test_the_simulator_refuses_what_is_forged_changed_old_or_unsigned(url: str) -> None:
    body = b'{"type":"webhook.test"}'
    good = signing.headers_of("m-1", clock.now(), body, [signing.new_secret(), HOOK_SECRET])
    now = clock.now().timestamp()

    assert verdict(good, body, now) == "good"
    assert verdict(good, body + b" ", now) == "forged"
    assert verdict({**good, "webhook-id": "m-2"}, body, now) == "forged"
    assert verdict(signing.headers_of("m-1", clock.now(), body, [signing.new_secret()]), body, now) == "forged"
    assert verdict(good, body, now + 301) == "old"
    assert verdict({}, body, now) == "missing"
    assert httpx.post(f"{url}/hooks/", content=body).status_code == 401
    assert "refused: missing" in httpx.get(f"{url}/hooks/").text
