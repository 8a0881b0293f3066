"""Words of complaints for templates: labels and tones of codes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.complaints import enums
from app.complaints.sources.known import Labels, known
from app.complaints.taxonomy.fields import origin_of
from app.core.i18n import gettext as _
from app.core.i18n import language
from app.core.severity import Severity
from app.core.sla.kinds import KINDS
from app.core.web import marks
from app.journeys.enums import KIND_LABELS

_SETS: dict[str, Any] = {
    "status": {each.value: each.label for each in enums.ComplaintStatus},
    "explanation": {each.value: each.label for each in enums.ExplanationStatus},
    "severity": {each.value: each.label for each in Severity},
    "channel": Labels(),
    "relation": enums.RELATIONS,
    "finding": enums.FINDINGS,
    "harm": enums.HARM,
    "resolution": enums.RESOLUTIONS,
    "cancel": enums.CANCEL_REASONS,
    "wait": enums.WAIT_REASONS,
    "way": enums.CONTACT_WAYS,
    "flag": enums.RED_FLAGS,
    "link": enums.LINKS,
    "suggested": enums.SUGGESTED,
    "suggestion": enums.SUGGESTION_STATES,
    "visit": {kind.value: label for kind, label in KIND_LABELS.items()},
}
TONES = {
    "new": "warning",
    "activated": "accent",
    "in_progress": "accent",
    "waiting_patient": "neutral",
    "partially_resolved": "accent",
    "resolved": "success",
    "closed": "success",
    "cancelled": "neutral",
    "duplicate": "neutral",
    "corrected": "neutral",
    "ignored": "neutral",
    "requested": "accent",
    "answered": "warning",
    "accepted": "success",
}
FINDING_TONES = {"upheld": "warning", "partly_upheld": "warning", "not_upheld": "neutral", "unable_to_say": "neutral"}


def complaint_label(name: str, code: Any) -> Any:
    """Give the label of a code of one of the lists; the code itself where it is not of the list."""
    return _SETS[name].get(code, code)


@lru_cache(maxsize=512)
def _label_in(_language: str, name: str, code: str) -> str:
    return str(complaint_label(name, code))


def status_of(code: str) -> Markup:
    """Draw the state of a complaint."""
    return marks.status(_label_in(language(), "status", code), TONES.get(code, "neutral"))


def severity_of(code: str) -> Markup:
    """Draw how grave a complaint is."""
    return marks.severity(code, _label_in(language(), "severity", code))


def pill_of(case: Any) -> Markup:
    """Draw the deadline of a complaint or of an explanation, by its `status`, `due_at` and `closed_at`."""
    if case.status == enums.ComplaintStatus.WAITING_PATIENT:
        return marks.sla_pill(None, "paused", _("Paused"))
    return marks.deadline_pill(case.due_at, case.closed_at or case.status == enums.ComplaintStatus.RESOLVED)


def clock_label(kind: str) -> Any:
    """Give the name of a sort of clock."""
    return KINDS[kind].label if kind in KINDS else kind


def source_of(code: str) -> Any:
    """Draw a source of cases: its colour and its name."""
    source = known().get(code)
    return marks.coloured(source.hue, source.label) if source else code


def init_app(app: Flask) -> None:
    """Give them to templates, macros included."""
    app.jinja_env.globals.update(
        complaint_label=complaint_label,
        complaint_tones=TONES,
        finding_tones=FINDING_TONES,
        complaint_status=status_of,
        complaint_severity=severity_of,
        complaint_pill=pill_of,
        class_origin=origin_of,
        clock_label=clock_label,
        source_of=source_of,
    )
