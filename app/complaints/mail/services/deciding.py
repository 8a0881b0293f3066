"""What people decide about incoming e-mail: make a case of it, take it as words of who spoke first, try it again."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _

from app.complaints.casework.kinds import CASES
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import hearing as asked
from app.complaints.mail.enums import BY_HAND, MailState
from app.complaints.mail.events import IncomingMailJudged
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.rules.parts import Letter, Unreadable, as_plain_text, read_letter
from app.complaints.mail.services import asking, handling, taking
from app.complaints.mail.services.settling import is_of_a_person, may_be_answered, settle, words_of
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.public import hearing
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import after_commit, command, db
from app.core.errors import Conflict
from app.core.events import record
from app.core.jobs import nudge_once
from app.core.time import clock


class Answered(NamedTuple):
    """What the sender of an e-mail hears when a case is made of it."""

    can_be: bool  # a person seems to have written it
    is_at_once: bool  # and the receiving server does not call the sender forged


def answer_of(mail: IncomingMail) -> Answered | None:
    """Tell, before a case is made of an e-mail, what its sender will hear; None where no case can be made of it."""
    if mail.state not in BY_HAND:
        return None
    try:
        letter = _letter(mail)
    except Conflict:
        return None
    return Answered(is_of_a_person(mail, letter), may_be_answered(mail, letter))


@command
def make_complaint(mail_id: UUID, *, version: int | None = None, actor: Actor) -> Complaint:
    """Make a complaint of an e-mail that was ignored, failed or is to be checked.

    Its sender gets number and tracking link, but never where a machine seems to have sent it or it seems forged.
    NotFound, NotAllowed; Conflict: it was carried out already, or (`gone`) its content is not kept, or (`empty`) holds nothing.
    """
    mail, letter = _by_hand(mail_id, version, actor)
    box = db.session.get_one(Mailbox, mail.mailbox_id)
    complaint = handling.open_case(mail, letter, box, actor=actor)
    if complaint is None:
        raise _empty(mail)
    mail.handled_by_id = actor.id
    record(IncomingMailJudged(mail.id, mail.hospital_id, "complaint", complaint.id), actor=actor)
    return complaint


@command
def make_inquiry(mail_id: UUID, *, version: int | None = None, actor: Actor) -> Inquiry:
    """Make an inquiry of an e-mail that was ignored, failed or is to be checked; its sender gets its number.

    Raises as `make_complaint`; Conflict (`no_sender`): no person sent it, so that an answer would reach nobody.
    """
    mail, letter = _by_hand(mail_id, version, actor)
    if not is_of_a_person(mail, letter):
        raise Conflict(_("This e-mail names no sender who could be answered."), current=mail, code="no_sender")
    box = db.session.get_one(Mailbox, mail.mailbox_id)
    inquiry = asking.open_inquiry(mail, letter, box, actor=actor)
    if inquiry is None:
        raise _empty(mail)
    mail.handled_by_id = actor.id
    record(IncomingMailJudged(mail.id, mail.hospital_id, "inquiry", inquiry_id=inquiry.id), actor=actor)
    return inquiry


@command
def accept(mail_id: UUID, *, version: int | None = None, actor: Actor) -> Complaint | Inquiry:
    """Take an e-mail that is to be checked as words of who complained, or asked: its sender was found out to be them.

    NotFound, NotAllowed; Conflict: it is not to be checked, its content is not kept (`gone`), or the case has ended.
    """
    mail = _find(mail_id, version, actor)
    if mail.state != MailState.NOTED:
        raise _settled(mail)
    letter = _letter(mail)
    words = words_of(letter) or letter.subject
    case: Complaint | Inquiry
    if mail.inquiry_id is not None:
        case = asked.add_words(CASES["inquiry"].load(mail.inquiry_id, actor=actor, lock=True), words)
    elif mail.complaint_id is not None:
        complaint = CASES["complaint"].load(mail.complaint_id, actor=actor, lock=True)
        case = hearing.add_words(complaint, words, through="an e-mail")
    else:
        raise _settled(mail)
    taking.take_files(mail, letter, case, actor=actor)
    settle(mail, MailState.THREADED, case=case, letter=letter, by=actor.id)
    record(IncomingMailJudged(mail.id, mail.hospital_id, "accepted", mail.complaint_id, mail.inquiry_id), actor=actor)
    return case


@command
def try_again(mail_id: UUID, *, version: int | None = None, actor: Actor) -> IncomingMail:
    """Have a failed e-mail carried out again. NotFound, NotAllowed; Conflict: it did not fail, or (`gone`) is not kept."""
    mail = _find(mail_id, version, actor)
    if mail.state != MailState.FAILED:
        raise _settled(mail)
    if mail.raw is None:
        raise _gone(mail)
    mail.state, mail.reason, mail.attempts = MailState.RECEIVED, "", 0
    mail.next_try_at, mail.handled_at = clock.now(), None
    db.session.flush()
    record(IncomingMailJudged(mail.id, mail.hospital_id, "again"), actor=actor)
    after_commit(_nudge)
    return mail


def _nudge() -> None:
    from app.complaints.mail.jobs import carry_out_mail

    nudge_once(carry_out_mail)


def _find(mail_id: UUID, version: int | None, actor: Actor) -> IncomingMail:
    return load(
        IncomingMail, mail_id, actor=actor, needs=Perm.MAIL_WORK, sees=Perm.MAIL_READ, version=version, lock=True
    )


def _by_hand(mail_id: UUID, version: int | None, actor: Actor) -> tuple[IncomingMail, Letter]:
    """Give an e-mail of which a person may make a case, and what it says."""
    mail = _find(mail_id, version, actor)
    if mail.state not in BY_HAND:
        raise _settled(mail)
    return mail, _letter(mail)


def _letter(mail: IncomingMail) -> Letter:
    """Give what an e-mail says; what no reader can take apart is given as it stands."""
    if mail.raw is None:
        raise _gone(mail)
    try:
        raw = handling.raw_of(mail)
    except Unreadable:
        raise _gone(mail) from None
    try:
        return read_letter(raw)
    except Unreadable:
        return as_plain_text(raw)


def _empty(mail: IncomingMail) -> Conflict:
    return Conflict(_("This e-mail holds no words and no files."), current=mail, code="empty")


def _gone(mail: IncomingMail) -> Conflict:
    return Conflict(_("The content of this e-mail is not kept any more."), current=mail, code="gone")


def _settled(mail: IncomingMail) -> Conflict:
    return Conflict(_("This e-mail was carried out already."), current=mail, code="wrong_state")
