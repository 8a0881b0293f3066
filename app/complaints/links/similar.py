"""Readers of what may be the same complaint: of one patient, phone or e-mail, or in near words; one month, one hospital."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select

from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, visible
from app.core.db import db
from app.core.text.fold import fold
from app.core.time import clock
from app.organizations import queries as organizations
from app.organizations.identity import IdentityProblem, phone_e164
from app.organizations.models import Patient

WITHIN = timedelta(days=30)
NEAR = 0.3  # likeness of trigrams, 0 to 1, from which words count as near; what the index answers by
LEAST_SIGNS = 12  # folded; fewer say nothing
MOST = 8
MOST_PATIENTS = 50  # behind one phone


@dataclass(frozen=True, slots=True)
class Similar:
    """A complaint that may be the same: how near its words are, and what else it shares."""

    complaint: Complaint
    similarity: float  # of the words, 0 to 1
    is_same_patient: bool
    is_same_phone: bool
    is_same_email: bool = False

    @property
    def percent(self) -> int:
        """The likeness for people."""
        return round(self.similarity * 100)


@dataclass(frozen=True, slots=True)
class _Facts:
    hospital_id: UUID
    words: str  # folded
    patient_id: UUID | None
    phones: frozenset[str]
    at: datetime
    email: str = ""
    other_than: UUID | None = None
    merged_into: UUID | None = None


def similar_to(complaint: Complaint, *, actor: Actor) -> list[Similar]:
    """Give what may be the same as a complaint, the likeliest first, as far as the actor may see who complains.

    Only complaints of its hospital that were received within 30 days of it, without those that were merged with it.
    """
    patient = db.session.get(Patient, complaint.patient_id) if complaint.patient_id else None
    phones = {complaint.contact_phone, patient.phone_e164 if patient else ""} - {""}
    facts = _Facts(
        complaint.hospital_id,
        fold(complaint.words),
        complaint.patient_id,
        frozenset(phones),
        complaint.received_at,
        complaint.contact_email,
        complaint.id,
        complaint.duplicate_of_id,
    )
    return _found(facts, actor)


def similar_to_typed(
    hospital_id: UUID | None, words: str, *, phone: str, patient_id: UUID | None, actor: Actor
) -> list[Similar]:
    """Give what may be the same as a complaint that is being entered; nothing in a hospital where the actor enters none."""
    if hospital_id is None or not can_reach_hospital(actor, Perm.CREATE, hospital_id):
        return []
    patient = None
    if patient_id and organizations.may_find_patients(actor):
        patient = db.session.get(Patient, patient_id)
    known = patient if patient is not None and patient.hospital_id == hospital_id else None
    phones = {_parsed(phone), known.phone_e164 if known else ""} - {""}
    facts = _Facts(hospital_id, fold(words), known.id if known else None, frozenset(phones), clock.now())
    return _found(facts, actor)


def _parsed(phone: str) -> str:
    """Half a number is no number yet."""
    try:
        return phone_e164(phone)
    except IdentityProblem:
        return ""


def _found(facts: _Facts, actor: Actor) -> list[Similar]:
    same_patient = Complaint.patient_id == facts.patient_id if facts.patient_id else false()
    same_phone = _of_phones(facts)
    same_email = Complaint.contact_email == facts.email if facts.email else false()
    is_long = len(facts.words) >= LEAST_SIGNS
    near = Complaint.folded.bool_op("%")(facts.words) if is_long else false()
    likeness = func.similarity(Complaint.folded, facts.words) if is_long else literal(0.0)
    query = (
        select(Complaint, likeness, same_patient, same_phone, same_email)
        .where(
            visible(Complaint, actor, Perm.IDENTIFY),
            Complaint.hospital_id == facts.hospital_id,
            Complaint.received_at.between(facts.at - WITHIN, facts.at + WITHIN),
            or_(same_patient, same_phone, same_email, near),
            *_without(facts),
        )
        .order_by(
            (likeness + case((or_(same_patient, same_phone, same_email), 0.5), else_=0.0)).desc(),
            Complaint.received_at.desc(),
        )
        .limit(MOST)
    )
    return [
        Similar(row[0], float(row[1]), bool(row[2]), bool(row[3]), bool(row[4])) for row in db.session.execute(query)
    ]


def _without(facts: _Facts) -> Sequence[ColumnElement[bool]]:
    """Leave out the complaint itself and those that were merged with it."""
    if facts.other_than is None:
        return ()
    other = Complaint.id.not_in([each for each in (facts.other_than, facts.merged_into) if each])
    return (other, Complaint.duplicate_of_id.is_distinct_from(facts.other_than))


def _of_phones(facts: _Facts) -> ColumnElement[bool]:
    """Who complains has one of the phones, or the patient's file has."""
    if not facts.phones:
        return false()
    phones = sorted(facts.phones)
    patients = db.session.execute(
        select(Patient.id)
        .where(
            Patient.hospital_id == facts.hospital_id,
            Patient.phone_reversed.in_([each[-9:][::-1] for each in phones]),
            Patient.phone_e164.in_(phones),
        )
        .limit(MOST_PATIENTS)
    )
    by_file = Complaint.patient_id.in_(patients.scalars().all())
    return or_(and_(Complaint.contact_phone != "", Complaint.contact_phone.in_(phones)), by_file)
