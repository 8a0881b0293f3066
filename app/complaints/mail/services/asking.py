"""What an e-mail does to inquiries: it opens one where the mailbox says so, and joins the one that it names."""

from __future__ import annotations

from flask_babel import gettext as _

from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import answering, hearing, receiving
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.mail.enums import MailState
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.rules.parts import Letter
from app.complaints.mail.services import taking
from app.complaints.mail.services.settling import may_be_answered, no_words, settle, words_of
from app.complaints.services.receiving import OLDEST
from app.core.access.actor import Actor
from app.core.time import clock


def open_inquiry(
    mail: IncomingMail, letter: Letter, box: Mailbox, *, actor: Actor, earlier: Inquiry | None = None
) -> Inquiry | None:
    """Register an inquiry with the words and files of an e-mail, whose sender gets its number where they may be answered.

    None where it holds nothing: it failed then. `earlier` is an inquiry that it names and that has ended.
    """
    words = words_of(letter)
    if not words:
        no_words(mail)
        return None
    facts = InquiryFacts(
        words=words,
        channel="email",
        contact_name=letter.sender_name or letter.sender,
        contact_email=letter.sender,
        received_at=mail.arrived_at if mail.arrived_at > clock.now() - OLDEST else None,
    )
    inquiry = receiving.receive(hospital_id=mail.hospital_id, facts=facts, actor=actor)
    taking.take_files(mail, letter, inquiry, actor=actor)
    if earlier is not None:
        said = _("The e-mail names %(reference)s, which has ended.", reference=earlier.reference)
        taking.write_on(inquiry, said, "note", actor=actor)
    if may_be_answered(mail, letter):
        answering.acknowledge(inquiry, answers=letter.message_id, reply_to=box.address, actor=actor)
    settle(mail, MailState.OPENED, case=inquiry, letter=letter)
    return inquiry


def add(mail: IncomingMail, letter: Letter, box: Mailbox, inquiry: Inquiry, *, actor: Actor) -> None:
    """Add an e-mail of who asked to their inquiry; one that can not go on any more is followed by a new one."""
    if not hearing.may_add(inquiry):
        open_inquiry(mail, letter, box, actor=actor, earlier=inquiry)
        return
    words = words_of(letter)
    if not words:
        no_words(mail)
        return
    hearing.add_words(inquiry, words)
    taking.take_files(mail, letter, inquiry, actor=actor)
    settle(mail, MailState.THREADED, case=inquiry, letter=letter)
