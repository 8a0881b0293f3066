"""Making an inquiry a complaint: the words, the contact and the files go over, and the inquiry ends."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import get_for_step
from app.complaints.inquiries.services.stepping import follow
from app.complaints.inquiries.workflow import CONVERT, INQUIRY
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.complaints.services.stepping import need
from app.complaints.sources.known import may_be_named
from app.core.access.actor import Actor
from app.core.access.policy import authorize
from app.core.attachments import keeping
from app.core.attachments.keeping import About
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.severity import Severity


@dataclass(frozen=True, slots=True)
class ConvertFacts:
    """What the office says of the complaint."""

    severity: str = Severity.MEDIUM


@command
def convert(inquiry_id: UUID, facts: ConvertFacts, *, version: int, actor: Actor) -> tuple[Inquiry, Complaint]:
    """Take a complaint in with the words, the contact and the files of an inquiry, which ends; its clocks start now.

    Once only: a second time gives the complaint that is there. Invalid: no such severity, or what `receiving.receive`
    refuses. Conflict: the state refuses, or `version` is stale. NotAllowed, NotFound: as every step.
    """
    inquiry = get_for_step(inquiry_id, actor=actor, version=None)
    if inquiry.complaint_id is not None:
        authorize(actor, Perm.INQUIRY_CONVERT, inquiry)
        return inquiry, db.session.get_one(Complaint, inquiry.complaint_id)
    if inquiry.version != version:
        raise Conflict(current=inquiry)
    before = inquiry.status
    step = INQUIRY.apply(inquiry, CONVERT, actor=actor)
    need(step.fields, facts, {"severity": frozenset(Severity)})
    complaint = receiving.receive(hospital_id=inquiry.hospital_id, facts=_facts(inquiry, facts), actor=actor)
    keeping.carry_over(inquiry.id, About("complaint", complaint.id, complaint.hospital_id), actor=actor)
    inquiry.complaint_id = complaint.id
    follow(inquiry, CONVERT, before, actor=actor, code=complaint.reference)
    return inquiry, complaint


def _facts(inquiry: Inquiry, facts: ConvertFacts) -> ComplaintFacts:
    return ComplaintFacts(
        words=inquiry.words,
        channel=inquiry.channel if may_be_named("complaint", inquiry.channel) else "desk",
        severity=facts.severity,
        patient_id=inquiry.patient_id,
        contact_name=inquiry.contact_name,
        contact_phone=inquiry.contact_phone,
        contact_email=inquiry.contact_email,
        contact_relation=inquiry.contact_relation,
        language=inquiry.language,
        department_id=inquiry.department_id,
    )
