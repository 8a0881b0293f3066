"""Readers of mailboxes and incoming e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_

from app.complaints.inquiries.models import Inquiry
from app.complaints.mail.enums import MailState
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.core.time import clock
from app.notifications.services.providers import of_channel
from app.organizations.models import Hospital

PAGE = 40
COUNT_CAP = 10_000
COUNTED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A mailbox with its hospital and what came through it in thirty days, by state."""

    mailbox: Mailbox
    hospital: Hospital
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MailRow:
    """One incoming e-mail with the complaint or inquiry that it opened or joined, where the reader may see that."""

    mail: IncomingMail
    mailbox: Mailbox
    complaint: Complaint | None
    inquiry: Inquiry | None


def list_mailboxes(*, actor: Actor) -> list[BoxLine]:
    """Give the mailboxes of the actor's hospitals; two statements."""
    rows = db.session.execute(
        select(Mailbox, Hospital)
        .join(Hospital, Hospital.id == Mailbox.hospital_id)
        .where(visible(Mailbox, actor, Perm.MAILBOX_READ))
        .order_by(Hospital.name_en, Mailbox.address, Mailbox.id)
        .limit(500)
    ).all()
    counts = _counts([row[0].id for row in rows])
    return [BoxLine(row[0], row[1], counts.get(row[0].id, {})) for row in rows]


def line_of(mailbox_id: UUID, *, actor: Actor) -> BoxLine:
    """Give one mailbox with its counts. NotFound."""
    row = load(Mailbox, mailbox_id, actor=actor, needs=Perm.MAILBOX_READ)
    hospital = db.session.get_one(Hospital, row.hospital_id)
    return BoxLine(row, hospital, _counts([row.id]).get(row.id, {}))


def _counts(mailbox_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    rows = db.session.execute(
        select(IncomingMail.mailbox_id, IncomingMail.state, func.count())
        .where(IncomingMail.mailbox_id.in_(mailbox_ids), IncomingMail.received_at > clock.now() - COUNTED)
        .group_by(IncomingMail.mailbox_id, IncomingMail.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for mailbox_id, state, count in rows:
        found.setdefault(mailbox_id, {})[state] = count
    return found


def list_page(state: str, *, actor: Actor, before: tuple[datetime, UUID] | None = None) -> list[MailRow]:
    """Give incoming e-mail, newest first, by key, one more than a page; one statement."""
    query = (
        select(IncomingMail, Mailbox, Complaint, Inquiry)
        .join(Mailbox, Mailbox.id == IncomingMail.mailbox_id)
        .outerjoin(Complaint, and_(Complaint.id == IncomingMail.complaint_id, visible(Complaint, actor, Perm.READ)))
        .outerjoin(Inquiry, and_(Inquiry.id == IncomingMail.inquiry_id, visible(Inquiry, actor, Perm.INQUIRY_READ)))
        .where(visible(IncomingMail, actor, Perm.MAIL_READ))
        .order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
        .limit(PAGE + 1)
    )
    if state:
        query = query.where(IncomingMail.state == state)
    if before is not None:
        query = query.where(tuple_(IncomingMail.received_at, IncomingMail.id) < before)
    return [MailRow(*row) for row in db.session.execute(query)]


def counts(*, actor: Actor) -> dict[str, int]:
    """Count the incoming e-mail of each state among the 10,000 newest, in one statement."""
    newest = (
        select(IncomingMail.state)
        .where(visible(IncomingMail, actor, Perm.MAIL_READ))
        .order_by(IncomingMail.received_at.desc())
        .limit(COUNT_CAP)
        .subquery()
    )
    rows = db.session.execute(select(newest.c.state, func.count()).group_by(newest.c.state))
    return {row[0]: row[1] for row in rows}


def row_of(mail_id: UUID, *, actor: Actor) -> MailRow:
    """Give one incoming e-mail. NotFound."""
    mail = load(IncomingMail, mail_id, actor=actor, needs=Perm.MAIL_READ)
    complaint = db.session.execute(
        select(Complaint).where(Complaint.id == mail.complaint_id, visible(Complaint, actor, Perm.READ))
    ).scalar_one_or_none()
    inquiry = db.session.execute(
        select(Inquiry).where(Inquiry.id == mail.inquiry_id, visible(Inquiry, actor, Perm.INQUIRY_READ))
    ).scalar_one_or_none()
    return MailRow(mail, db.session.get_one(Mailbox, mail.mailbox_id), complaint, inquiry)


def own_addresses(hospital_id: UUID) -> frozenset[str]:
    """Give the addresses from which this house itself writes to a hospital's people, and those that it reads."""
    boxes = db.session.execute(select(Mailbox.address).where(Mailbox.hospital_id == hospital_id)).scalars()
    senders = (parseaddr(str(each.settings.get("sender", "")))[1] for each in of_channel(hospital_id, "email"))
    return frozenset(each.lower() for each in (*boxes, *senders) if each)


def failing_and_failed() -> tuple[int, int, datetime | None]:
    """Count, in the scope in force, the mailboxes that could not be read three times and more, and the e-mails that failed.

    The third is since when the longest of these mailboxes could not be read; None where all are well.
    """
    failed = select(func.count(IncomingMail.id)).where(IncomingMail.state == MailState.FAILED).scalar_subquery()
    is_failing = and_(Mailbox.is_active, Mailbox.failures >= 3)
    failing, since = func.count(Mailbox.id).filter(is_failing), func.min(Mailbox.failing_since).filter(is_failing)
    row = db.session.execute(select(failing, failed, since).select_from(Mailbox)).one()
    return row[0], row[1], row[2]


def count_waiting(*states: MailState) -> int:
    """Count the e-mails of the scope in force in these states."""
    query = select(func.count()).select_from(IncomingMail).where(IncomingMail.state.in_(states))
    return db.session.execute(query).scalar_one()
