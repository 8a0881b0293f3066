"""What the simulator has taken, kept in SQLite so that a restart loses nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.time import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, channel TEXT, address TEXT, subject TEXT, body TEXT, reference TEXT, callback TEXT,
    kind TEXT, at TEXT, receipts TEXT DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_address ON messages (address);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS hooks (
    hook_id TEXT, verdict TEXT, body TEXT, at TEXT, times INTEGER DEFAULT 1, PRIMARY KEY (hook_id, verdict)
);
CREATE TABLE IF NOT EXISTS phones (address TEXT, name TEXT, value TEXT, PRIMARY KEY (address, name));
"""

# how the simulator behaves; the page and POST /api/settings change it
DEFAULTS: dict[str, Any] = {
    "mood": "good",  # good, busy, refuse, fault, hang (takes the message, then breaks the line)
    "delay_ms": 0,
    "deduplicates": True,
    "knows_references": True,
    "receipts": "delivered",  # delivered, read, failed, twice, disordered, never
    "receipt_delay_ms": 300,
}
OF_ONE_PHONE = (
    "mood",
    "delay_ms",
    "receipts",
    "receipt_delay_ms",
)  # what a single number or address may have of its own


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as it arrived."""

    id: int
    channel: str
    address: str
    subject: str
    body: str
    reference: str
    at: str
    receipts: str


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook, how its signature was judged, and how often it came."""

    hook_id: str
    verdict: str
    body: str
    at: str
    times: int


class Store:
    """The messages and the settings."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(SCHEMA)

    def settings(self, address: str = "") -> dict[str, Any]:
        """Give how the simulator behaves now, for everyone or for one number or address."""
        own = "SELECT name, value FROM phones WHERE address = ?"
        with self._lock:
            kept = dict(self._db.execute("SELECT name, value FROM settings").fetchall())
            kept |= dict(self._db.execute(own, (address,)).fetchall()) if address else {}
        return {name: json.loads(kept[name]) if name in kept else value for name, value in DEFAULTS.items()}

    def own_settings(self, address: str) -> dict[str, Any]:
        """Give only what this number or address has of its own."""
        with self._lock:
            kept = self._db.execute("SELECT name, value FROM phones WHERE address = ?", (address,)).fetchall()
        return {name: json.loads(value) for name, value in kept}

    def change_phone(self, address: str, values: dict[str, Any]) -> None:
        """Change how one number or address is served; None takes its own value away."""
        with self._lock, self._db:
            for name in set(values) & set(OF_ONE_PHONE):
                self._db.execute("DELETE FROM phones WHERE address = ? AND name = ?", (address, name))
                if values[name] is not None:
                    self._db.execute("INSERT INTO phones VALUES (?, ?, ?)", (address, name, json.dumps(values[name])))

    def change(self, values: dict[str, Any]) -> None:
        """Change how it behaves; unknown names are passed over."""
        with self._lock, self._db:
            for name, value in values.items():
                if name in DEFAULTS:
                    self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def take(
        self,
        *,
        channel: str,
        address: str,
        body: str,
        reference: str,
        subject: str = "",
        callback: str = "",
        kind: str = "",
    ) -> int:
        """Keep a message and give its id; a reference that came before gives the same id where it deduplicates."""
        if reference and self.settings()["deduplicates"]:
            known = self.find(reference)
            if known is not None:
                return known
        with self._lock, self._db:
            found = self._db.execute(
                "INSERT INTO messages (channel, address, subject, body, reference, callback, kind, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (channel, address, subject, body, reference, callback, kind, clock.now().isoformat()),
            )
            return int(found.lastrowid or 0)

    def find(self, reference: str) -> int | None:
        """Give the id of the message with this reference."""
        with self._lock:
            row = self._db.execute("SELECT id FROM messages WHERE reference = ? ORDER BY id", (reference,)).fetchone()
        return int(row[0]) if row else None

    def note_receipt(self, message_id: int, state: str) -> None:
        """Keep that a receipt was sent."""
        with self._lock, self._db:
            self._db.execute("UPDATE messages SET receipts = receipts || ? WHERE id = ?", (f"{state} ", message_id))

    def messages(self, *, address: str = "", channel: str = "", limit: int = 200) -> list[Taken]:
        """Give messages, newest first."""
        query = "SELECT id, channel, address, subject, body, reference, at, receipts FROM messages WHERE 1 = 1"
        values: list[Any] = []
        for name, value in (("address", address), ("channel", channel)):
            if value:
                query += f" AND {name} = ?"
                values.append(value)
        with self._lock:
            rows = self._db.execute(f"{query} ORDER BY id DESC LIMIT ?", (*values, limit)).fetchall()
        return [Taken(*row) for row in rows]

    def take_hook(self, hook_id: str, verdict: str, body: str) -> None:
        """Keep a webhook; one that came before, told by its id, is counted."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO hooks (hook_id, verdict, body, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (hook_id, verdict) DO UPDATE SET times = times + 1, at = excluded.at",
                (hook_id, verdict, body, clock.now().isoformat()),
            )

    def hooks(self, limit: int = 200) -> list[Hook]:
        """Give webhooks, newest first."""
        query = "SELECT hook_id, verdict, body, at, times FROM hooks ORDER BY at DESC LIMIT ?"
        with self._lock:
            return [Hook(*row) for row in self._db.execute(query, (limit,)).fetchall()]
