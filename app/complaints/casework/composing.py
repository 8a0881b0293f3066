"""What can be written on a complaint or an inquiry."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.complaints.models import Complaint
from app.core.web.composing import Tab

_NAMING = _l("A colleague whom you name is told: write @ and the beginning of their name, and choose.")
NOTE = Tab(
    "note", _l("Note"), "note", _l("Seen by everyone who works on this case"), _NAMING, _l("Save note"), names=True
)
CALL = Tab("call", _l("Phone call"), "phone-call", _l("What was said"), _NAMING, _l("Save call"), names=True)
MESSAGE = Tab(
    "message",
    _l("Message to who complained"),
    "send",
    _l("What you write to who complained"),
    _l("They are told that a message is there, and read it behind their own link."),
    _l("Send message"),
)


def of_complaint(complaint: Complaint, *, may_work: bool, may_ask: bool) -> list[Tab]:
    """Give what may be written on a complaint: notes, calls, messages, and while it is open requests to explain."""
    tabs = [NOTE, CALL, MESSAGE] if may_work else []
    if may_work and may_ask and not complaint.closed_at:
        url = url_for("explanations.new", complaint_id=complaint.id)
        tabs.append(Tab("ask", _l("Ask for an explanation"), "user-question", url=url))
    return tabs


def of_inquiry(*, may_work: bool) -> list[Tab]:
    """Give what may be written on an inquiry; what is written to who asks is its answer, a step of its own."""
    return [NOTE, CALL] if may_work else []
