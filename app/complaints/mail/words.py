"""Words of mailboxes and incoming e-mail: for templates, timelines and the audit log."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.complaints.mail.enums import PROBLEMS, SECURITY, MailState, Reason
from app.complaints.mail.events import IncomingMailJudged, MailboxChanged, MailboxReadAgain, MailboxStaysDown
from app.core.events.timeline import describe

describe(MailboxChanged.kind, _l("A mailbox was changed or tried"), "mail")
describe(
    MailboxStaysDown.kind,
    _l("The mailbox could not be read several times; the administrators were told"),
    "alert-triangle",
)
describe(MailboxReadAgain.kind, _l("The mailbox is read again"), "checks")
describe(IncomingMailJudged.kind, _l("Somebody decided about an e-mail"), "mail")

TONES = {
    "received": "accent",
    "opened": "success",
    "threaded": "success",
    "noted": "warning",
    "ignored": "neutral",
    "failed": "danger",
}


def mail_label(name: str, code: str) -> Any:
    """Give the label of a code of one of the lists; empty for an empty code."""
    if not code:
        return ""
    if name == "state":
        return MailState(code).label
    return Reason(code).label if name == "reason" else {"problem": PROBLEMS, "security": SECURITY}[name].get(code, code)


def init_app(app: Flask) -> None:
    """Give them to templates, macros included."""
    app.jinja_env.globals.update(mail_label=mail_label, mail_tones=TONES)
