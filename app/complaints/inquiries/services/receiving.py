"""Receiving an inquiry: who asks what, through which channel; its clock starts at the receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.complaints.assigning.services import NewCase, owner_for
from app.complaints.casework.contact import first_words, is_email, patient_of, phone_of
from app.complaints.enums import RELATIONS
from app.complaints.inquiries import sla
from app.complaints.inquiries.events import InquiryReceived
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import is_category_of
from app.complaints.policy import Perm
from app.complaints.services.receiving import OLDEST
from app.complaints.sources.known import is_open
from app.core.access.actor import Actor, Role
from app.core.access.policy import can_reach_hospital
from app.core.db import command, db
from app.core.errors import Invalid, NotAllowed
from app.core.events import record
from app.core.references import next_reference
from app.core.text.scripts import looks_arabic
from app.core.time import clock
from app.core.web.live import touch
from app.organizations import queries as organizations
from app.organizations.models import Patient


@dataclass(frozen=True, slots=True)
class InquiryFacts:
    """What is known of an inquiry when it comes in."""

    words: str
    channel: str = "desk"
    patient_id: UUID | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    contact_relation: str = "patient"
    language: str = ""  # empty: the patient's, else that of the words
    category_id: UUID | None = None
    department_id: UUID | None = None
    received_at: datetime | None = None  # None: now


@command
def receive(*, hospital_id: UUID, facts: InquiryFacts, actor: Actor) -> Inquiry:
    """Take a question in: number, owner, clock. Who asks is a patient with a file, or a name with a phone or an e-mail.

    NotAllowed outside the actor's hospitals. Invalid: by field.
    """
    if not can_reach_hospital(actor, Perm.INQUIRY_CREATE, hospital_id):
        raise NotAllowed()
    if actor.role is Role.SOURCE_USER:
        facts = replace(facts, channel="partner")  # whatever they say: it came from their desk
    patient, phone = _checked(hospital_id, facts, actor)
    words = facts.words.strip()
    spoken = "ar" if looks_arabic(words) else "en"
    inquiry = Inquiry(
        hospital_id=hospital_id,
        reference=next_reference("INQ"),
        title=first_words(words),
        channel=facts.channel,
        received_at=facts.received_at or clock.now(),
        patient_id=patient.id if patient else None,
        contact_name=facts.contact_name.strip(),
        contact_phone=phone,
        contact_email=facts.contact_email.strip(),
        contact_relation=facts.contact_relation,
        language=facts.language or (patient.language if patient else spoken),
        words=words,
        words_language=spoken,
        category_id=facts.category_id,
        department_id=facts.department_id,
        assignee_id=owner_for(
            NewCase(Inquiry, "inquiry", hospital_id, facts.channel, department_id=facts.department_id), actor
        ),
        created_by_id=actor.id,
    )
    db.session.add(inquiry)
    db.session.flush()
    sla.start(inquiry, actor=actor, started_at=inquiry.received_at)
    record(
        InquiryReceived(inquiry.id, hospital_id, inquiry.reference, inquiry.channel, inquiry.assignee_id), actor=actor
    )
    touch("inquiries", hospital_id=hospital_id)
    return inquiry


def _checked(hospital_id: UUID, facts: InquiryFacts, actor: Actor) -> tuple[Patient | None, str]:
    """Check everything that was given; all that is wrong is told at once."""
    wrong: dict[str, Any] = {}
    now = clock.now()
    if not organizations.is_hospital(hospital_id):
        raise Invalid(hospital_id=_("Choose the hospital."))
    if not facts.words.strip():
        wrong["words"] = _("Write the question, in the words of who asks.")
    if facts.contact_relation not in RELATIONS:
        wrong["contact_relation"] = _("Choose one of the listed codes.")
    if not is_open("inquiry", facts.channel):
        wrong["channel"] = _("Choose one of the listed codes.")
    if facts.received_at and not now - OLDEST <= facts.received_at <= now:
        wrong["received_at"] = _("Give an instant in the past year.")
    patient = patient_of(hospital_id, facts.patient_id, actor, wrong)
    phone = phone_of(facts.contact_phone, wrong)
    _check_contact(facts, wrong)
    wrong |= places_wrong(hospital_id, facts.category_id, facts.department_id)
    if wrong:
        raise Invalid(**wrong)
    return patient, phone


def _check_contact(facts: InquiryFacts, wrong: dict[str, Any]) -> None:
    """Who has no file is named, and can be answered."""
    if facts.contact_email.strip() and not is_email(facts.contact_email.strip()):
        wrong["contact_email"] = _("This is no e-mail address.")
    if facts.patient_id is not None:
        return
    if not facts.contact_name.strip():
        wrong["contact_name"] = _("Choose the patient, or give the name of who asks.")
    if not facts.contact_phone.strip() and not facts.contact_email.strip():
        wrong.setdefault("contact_phone", _("Give a phone number or an e-mail address to which the answer can go."))


def places_wrong(hospital_id: UUID, category_id: UUID | None, department_id: UUID | None) -> dict[str, Any]:
    """Tell what is wrong with a category and a department that were chosen for an inquiry of a hospital."""
    wrong: dict[str, Any] = {}
    if category_id and not is_category_of(hospital_id, category_id):
        wrong["category_id"] = _("Choose a category of this hospital.")
    if department_id and not organizations.is_department_of(hospital_id, department_id):
        wrong["department_id"] = _("Choose a department of this hospital.")
    return wrong
