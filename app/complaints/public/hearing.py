"""What the complainant says after the first word: more words, an objection, a withdrawal, and how the answer was.

Said through the tracking page after a code, by an e-mail from the address on file, or in the survey that follows the end.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _

from app.complaints.casework.contact import recipient_of
from app.complaints.enums import AT_WORK, ComplaintStatus
from app.complaints.events import ComplaintJudged, ComplaintNoted
from app.complaints.flags.services import look_again
from app.complaints.models import Complaint
from app.complaints.services.stepping import StepFacts, move
from app.complaints.services.writing import write
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch
from app.organizations import queries as organizations
from app.organizations.models import Hospital, Patient
from app.surveys.queries import is_satisfied
from app.surveys.services.contacting import NOBODY, Asked, as_on_file, ask_without_file
from app.surveys.services.creation import EndedCase, plan_for_case

CASE = "complaint"
UNANSWERED = (ComplaintStatus.CANCELLED, ComplaintStatus.DUPLICATE)
ASKED_AFTER = timedelta(hours=2)


@command
def add_words(complaint: Complaint, words: str, *, through: str = "the tracking page") -> Complaint:
    """Keep what the complainant adds: a waiting complaint goes on, an answered one is opened again for it.

    Invalid: nothing was written. Conflict: it ended without an answer, or too long ago.
    """
    actor = system_actor(f"who complained wrote through {through}", complaint.hospital_id)
    with acting_as(actor):
        if complaint.status in UNANSWERED:
            raise Conflict(_("This complaint has ended."), code="wrong_state", current=complaint)
        note = write(complaint, words, kind="added", actor=actor)
        if complaint.status == ComplaintStatus.WAITING_PATIENT:
            move(complaint.id, "resume", StepFacts(), version=None, actor=actor)
        elif complaint.status not in AT_WORK:
            move(complaint.id, "reopen", StepFacts(reason=_("Objection of who complained")), version=None, actor=actor)
        record(ComplaintNoted(complaint.id, complaint.hospital_id, complaint.reference, note.id, "added"), actor=actor)
        look_again(complaint, note.body, actor=actor)
        touch("complaints", hospital_id=complaint.hospital_id)
    return complaint


def may_add(complaint: Complaint) -> bool:
    """Tell whether the complainant may still add something; after the answer it opens the complaint again."""
    if complaint.status in AT_WORK:
        return True
    until = complaint.reopens_until
    return complaint.status not in UNANSWERED and until is not None and clock.now() <= until


def may_withdraw(complaint: Complaint) -> bool:
    """Tell whether the complainant may still end it."""
    return complaint.status in AT_WORK


@command
def withdraw(complaint: Complaint) -> Complaint:
    """End a complaint because its complainant wants so. Conflict: it was answered or has ended."""
    actor = system_actor("who complained withdrew through the tracking page", complaint.hospital_id)
    facts = StepFacts(cancel_reason="patient_withdrew", reason=_("Withdrawn through the tracking page"))
    with acting_as(actor):
        return move(complaint.id, "cancel", facts, version=None, actor=actor)


@command
def ask_how_it_was(complaint_id: UUID, *, actor: Actor) -> UUID | None:
    """Plan the survey that follows an answered complaint; none of the unnamed, of who left no address, or ended otherwise."""
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is None or complaint.is_anonymous or complaint.status != ComplaintStatus.CLOSED:
        return None
    if complaint.patient_id is None and recipient_of(complaint) is None:
        return None
    case = EndedCase(
        CASE,
        complaint.id,
        complaint.reopened_count,
        complaint.hospital_id,
        complaint.patient_id,
        complaint.department_id,
    )
    return plan_for_case(case, after=ASKED_AFTER, actor=actor)


def who_is_asked(complaint_id: UUID) -> Asked:
    """Give whom the survey of a complaint without a file reaches now: the phone or e-mail that the complaint keeps.

    A file that was found meanwhile is asked by its own rules; those of every patient on file with this phone hold too.
    """
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is None or complaint.is_anonymous:
        return NOBODY
    if complaint.patient_id is not None:
        hospital = db.session.get_one(Hospital, complaint.hospital_id)
        patient = db.session.get_one(Patient, complaint.patient_id)
        return as_on_file(patient, clock.local_day(clock.now(), hospital.zone))
    known = organizations.patients_at_phone(complaint.hospital_id, complaint.contact_phone)
    refused = frozenset().union(*(each.refuses for each in known))
    return Asked(
        organizations.Contact(complaint.contact_phone, complaint.contact_email, complaint.language, refused),
        is_deceased=any(each.deceased_at is not None for each in known),
        do_not_contact=any(each.no_contact for each in known),
        is_test=any(each.is_test for each in known),
    )


ask_without_file(CASE, who_is_asked)


@command
def take_judgement(complaint_id: UUID, survey_id: UUID, score: float | None, *, actor: Actor) -> None:
    """Keep with the complaint whether its answer satisfied, as the survey says (domain.md, MOH-3)."""
    complaint = db.session.get(Complaint, complaint_id, with_for_update=True)
    if complaint is None:
        return
    complaint.is_satisfied, complaint.satisfaction = is_satisfied(survey_id), score
    complaint.judged_in_id = survey_id
    record(
        ComplaintJudged(
            complaint.id, complaint.hospital_id, complaint.reference, survey_id, complaint.is_satisfied, score
        ),
        actor=actor,
    )
    touch("complaints", hospital_id=complaint.hospital_id)
