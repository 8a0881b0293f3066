"""Tables of incoming e-mail: the mailboxes that are read, and each message with what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.complaints.mail.enums import MailState
from app.core.db import Base, Record, Tenant, Versioned, code_column


class Mailbox(Tenant, Versioned, Record, Base):
    """An account of a mail server that is read. What polls write does not raise the version that people edit by."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        Index("uq_mailboxes_address", "hospital_id", "address", "folder", unique=True),
        Index("ix_mailboxes_next_poll_at", "next_poll_at", "id", postgresql_where=text("is_active")),
    )

    address: Mapped[str] = mapped_column(code_column(254))  # in small letters
    host: Mapped[str] = mapped_column(code_column(253))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(code_column(12))  # tls, starttls, none
    user: Mapped[str] = mapped_column(code_column(254))
    password: Mapped[bytes] = mapped_column(LargeBinary)  # encrypted
    folder: Mapped[str] = mapped_column(code_column(120), default="INBOX")
    is_active: Mapped[bool] = mapped_column(default=True)
    opens: Mapped[str] = mapped_column(
        code_column(12), default="complaint"
    )  # what an e-mail that names no case becomes

    account_number: Mapped[int] = mapped_column(default=0)  # counts accounts and folders that this mailbox stood for
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger, default=None)  # None: never read to its end
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)  # everything up to it was looked at
    next_poll_at: Mapped[datetime]
    leased_until: Mapped[datetime | None] = mapped_column(default=None)  # a worker reads it now
    lease: Mapped[str] = mapped_column(code_column(32), default="")
    polled_at: Mapped[datetime | None] = mapped_column(default=None)
    succeeded_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(code_column(20), default="")  # of the last poll; empty: it went well
    failures: Mapped[int] = mapped_column(default=0)  # one after the other
    failing_since: Mapped[datetime | None] = mapped_column(default=None)  # the first of these
    told_at: Mapped[datetime | None] = mapped_column(default=None)  # when administrators were told that it stays down


class IncomingMail(Tenant, Versioned, Record, Base):
    """One message of a mailbox: who sent it, what became of it and why; its content encrypted and for a set time."""

    __tablename__ = "incoming_mails"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "uidvalidity", "uid"),
        Index("ix_incoming_mails_message_digest", "hospital_id", "message_digest"),
        Index("ix_incoming_mails_sender_digest", "hospital_id", "sender_digest", "received_at"),
        Index("ix_incoming_mails_due", "next_try_at", "id", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_incoming_mails_received_at", "hospital_id", "received_at", "id"),
        Index("ix_incoming_mails_state", "hospital_id", "state", "received_at", "id"),
        Index("ix_incoming_mails_complaint_id", "complaint_id"),
        Index("ix_incoming_mails_inquiry_id", "inquiry_id"),
        Index("ix_incoming_mails_raw_until", "raw_until", postgresql_where=text("raw_until IS NOT NULL")),
    )

    mailbox_id: Mapped[UUID] = mapped_column(ForeignKey("mailboxes.id"))
    uidvalidity: Mapped[int] = mapped_column(
        BigInteger
    )  # of the server, with the number of the account before its 32 bits
    uid: Mapped[int] = mapped_column(BigInteger)
    message_digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of its Message-ID; empty: it has none
    content_digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of everything after its head
    sender_digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of the sender's address
    sender: Mapped[str] = mapped_column(default="")
    sender_name: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger)
    is_cut: Mapped[bool] = mapped_column(default=False)  # only its beginning was read
    state: Mapped[str] = mapped_column(code_column(12), default=MailState.RECEIVED)
    reason: Mapped[str] = mapped_column(code_column(20), default="")
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"), default=None)
    inquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("inquiries.id"), default=None)
    arrived_at: Mapped[datetime]  # at the mail server
    received_at: Mapped[datetime]  # here
    handled_at: Mapped[datetime | None] = mapped_column(default=None)
    handled_by_id: Mapped[UUID | None] = mapped_column(default=None)  # None: PX360 itself
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(default=None)  # None: nothing is due
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # encrypted; goes when a case holds it
    said: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # encrypted: its whole text, nothing cut off
    raw_until: Mapped[datetime | None] = mapped_column(default=None)  # until when anything personal is kept here
