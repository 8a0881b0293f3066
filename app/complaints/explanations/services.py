"""Requests to explain: a person is asked with a question and chosen extracts, answers, and the officer rules on it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.complaints import sla
from app.complaints.enums import ExplanationStatus
from app.complaints.events import ExplanationMoved
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.complaints.points.services import concern
from app.complaints.policy import Perm
from app.complaints.services.working import open_case
from app.complaints.workflow import EXPLANATION
from app.core.access.actor import Actor
from app.core.access.policy import load, require
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import record
from app.core.sla import many
from app.core.web.live import touch
from app.organizations import queries as organizations


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and how much of the complaint goes with it."""

    question: str
    extract: str = ""
    department_id: UUID | None = None
    point_id: UUID | None = None
    shows_patient: bool = False


@command
def ask(complaint_id: UUID, of: UUID, question: Question, *, actor: Actor) -> Explanation:
    """Ask a person of the hospital to explain; their clock starts now, and the department is concerned.

    Invalid: by field. Conflict: the complaint has ended. The person sees the question and the extract, nothing else.
    """
    require(actor, Perm.ASK)
    complaint = open_case(complaint_id, version=None, actor=actor)
    if not question.question.strip():
        raise Invalid(question=_("Write what you want to know."))
    if not accounts.works_in(of, complaint.hospital_id):
        raise Invalid(assignee_id=_("Choose a person of this hospital."))
    if question.department_id and not organizations.is_department_of(complaint.hospital_id, question.department_id):
        raise Invalid(department_id=_("Choose a department of this hospital."))
    if question.point_id and not _is_point_of(complaint, question.point_id):
        raise Invalid(point_id=_("Choose a point of this complaint."))
    explanation = Explanation(
        hospital_id=complaint.hospital_id,
        complaint_id=complaint.id,
        point_id=question.point_id,
        department_id=question.department_id,
        assignee_id=of,
        asked_by_id=actor.id,
        question=question.question.strip(),
        extract=question.extract.strip(),
        shows_patient=question.shows_patient,
    )
    db.session.add(explanation)
    db.session.flush()
    sla.start_explanation(explanation, complaint.severity, actor=actor)
    concern(complaint)
    _say(explanation, complaint, "ask", actor)
    return explanation


def _is_point_of(complaint: Complaint, point_id: UUID) -> bool:
    point = db.session.get(ComplaintPoint, point_id)
    return point is not None and point.complaint_id == complaint.id


@command
def move(explanation_id: UUID, verb: str, *, version: int, text: str = "", actor: Actor) -> Explanation:
    """Answer (`text` is the answer), accept, return (`text` says why) or take back a request.

    Invalid: the step needs a text. Conflict: the state refuses, or somebody changed the request since `version`.
    """
    explanation = load(
        Explanation,
        explanation_id,
        actor=actor,
        needs=Perm.EXPLANATION_READ,
        version=version,
        lock=True,
    )
    complaint = db.session.get_one(Complaint, explanation.complaint_id)
    step = EXPLANATION.apply(explanation, verb, actor=actor)
    if step.fields and not text.strip():
        raise Invalid(**{step.fields[0]: _("Write something first.")})
    if verb == "answer":
        explanation.answer = text.strip()
    if verb == "return":
        explanation.returned_for, explanation.returns = text.strip(), explanation.returns + 1
    _clock(explanation, complaint, actor)
    _say(explanation, complaint, verb, actor)
    return explanation


def _clock(explanation: Explanation, complaint: Complaint, actor: Actor) -> None:
    """The clock runs while an answer is awaited; a return starts a new cycle."""
    if explanation.status == ExplanationStatus.REQUESTED:
        sla.start_explanation(explanation, complaint.severity, actor=actor)
        return
    many.stop([explanation.id], [sla.ANSWER])


def _say(explanation: Explanation, complaint: Complaint, verb: str, actor: Actor) -> None:
    record(
        ExplanationMoved(
            complaint.id,
            complaint.hospital_id,
            complaint.reference,
            explanation.id,
            explanation.assignee_id,
            verb,
        ),
        actor=actor,
    )
    touch("complaints", hospital_id=complaint.hospital_id)
