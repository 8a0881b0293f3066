"""What the page of one complaint shows: who is concerned, its clocks in words, its points, what others explained."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.accounts.models import User
from app.complaints import queries, sla
from app.complaints.events import ExplanationMoved
from app.complaints.explanations import queries as explanation_queries
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint, Explanation
from app.complaints.policy import Perm
from app.complaints.story import Beside, lines_of
from app.core.access.actor import Actor
from app.core.access.policy import can, can_on
from app.core.events import timeline
from app.core.sla.explain import Deadline, deadlines_of
from app.core.web.story import Line, hung_on
from app.notifications.story import Sent, sent_about
from app.organizations.models import Department, Patient
from app.surveys import story as survey_story


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint with everything that its page shows."""

    complaint: Complaint
    department: Department | None  # leads
    owner: User | None
    patient: Patient | None
    other: Complaint | None  # into which it was merged
    opens_other: bool  # whether the reader may see that one
    inquiry: Inquiry | None  # that it began as
    is_masked: bool
    shows_people: bool  # who is named on points: for who works on complaints, not for partners and viewers
    deadlines: dict[str, Deadline]  # by kind of clock, the newest cycle
    explanations: list[tuple[Explanation, User | None, Department | None]]
    lines: list[Line]

    @property
    def deadline(self) -> Deadline | None:
        """The deadline by which queues are ordered."""
        return self.deadlines.get(sla.RESOLUTION)


def case_of(complaint_id: UUID, actor: Actor) -> Case:
    """Read a complaint and what belongs to it through the actor. NotFound outside the scope."""
    whole = queries.get_whole(complaint_id, actor=actor)
    complaint = whole.complaint
    masked = not can(actor, Perm.IDENTIFY)
    entries = timeline.of_subject(complaint.id, actor=actor)
    if not can(actor, Perm.EXPLANATION_READ):
        entries = [each for each in entries if each.kind != ExplanationMoved.kind]  # not even who was asked
    notes = queries.notes_of(complaint, actor=actor)
    explanations = explanation_queries.explanations_of(complaint.id, actor=actor)
    sources = [each for each in (complaint.survey_id, complaint.judged_in_id) if each]  # what opens actions
    is_asked = bool(sources or complaint.first_closed_at)  # who complained is asked in a survey once it is closed
    beside = Beside(
        sent=Sent() if masked else sent_about(complaint.id, [note.id for note, _author in notes], actor=actor),
        surveys=survey_story.lines_of_case(complaint.id, sources, actor=actor) if is_asked else {},
        explanations=[explanation.id for explanation, _who, _department in explanations],
        others=hung_on("complaint", sources, actor) if sources else [],
    )
    return Case(
        complaint=complaint,
        department=whole.department,
        owner=whole.owner,
        patient=whole.patient,
        other=whole.other,
        opens_other=whole.other is not None and can_on(actor, Perm.READ, whole.other),
        inquiry=whole.inquiry,
        is_masked=masked,
        shows_people=can(actor, Perm.WORK),
        deadlines=deadlines_of(complaint.id),
        explanations=explanations,
        lines=lines_of(entries, notes, beside),
    )
