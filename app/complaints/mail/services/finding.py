"""Finding the complaint that an e-mail belongs to, and whether its sender is who complained."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.complaints.casework.contact import recipient_of
from app.complaints.mail.models import IncomingMail
from app.complaints.mail.rules.numbers import numbers_in, our_references, plus_parts
from app.complaints.mail.rules.parts import Letter
from app.complaints.mail.services.polling import message_digest
from app.complaints.models import Complaint
from app.core.db import db
from app.notifications import queries as notifications

ABOUT = "complaint"


def complaint_of(mail: IncomingMail, letter: Letter) -> Complaint | None:
    """Give the complaint of the mailbox's hospital that an e-mail names: by number, by one of our messages that it answers,
    or by an earlier e-mail of its conversation that opened or joined one. None: it is something new."""
    found = (
        _by_number(mail.hospital_id, letter)
        or _by_our_message(mail.hospital_id, letter)
        or _by_conversation(mail, letter)
    )
    if found is not None and found.duplicate_of_id is not None:
        return db.session.get_one(Complaint, found.duplicate_of_id)  # the one that goes on for both
    return found


def _by_number(hospital_id: UUID, letter: Letter) -> Complaint | None:
    numbers = numbers_in(*plus_parts(letter.to), letter.subject)
    if not numbers:
        return None
    rows = db.session.execute(
        select(Complaint).where(Complaint.hospital_id == hospital_id, Complaint.reference.in_(numbers))
    ).scalars()
    found = {each.reference: each for each in rows}
    return next((found[number] for number in numbers if number in found), None)


def _by_our_message(hospital_id: UUID, letter: Letter) -> Complaint | None:
    for complaint_id in notifications.subjects_of(our_references(letter.answers), ABOUT):
        row = db.session.get(Complaint, complaint_id)
        if row is not None and row.hospital_id == hospital_id:
            return row
    return None


def _by_conversation(mail: IncomingMail, letter: Letter) -> Complaint | None:
    """Only the sender's own: nobody joins a conversation by naming the message of somebody else."""
    digests = [message_digest(each) for each in letter.answers]
    if not digests:
        return None
    return db.session.execute(
        select(Complaint)
        .join(IncomingMail, IncomingMail.complaint_id == Complaint.id)
        .where(
            IncomingMail.hospital_id == mail.hospital_id,
            IncomingMail.message_digest.in_(digests),
            IncomingMail.sender_digest == mail.sender_digest,
        )
        .order_by(IncomingMail.received_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def is_complainant(complaint: Complaint, sender: str) -> bool:
    """Tell whether an address is the one on file of who complained; of an unnamed complaint nobody's is."""
    if complaint.is_anonymous or not sender:
        return False
    to = recipient_of(complaint)
    return to is not None and to.email.strip().lower() == sender
