"""A web server and a mail server on real ports that answer as a test tells them, and keep what they heard."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """What was heard, and how to answer next: a status with a body, or None to break the line."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    status: int | None = 200
    answer: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def web_server() -> Iterator[Web]:
    """Run a web server for the block."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            web.heard.append(Heard(self.command, self.path, dict(self.headers), body))
            if web.status is None:
                self.connection.close()
                return
            text = web.answer if isinstance(web.answer, bytes) else json.dumps(web.answer).encode()
            self.send_response(web.status)
            for name, value in {"Content-Length": str(len(text)), **web.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _any

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)


@dataclass
class Mail:
    """What a mail server heard; `says` gives the reply to a command, None breaks the line."""

    port: int = 0
    commands: list[str] = field(default_factory=list)
    text: bytes = b""
    says: dict[str, str | None] = field(default_factory=dict)


REPLIES = {
    "HELLO": "220 ready",
    "EHLO": "250 mail",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
}


@contextmanager
def mail_server(**says: str | None) -> Iterator[Mail]:
    """Run a mail server for the block; `DOT` stands for the reply to the end of the text."""
    mail = Mail(says={("." if name == "DOT" else name): reply for name, reply in says.items()})
    listener = socket.create_server(("127.0.0.1", 0))
    mail.port = listener.getsockname()[1]

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = listener.accept()
                with line, contextlib.suppress(OSError):
                    _talk(line, mail)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield mail
    finally:
        listener.close()


def _talk(line: socket.socket, mail: Mail) -> None:
    reader = line.makefile("rb")

    def say(word: str) -> bool:
        reply = mail.says.get(word, REPLIES.get(word, "502 no"))
        if reply is None:
            return False
        line.sendall(f"{reply}\r\n".encode())
        return True

    if not say("HELLO"):
        return
    while command := reader.readline():
        said = command.decode("latin-1").strip()  # a command may be anything, as on a real line
        word = said.upper().partition(" ")[0].partition(":")[0]
        mail.commands.append(said)
        if not say(word):
            return
        if word == "DATA" and mail.says.get("DATA", "354").startswith("354"):  # type: ignore[union-attr]
            parts = []
            while (part := reader.readline()) != b".\r\n":
                parts.append(part)
            mail.text = b"".join(parts)
            if not say("."):
                return
