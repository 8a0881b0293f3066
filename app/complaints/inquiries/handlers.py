"""Reactions of inquiries: those concerned are told, the clock is copied, and patients that merge or are erased are followed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.accounts.rungs import first_rung, people_on_rung
from app.complaints.inquiries import sla
from app.complaints.inquiries.enums import FROM_OUTSIDE
from app.complaints.inquiries.events import InquiryAssigned, InquiryNoted, InquiryPassedOn, InquiryReceived
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.services.erasing import forget_of_cases
from app.core.access.actor import Actor, Role, system_actor
from app.core.attachments.events import AttachmentQuarantined
from app.core.db import db
from app.core.events import Entry, on, record
from app.core.events.erasure import ERASED, blank
from app.core.sla import notices
from app.core.sla.events import ClockBreached, ClockEscalated, ClockMoved, ClockReminded
from app.core.web.live import touch
from app.notifications.services import bell
from app.organizations.events import PatientErased, PatientMerged

bell.kind("inquiries/received", _l("New inquiry %(reference)s"))
bell.kind("inquiries/assigned", _l("You are the owner of inquiry %(reference)s"))
bell.kind("inquiries/mentioned", _l("You are named in a note on inquiry %(reference)s"))
bell.kind("inquiries/added", _l("Who asks wrote something: %(reference)s"))
bell.kind("inquiries/unproved", _l("An e-mail about inquiry %(reference)s must be checked"))
bell.kind("inquiries/virus", _l("A file of inquiry %(reference)s is held back: a virus was found"))
bell.kind("inquiries/reminder", _l("Inquiry %(reference)s: %(percent)s %% of its time has passed"))
bell.kind("inquiries/breached", _l("Inquiry %(reference)s is overdue"))
bell.kind("inquiries/escalated", _l("Inquiry %(reference)s was escalated to you"))


def _actor(entry: Entry) -> Actor:
    return system_actor("inquiries tell who is concerned", entry.hospital_id)


@on(InquiryReceived)
def tell_of_new_inquiry(entry: Entry) -> None:
    """Tell the owner and the PX office."""
    if entry.hospital_id is None:
        return
    owner = entry.uuid("assignee_id")
    office = people_on_rung(Role.PX_COORDINATOR, entry.hospital_id, [])
    _tell(entry, [owner], "inquiries/assigned")
    _tell(entry, [each for each in office if each != owner], "inquiries/received")


@on(InquiryAssigned)
def tell_new_owner_of_inquiry(entry: Entry) -> None:
    """Tell the new owner."""
    _tell(entry, [entry.uuid("assignee_id")], "inquiries/assigned")


@on(InquiryNoted)
def tell_mentioned_on_inquiry(entry: Entry) -> None:
    """Tell colleagues who were named in a note."""
    _tell(entry, [UUID(each) for each in entry.data.get("mentioned", ())], "inquiries/mentioned")


@on(InquiryNoted)
def tell_owner_of_words_from_outside(entry: Entry) -> None:
    """Tell the owner that who asks wrote something, or that an e-mail has to be checked."""
    inquiry = db.session.get(Inquiry, entry.subject_id) if entry.data["note_kind"] in FROM_OUTSIDE else None
    if inquiry is not None:
        _tell(entry, [inquiry.assignee_id], f"inquiries/{entry.data['note_kind']}")


@on(AttachmentQuarantined)
def tell_of_virus_on_inquiry(entry: Entry) -> None:
    """Tell the owner that a file of an inquiry is held back."""
    inquiry = db.session.get(Inquiry, entry.subject_id) if entry.data["about_type"] == sla.INQUIRY else None
    if inquiry is not None:
        _tell(entry, [inquiry.assignee_id], "inquiries/virus", reference=inquiry.reference)


@on(ClockMoved)
def take_new_due_time_of_inquiry(entry: Entry) -> None:
    """Copy the due time that a changed calendar or rule gave the clock, for lists."""
    inquiry = _clocked(entry)
    if inquiry is not None:
        sla.take_due_time(inquiry)
        touch("inquiries", hospital_id=inquiry.hospital_id)


@on(ClockReminded, ClockBreached)
def tell_of_time_of_inquiry(entry: Entry) -> None:
    """Remind the owner, and say when the deadline has passed."""
    inquiry = _clocked(entry)
    if inquiry is None or inquiry.assignee_id is None:
        return
    breached = entry.kind == ClockBreached.kind
    _tell_in_time(entry, inquiry, [inquiry.assignee_id], "breached" if breached else "reminder", is_urgent=breached)


@on(ClockEscalated)
def tell_next_level_of_inquiry(entry: Entry) -> None:
    """Tell the rung of the ladder; an empty rung falls to the next, which is logged (product.md section 6)."""
    inquiry = _clocked(entry)
    if inquiry is None:
        return
    departments = [inquiry.department_id] if inquiry.department_id else []
    people, empty = first_rung(entry.data["to"], inquiry.hospital_id, departments)
    for to in empty:
        record(
            InquiryPassedOn(inquiry.id, inquiry.hospital_id, inquiry.reference, entry.data["level"], to),
            actor=_actor(entry),
        )
    if people:
        _tell_in_time(entry, inquiry, people, "escalated", is_urgent=True)


@on(PatientMerged)
def follow_merged_patient_of_inquiry(entry: Entry) -> None:
    """Let inquiries follow the patient record that stays."""
    into = entry.uuid("into_id")
    if into is not None:
        db.session.execute(update(Inquiry).where(Inquiry.patient_id == entry.subject_id).values(patient_id=into))


@on(PatientErased)
def forget_erased_patient_of_inquiry(entry: Entry) -> None:
    """Remove what identifies the patient and every free text; codes stay for statistics (domain.md section 1.4)."""
    asked = db.session.execute(select(Inquiry).where(Inquiry.patient_id == entry.subject_id)).scalars().all()
    for inquiry in asked:
        inquiry.title = inquiry.words = ERASED
        inquiry.contact_name = inquiry.contact_phone = inquiry.contact_email = inquiry.answer = ""
    ids = [inquiry.id for inquiry in asked]
    blank(InquiryNote, InquiryNote.inquiry_id.in_(ids), body=ERASED)
    forget_of_cases(ids, actor=_actor(entry))


def _clocked(entry: Entry) -> Inquiry | None:
    return db.session.get(Inquiry, entry.subject_id) if entry.subject_type == sla.INQUIRY else None


def _tell_in_time(entry: Entry, inquiry: Inquiry, people: list[UUID], what: str, *, is_urgent: bool) -> None:
    """Tell of a deadline: now, when work begins, or in the summary after an outage."""
    notices.tell(
        people,
        f"inquiries/{what}",
        entry,
        url=f"/inquiries/{inquiry.id}",
        params={"reference": inquiry.reference, "percent": str(entry.data.get("percent", ""))},
        hospital_id=inquiry.hospital_id,
        is_urgent=is_urgent,
        actor=_actor(entry),
    )


def _tell(entry: Entry, people: Iterable[UUID | None], kind: str, reference: str = "") -> None:
    told = [each for each in people if each is not None and each != entry.actor_id]
    if not told or entry.hospital_id is None:
        return
    bell.notify(
        told,
        kind,
        about=("inquiry", entry.subject_id),
        url=f"/inquiries/{entry.subject_id}",
        params={"reference": reference or entry.data["reference"]},
        once=f"{entry.id}:{kind}",
        hospital_id=entry.hospital_id,
        actor=_actor(entry),
    )
