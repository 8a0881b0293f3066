"""Answering an inquiry: a message with the answer, or the record of what was said by phone or in person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.complaints.casework.contact import recipient_of
from app.complaints.inquiries.enums import ANSWER_WAYS, MOST_SIGNS
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.inquiries.queries import get_for_step
from app.complaints.inquiries.services.stepping import follow
from app.complaints.inquiries.services.writing import write
from app.complaints.inquiries.workflow import INQUIRY, RESPOND
from app.complaints.services.stepping import need
from app.complaints.texts.filling import refuse_unfilled
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.i18n import named
from app.notifications.enums import Channel, MessageClass
from app.notifications.services import messages
from app.organizations.models import Hospital

RECEIVED, ANSWERED = "inquiries/received", "inquiries/answered"
BY_MESSAGE = frozenset(str(channel) for channel in Channel)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the way in which it reaches who asked."""

    way: str
    answer: str


@command
def respond(inquiry_id: UUID, reply: Reply, *, version: int | None, actor: Actor) -> Inquiry:
    """Answer in the language of who asked; by SMS, WhatsApp or e-mail the message goes out at once.

    Invalid: nothing was written, a placeholder still stands in it, it is too long for a phone, or who asked can not be
    reached in this way. Conflict: the state refuses, or `version` is stale. NotAllowed, NotFound: as every step.
    """
    inquiry = get_for_step(inquiry_id, actor=actor, version=version)
    before = inquiry.status
    step = INQUIRY.apply(inquiry, RESPOND, actor=actor)
    need(step.fields, reply, {"way": ANSWER_WAYS})
    refuse_unfilled(reply.answer, "answer")
    to = _recipient(inquiry, reply) if reply.way in BY_MESSAGE else None
    inquiry.answer, inquiry.answer_way = reply.answer.strip(), reply.way
    inquiry.answered_by_id = actor.id
    inquiry.assignee_id = inquiry.assignee_id or actor.id
    note = write(inquiry, reply.answer, kind="answer", actor=actor)
    if to is not None:
        _send_answer(inquiry, note, to, actor)
    follow(inquiry, RESPOND, before, actor=actor, code=reply.way)
    return inquiry


def acknowledge(inquiry: Inquiry, *, answers: str, reply_to: str, actor: Actor) -> None:
    """Answer the e-mail that an inquiry came with by its number, once, within the caller's command.

    `answers` is its Message-ID; an answer to ours goes to `reply_to`, the mailbox that is read.
    """
    to = recipient_of(inquiry)
    if to is None or not to.email:
        return
    thread = messages.Thread(answers=answers, reply_to=reply_to)
    _send(inquiry, RECEIVED, to, of=inquiry.id, way=Channel.EMAIL, actor=actor, thread=thread)


def _recipient(inquiry: Inquiry, reply: Reply) -> messages.Recipient:
    """Give whom the message goes to. Invalid: it is too long, or this way is closed."""
    wrong: dict[str, Any] = {}
    most = MOST_SIGNS.get(reply.way)
    if most is not None and len(reply.answer.strip()) > most:
        wrong["answer"] = _("At most %(most)s characters fit into such a message.", most=most)
    to = recipient_of(inquiry)
    if to is None:
        wrong["way"] = _("Nobody may be written to here. Answer by phone or in person.")
    elif not (to.email if reply.way == Channel.EMAIL else to.phone):
        wrong["way"] = _("No address is known for this way. Choose another.")
    elif reply.way in to.refuses:
        wrong["way"] = _("The patient does not want messages in this way. Choose another.")
    if wrong or to is None:
        raise Invalid(**wrong)
    return to


def _send_answer(inquiry: Inquiry, note: InquiryNote, to: messages.Recipient, actor: Actor) -> None:
    way = Channel(inquiry.answer_way)
    answer = " ".join(inquiry.answer.split()) if way is Channel.WHATSAPP else inquiry.answer  # it takes no line ends
    _send(inquiry, ANSWERED, to, of=note.id, way=way, actor=actor, answer=answer)


def _send(
    inquiry: Inquiry,
    text: str,
    to: messages.Recipient,
    *,
    of: UUID,
    way: Channel,
    actor: Actor,
    thread: messages.Thread | None = None,
    **params: str,
) -> None:
    """Send a text with the number of the inquiry in its language, once of a row."""
    hospital = db.session.get_one(Hospital, inquiry.hospital_id)
    messages.send(
        text,
        to=replace(to, language=inquiry.language),
        params={"hospital": named(hospital, code=inquiry.language), "reference": inquiry.reference, **params},
        once=f"{text}:{of}",
        hospital_id=inquiry.hospital_id,
        about=("inquiry", inquiry.id),
        message_class=MessageClass.SERVICE,
        actor=actor,
        channels=(way,),
        thread=thread,
    )
