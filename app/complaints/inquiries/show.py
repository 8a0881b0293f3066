"""What the page of one inquiry shows: who is concerned, its clock in words, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.complaints.inquiries import queries, sla
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import Whole
from app.complaints.inquiries.story import lines_of
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on
from app.core.events import timeline
from app.core.sla.explain import Deadline, deadlines_of
from app.core.web.story import Line
from app.notifications.story import Sent, sent_about


@dataclass(frozen=True, slots=True)
class Case:
    """One inquiry with everything that its page shows."""

    inquiry: Inquiry
    whole: Whole
    is_masked: bool
    deadline: Deadline | None
    lines: list[Line]


def case_of(inquiry_id: UUID, actor: Actor) -> Case:
    """Read an inquiry and what belongs to it through the actor. NotFound outside the scope."""
    whole = queries.get_whole(inquiry_id, actor=actor)
    masked = not can(actor, Perm.IDENTIFY)
    notes = queries.notes_of(whole.inquiry, actor=actor)
    works = can_on(actor, Perm.INQUIRY_WORK, whole.inquiry)
    return Case(
        inquiry=whole.inquiry,
        whole=whole,
        is_masked=masked,
        deadline=deadlines_of(inquiry_id).get(sla.ANSWER),
        lines=lines_of(
            timeline.of_subject(inquiry_id, actor=actor),
            notes,
            sent_about(inquiry_id, [note.id for note, _author in notes], actor=actor) if works else Sent(),
        ),
    )
