"""The simulator: plays the providers, its phone page shows what came, and it can misbehave for all or for one number."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from app.notifications.gateways import Gateway, Outgoing, build
from devstack.servers import free_port
from simulator.mail import serve
from simulator.store import Store
from simulator.web import create

PHONE = "+966501234567"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """What the simulator keeps."""
    return Store(tmp_path / "simulator.sqlite")


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    """The simulator on a real port."""
    server = make_server("127.0.0.1", 0, create(store), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(2)


def out(reference: str = "px1", to: str = PHONE) -> Outgoing:
    """A message."""
    text = "كيف كانت زيارتكم؟ https://x.sa/s/abc <script>"
    return Outgoing(
        reference, to, "عنوان", text, "ar", "a@b.org", "px360_survey_invitation", ("مستشفى", "https://x.sa")
    )


def gateway(url: str, channel: str = "sms", **more: Any) -> Gateway:
    """PX360's own gateway to the simulator."""
    settings = {"base_url": url, "ask_path": "/messages/{reference}", "phone_number_id": "1", **more}
    return build("simulator", channel, settings, {"token": "t"}, is_production=False)


def test_a_message_can_be_read_on_the_phone_and_its_link_opened(url: str) -> None:
    assert gateway(url).send(out()).kind == "accepted"
    assert gateway(url, "whatsapp").send(out("px2")).kind == "accepted"
    page = httpx.get(f"{url}/phone/{PHONE}").text

    assert '<a href="https://x.sa/s/abc" dir="ltr">' in page
    assert "<script>" not in page
    assert page.count('class="bubble" dir="auto"') == 2
    assert PHONE in httpx.get(f"{url}/phone/").text


def test_it_deduplicates_by_reference_or_does_not(url: str, store: Store) -> None:
    first, again = gateway(url).send(out()), gateway(url).send(out())
    assert first.provider_id == again.provider_id
    assert len(store.messages()) == 1

    httpx.post(f"{url}/api/settings", json={"deduplicates": False})
    assert gateway(url).send(out()).provider_id != first.provider_id
    assert len(store.messages()) == 2


def test_it_can_be_asked_or_not(url: str) -> None:
    taken = gateway(url).send(out())
    assert gateway(url).ask("px1").provider_id == taken.provider_id  # type: ignore[union-attr]

    httpx.post(f"{url}/api/settings", json={"knows_references": False})
    assert gateway(url).ask("px1") is None


@pytest.mark.parametrize(("mood", "kind"), [("busy", "busy"), ("refuse", "rejected"), ("fault", "unknown")])
def test_one_number_may_be_served_badly_while_the_others_are_not(url: str, mood: str, kind: str) -> None:
    httpx.post(f"{url}/api/phones/{PHONE}/settings", json={"mood": mood})

    assert gateway(url).send(out()).kind == kind
    assert gateway(url).send(out("px2", "+966509999999")).kind == "accepted"
    httpx.post(f"{url}/phone/{PHONE}/settings", data={"mood": "", "receipts": ""})
    assert gateway(url).send(out("px3")).kind == "accepted"


def test_mail_arrives_over_smtp_and_can_be_refused_for_one_address(url: str, store: Store) -> None:
    port = free_port()
    mail = serve(store, port)
    try:
        sender = gateway(url, "email", host="127.0.0.1", port=port, sender="a@b.org")
        assert sender.send(out(to="noura@example.org")).kind == "accepted"
        store.change_phone("off@example.org", {"mood": "refuse"})
        assert sender.send(out(to="off@example.org")).kind == "rejected"
    finally:
        mail.stop()

    page = httpx.get(f"{url}/mail/").text
    assert "عنوان" in page
    assert "noura@example.org" in page


def test_it_does_not_start_in_production() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator"],
        env={**os.environ, "PX360_ENV": "production"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "refused in production" in done.stderr
