"""The simulator's mail server."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

from simulator.store import Store


class Inbox:
    """Takes every mail."""

    def __init__(self, store: Store) -> None:
        """Keep the store."""
        self._store = store

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one mail for each of its recipients, or refuse for now when the mood is so."""
        moods = {self._store.settings(address)["mood"] for address in envelope.rcpt_tos}
        if "busy" in moods:
            return "451 Try again later"
        if moods & {"refuse", "fault"}:
            return "550 Refused"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = mail.get_body(("plain",))
        text = part.get_content() if part else ""
        for address in envelope.rcpt_tos:
            self._store.take(
                channel="email",
                address=address,
                subject=str(mail["Subject"] or ""),
                body=text,
                reference=str(mail["Message-ID"] or ""),
            )
        return "250 OK"


def serve(store: Store, port: int) -> Controller:
    """Start the mail server on a port of this machine."""
    controller = Controller(Inbox(store), hostname="127.0.0.1", port=port)
    controller.start()
    return controller
