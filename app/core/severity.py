"""How grave a matter is: one scale for every domain that has queues and deadlines."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Severity(StrEnum):
    """How grave a matter is; orders queues and chooses the deadline."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return {
            Severity.CRITICAL: _l("Critical"),
            Severity.HIGH: _l("High"),
            Severity.MEDIUM: _l("Medium"),
            Severity.LOW: _l("Low"),
        }[self]
