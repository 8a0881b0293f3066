"""The MLLP listener, a process of its own: `python -m app.integrations.mllp`. One port for each link, bound to its source.

A message is answered when it and its patient are stored. When the database is away the line is closed without an answer,
so that the sender sends again; an answer would be taken as final.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import signal
import socket
import socketserver
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.logging import get_logger, set_request_id
from app.integrations.hl7.frames import Frames, TooLong, framed
from app.integrations.link_states import LinkState, tell
from app.integrations.models import MllpLink, SourceSystem
from app.integrations.services import hl7_messages, senders
from app.integrations.services.keys import actor_of

log = get_logger(__name__)

LOOK_AGAIN_SECONDS = 5.0  # how soon a new, changed or removed link takes effect
LINE_TIMEOUT_SECONDS = 30.0  # within a message; between messages a line may stay silent for days
MOST_LINES = 64  # open at once on one link
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Link:
    """What the listener needs to know of a link."""

    id: UUID
    port: int
    source_id: UUID
    allowed: tuple[str, ...]


class Listener(socketserver.ThreadingTCPServer):
    """Accepts the lines of one link."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, link: Link, app: Flask) -> None:
        """Open the port. OSError: it is taken."""
        self.link = link
        self.app = app
        self.ending = threading.Event()
        self.lines = threading.BoundedSemaphore(MOST_LINES)
        super().__init__((host, link.port), Line)

    def verify_request(self, _request: Any, client_address: Any) -> bool:
        """Let only the addresses of the link in; no list means any."""
        is_let_in = not self.link.allowed or any(_is_in(client_address[0], each) for each in self.link.allowed)
        if not is_let_in:
            log.warning("mllp_address_refused", link_id=str(self.link.id))
        return is_let_in

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Log the type only: what a line carried may hold a patient's data."""
        log.error("mllp_line_failed", link_id=str(self.link.id), exc_info=True)


class Line(socketserver.BaseRequestHandler):
    """One TCP line: messages in, acknowledgements out, in order."""

    server: Listener

    def handle(self) -> None:
        """Serve the line until the sender closes it or the process ends."""
        if not self.server.lines.acquire(blocking=False):
            return
        try:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._serve()
        except (TooLong, TimeoutError, ConnectionError) as problem:
            log.warning("mllp_line_closed", link_id=str(self.server.link.id), problem=type(problem).__name__)
        finally:
            self.server.lines.release()

    def _serve(self) -> None:
        frames = Frames()
        waited = 0.0
        self.request.settimeout(1.0)
        while not self.server.ending.is_set():
            try:
                piece = self.request.recv(PIECE)
            except TimeoutError:
                waited = waited + 1.0 if frames.is_in_message else 0.0
                if waited > LINE_TIMEOUT_SECONDS:
                    raise
                continue
            if not piece:
                return
            waited = 0.0
            for message in frames.feed(piece):
                answer = self._take(message)
                if answer is None:
                    return
                self.request.sendall(framed(answer))

    def _take(self, message: bytes) -> bytes | None:
        """Give the acknowledgement, or None when the message could not be stored: the sender shall send again."""
        set_request_id(f"mllp-{secrets.token_hex(8)}")
        with self.server.app.app_context():
            try:
                source = senders.by_id(self.server.link.source_id)
                if source is None:
                    return None
                actor = actor_of(source)
                with acting_as(actor):
                    return hl7_messages.receive(message, source, actor=actor).message
            except SQLAlchemyError as problem:
                log.error("mllp_not_stored", link_id=str(self.server.link.id), problem=type(problem).__name__)
                return None
            finally:
                db.session.remove()


class Switchboard:
    """Keeps one listener open for each active link."""

    def __init__(self, app: Flask, host: str) -> None:
        """Begin with no listener; `host` is the address on which all ports open."""
        self._app, self._host = app, host
        self.open: dict[UUID, Listener] = {}
        self._refused: set[UUID] = set()

    def refresh(self) -> None:
        """Open what is new, close what is gone or changed; a busy port is said once and tried again."""
        wanted = _links(self._app)
        for link_id, listener in list(self.open.items()):
            if wanted.get(link_id) != listener.link:
                self._close(link_id)
        for link in wanted.values():
            if link.id not in self.open:
                self._open(link)
        with self._app.app_context():
            tell(
                {
                    each.id: LinkState(each.port, "open" if each.id in self.open else "refused")
                    for each in wanted.values()
                }
            )

    def close(self) -> None:
        """Close everything; lines finish the message they are at."""
        for link_id in list(self.open):
            self._close(link_id)

    def _open(self, link: Link) -> None:
        try:
            listener = Listener(self._host, link, self._app)
        except OSError as problem:
            if link.id not in self._refused:
                log.error("mllp_port_busy", link_id=str(link.id), port=link.port, problem=problem.strerror)
            self._refused.add(link.id)
            return
        self._refused.discard(link.id)
        self.open[link.id] = listener
        threading.Thread(target=listener.serve_forever, args=(0.2,), daemon=True).start()
        log.info("mllp_open", link_id=str(link.id), port=link.port)

    def _close(self, link_id: UUID) -> None:
        listener = self.open.pop(link_id)
        listener.ending.set()
        listener.shutdown()
        listener.server_close()
        log.info("mllp_closed", link_id=str(link_id), port=listener.link.port)


def serve(app: Flask, host: str, ended: threading.Event) -> None:
    """Listen on every active link until `ended` is set; a database that is away is only a pause."""
    switchboard = Switchboard(app, host)
    try:
        while not ended.is_set():
            try:
                switchboard.refresh()
            except SQLAlchemyError as problem:
                log.warning("mllp_links_unknown", problem=type(problem).__name__)
            ended.wait(LOOK_AGAIN_SECONDS)
    finally:
        switchboard.close()


def _links(app: Flask) -> Mapping[UUID, Link]:
    with app.app_context(), acting_as(system_actor("open the hospitals' links")):
        rows = db.session.execute(
            select(MllpLink)
            .join(SourceSystem, SourceSystem.id == MllpLink.source_id)
            .where(MllpLink.is_active, MllpLink.archived_at.is_(None), SourceSystem.is_active)
            .where(SourceSystem.archived_at.is_(None))
        ).scalars()
        found = {row.id: Link(row.id, row.port, row.source_id, tuple(row.allowed_addresses)) for row in rows}
        db.session.remove()
        return found


def _is_in(address: str, allowed: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(allowed, strict=False)
    except ValueError:
        return False


def main() -> None:
    """Listen until told to stop."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    serve(create_app(), os.environ.get("PX360_MLLP_HOST", "127.0.0.1"), ended)


if __name__ == "__main__":
    main()
