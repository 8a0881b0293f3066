"""What happened to an action as one timeline: its events, the steps of its clock and what people wrote, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.accounts.models import User
from app.core.events.timeline import TimelineEntry
from app.core.i18n import named
from app.core.sla.events import ClockEscalated, ClockReminded
from app.px_action_center.enums import ActionStatus, Severity
from app.px_action_center.events import (
    ActionAssigned,
    ActionMoved,
    ActionNoted,
    ActionPassedOn,
    ActionSeverityChanged,
)
from app.px_action_center.models import ActionNote

RUNGS = {
    "department_manager": lambda: _("the department's manager"),
    "hospital_admin": lambda: _("the hospital's administrator"),
    "px_admin": lambda: _("PX Admin"),
}
TONES = {"core.clock.breached": "danger", "core.clock.escalated": "warning", "core.clock.reminded": "warning"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, who did it (empty: PX360), in words, and what was written."""

    at: datetime
    who: str
    title: str
    icon: str
    tone: str = "neutral"
    text: str = ""
    language: str = ""


def lines_of(entries: Sequence[TimelineEntry], notes: Iterable[tuple[ActionNote, User | None]]) -> list[Line]:
    """Give the timeline; one statement for the names."""
    known = accounts.names_of(_people(entries))
    lines = [
        Line(
            entry.at,
            named(known.get(entry.actor_id)) if entry.actor_id else "",
            _title(entry, known),
            entry.icon,
            TONES.get(entry.kind, "neutral"),
        )
        for entry in entries
        if entry.kind != ActionNoted.kind
    ]
    lines += [
        Line(note.created_at, named(author), _NOTES.get(note.kind, _NOTES["note"])(), "message", "accent", note.body,
             note.text_language)
        for note, author in notes
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line.at, reverse=True)


_NOTES = {
    "note": lambda: _("wrote"),
    "return": lambda: _("said why it comes back"),
    "cancel": lambda: _("said why it is cancelled"),
}


def _people(entries: Sequence[TimelineEntry]) -> set[UUID]:
    found = {entry.actor_id for entry in entries if entry.actor_id}
    return found | {UUID(entry.data["assignee_id"]) for entry in entries if entry.kind == ActionAssigned.kind}


def _title(entry: TimelineEntry, known: dict[UUID, User]) -> str:
    data = entry.data
    if entry.kind == ActionMoved.kind:
        before, after = ActionStatus(data["before"]).label, ActionStatus(data["after"]).label
        return _("Status: %(after)s (before: %(before)s)", before=before, after=after)
    if entry.kind == ActionAssigned.kind:
        return _("Handed over to %(name)s", name=named(known.get(UUID(data["assignee_id"]))))
    if entry.kind == ActionSeverityChanged.kind:
        before, after = Severity(data["before"]).label, Severity(data["after"]).label
        return _("Severity: %(after)s (before: %(before)s)", before=before, after=after)
    if entry.kind == ClockReminded.kind:
        return _("Reminder: %(percent)s %% of the time had passed", percent=data["percent"])
    if entry.kind == ClockEscalated.kind:
        return _("Escalated to %(who)s", who=rung(data["to"]))
    if entry.kind == ActionPassedOn.kind:
        return _("Nobody was there as %(who)s; the next level was told", who=rung(data["to"]))
    return str(entry.label)


def rung(to: str) -> str:
    """Name a rung of the ladder."""
    return RUNGS[to]() if to in RUNGS else _("a named person")
