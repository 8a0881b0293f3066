"""Codes of the intake, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

WITHOUT_VISIT = frozenset({"PATIENT_UPDATED", "PATIENT_MERGED"})  # codes that are carried out at the door already


class EventState(StrEnum):
    """The states of an inbound event (product.md section 5)."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"
    DEAD = "dead"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return {
            EventState.RECEIVED: pgettext("inbound", "Received"),
            EventState.PROCESSED: pgettext("inbound", "Processed"),
            EventState.IGNORED: pgettext("inbound", "Ignored"),
            EventState.FAILED: pgettext("inbound", "Failed"),
            EventState.DEAD: pgettext("inbound", "Given up"),
        }[self]


REPAIRABLE = (EventState.FAILED, EventState.IGNORED, EventState.DEAD)


class MappingKind(StrEnum):
    """What kind of a site's code a mapping translates."""

    EVENT = "event"
    PATIENT_CLASS = "patient_class"
    SECTION = "section"
    DEPARTMENT = "department"


MAPPING_KINDS: dict[str, Any] = {
    MappingKind.EVENT: _l("Event: message type and trigger, or a code of JSON"),
    MappingKind.PATIENT_CLASS: _l("Patient class (PV1-2)"),
    MappingKind.SECTION: _l("Section of a result (OBR-24)"),
    MappingKind.DEPARTMENT: _l("Ward, clinic or service (PV1-3, PV1-10)"),
}
CHARSETS: dict[str, Any] = {
    "utf-8": _l("UTF-8"),
    "windows-1256": _l("windows-1256 (Arabic)"),
    "iso-8859-6": _l("ISO 8859-6 (Arabic)"),
    "iso-8859-1": _l("ISO 8859-1 (Western)"),
}


class Flag(StrEnum):
    """What a person should look at although the event was taken."""

    REUSED_ID = "reused_id"
    CONFLICT = "conflict"
    CONTACT = "contact"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return {
            Flag.REUSED_ID: _l("Its id was used before with other content"),
            Flag.CONFLICT: _l("Conflicts with an event of the same id"),
            Flag.CONTACT: _l("A phone or identity number in it could not be read and was left out"),
        }[self]


class Problem(StrEnum):
    """Why an event could not be carried out."""

    BAD_CONTENT = "bad_content"
    NO_PATIENT = "no_patient"
    NO_ENCOUNTER = "no_encounter"
    UNKNOWN_VISIT = "unknown_visit"
    UNKNOWN_CODE = "unknown_code"
    CONFLICT = "conflict"
    NO_MERGE = "no_merge"
    FAULT = "fault"
    KILLED = "killed"

    @property
    def label(self) -> Any:
        """The reason in the reader's language."""
        return PROBLEM_LABELS[self]


PROBLEM_LABELS: dict[Problem, Any] = {
    Problem.BAD_CONTENT: _l("A field can not be read."),
    Problem.NO_PATIENT: _l("It names no patient."),
    Problem.NO_ENCOUNTER: _l("It names no encounter."),
    Problem.UNKNOWN_VISIT: _l("Nothing is known of this visit yet; it is tried again."),
    Problem.UNKNOWN_CODE: _l("A code in it is not mapped to anything the portal knows."),
    Problem.CONFLICT: _l("An event of the same id came before with other content."),
    Problem.NO_MERGE: _l("These two patient records can not be merged."),
    Problem.FAULT: _l("Something went wrong on our side; it is tried again."),
    Problem.KILLED: _l("The worker was killed each time, or ran out of memory."),
}


def words_of(row: Any) -> str:
    """Say in words what is wrong with an event and what a person should look at; empty when nothing is."""
    found = [Problem(row.error_code).label] if row.error_code in set(Problem) else []
    found += [Flag(row.flag).label] if row.flag in set(Flag) and row.flag != row.error_code else []
    return " · ".join(str(each) for each in found)
