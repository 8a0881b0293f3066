"""A provider that listens on a real port: takes messages as the configured SMS gateway does, and can misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Provider:
    """What arrived, and how to answer."""

    port: int = 0
    arrived: list[dict[str, Any]] = field(default_factory=list)
    mood: str = "good"  # good, busy, refuse, hang
    deduplicates: bool = True
    knows_references: bool = True
    tells_parts: bool = True
    asked: int = 0
    row_id: Any = None  # of the provider's row, where a test set one up

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, body: dict[str, Any]) -> str:
        """Keep a message and give its id."""
        for number, known in enumerate(self.arrived):
            if self.deduplicates and known["reference"] == body["reference"]:
                return f"m{number}"
        self.arrived.append(body)
        return f"m{len(self.arrived) - 1}"


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Run a provider for the block."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if provider.mood == "busy":
                self._say(503, {})
            elif provider.mood == "refuse":
                self._say(400, {"code": "21"})
            else:
                found = provider.take(body)
                if provider.mood == "hang":
                    self.connection.close()
                    return
                self._say(200, {"id": found, **({"parts": 1} if provider.tells_parts else {})})

        def do_GET(self) -> None:
            provider.asked += 1
            reference = self.path.rpartition("/")[2]
            for number, known in enumerate(provider.arrived):
                if provider.knows_references and known["reference"] == reference:
                    self._say(200, {"id": f"m{number}", "parts": 1})
                    return
            self._say(404, {})

        def _say(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)
        time.sleep(0)
