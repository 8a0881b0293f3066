"""HL7 over MLLP on real TCP ports: frames, lines, links that come and go, and no answer when nothing was stored."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from sqlalchemy.exc import OperationalError

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.integrations import mllp
from app.integrations.hl7.frames import MOST_BYTES, framed
from app.integrations.link_states import told_states
from app.integrations.models import InboundEvent, MllpLink, SourceSystem
from devstack.servers import free_port
from tests.integrations.hl7.door import SYSTEM, Said, said
from tests.integrations.hl7.line import make_link
from tests.integrations.hl7.messages import message

ROOT = Path(__file__).resolve().parents[3]


def change(site: APIFlask, model: type, **values: Any) -> None:
    """Set fields of the one row of a table."""
    with site.app_context(), acting_as(SYSTEM), unit_of_work():
        row = db.session.execute(sa.select(model)).scalar_one()
        for name, value in values.items():
            setattr(row, name, value)


def stored(site: APIFlask) -> list[tuple[str, str]]:
    """State and control id of what was kept."""
    with site.app_context(), acting_as(SYSTEM):
        query = sa.select(InboundEvent.state, InboundEvent.external_id).order_by(InboundEvent.received_at)
        return [(state, control) for state, control in db.session.execute(query)]


class Caller:
    """A hospital system at the other end of a line."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=20)

    def send(self, raw: bytes) -> None:
        self.line.sendall(raw)

    def answer(self) -> Said | None:
        """The next acknowledgement, or None when the line was closed."""
        got = b""
        while not got.endswith(b"\x1c\r"):
            try:
                piece = self.line.recv(1)
            except ConnectionResetError:
                return None
            if not piece:
                return None
            got += piece
        assert got.startswith(b"\x0b")
        return said(got[1:-2])

    def ask(self, text: str | bytes) -> Said | None:
        """Send one message and wait for its acknowledgement."""
        self.send(framed(text.encode() if isinstance(text, str) else text))
        return self.answer()


def eventually(what: str, ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited for {what}")


def refused(port: int) -> bool:
    """Whether nobody listens there any more."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return True
    return False


def test_messages_on_one_line_are_answered_in_order(site: APIFlask, board: mllp.Switchboard) -> None:
    caller = Caller(_opened(site, board))
    both = framed(message(control="M-1").encode()) + framed(message("ADT^A03", control="M-2").encode())
    caller.send(both[:100])
    caller.send(both[100:])

    answers = [caller.answer(), caller.answer(), caller.ask(message(control="M-1")), caller.ask("nonsense")]
    assert [(each.code, each.control) for each in answers if each] == [
        ("AA", "M-1"),
        ("AA", "M-2"),
        ("AA", "M-1"),
        ("AR", ""),
    ]
    assert stored(site) == [("received", "M-1"), ("received", "M-2")]


def _opened(site: APIFlask, board: mllp.Switchboard, **values: Any) -> int:
    port = make_link(site, **values)
    board.refresh()
    return port


def test_broken_frames_are_noise_and_the_line_goes_on(site: APIFlask, board: mllp.Switchboard) -> None:
    caller = Caller(_opened(site, board))
    caller.send(b"noise\x1c\r" + b"\x0bMSH|begun and never ended" + b"\r\n\r\n")
    answer = caller.ask(message(control="M-3"))

    assert answer is not None and (answer.code, answer.control) == ("AA", "M-3")


def test_a_message_without_end_closes_the_line(site: APIFlask, board: mllp.Switchboard) -> None:
    port = _opened(site, board)
    caller = Caller(port)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        caller.send(b"\x0b")
        for _part in range(MOST_BYTES // 65_536 + 2):
            caller.send(b"x" * 65_536)

    assert caller.answer() is None
    again = Caller(port).ask(message(control="M-4"))
    assert again is not None and again.code == "AA"


def test_an_arabic_link_in_windows_1256(site: APIFlask, board: mllp.Switchboard) -> None:
    change(site, SourceSystem, charset="windows-1256")
    caller = Caller(_opened(site, board))
    answer = caller.ask(message(control="M-5", charset="").encode("cp1256"))
    change(site, SourceSystem, charset="utf-8")

    assert answer is not None and answer.code == "AA"


def test_without_the_database_the_line_closes_unanswered_and_the_next_try_is_taken(
    site: APIFlask, board: mllp.Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = _opened(site, board)
    real = mllp.hl7_messages.receive

    def away(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the connection is lost"))

    monkeypatch.setattr(mllp.hl7_messages, "receive", away)
    assert Caller(port).ask(message(control="M-6")) is None
    monkeypatch.setattr(mllp.hl7_messages, "receive", real)

    answer = Caller(port).ask(message(control="M-6"))
    assert answer is not None and answer.code == "AA"
    assert stored(site) == [("received", "M-6")]


@pytest.mark.parametrize(
    ("allowed", "is_let_in"), [([], True), (["127.0.0.0/8"], True), (["10.1.1.0/24", "::1"], False)]
)
def test_only_allowed_addresses_are_heard(
    site: APIFlask, board: mllp.Switchboard, allowed: list[str], is_let_in: bool
) -> None:
    caller = Caller(_opened(site, board, allowed_addresses=allowed))
    try:
        answer = caller.ask(message(control="M-7"))
    except (BrokenPipeError, ConnectionResetError):
        answer = None

    assert (answer is not None) == is_let_in
    assert bool(stored(site)) == is_let_in


def test_links_open_close_and_move_at_run_time(site: APIFlask, board: mllp.Switchboard) -> None:
    port = _opened(site, board)
    caller = Caller(port)
    first = caller.ask(message(control="M-8"))
    assert first is not None and first.code == "AA"

    moved = free_port()
    change(site, MllpLink, port=moved)
    board.refresh()
    assert caller.answer() is None
    assert refused(port)
    again = Caller(moved).ask(message(control="M-9"))
    assert again is not None and again.code == "AA"

    change(site, SourceSystem, is_active=False)
    board.refresh()
    change(site, SourceSystem, is_active=True)
    assert refused(moved)


def test_a_busy_port_is_told_and_opened_when_it_is_free(site: APIFlask, board: mllp.Switchboard) -> None:
    port = make_link(site)
    other = socket.create_server(("127.0.0.1", port))
    board.refresh()
    with site.app_context():
        assert [each.state for each in (told_states() or {}).values()] == ["refused"]
    other.close()
    board.refresh()

    with site.app_context():
        assert [each.state for each in (told_states() or {}).values()] == ["open"]
    answer = Caller(port).ask(message(control="M-10"))
    assert answer is not None and answer.code == "AA"


def test_the_process_itself_listens_and_ends_when_told(
    env: dict[str, str], site: APIFlask, board: mllp.Switchboard
) -> None:
    port = make_link(site)
    command = [sys.executable, "-m", "app.integrations.mllp"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stderr=subprocess.DEVNULL)
    try:
        eventually("the port", lambda: not refused(port))
        answer = Caller(port).ask(message(control="M-11"))
        assert answer is not None and answer.code == "AA"
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert stored(site) == [("received", "M-11")]
