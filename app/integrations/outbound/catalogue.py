"""Which events are told outside, under which name, and with which of their fields: an allow-list.

Only ids, numbers, codes and times leave: a field that is not named here stays inside, and a value that does not look like a
code is left out. Who wants names or words asks the API for them, with its own right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from flask_babel import lazy_gettext as _l

from app.complaints import events as complaints
from app.complaints.inquiries import events as inquiries
from app.core.events import Entry, Event
from app.core.sla.events import ClockBreached, ClockEscalated
from app.px_action_center import events as actions

TEST = "webhook.test"
_CODE = re.compile(r"[A-Za-z0-9_:.+-]{0,80}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event as the outside knows it."""

    code: str
    label: Any
    event: type[Event]
    fields: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about: complaint, inquiry or action."""
        return self.code.partition(".")[0]


_CLOCK = ("clock", "severity", "due_at")
_LADDER = (*_CLOCK, "level", "to")
_STEP = ("reference", "verb", "before", "after")
_CHANGE = ("reference", "before", "after")
_OWNER = ("reference", "assignee_id", "previous_id")

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "complaint.received",
            _l("A complaint was received"),
            complaints.ComplaintReceived,
            ("reference", "channel", "severity", "assignee_id"),
        ),
        Kind("complaint.assigned", _l("A complaint has another owner"), complaints.ComplaintAssigned, _OWNER),
        Kind(
            "complaint.status_changed",
            _l("A complaint took a step: activated, resolved, closed, reopened ..."),
            complaints.ComplaintMoved,
            (*_STEP, "code"),
        ),
        Kind(
            "complaint.severity_changed",
            _l("The severity of a complaint was changed"),
            complaints.ComplaintSeverityChanged,
            _CHANGE,
        ),
        Kind(
            "complaint.source_changed",
            _l("The source of a complaint was changed"),
            complaints.ComplaintSourceChanged,
            _CHANGE,
        ),
        Kind(
            "complaint.explanation_changed",
            _l("An explanation was asked for, answered or judged"),
            complaints.ExplanationMoved,
            ("reference", "explanation_id", "assignee_id", "verb"),
        ),
        Kind(
            "complaint.note_added",
            _l("Somebody wrote on a complaint"),
            complaints.ComplaintNoted,
            ("reference", "note_id", "note_kind"),
        ),
        Kind(
            "complaint.paper_made",
            _l("A letter or a case pack of a complaint was made"),
            complaints.ComplaintPaperMade,
            ("reference", "paper_id", "paper", "language"),
        ),
        Kind(
            "complaint.judged",
            _l("Who complained judged the answer"),
            complaints.ComplaintJudged,
            ("reference", "survey_id", "satisfied", "score"),
        ),
        Kind(
            "complaint.merged",
            _l("A complaint was found to be a duplicate, or parted again"),
            complaints.ComplaintMerged,
            ("reference", "other_id", "other_reference", "what"),
        ),
        Kind(
            "complaint.linked",
            _l("A complaint was linked with another one, or the link taken back"),
            complaints.ComplaintLinked,
            ("reference", "other_id", "other_reference", "link", "what"),
        ),
        Kind("complaint.overdue", _l("A deadline of a complaint passed"), ClockBreached, _CLOCK),
        Kind("complaint.escalated", _l("A complaint was escalated"), ClockEscalated, _LADDER),
        Kind(
            "inquiry.received",
            _l("An inquiry was received"),
            inquiries.InquiryReceived,
            ("reference", "channel", "assignee_id"),
        ),
        Kind("inquiry.assigned", _l("An inquiry has another owner"), inquiries.InquiryAssigned, _OWNER),
        Kind(
            "inquiry.source_changed",
            _l("The source of an inquiry was changed"),
            inquiries.InquirySourceChanged,
            _CHANGE,
        ),
        Kind(
            "inquiry.sorted",
            _l("It was said what an inquiry is about"),
            inquiries.InquirySorted,
            ("reference", "category_id", "department_id"),
        ),
        Kind(
            "inquiry.status_changed",
            _l("An inquiry took a step: answered, closed, made a complaint ..."),
            inquiries.InquiryMoved,
            (*_STEP, "code"),
        ),
        Kind(
            "inquiry.note_added",
            _l("Somebody wrote on an inquiry"),
            inquiries.InquiryNoted,
            ("reference", "note_id", "note_kind"),
        ),
        Kind("inquiry.overdue", _l("A deadline of an inquiry passed"), ClockBreached, _CLOCK),
        Kind("inquiry.escalated", _l("An inquiry was escalated"), ClockEscalated, _LADDER),
        Kind(
            "action.opened",
            _l("An action was opened"),
            actions.ActionOpened,
            ("reference", "department_id", "severity", "source_kind", "assignee_id"),
        ),
        Kind("action.assigned", _l("An action has another owner"), actions.ActionAssigned, _OWNER),
        Kind("action.status_changed", _l("An action took a step"), actions.ActionMoved, _STEP),
        Kind(
            "action.severity_changed",
            _l("The severity of an action was changed"),
            actions.ActionSeverityChanged,
            _CHANGE,
        ),
        Kind("action.overdue", _l("A deadline of an action passed"), ClockBreached, _CLOCK),
        Kind("action.escalated", _l("An action was escalated"), ClockEscalated, _LADDER),
    )
}
SUBJECTS: dict[str, Any] = {"complaint": _l("Complaints"), "inquiry": _l("Inquiries"), "action": _l("PX actions")}
EVENTS = tuple(dict.fromkeys(kind.event for kind in KINDS.values()))
_OF_EVENT = {(kind.event.kind, kind.subject): kind for kind in KINDS.values()}


def kind_of(entry: Entry) -> Kind | None:
    """Give the kind under which an event is told outside; None when it is not told (a deadline of an explanation)."""
    return _OF_EVENT.get((entry.kind, entry.subject_type))


def label_of(code: str) -> Any:
    """Give the words of a kind, the test event included."""
    return _l("Test event") if code == TEST else KINDS[code].label


def grouped() -> Iterator[tuple[Any, list[Kind]]]:
    """Give the kinds by what they are about, for a form."""
    for subject, label in SUBJECTS.items():
        yield label, [kind for kind in KINDS.values() if kind.subject == subject]


def payload_of(entry: Entry, code: str, fields: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give what is said of an event: its id, type and time, and of its data only `fields`, each an id, number, code or time."""
    named = {name: _plain(entry.data.get(name)) for name in fields}
    data = {"id": str(entry.subject_id), "hospital_id": str(entry.hospital_id), **named}
    return {"id": str(entry.id), "type": code, "timestamp": entry.at.astimezone(UTC).isoformat(), "data": data}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None
