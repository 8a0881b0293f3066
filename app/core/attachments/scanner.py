"""Asking a virus scanner by ClamAV's protocol (INSTREAM over TCP or a local socket): nothing but the answer is believed."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

PART = 256 * 1024
PATIENCE = 60.0  # seconds


class ScannerAway(RuntimeError):
    """The scanner cannot be reached or does not answer as agreed; the file waits."""


def is_clean(data: bytes, address: str) -> bool:
    """Tell whether the scanner at `address` (tcp://host:3310 or unix:///path) finds nothing. Raises ScannerAway."""
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), PART):
                part = data[start : start + PART]
                line.sendall(struct.pack("!I", len(part)) + part)
            line.sendall(struct.pack("!I", 0))
            said = _answer(line)
    except OSError as problem:
        raise ScannerAway(type(problem).__name__) from problem
    if said.endswith(" FOUND"):
        return False
    if said == "stream: OK":
        return True
    raise ScannerAway("unexpected answer")


def _connected(address: str) -> socket.socket:
    place = urlsplit(address)
    if place.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        line.connect(place.path)
        return line
    return socket.create_connection((place.hostname or "", place.port or 3310), timeout=PATIENCE)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        part = line.recv(4096)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
