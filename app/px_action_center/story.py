"""What happened to an action as one timeline: its events, the steps of its clock and what people wrote, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.accounts.models import User
from app.core.events.timeline import TimelineEntry
from app.core.i18n import named
from app.core.severity import Severity
from app.core.web import story
from app.core.web.story import Line, Title, Written
from app.px_action_center.enums import ActionStatus, SignalKind
from app.px_action_center.events import (
    ActionAssigned,
    ActionJoined,
    ActionMoved,
    ActionNoted,
    ActionPassedOn,
    ActionSeverityChanged,
)
from app.px_action_center.models import ActionNote


def lines_of(
    entries: Sequence[TimelineEntry], notes: Iterable[tuple[ActionNote, User | None]], more: Iterable[Line] = ()
) -> list[Line]:
    """Give the timeline, with what `more` there is; one statement for the names."""
    written = [
        Written(note.created_at, named(author), _NOTES.get(note.kind, _NOTES["note"])(), note.body, note.text_language)
        for note, author in notes
    ]
    return story.lines_of(entries, written, TITLES, more)


_NOTES = {
    "note": lambda: _("wrote"),
    "call": lambda: _("spoke with the patient"),
    "return": lambda: _("said why it comes back"),
    "cancel": lambda: _("said why it is cancelled"),
}


def _moved(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    before, after = ActionStatus(data["before"]).label, ActionStatus(data["after"]).label
    return _("Status: %(after)s (before: %(before)s)", before=before, after=after)


def _judged(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    before, after = Severity(data["before"]).label, Severity(data["after"]).label
    return _("Severity: %(after)s (before: %(before)s)", before=before, after=after)


TITLES: dict[str, Title] = {
    ActionJoined.kind: lambda data, _known: str(SignalKind(data["signal_kind"]).label),
    ActionNoted.kind: lambda _data, _known: "",  # the note itself stands there
    ActionMoved.kind: _moved,
    ActionSeverityChanged.kind: _judged,
    ActionAssigned.kind: story.assigned,
    ActionPassedOn.kind: story.passed_on,
}
story.tell(TITLES)
