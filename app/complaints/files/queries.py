"""Which files and papers of a complaint an actor may have: the office all of them, a partner's desk its own and the letters."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.papers import services as papers
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can_on
from app.core.attachments import keeping
from app.core.attachments.models import Attachment
from app.core.errors import NotFound


def papers_of(complaint: Complaint, *, actor: Actor) -> Sequence[ComplaintPaper]:
    """Give the papers, newest first; a case pack holds the office's own work, which only those see who work on it."""
    made = papers.papers_of(complaint.id)
    if can_on(actor, Perm.WORK, complaint):
        return made
    return [each for each in made if each.kind == papers.LETTER]


def files_of(
    complaint: Complaint, *, actor: Actor, seen: Sequence[ComplaintPaper] | None = None
) -> Sequence[Attachment]:
    """Give the files, oldest first, those of papers too; `seen` are the papers, where the caller has read them already."""
    rows = keeping.of_case(complaint.id)
    if can_on(actor, Perm.WORK, complaint):
        return rows
    letters = {each.attachment_id for each in (papers_of(complaint, actor=actor) if seen is None else seen)}
    return [each for each in rows if each.added_by_id == actor.id or each.id in letters]


def find(complaint: Complaint, attachment_id: UUID, *, actor: Actor) -> Attachment:
    """Find a file of a complaint that this actor may have. NotFound."""
    found = next((each for each in files_of(complaint, actor=actor) if each.id == attachment_id), None)
    if found is None:
        raise NotFound()
    return found


def take(complaint: Complaint, attachment_id: UUID, *, actor: Actor) -> Attachment:
    """Give a file that is opened, which is noted. NotFound: not of this complaint, or not for this actor. Conflict."""
    found = find(complaint, attachment_id, actor=actor)
    return keeping.take(found.id, about_id=complaint.id, actor=actor)
