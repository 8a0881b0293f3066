"""Codes of PX actions, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.core.severity import Severity as Severity


class ActionStatus(StrEnum):
    """The states of a PX action (product.md section 5)."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return {
            ActionStatus.OPEN: pgettext("action", "Open"),
            ActionStatus.IN_PROGRESS: pgettext("action", "In progress"),
            ActionStatus.PENDING_APPROVAL: pgettext("action", "Awaiting approval"),
            ActionStatus.APPROVED: pgettext("action", "Approved"),
            ActionStatus.CLOSED: pgettext("action", "Closed"),
            ActionStatus.CANCELLED: pgettext("action", "Cancelled"),
        }[self]


ACTIVE = frozenset({ActionStatus.OPEN, ActionStatus.IN_PROGRESS, ActionStatus.PENDING_APPROVAL})
FINAL = frozenset({ActionStatus.CLOSED, ActionStatus.CANCELLED})
MANUAL = "manual"  # the source of what somebody opened by hand, and wrote the title of


class SignalKind(StrEnum):
    """What may deserve an action (later domains add theirs)."""

    SURVEY_LOW_SCORE = "survey_low_score"
    SURVEY_CALLBACK = "survey_callback"
    RESOLUTION_LOW_SCORE = "resolution_low_score"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return {
            SignalKind.SURVEY_LOW_SCORE: _l("Low survey score"),
            SignalKind.SURVEY_CALLBACK: _l("Wish to be called back"),
            SignalKind.RESOLUTION_LOW_SCORE: _l("Answer to a complaint did not satisfy"),
        }[self]


WRITTEN_BY_PEOPLE: dict[str, Any] = {
    "note": _l("Internal note"),
    "call": _l("Phone call with the patient"),
}
