"""Codes of inquiries with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext


class InquiryStatus(StrEnum):
    """The states of an inquiry (product.md section 5), and the two in which it ends without an answer."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    CONVERTED = "converted"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _STATUS[self]


_STATUS: dict[str, Any] = {
    "open": lazy_pgettext("inquiry", "New"),
    "in_progress": lazy_pgettext("inquiry", "In progress"),
    "answered": lazy_pgettext("inquiry", "Answered"),
    "closed": lazy_pgettext("inquiry", "Closed"),
    "cancelled": lazy_pgettext("inquiry", "Cancelled"),
    "converted": lazy_pgettext("inquiry", "Became a complaint"),
}
AWAITED = frozenset(
    {InquiryStatus.OPEN, InquiryStatus.IN_PROGRESS}
)  # somebody waits for the answer, and its clock runs
FINAL = frozenset({InquiryStatus.CLOSED, InquiryStatus.CANCELLED, InquiryStatus.CONVERTED})

# how an answer reaches who asked: the first three are written by PX360, of the others it keeps a record
ANSWER_WAYS: dict[str, Any] = {
    "sms": _l("SMS"),
    "whatsapp": _l("WhatsApp"),
    "email": _l("E-mail"),
    "phone": _l("By phone"),
    "in_person": _l("In person"),
}
MOST_SIGNS = {"sms": 480, "whatsapp": 900}  # of an answer; what is longer is no message of a phone

CANCEL_REASONS: dict[str, Any] = {
    "not_needed": _l("No answer is needed any more"),
    "repeated": _l("Asked a second time"),
    "out_of_scope": _l("Out of scope"),
    "entered_in_error": _l("Entered in error"),
}

NOTE_KINDS: dict[str, Any] = {
    "note": _l("Internal note"),
    "call": _l("Phone call with who asks"),
    "reason": _l("Reason"),
    "answer": _l("Answer"),
    "added": _l("Added by who asks"),
    "unproved": _l("E-mail of an unconfirmed sender"),
}
FROM_OUTSIDE = ("added", "unproved")
WRITTEN_BY_STAFF = ("note", "call")
