"""Input and output of the API of mailboxes and incoming e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import NO_NUL, RequiredLine

Address = Annotated[str, Field(min_length=3, max_length=254, pattern=NO_NUL)]
Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65_535)]
Password = Annotated[str, Field(max_length=500, pattern=NO_NUL)]
Folder = Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
Opens = Literal["complaint", "inquiry"]  # what an e-mail that names no case becomes


class MailboxOut(Out):
    """A mailbox, without its password; `error` is what went wrong at the last poll."""

    id: UUID
    hospital_id: UUID
    address: str
    host: str
    port: int
    security: str
    user: str
    folder: str
    opens: str
    is_active: bool
    polled_at: datetime | None
    succeeded_at: datetime | None
    error: str
    failures: int
    version: int


class MailboxIn(In):
    """A new mailbox."""

    hospital_id: UUID
    address: Address
    host: RequiredLine
    port: Port = 993
    security: Security = "tls"
    user: RequiredLine
    password: Password
    folder: Folder = "INBOX"
    opens: Opens = "complaint"


class MailboxPatch(VersionedIn):
    """A part of a mailbox; `is_active` false pauses it."""

    address: Address | None = None
    host: RequiredLine | None = None
    port: Port | None = None
    security: Security | None = None
    user: RequiredLine | None = None
    password: Password | None = None
    folder: Folder | None = None
    opens: Opens | None = None
    is_active: bool | None = None


class MailboxTriedOut(Out):
    """What came of trying a mailbox: empty where it can be read, else a code."""

    error: str


class IncomingMailOut(Out):
    """One incoming e-mail: from whom, what became of it and why. Its content is not given."""

    id: UUID
    hospital_id: UUID
    mailbox_id: UUID
    sender: str
    sender_name: str
    subject: str
    size: int
    is_cut: bool
    state: str
    reason: str
    complaint_id: UUID | None
    inquiry_id: UUID | None
    arrived_at: datetime
    received_at: datetime
    handled_at: datetime | None
    handled_by_id: UUID | None
    attempts: int
    version: int


class MailStepIn(In):
    """A decision about an e-mail; with `version` it is refused where somebody else was faster."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
