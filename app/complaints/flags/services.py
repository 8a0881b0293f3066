"""Looking for red flags in what who complained says later."""

from __future__ import annotations

from app.complaints.flags.events import ComplaintFlagged
from app.complaints.flags.phrases import phrases_of
from app.complaints.models import Complaint
from app.complaints.rules.red_flags import GRAVENESS, flags_in
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.events import record


@command
def look_again(complaint: Complaint, words: str, *, actor: Actor) -> list[str]:
    """Mark a complaint with the flags of later words; gives the new ones, of which the office is told, each once."""
    found = flags_in(phrases_of(complaint.hospital_id), words)
    if not found:
        return []
    db.session.flush()
    db.session.refresh(complaint, with_for_update=True)  # two words at once tell of a flag once
    new = [flag for flag in found if flag not in complaint.red_flags]
    if new:
        complaint.red_flags = [flag for flag in GRAVENESS if flag in {*complaint.red_flags, *new}]
        db.session.flush()
        record(
            ComplaintFlagged(complaint.id, complaint.hospital_id, complaint.reference, tuple(new)),
            actor=actor,
        )
    return new
