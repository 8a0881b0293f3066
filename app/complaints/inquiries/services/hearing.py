"""What who asks says after the first word: an e-mail that belongs to their inquiry."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from app.complaints.inquiries.enums import AWAITED, InquiryStatus
from app.complaints.inquiries.events import InquiryNoted
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.inquiries.services.stepping import StepFacts, move
from app.complaints.inquiries.services.writing import write
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch

REOPENS = timedelta(days=30)  # after the answer
WAS_ANSWERED = frozenset({InquiryStatus.ANSWERED, InquiryStatus.CLOSED})


@command
def add_words(inquiry: Inquiry, words: str) -> Inquiry:
    """Keep what who asks adds; an answered inquiry is opened again for it.

    Invalid: nothing was written. Conflict: it ended without an answer, or too long ago.
    """
    actor = system_actor("who asked wrote through an e-mail", inquiry.hospital_id)
    with acting_as(actor):
        if not may_add(inquiry):
            raise Conflict(_("This inquiry has ended."), code="wrong_state", current=inquiry)
        keep(inquiry, words, kind="added", actor=actor)
        if inquiry.status not in AWAITED:
            move(inquiry.id, "reopen", StepFacts(reason=_("Who asks wrote again")), version=None, actor=actor)
    return inquiry


def may_add(inquiry: Inquiry) -> bool:
    """Tell whether who asks may still add something; after the answer it opens the inquiry again."""
    if inquiry.status in AWAITED:
        return True
    answered_at = inquiry.answered_at
    return inquiry.status in WAS_ANSWERED and answered_at is not None and clock.now() <= answered_at + REOPENS


def keep(inquiry: Inquiry, words: str, *, kind: str, actor: Actor) -> InquiryNote:
    """Keep words that came from outside, within the caller's command; the owner is told. Invalid: nothing was written."""
    note = write(inquiry, words, kind=kind, actor=actor)
    record(InquiryNoted(inquiry.id, inquiry.hospital_id, inquiry.reference, note.id, kind), actor=actor)
    touch("inquiries", hospital_id=inquiry.hospital_id)
    return note
