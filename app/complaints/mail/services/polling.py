"""Reading mailboxes: one at a time, each by one worker; a message is kept and committed before the server hears of it.

Order of one message: read it without marking it, keep it (the unique key of mailbox, UIDVALIDITY and UID decides who
writes), commit, then mark it as read. A worker that dies in between leaves a message that is found again, and known.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.complaints.mail.enums import MailState, Reason
from app.complaints.mail.events import MailboxReadAgain, MailboxStaysDown
from app.complaints.mail.imap import MOST_UIDS, Account, Box, Fetched, ImapProblem, opened
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.rules.parts import body_of, head_of
from app.complaints.mail.services.mailboxes import account_of, reach
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import passage
from app.core.db import db, unit_of_work, uuid7
from app.core.events import record
from app.core.keys.fields import encrypt
from app.core.keys.links import keyed_digest
from app.core.keys.rotation import encrypted
from app.core.logging import get_logger
from app.core.time import clock
from app.core.web.live import touch

log = get_logger(__name__)

EVERY = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=30)
TOLD_AFTER = 5  # failures in a row, a quarter of an hour: longer than a mail server needs to start anew
LEASE = timedelta(minutes=5)  # longer than a poll may take; then another worker may read the mailbox
STINT_SECONDS = 60.0  # no new message of this mailbox is begun after that
MOST_AT_ONCE = 50
RAW, SAID = "incoming_mails.raw", "incoming_mails.said"
encrypted("incoming_mails", "raw", RAW)
encrypted("incoming_mails", "said", SAID)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A mailbox that this worker reads, as it was when it was taken."""

    mailbox_id: UUID
    hospital_id: UUID
    account: Account | None
    account_number: int
    uidvalidity: int | None
    last_uid: int
    succeeded_at: datetime | None
    lease: str

    def counted(self, box: Box) -> int:
        """Give by what UIDs of this folder are told from all others: two servers may give the same UIDVALIDITY."""
        return self.account_number << 32 | box.folder.uidvalidity


@dataclass(frozen=True, slots=True)
class Read:
    """What a poll came to: how many were kept, and (where everything was looked at) where the next one begins."""

    kept: int
    uidvalidity: int | None = None
    last_uid: int = 0


def poll_next() -> bool:
    """Read the mailbox that waits longest; False when none is due that no other worker reads."""
    with acting_as(system_actor("read the mailboxes of hospitals")), unit_of_work():
        ticket = _claim()
    if ticket is None:
        return False
    actor = _reader(ticket)
    with acting_as(actor):
        problem, found = "", Read(0)
        try:
            found = _read(ticket, actor)
        except ImapProblem as refusal:
            problem = refusal.code
        _settle(ticket, found, problem)
    log.info("mailbox_read", mailbox=str(ticket.mailbox_id), kept=found.kept, problem=problem)
    return True


def _claim() -> Ticket | None:
    now = clock.now()
    row = db.session.execute(
        select(Mailbox)
        .where(
            Mailbox.is_active,
            Mailbox.next_poll_at <= now,
            or_(Mailbox.leased_until.is_(None), Mailbox.leased_until < now),
        )
        .order_by(Mailbox.next_poll_at, Mailbox.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return None
    lease = secrets.token_hex(16)
    _set(row.id, leased_until=now + LEASE, lease=lease, polled_at=now)
    return Ticket(
        row.id,
        row.hospital_id,
        account_of(row),
        row.account_number,
        row.uidvalidity,
        row.last_uid,
        row.succeeded_at,
        lease,
    )


def _set(mailbox_id: UUID, *where: Any, **values: Any) -> None:
    """Write the state of a poll; by a plain UPDATE, so that the version of people's forms stays."""
    db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id, *where)
        .values(**values, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _read(ticket: Ticket, actor: Actor) -> Read:
    if ticket.account is None:
        raise ImapProblem("setup")
    begun = time.monotonic()
    with opened(ticket.account, reach()) as box:
        unseen = box.unseen()
        wanted = sorted(_wanted(ticket, box) | unseen)[:MOST_UIDS]
        known = _known(ticket, box, wanted)
        box.mark_seen(sorted(known & unseen))  # kept by a worker that died before it could say so
        fresh = [uid for uid in wanted if uid not in known]
        kept = 0
        for uid in fresh[:MOST_AT_ONCE]:
            if time.monotonic() - begun > STINT_SECONDS:
                return Read(kept)
            if _keep(ticket, box, uid, actor):
                kept += 1
            box.mark_seen([uid])
        if len(fresh) > MOST_AT_ONCE or len(wanted) == MOST_UIDS:
            return Read(kept)
        return Read(kept, box.folder.uidvalidity, box.folder.uidnext - 1)


def _wanted(ticket: Ticket, box: Box) -> set[int]:
    """Give what to look at besides the unread ones.

    Behind the last one everything, for somebody may have read it there before us. Of a mailbox that is new nothing. Where the
    server counts anew (another UIDVALIDITY): everything since the day before the last good poll; repeats are found out.
    """
    if ticket.uidvalidity == box.folder.uidvalidity:
        return box.after(ticket.last_uid)
    if ticket.uidvalidity is None or ticket.succeeded_at is None:
        return set()
    return box.since((ticket.succeeded_at - timedelta(days=1)).date())


def _known(ticket: Ticket, box: Box, uids: list[int]) -> set[int]:
    with unit_of_work():
        found = db.session.execute(
            select(IncomingMail.uid).where(
                IncomingMail.mailbox_id == ticket.mailbox_id,
                IncomingMail.uidvalidity == ticket.counted(box),
                IncomingMail.uid.in_(uids),
            )
        ).scalars()
        return set(found)


def _keep(ticket: Ticket, box: Box, uid: int, actor: Actor) -> bool:
    """Read a message and keep it; committed when this returns. False: another worker kept it first."""
    found = box.fetch(uid)
    with unit_of_work():
        made = keep(
            hospital_id=ticket.hospital_id,
            mailbox_id=ticket.mailbox_id,
            uidvalidity=ticket.counted(box),
            uid=uid,
            found=found,
        )
        if made is not None:
            touch("incoming_mail", hospital_id=ticket.hospital_id)
    return made is not None


def keep(*, hospital_id: UUID, mailbox_id: UUID, uidvalidity: int, uid: int, found: Fetched | None) -> UUID | None:
    """Keep a message as it came, within the caller's transaction; None when it is here already."""
    now = clock.now()
    raw = found.raw if found else b""
    head = head_of(raw)
    arrived = found.arrived_at if found and found.arrived_at else now
    values = {
        "id": uuid7(),
        "created_at": now,
        "updated_at": now,
        "version": 1,
        "hospital_id": hospital_id,
        "mailbox_id": mailbox_id,
        "uidvalidity": uidvalidity,
        "uid": uid,
        "message_digest": message_digest(head.message_id),
        "content_digest": keyed_digest("e-mail content", body_of(raw)),
        "sender_digest": sender_digest(head.sender),
        "sender": head.sender,
        "sender_name": head.sender_name,
        "subject": head.subject,
        "size": found.size if found else 0,
        "is_cut": found.is_cut if found else False,
        "state": MailState.RECEIVED if found else MailState.FAILED,
        "reason": "" if found else Reason.NOT_GIVEN,
        "arrived_at": min(arrived, now),
        "received_at": now,
        "attempts": 0,
        "next_try_at": now if found else None,
        "raw": encrypt(raw, context=RAW) if found else None,
        "raw_until": now + timedelta(days=current_app.config["SETTINGS"].raw_days),
    }
    with passage("the mailbox's own hospital; the unique key decides who writes"):
        return db.session.execute(
            insert(IncomingMail)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["mailbox_id", "uidvalidity", "uid"])
            .returning(IncomingMail.id)
        ).scalar_one_or_none()


def message_digest(message_id: str) -> bytes:
    """Give by which a Message-ID is found without storing it; empty where there is none."""
    return keyed_digest("e-mail message", message_id.encode()) if message_id else b""


def sender_digest(address: str) -> bytes:
    """Give by which a sender's e-mails are counted."""
    return keyed_digest("e-mail sender", address.encode())


def _settle(ticket: Ticket, found: Read, problem: str) -> None:
    """Write how the poll went, and when the next one is due: a server that is down is asked ever less often."""
    with unit_of_work():
        row = db.session.execute(
            select(Mailbox)
            .where(Mailbox.id == ticket.mailbox_id, Mailbox.lease == ticket.lease)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()
        if row is None:
            return  # the lease ran out and another worker has read it meanwhile
        told = _after_failure(row, problem) if problem else _after_success(row, found)
        _set(row.id, leased_until=None, lease="", error=problem, **told)
        db.session.expire(row)


def _after_failure(row: Mailbox, problem: str) -> dict[str, Any]:
    """Count the failure; after several in a row say once that the mailbox stays down."""
    now, failures = clock.now(), row.failures + 1
    values: dict[str, Any] = {
        "failures": failures,
        "failing_since": row.failing_since or now,
        "next_poll_at": now + min(EVERY * 2 ** min(row.failures, 10), LONGEST_PAUSE),
    }
    if failures >= TOLD_AFTER and row.told_at is None:
        values["told_at"] = now
        record(MailboxStaysDown(row.id, row.hospital_id, problem, failures), actor=_reader(row))
    return values


def _after_success(row: Mailbox, found: Read) -> dict[str, Any]:
    """Write where the next poll begins; say that the mailbox is read again where it was said that it stays down."""
    now = clock.now()
    if row.told_at is not None:
        minutes = int((now - (row.failing_since or row.told_at)).total_seconds()) // 60
        record(MailboxReadAgain(row.id, row.hospital_id, minutes), actor=_reader(row))
    values: dict[str, Any] = {"failures": 0, "failing_since": None, "told_at": None, "succeeded_at": now}
    if found.uidvalidity is None:
        return values | {"next_poll_at": now}  # there is more
    return values | {"uidvalidity": found.uidvalidity, "last_uid": found.last_uid, "next_poll_at": now + EVERY}


def _reader(row: Mailbox | Ticket) -> Actor:
    return system_actor("read a mailbox of the hospital", row.hospital_id)
