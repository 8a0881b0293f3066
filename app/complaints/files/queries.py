"""Which papers of a complaint an actor may have: the office all of them, a partner's desk the letters."""

from __future__ import annotations

from collections.abc import Sequence

from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.papers import services as papers
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can_on


def papers_of(complaint: Complaint, *, actor: Actor) -> Sequence[ComplaintPaper]:
    """Give the papers, newest first; a case pack holds the office's own work, which only those see who work on it."""
    made = papers.papers_of(complaint.id)
    if can_on(actor, Perm.WORK, complaint):
        return made
    return [each for each in made if each.kind == papers.LETTER]
