"""Receipts that the simulator sends back, signed as the providers sign theirs, from a thread of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
from dataclasses import dataclass

import httpx

from simulator.store import Store

TRIES = 5
LONGEST_DELAY_MS = 60_000
PLANS: dict[str, tuple[str, ...]] = {
    "delivered": ("sent", "delivered"),
    "read": ("sent", "delivered", "read"),
    "failed": ("failed",),
    "twice": ("sent", "delivered", "delivered"),
    "disordered": ("delivered", "sent"),
    "never": (),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A receipt to send."""

    message_id: int
    provider_id: str
    reference: str
    callback: str
    secret: str
    kind: str
    address: str = ""


class Receipts:
    """The sender of receipts."""

    def __init__(self, store: Store) -> None:
        """Start the thread."""
        self._store = store
        self._due: queue.Queue[Due] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def plan(self, due: Due) -> None:
        """Send the receipts of a message soon."""
        if due.callback:
            self._due.put(due)

    def _work(self) -> None:
        while True:
            due = self._due.get()
            settings = self._store.settings(due.address)
            time.sleep(min(int(settings["receipt_delay_ms"]), LONGEST_DELAY_MS) / 1000)
            for state in PLANS.get(str(settings["receipts"]), ()):
                self._send(due, state)

    def _send(self, due: Due, state: str) -> None:
        body, headers = _signed(due, state)
        for number in range(TRIES):
            try:
                answer = httpx.post(due.callback, content=body, headers=headers, timeout=5, trust_env=False)
            except httpx.HTTPError:
                time.sleep(min(2**number, 10))
                continue
            if answer.status_code < 500:
                self._store.note_receipt(due.message_id, f"{state}:{answer.status_code}")
                return
            time.sleep(min(2**number, 10))


def _signed(due: Due, state: str) -> tuple[bytes, dict[str, str]]:
    if due.kind == "whatsapp":
        status = {"id": due.provider_id, "status": state, "biz_opaque_callback_data": due.reference}
        body = json.dumps({"entry": [{"changes": [{"value": {"statuses": [status]}}]}]}).encode()
        name, prefix = "X-Hub-Signature-256", "sha256="
    else:
        body = json.dumps({"id": due.provider_id, "reference": due.reference, "status": state}).encode()
        name, prefix = "X-Signature", ""
    mac = hmac.new(due.secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {name: prefix + mac, "Content-Type": "application/json"}
