"""Talking IMAP to a mail server that nobody trusts: bounded in time and in bytes, and only to hosts that are allowed."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any

from app.core.outside import IpNetwork, may_call

CONNECT_SECONDS, ANSWER_SECONDS, WHOLE_SECONDS = 10.0, 20.0, 90.0
MOST_BYTES = 36 * 1024 * 1024  # what mail servers commonly take: 25 MB of files, and a third more on the way
BEGINNING = 2 * 1024 * 1024  # so much of a larger one is read
MOST_UIDS = 5_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANSWERED = (OSError, imaplib.IMAP4.error, ValueError, IndexError, UnicodeError)


class ImapProblem(Exception):
    """What went wrong with a mail server: one of the codes of `enums.PROBLEMS`, never its words."""

    def __init__(self, code: str) -> None:
        """Take the code."""
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """Where to connect and as whom. Never printed: it holds the password."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Which hosts may be talked to: any (`is_open`), else public ones and those within `networks`."""

    is_open: bool
    networks: Sequence[IpNetwork] = ()

    def allows(self, address: str) -> bool:
        """Tell whether an IP address may be connected to."""
        return self.is_open or may_call(ip_address(address.partition("%")[0]), self.networks)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was opened."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message of the server: its bytes (of a large one the beginning), size, and when it arrived there."""

    raw: bytes
    size: int
    arrived_at: datetime | None

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning was read."""
        return self.size > MOST_BYTES


class _Bounded(imaplib.IMAP4):
    """An IMAP connection to one checked address, with a limit of bytes and of time over all."""

    def __init__(self, account: Account, reach: Reach) -> None:
        self._reach, self._ends = reach, time.monotonic() + WHOLE_SECONDS
        super().__init__(account.host, account.port, timeout=CONNECT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        allowed = [each for each in found if self._reach.allows(str(each[4][0]))]
        if not allowed:
            raise ImapProblem("private")
        family, kind, protocol, _name, where = allowed[0]
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(CONNECT_SECONDS)
            sock.connect(where)  # the address that was checked: the name is not asked for again
            sock.settimeout(ANSWER_SECONDS)
        except BaseException:
            sock.close()
            raise
        return sock

    def read(self, size: int) -> bytes:
        """Read what the server announced, in pieces. ImapProblem: it is too much, or takes too long."""
        if size > MOST_BYTES + 1024:
            raise ImapProblem("protocol")
        pieces, left = [], size
        while left > 0:
            self._in_time()
            piece = self._stream().read1(min(left, 65_536))
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def readline(self) -> bytes:
        """Read a line. ImapProblem: the time over all has passed."""
        self._in_time()
        return super().readline()

    def _stream(self) -> Any:
        return self.__dict__.get("_file") or self.__dict__["file"]  # newer Pythons keep it under the first name

    def _in_time(self) -> None:
        if time.monotonic() > self._ends:
            raise ImapProblem("too_slow")


class _BoundedTls(_Bounded):
    """The same, encrypted from the first byte."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return ssl.create_default_context().wrap_socket(super()._create_socket(timeout), server_hostname=self.host)


class Box:
    """A folder of a mailbox, opened for writing."""

    def __init__(self, server: imaplib.IMAP4, folder: Folder) -> None:
        """Keep the connection."""
        self._server, self.folder = server, folder

    def unseen(self) -> set[int]:
        """Give the messages that nobody has read."""
        return self._search("UNSEEN")

    def after(self, uid: int) -> set[int]:
        """Give the messages behind one, read or not. (A server answers `n:*` with its last message at least.)"""
        return {each for each in self._search("UID", f"{uid + 1}:*") if each > uid}

    def since(self, day: date) -> set[int]:
        """Give the messages that arrived on a day or later."""
        return self._search("SINCE", f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}")

    def _search(self, *criteria: str) -> set[int]:
        with _named():
            kind, data = self._server.uid("SEARCH", *criteria)
            if kind != "OK":
                raise ImapProblem("protocol")
            return {int(each) for line in data if line for each in line.split()}

    def fetch(self, uid: int) -> Fetched | None:
        """Read a message without marking it as read. None: the server does not give it out (it may be gone)."""
        with _named():
            kind, data = self._server.uid("FETCH", str(uid), "(UID RFC822.SIZE INTERNALDATE)")
            line = b" ".join(each for each in data if isinstance(each, bytes))
            size = re.search(rb"RFC822\.SIZE (\d{1,12})", line)
            if kind != "OK" or size is None:
                return None
            told = int(size[1])
            wanted = "(UID BODY.PEEK[])" if told <= MOST_BYTES else f"(UID BODY.PEEK[]<0.{BEGINNING}>)"
            kind, data = self._server.uid("FETCH", str(uid), wanted)
            raw = next((each[1] for each in data if isinstance(each, tuple)), None)
            return Fetched(raw, told, _arrival(line)) if kind == "OK" and raw is not None else None

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark messages as read."""
        if uids:
            with _named():
                self._server.uid("STORE", ",".join(str(each) for each in uids), "+FLAGS.SILENT", "(\\Seen)")


def _arrival(line: bytes) -> datetime | None:
    found = re.search(rb'INTERNALDATE "([^"]{10,40})"', line)
    try:
        return parsedate_to_datetime(found[1].decode("ascii").replace("-", " ", 2).strip()) if found else None
    except ValueError:
        return None


@contextmanager
def opened(account: Account, reach: Reach) -> Iterator[Box]:
    """Connect, sign in and open the folder for the block. ImapProblem with a code."""
    server = _connected(account, reach)
    try:
        yield Box(server, _selected(server, account.folder))
    finally:
        with suppress(*_ANSWERED, ImapProblem):
            server.logout()
        with suppress(OSError):
            server.shutdown()


def _connected(account: Account, reach: Reach) -> imaplib.IMAP4:
    try:
        server = (_BoundedTls if account.security == "tls" else _Bounded)(account, reach)
    except _ANSWERED as problem:
        raise ImapProblem(_code_of(problem)) from None
    try:
        if account.security == "starttls":
            with _named("tls"):
                server.starttls(ssl.create_default_context())
        with _named("login"):
            server.login(account.user, account.password)
    except BaseException:
        with suppress(OSError):
            server.shutdown()
        raise
    return server


def _selected(server: imaplib.IMAP4, folder: str) -> Folder:
    with _named("folder"):
        kind, _count = server.select(_quoted(folder))
        if kind != "OK" or server.is_readonly:
            raise ImapProblem("folder")
        told = {name: server.response(name)[1] for name in ("UIDVALIDITY", "UIDNEXT")}
        validity, following = (told[name][0] if told[name] else None for name in ("UIDVALIDITY", "UIDNEXT"))
        if not validity or not following:
            raise ImapProblem("protocol")
        return Folder(int(validity), int(following))


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def _named(refused: str = "protocol") -> Iterator[None]:
    """Name what goes wrong in the block; `refused` is the code of the server's own no."""
    try:
        yield
    except imaplib.IMAP4.readonly:
        raise ImapProblem(refused) from None
    except imaplib.IMAP4.abort:
        raise ImapProblem("tls" if refused == "tls" else "unreachable") from None
    except imaplib.IMAP4.error:
        raise ImapProblem(refused) from None
    except _ANSWERED as problem:
        raise ImapProblem(_code_of(problem)) from None


def _code_of(problem: BaseException) -> str:
    if isinstance(problem, ssl.SSLError):
        return "tls"
    if isinstance(problem, TimeoutError):
        return "too_slow"
    if isinstance(problem, OSError):
        return "unreachable"
    is_cut_off = isinstance(problem, imaplib.IMAP4.abort) and "unexpected" not in str(problem)
    return "unreachable" if is_cut_off else "protocol"
