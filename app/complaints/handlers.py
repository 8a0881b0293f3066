"""Reactions of complaints: those concerned are told, clocks are copied, and patients that merge or are erased are followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.accounts.rungs import first_rung, people_on_rung
from app.complaints import sla
from app.complaints.enums import ComplaintStatus
from app.complaints.events import (
    ComplaintAssigned,
    ComplaintJudged,
    ComplaintMoved,
    ComplaintNoted,
    ComplaintPassedOn,
    ComplaintReceived,
    ExplanationMoved,
)
from app.complaints.explanations import answering_link
from app.complaints.flags.events import ComplaintFlagged
from app.complaints.models import Complaint, Explanation
from app.complaints.public import hearing, tracking
from app.complaints.services import erasing
from app.core.access.actor import Actor, Role, system_actor
from app.core.attachments.events import AttachmentQuarantined
from app.core.db import db
from app.core.events import Entry, on, record
from app.core.sla import notices
from app.core.sla.events import ClockBreached, ClockEscalated, ClockMoved, ClockReminded
from app.core.web.live import touch
from app.notifications.services import bell
from app.organizations.events import PatientErased, PatientMerged
from app.surveys.events import SurveyCompleted

bell.kind("complaints/received", _l("New complaint %(reference)s"))
bell.kind("complaints/flagged", _l("Red flag in new complaint %(reference)s: look at it now"))
bell.kind("complaints/flagged_later", _l("Red flag in words added to complaint %(reference)s: look at it now"))
bell.kind("complaints/assigned", _l("You are the owner of complaint %(reference)s"))
bell.kind("complaints/virus", _l("A file of complaint %(reference)s is held back: a virus was found"))
bell.kind("complaints/added", _l("Who complained wrote something: %(reference)s"))
bell.kind("complaints/unproved", _l("An e-mail about complaint %(reference)s must be checked"))
bell.kind("complaints/mentioned", _l("You are named in a note on complaint %(reference)s"))
bell.kind("complaints/unsatisfied", _l("The answer to complaint %(reference)s did not satisfy"))
bell.kind("complaints/resumed", _l("Complaint %(reference)s goes on: its return date has come"))
bell.kind("complaints/reminder", _l("Complaint %(reference)s: %(percent)s %% of its time has passed"))
bell.kind("complaints/breached", _l("Complaint %(reference)s is overdue"))
bell.kind("complaints/escalated", _l("Complaint %(reference)s was escalated to you"))
bell.kind("explanations/ask", _l("You are asked to explain: %(reference)s"))
bell.kind("explanations/manager", _l("Your department was asked to explain: %(reference)s"))
bell.kind("explanations/answer", _l("An explanation arrived: %(reference)s"))
bell.kind("explanations/return", _l("Your explanation was returned: %(reference)s"))
bell.kind("explanations/accept", _l("Your explanation was accepted: %(reference)s"))
bell.kind("explanations/cancel", _l("You need not explain any more: %(reference)s"))
bell.kind("explanations/reminder", _l("Explanation %(reference)s: %(percent)s %% of its time has passed"))
bell.kind("explanations/breached", _l("Explanation %(reference)s is overdue"))
bell.kind("explanations/escalated", _l("A missing explanation was escalated to you: %(reference)s"))


def _actor(entry: Entry) -> Actor:
    return system_actor("complaints tell who is concerned", entry.hospital_id)


@on(ComplaintReceived)
def tell_of_new_complaint(entry: Entry) -> None:
    """Tell the owner and the PX office; of a red flag the whole office, urgently, whoever entered it."""
    if entry.hospital_id is None:
        return
    owner = entry.uuid("assignee_id")
    office = people_on_rung(Role.PX_COORDINATOR, entry.hospital_id, [])
    _tell(entry, [owner], "complaints/assigned")
    if entry.data.get("red_flags"):
        _ring(entry, [*office, owner], "complaints/flagged", is_urgent=True)
    else:
        _tell(entry, [each for each in office if each != owner], "complaints/received")


@on(ComplaintFlagged)
def tell_of_later_flag(entry: Entry) -> None:
    """Tell the owner and the whole PX office urgently of a red flag in words that were added later."""
    complaint = db.session.get(Complaint, entry.subject_id)
    if complaint is None or entry.hospital_id is None:
        return
    office = people_on_rung(Role.PX_COORDINATOR, entry.hospital_id, [])
    _ring(entry, [*office, complaint.assignee_id], "complaints/flagged_later", is_urgent=True)


@on(ComplaintReceived)
def confirm_to_complainant(entry: Entry) -> None:
    """Send number and tracking link to who complained."""
    tracking.confirm(entry.subject_id, actor=_actor(entry))


@on(ComplaintAssigned)
def tell_new_owner(entry: Entry) -> None:
    """Tell the new owner."""
    _tell(entry, [entry.uuid("assignee_id")], "complaints/assigned")


@on(ComplaintMoved)
def tell_who_complained(entry: Entry) -> None:
    """Tell that the answer is there; after the end, ask how it was."""
    if entry.data["after"] == ComplaintStatus.RESOLVED:
        tracking.tell_answer(entry.subject_id, once=entry.id, actor=_actor(entry))
    elif entry.data["after"] == ComplaintStatus.CLOSED:
        hearing.ask_how_it_was(entry.subject_id, actor=_actor(entry))


@on(AttachmentQuarantined)
def tell_of_virus(entry: Entry) -> None:
    """Tell the owner that a file of a complaint is held back."""
    complaint = db.session.get(Complaint, entry.subject_id) if entry.data["about_type"] == sla.COMPLAINT else None
    if complaint is not None:
        _tell(entry, [complaint.assignee_id], "complaints/virus", reference=complaint.reference)


@on(SurveyCompleted)
def keep_judgement(entry: Entry) -> None:
    """Keep with a complaint how its complainant judged the answer."""
    complaint_id = entry.uuid("cause_id") if entry.data.get("cause_type") == hearing.CASE else None
    if complaint_id is not None:
        hearing.take_judgement(complaint_id, entry.subject_id, entry.data["score"], actor=_actor(entry))


@on(ComplaintJudged)
def tell_owner_of_judgement(entry: Entry) -> None:
    """Tell the owner that the answer did not satisfy."""
    complaint = db.session.get(Complaint, entry.subject_id)
    if complaint is not None and entry.data["satisfied"] is False:
        _tell(entry, [complaint.assignee_id], "complaints/unsatisfied")


@on(ComplaintNoted)
def tell_owner_of_added_words(entry: Entry) -> None:
    """Tell the owner that the complainant wrote, or somebody who may not be them."""
    complaint = db.session.get(Complaint, entry.subject_id)
    if complaint is not None and entry.data["note_kind"] in ("added", "unproved"):
        _tell(entry, [complaint.assignee_id], f"complaints/{entry.data['note_kind']}")


@on(ComplaintNoted)
def tell_mentioned(entry: Entry) -> None:
    """Tell colleagues who were named in a note."""
    _tell(entry, [UUID(each) for each in entry.data.get("mentioned", ())], "complaints/mentioned")


@on(ComplaintMoved)
def tell_that_it_goes_on(entry: Entry) -> None:
    """Tell the owner when a waiting complaint goes on by itself."""
    complaint = db.session.get(Complaint, entry.subject_id)
    came_back = entry.data["before"] == ComplaintStatus.WAITING_PATIENT and entry.actor_id is None
    if complaint is not None and came_back:
        _tell(entry, [complaint.assignee_id], "complaints/resumed")


@on(ExplanationMoved)
def tell_of_explanation(entry: Entry) -> None:
    """Tell who is asked, and who asked."""
    explanation = db.session.get(Explanation, entry.uuid("explanation_id"))
    if explanation is None:
        return
    verb, url = entry.data["verb"], f"/explanations/{explanation.id}"
    told = explanation.asked_by_id if verb == "answer" else explanation.assignee_id
    _tell(entry, [told], f"explanations/{verb}", url=url)
    if verb in ("ask", "return"):
        answering_link.send_link(explanation, actor=_actor(entry))
    if verb == "ask" and explanation.department_id:
        managers = people_on_rung(Role.DEPARTMENT_MANAGER, explanation.hospital_id, [explanation.department_id])
        _tell(entry, [each for each in managers if each != explanation.assignee_id], "explanations/manager", url=url)


@on(ClockMoved)
def take_new_due_time(entry: Entry) -> None:
    """Copy the due time that a changed calendar or rule gave a clock, for lists."""
    row = _clocked(entry)
    if row is None or entry.hospital_id is None:
        return
    if isinstance(row, Complaint):
        sla.take_due_time(row)
    else:
        sla.take_explanation_due_time(row)
    touch("complaints", hospital_id=entry.hospital_id)


@on(ClockReminded, ClockBreached)
def tell_of_time(entry: Entry) -> None:
    """Remind whoever must act, and say when the deadline has passed."""
    row = _clocked(entry)
    if row is None or entry.data["clock"] in sla.SILENT:
        return
    breached = entry.kind == ClockBreached.kind
    told = [row.assignee_id] if row.assignee_id else []
    _tell_in_time(entry, row, told, "breached" if breached else "reminder", is_urgent=breached)


@on(ClockEscalated)
def tell_next_level(entry: Entry) -> None:
    """Tell the rung of the ladder; an empty rung falls to the next, which is logged (product.md section 6).

    Of a complaint the managers are those of every department concerned; of an explanation, of the one that was asked.
    """
    row = _clocked(entry)
    if row is None:
        return
    departments = row.department_ids if isinstance(row, Complaint) else [row.department_id]
    complaint = row if isinstance(row, Complaint) else db.session.get_one(Complaint, row.complaint_id)
    people, empty = first_rung(entry.data["to"], row.hospital_id, [each for each in departments if each])
    for to in empty:
        record(
            ComplaintPassedOn(complaint.id, complaint.hospital_id, complaint.reference, entry.data["level"], to),
            actor=_actor(entry),
        )
    if people:
        _tell_in_time(entry, row, people, "escalated", is_urgent=True)
    if people and isinstance(row, Explanation) and entry.data["to"] == Role.DEPARTMENT_MANAGER and not empty:
        answering_link.send_late_link(row, people, actor=_actor(entry))


@on(ClockEscalated)
def keep_escalation(entry: Entry) -> None:
    """Keep when a complaint was first escalated; the decision itself is taken back when the deadline moves (domain.md, X-8)."""
    db.session.execute(
        update(Complaint)
        .where(Complaint.id == entry.subject_id, Complaint.escalated_at.is_(None))
        .values(escalated_at=entry.at)
    )


@on(PatientMerged)
def follow_merged_patient(entry: Entry) -> None:
    """Let complaints follow the patient record that stays."""
    into = entry.uuid("into_id")
    if into is not None:
        db.session.execute(update(Complaint).where(Complaint.patient_id == entry.subject_id).values(patient_id=into))


@on(PatientErased)
def forget_erased_patient(entry: Entry) -> None:
    """Remove what identifies the patient and the free text; codes stay for statistics (domain.md section 1.4)."""
    erasing.forget(entry.subject_id, actor=_actor(entry))


def _tell_in_time(
    entry: Entry, row: Complaint | Explanation, people: list[UUID], what: str, *, is_urgent: bool
) -> None:
    """Tell of a deadline: now, when work begins, or in the summary after an outage."""
    is_complaint = isinstance(row, Complaint)
    notices.tell(
        people,
        f"{'complaints' if is_complaint else 'explanations'}/{what}",
        entry,
        url=f"/{'complaints' if is_complaint else 'explanations'}/{row.id}",
        params={"reference": _reference(row), "percent": str(entry.data.get("percent", ""))},
        hospital_id=row.hospital_id,
        is_urgent=is_urgent,
        actor=_actor(entry),
    )


def _reference(row: Complaint | Explanation) -> str:
    if isinstance(row, Complaint):
        return row.reference
    return db.session.get_one(Complaint, row.complaint_id).reference


def _clocked(entry: Entry) -> Complaint | Explanation | None:
    models: dict[str, Any] = {sla.COMPLAINT: Complaint, sla.EXPLANATION: Explanation}
    model = models.get(entry.subject_type)
    return db.session.get(model, entry.subject_id) if model else None


def _tell(entry: Entry, people: Iterable[UUID | None], kind: str, url: str = "", reference: str = "") -> None:
    """Tell people of what somebody else did."""
    _ring(entry, [each for each in people if each != entry.actor_id], kind, url, reference)


def _ring(
    entry: Entry,
    people: Iterable[UUID | None],
    kind: str,
    url: str = "",
    reference: str = "",
    *,
    is_urgent: bool = False,
) -> None:
    told = [each for each in people if each is not None]
    if not told or entry.hospital_id is None:
        return
    bell.notify(
        told,
        kind,
        about=("complaint", entry.subject_id),
        url=url or f"/complaints/{entry.subject_id}",
        params={"reference": reference or entry.data["reference"]},
        once=f"{entry.id}:{kind}",
        hospital_id=entry.hospital_id,
        actor=_actor(entry),
        is_urgent=is_urgent,
    )
