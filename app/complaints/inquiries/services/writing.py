"""Writing on an inquiry: notes and calls of staff, and what steps asked to be said."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from app.complaints.casework.mentions import mentioned_in
from app.complaints.inquiries.enums import WRITTEN_BY_STAFF
from app.complaints.inquiries.events import InquiryNoted
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.policy import Perm
from app.complaints.services.writing import written
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import record
from app.core.web.live import touch


@command
def add_note(inquiry_id: UUID, body: str, *, kind: str = "note", actor: Actor) -> InquiryNote:
    """Write a note, or what was said in a call. Invalid: nothing was written, or it is no kind that staff write."""
    inquiry = load(Inquiry, inquiry_id, actor=actor, needs=Perm.INQUIRY_WORK, sees=Perm.INQUIRY_READ, lock=True)
    if kind not in WRITTEN_BY_STAFF:
        raise Invalid(kind=_("Choose one of the listed codes."))
    note = write(inquiry, body, kind=kind, actor=actor)
    note.mentioned_ids = mentioned_in(body, inquiry, sees=Perm.INQUIRY_READ, actor=actor)
    told = tuple(str(each) for each in note.mentioned_ids)
    record(InquiryNoted(inquiry.id, inquiry.hospital_id, inquiry.reference, note.id, kind, told), actor=actor)
    touch("inquiries", hospital_id=inquiry.hospital_id)
    return note


def write(inquiry: Inquiry, body: str, *, kind: str, actor: Actor) -> InquiryNote:
    """Keep a text on an inquiry, within the caller's command. Invalid: nothing was written."""
    note = as_note(inquiry, body, kind=kind, actor=actor)
    db.session.add(note)
    db.session.flush()
    return note


def as_note(inquiry: Inquiry, body: str, *, kind: str, actor: Actor) -> InquiryNote:
    """Give a text on an inquiry as a row that is not kept yet. Invalid: nothing was written."""
    about = {"hospital_id": inquiry.hospital_id, "inquiry_id": inquiry.id}
    return InquiryNote(**about, **written(body, kind=kind, actor=actor))
