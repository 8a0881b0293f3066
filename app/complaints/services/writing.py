"""Writing on a complaint: notes and calls of staff, and what steps asked to be said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.complaints import sla
from app.complaints.casework.mentions import mentioned_in
from app.complaints.enums import WRITTEN_BY_STAFF
from app.complaints.events import ComplaintNoted
from app.complaints.models import Complaint, ComplaintNote
from app.complaints.policy import Perm
from app.complaints.public import tracking
from app.complaints.texts.filling import refuse_unfilled
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import record
from app.core.text.scripts import looks_arabic
from app.core.time import clock
from app.core.web.live import touch


@command
def add_note(complaint_id: UUID, body: str, *, kind: str = "note", actor: Actor) -> ComplaintNote:
    """Write a note, what was said in a call, or a message to who complained, which they read behind their tracking link.

    Colleagues who are named with `@` in a note or call are told; the first call or message ends the clock of the first
    contact. Invalid: nothing was written, it is no kind that staff write, or a placeholder still stands in a message.
    Conflict (`unreachable`): no message reaches who complained.
    """
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.WORK, sees=Perm.READ, lock=True)
    if kind not in WRITTEN_BY_STAFF:
        raise Invalid(kind=_("Choose one of the listed codes."))
    if kind == "message":
        refuse_unfilled(body, "body")
    note = write(complaint, body, kind=kind, actor=actor)
    if kind == "message":
        tracking.tell_message(complaint, note.id, actor=actor)
    else:
        note.mentioned_ids = mentioned_in(body, complaint, sees=Perm.READ, actor=actor)
    if kind != "note" and complaint.first_contact_at is None:
        complaint.first_contact_at = clock.now()
        sla.stop([complaint.id], sla.FIRST_CONTACT)
    told = tuple(str(each) for each in note.mentioned_ids)
    record(ComplaintNoted(complaint.id, complaint.hospital_id, complaint.reference, note.id, kind, told), actor=actor)
    touch("complaints", hospital_id=complaint.hospital_id)
    return note


def write(complaint: Complaint, body: str, *, kind: str, actor: Actor) -> ComplaintNote:
    """Keep a text on a complaint, within the caller's command. Invalid: nothing was written."""
    note = ComplaintNote(
        hospital_id=complaint.hospital_id, complaint_id=complaint.id, **written(body, kind=kind, actor=actor)
    )
    db.session.add(note)
    db.session.flush()
    return note


def written(body: str, *, kind: str, actor: Actor) -> dict[str, Any]:
    """Give the columns of a note on any kind of case. Invalid: nothing was written."""
    if not body.strip():
        raise Invalid(body=_("Write something first."))
    return {
        "author_id": actor.id,
        "kind": kind,
        "body": body.strip(),
        "text_language": "ar" if looks_arabic(body) else "en",
    }
