"""Codes of promises, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext


class PromiseState(StrEnum):
    """What became of a promise; whatever is broken stays broken, also when it is made good later."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _STATES[self]


_STATES: dict[str, Any] = {
    "open": lazy_pgettext("promise", "Open"),
    "kept": lazy_pgettext("promise", "Kept"),
    "broken": lazy_pgettext("promise", "Broken"),
    "withdrawn": lazy_pgettext("promise", "Taken back"),
}
TONES = {"open": "accent", "kept": "success", "broken": "danger", "withdrawn": "neutral"}

KINDS: dict[str, Any] = {
    "call": _l("Call back"),
    "write": _l("Write an answer"),
    "meet": _l("Meet in person"),
    "other": _l("Something else"),
}
