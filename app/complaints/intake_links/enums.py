"""Codes of intake links, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_pgettext


class LinkState(StrEnum):
    """What became of a link; the last three are ends."""

    SENT = "sent"
    OPENED = "opened"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _LABELS[self]


_LABELS: dict[str, Any] = {
    "sent": lazy_pgettext("intake link", "Sent"),
    "opened": lazy_pgettext("intake link", "Opened"),
    "used": lazy_pgettext("intake link", "Became a complaint"),
    "expired": lazy_pgettext("intake link", "Ran out"),
    "revoked": lazy_pgettext("intake link", "Taken back"),
}
TONES = {"sent": "accent", "opened": "accent", "used": "success", "expired": "warning", "revoked": "neutral"}
WAITING = (LinkState.SENT, LinkState.OPENED)
