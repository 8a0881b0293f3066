"""Codes of complaints and of what belongs to them, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext


class ComplaintStatus(StrEnum):
    """The states of a complaint (product.md section 5)."""

    NEW = "new"
    ACTIVATED = "activated"
    IN_PROGRESS = "in_progress"
    WAITING_PATIENT = "waiting_patient"
    PARTIALLY_RESOLVED = "partially_resolved"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _STATUS[self]


_STATUS: dict[str, Any] = {
    "new": lazy_pgettext("complaint", "New"),
    "activated": lazy_pgettext("complaint", "Activated"),
    "in_progress": lazy_pgettext("complaint", "In progress"),
    "waiting_patient": lazy_pgettext("complaint", "Waiting for patient"),
    "partially_resolved": lazy_pgettext("complaint", "Partially resolved"),
    "resolved": lazy_pgettext("complaint", "Resolved"),
    "closed": lazy_pgettext("complaint", "Closed"),
    "cancelled": lazy_pgettext("complaint", "Cancelled"),
    "duplicate": lazy_pgettext("complaint", "Duplicate"),
}

FINAL = frozenset({ComplaintStatus.CLOSED, ComplaintStatus.CANCELLED, ComplaintStatus.DUPLICATE})
OPEN = frozenset(ComplaintStatus) - FINAL
AT_WORK = OPEN - {ComplaintStatus.RESOLVED}  # what still asks the office for something


class ExplanationStatus(StrEnum):
    """The states of a request for an explanation (product.md section 5)."""

    REQUESTED = "requested"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _EXPLANATION[self]


_EXPLANATION: dict[str, Any] = {
    "requested": lazy_pgettext("explanation", "Requested"),
    "answered": lazy_pgettext("explanation", "Answered"),
    "accepted": lazy_pgettext("explanation", "Accepted"),
    "cancelled": lazy_pgettext("explanation", "Cancelled"),
}

# one table of codes and words for each short list; templates, forms and the API read them from here
OUTSIDE = frozenset({"moh", "chi"})  # sources that bring a number and a deadline of their own

RELATIONS: dict[str, Any] = {
    "patient": _l("The patient"),
    "relative": _l("A relative"),
    "guardian": _l("The guardian"),
    "other": _l("Somebody else"),
}

FINDINGS: dict[str, Any] = {
    "upheld": _l("Upheld"),
    "partly_upheld": _l("Partly upheld"),
    "not_upheld": _l("Not upheld"),
    "unable_to_say": _l("Unable to say"),
}

HARM: dict[int, Any] = {
    0: _l("No harm"),
    1: _l("Minimal harm"),
    2: _l("Minor harm"),
    3: _l("Moderate harm"),
    4: _l("Major harm"),
    5: _l("Catastrophic harm"),
}

RESOLUTIONS: dict[str, Any] = {
    "full_action_taken": _l("Full action taken"),
    "partial_action_taken": _l("Partial action taken"),
    "no_action_needed": _l("No action needed"),
    "cannot_resolve": _l("Cannot resolve"),
}

CANCEL_REASONS: dict[str, Any] = {
    "patient_withdrew": _l("Withdrawn by the patient"),
    "out_of_scope": _l("Out of scope"),
    "entered_in_error": _l("Entered in error"),
}

WAIT_REASONS: dict[str, Any] = {
    "patient_answer": _l("An answer of the patient"),
    "patient_papers": _l("Papers from the patient"),
    "patient_away": _l("The patient can not be reached"),
    "outside_body": _l("An outside body"),
}

CONTACT_WAYS: dict[str, Any] = {
    "phone": _l("By phone"),
    "in_person": _l("In person"),
    "message": _l("By message"),
}

NOTE_KINDS: dict[str, Any] = {
    "note": _l("Internal note"),
    "call": _l("Phone call with the patient"),
    "message": _l("Message to who complained"),
    "statement": _l("Patient's statement"),
    "reason": _l("Reason"),
    "added": _l("Added by the patient"),
    "unproved": _l("E-mail of an unconfirmed sender"),
}
WRITTEN_BY_STAFF = ("note", "call", "message")
SHOWN_TO_COMPLAINANT = ("message", "added")

# how a letter begins and ends in each language; data, not translations: a letter's language is the patient's
PAPER_WORDS: dict[str, tuple[str, str]] = {
    "en": (
        "Thank you for telling us what happened. We looked into each point of your complaint, and this is our answer.",
        "If this answer does not help you, tell us within 30 days and we look at it again. You may also turn to the "
        "Ministry of Health by calling 937. We wish you good health.",
    ),
    "ar": (
        "السلام عليكم ورحمة الله وبركاته. نشكركم على إبلاغنا بما حدث. درسنا كل نقطة من شكواكم، وهذا ردنا عليها.",
        "إن لم يفدكم هذا الرد فأخبرونا خلال 30 يومًا لنعيد النظر فيه، ولكم أيضًا التواصل مع وزارة الصحة على الرقم 937. "
        "نتمنى لكم دوام الصحة والعافية.",
    ),
}

# how grave each is: rules/red_flags.py; the words that raise it: rows under /admin/red_flag_phrases/
RED_FLAGS: dict[str, Any] = {
    "self_harm": _l("Self-harm"),
    "harm": _l("Harm"),
    "wrong_medicine": _l("Wrong medicine"),
    "abuse": _l("Abuse"),
    "child": _l("A child"),
    "privacy": _l("Privacy"),
    "media_threat": _l("Goes to the media"),
}

SUGGESTED: dict[str, Any] = {
    "class": _l("Classification"),
    "department": _l("Department"),
    "severity": _l("Severity"),
}
SUGGESTION_STATES: dict[str, Any] = {
    "open": lazy_pgettext("suggestion", "Open"),
    "accepted": lazy_pgettext("suggestion", "Accepted"),
    "corrected": lazy_pgettext("suggestion", "Corrected"),
    "ignored": lazy_pgettext("suggestion", "Ignored"),
}

LINKS: dict[str, Any] = {
    "related": _l("Related"),
    "same_event": _l("About the same event"),
}
