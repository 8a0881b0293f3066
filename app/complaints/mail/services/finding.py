"""Finding the complaint or inquiry that an e-mail belongs to, and whether its sender is who turned to the office with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.complaints.casework.contact import recipient_of
from app.complaints.inquiries.models import Inquiry
from app.complaints.mail.models import IncomingMail
from app.complaints.mail.rules.numbers import numbers_in, our_references, plus_parts
from app.complaints.mail.rules.parts import Letter
from app.complaints.mail.services.polling import message_digest
from app.complaints.models import Complaint
from app.core.db import db
from app.notifications import queries as notifications

Case = Complaint | Inquiry
# the kinds of cases by the type of the subject: the table, and what names one on an e-mail
KINDS: dict[str, tuple[Any, Any]] = {
    "complaint": (Complaint, IncomingMail.complaint_id),
    "inquiry": (Inquiry, IncomingMail.inquiry_id),
}


def case_of(mail: IncomingMail, letter: Letter) -> Case | None:
    """Give the case of the mailbox's hospital that an e-mail names: by number, by one of our messages that it answers, or by
    an earlier e-mail of its conversation that opened or joined one. None: it is something new.

    The case is locked: whoever answers, ends or converts it at this moment has done so, or waits for the e-mail.
    """
    found = (
        _by_number(mail.hospital_id, letter)
        or _by_our_message(mail.hospital_id, letter)
        or _by_conversation(mail, letter)
    )
    if found is not None:
        found = _locked(type(found), found.id)
    if isinstance(found, Inquiry) and found.complaint_id is not None:
        found = _locked(Complaint, found.complaint_id)  # that it became
    if isinstance(found, Complaint) and found.duplicate_of_id is not None:
        return _locked(Complaint, found.duplicate_of_id)  # the one that goes on for both
    return found


def _locked(model: Any, case_id: UUID) -> Case:
    case: Case = db.session.get_one(model, case_id, with_for_update=True, populate_existing=True)
    return case


def _by_number(hospital_id: UUID, letter: Letter) -> Case | None:
    numbers = numbers_in(*plus_parts(letter.to), letter.subject)
    if not numbers:
        return None
    found: dict[str, Case] = {}
    for model, _named in KINDS.values():
        query = select(model).where(model.hospital_id == hospital_id, model.reference.in_(numbers))
        found |= {each.reference: each for each in db.session.execute(query).scalars()}
    return next((found[number] for number in numbers if number in found), None)


def _by_our_message(hospital_id: UUID, letter: Letter) -> Case | None:
    for about, case_id in notifications.subjects_of(our_references(letter.answers), KINDS):
        row: Case | None = db.session.get(KINDS[about][0], case_id)
        if row is not None and row.hospital_id == hospital_id:
            return row
    return None


def _by_conversation(mail: IncomingMail, letter: Letter) -> Case | None:
    """Only the sender's own: nobody joins a conversation by naming the message of somebody else."""
    digests = [message_digest(each) for each in letter.answers]
    if not digests:
        return None
    named = [column for _model, column in KINDS.values()]
    newest = (
        select(*named)
        .where(
            IncomingMail.hospital_id == mail.hospital_id,
            IncomingMail.message_digest.in_(digests),
            IncomingMail.sender_digest == mail.sender_digest,
            or_(*(column.is_not(None) for column in named)),
        )
        .order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
        .limit(1)
    )
    found = db.session.execute(newest).one_or_none() or ()
    for (model, _column), case_id in zip(KINDS.values(), found, strict=False):
        if case_id is not None:
            case: Case = db.session.get_one(model, case_id)
            return case
    return None


def is_from_who_speaks(case: Case, sender: str) -> bool:
    """Tell whether an address is the one on file of who turned to the office; of an unnamed complaint nobody's is."""
    if not sender or (isinstance(case, Complaint) and case.is_anonymous):
        return False
    to = recipient_of(case)
    return to is not None and to.email.strip().lower() == sender
