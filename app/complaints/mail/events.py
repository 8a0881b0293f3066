"""What mailboxes and incoming e-mail say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class MailboxChanged(Event):
    """A mailbox was made, changed, paused, resumed or tried."""

    kind: ClassVar[str] = "complaints.mailbox.changed"
    subject_type: ClassVar[str] = "mailbox"

    what: str
    outcome: str = ""  # of a try: empty where it went well


@dataclass(frozen=True)
class IncomingMailJudged(Event):
    """A person decided what an incoming e-mail is."""

    kind: ClassVar[str] = "complaints.mail.judged"
    subject_type: ClassVar[str] = "incoming_mail"

    what: str  # complaint, inquiry, accepted, again
    complaint_id: UUID | None = None
    inquiry_id: UUID | None = None


@dataclass(frozen=True)
class MailboxStaysDown(Event):
    """A mailbox could not be read several times, one after the other; said once until it is read again."""

    kind: ClassVar[str] = "complaints.mailbox.stays_down"
    subject_type: ClassVar[str] = "mailbox"

    problem: str
    failures: int


@dataclass(frozen=True)
class MailboxReadAgain(Event):
    """A mailbox of which it was said that it stays down was read again."""

    kind: ClassVar[str] = "complaints.mailbox.read_again"
    subject_type: ClassVar[str] = "mailbox"

    down_minutes: int
