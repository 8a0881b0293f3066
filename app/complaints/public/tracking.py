"""The tracking link: what its bearer may know of a complaint, and the message that brings it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.complaints.casework.contact import recipient_of
from app.complaints.enums import AT_WORK, ComplaintStatus
from app.complaints.models import Complaint
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.i18n import named
from app.core.keys.links import handle_of
from app.notifications.enums import MessageClass
from app.notifications.services import messages
from app.organizations.models import Hospital

PURPOSE = "complaint"
PATH = "/c/"
RECEIVED, ANSWERED, MESSAGE = "complaints/received", "complaints/answered", "complaints/message"
TOLD = frozenset({"desk", "phone", "public", "email", "survey"})  # outside bodies and partners tell their own people

# what is said of a state to who complained; a duplicate says what the other complaint says
WORDS = {
    ComplaintStatus.NEW: _l("We have received it. The patient experience office will contact you."),
    ComplaintStatus.ACTIVATED: _l("The office has spoken with you and is looking into it."),
    ComplaintStatus.IN_PROGRESS: _l("We are looking into it with the departments concerned."),
    ComplaintStatus.WAITING_PATIENT: _l("We are waiting for something from you. The office has told you what."),
    ComplaintStatus.PARTIALLY_RESOLVED: _l("A part is settled, and we go on with the rest."),
    ComplaintStatus.RESOLVED: _l("We have answered. If the answer does not help you, please call the office."),
    ComplaintStatus.CLOSED: _l("We have answered, and the complaint is closed."),
    ComplaintStatus.CANCELLED: _l("It was ended without an answer. Please call the office if you do not know why."),
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the link alone shows: number, state in plain words and promised date; never words or names."""

    reference: str
    hospital: Hospital
    language: str
    received_at: datetime
    state: object
    promised_at: datetime | None  # by when an answer is promised
    is_anonymous: bool = False


def track(token: str) -> Tracked:
    """Read a complaint by its tracking link; both numbers of a merged one keep working. NotFound: no link of ours."""
    handle = handle_of(PURPOSE, token)
    if handle is None:
        raise NotFound()
    with acting_as(system_actor("somebody follows a complaint by its link")):
        own = db.session.execute(select(Complaint).where(Complaint.handle == handle)).scalar_one_or_none()
        if own is None:
            raise NotFound()
        shown = own
        while shown.duplicate_of_id:  # the one that goes on may have been merged itself, later
            shown = db.session.get_one(Complaint, shown.duplicate_of_id)
        hospital = db.session.get_one(Hospital, own.hospital_id)
    at_work = shown.status in AT_WORK
    return Tracked(
        own.reference,
        hospital,
        own.language,
        own.received_at,
        WORDS[ComplaintStatus(shown.status)],
        shown.due_at if at_work else None,
        own.is_anonymous,
    )


@command
def confirm(complaint_id: UUID, *, actor: Actor) -> None:
    """Send number and tracking link to who complained, once; nothing where nobody is to be written to.

    Who wrote an e-mail was answered when it came in (`acknowledge`), or may not be answered by a machine.
    """
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is None or complaint.is_anonymous or complaint.channel not in TOLD - {"email"}:
        return
    _write_to(complaint, RECEIVED, once=f"{RECEIVED}:{complaint.id}", actor=actor)


@command
def acknowledge(complaint: Complaint, *, answers: str, reply_to: str, actor: Actor) -> None:
    """Answer the e-mail that a complaint came with by number and tracking link, once.

    `answers` is its Message-ID; an answer to ours goes to `reply_to`, the mailbox that is read.
    """
    thread = messages.Thread(answers=answers, reply_to=reply_to)
    _write_to(complaint, RECEIVED, once=f"{RECEIVED}:{complaint.id}", actor=actor, thread=thread)


@command
def tell_answer(complaint_id: UUID, *, once: UUID, actor: Actor) -> None:
    """Tell who complained that the answer is there, behind the link; nothing where nobody is to be written to."""
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is not None and not complaint.is_anonymous and complaint.channel in TOLD:
        _write_to(complaint, ANSWERED, once=f"{ANSWERED}:{once}", actor=actor)


@command
def tell_message(complaint: Complaint, note_id: UUID, *, actor: Actor) -> None:
    """Tell who complained that the office wrote to them. Conflict (`unreachable`): no phone and no e-mail, or they stay unnamed."""
    if complaint.is_anonymous or not _write_to(complaint, MESSAGE, once=f"{MESSAGE}:{note_id}", actor=actor):
        raise Conflict(_("No message reaches who complained. Call them instead."), code="unreachable")


def _write_to(
    complaint: Complaint, text: str, *, once: str, actor: Actor, thread: messages.Thread | None = None
) -> bool:
    """Send number and tracking link with a text, to the phone or (without one) by e-mail; gives whether somebody is reached."""
    to = recipient_of(complaint)
    if to is None or not (to.phone or to.email):
        return False
    hospital = db.session.get_one(Hospital, complaint.hospital_id)
    messages.send(
        text,
        to=replace(to, email="") if to.phone else to,
        params={"hospital": named(hospital, code=to.language), "reference": complaint.reference},
        once=once,
        hospital_id=complaint.hospital_id,
        about=("complaint", complaint.id),
        message_class=MessageClass.SERVICE,
        actor=actor,
        link=messages.Link(PURPOSE, complaint.handle, PATH),
        thread=thread,
    )
    return True
