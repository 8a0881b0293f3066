"""Receiving a complaint: what was said by whom, through which channel; its clocks start at the receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints import sla
from app.complaints.assigning.services import NewCase, owner_for
from app.complaints.casework.contact import first_words, is_email, patient_of, phone_of
from app.complaints.enums import OUTSIDE, RELATIONS
from app.complaints.events import ComplaintReceived
from app.complaints.flags.phrases import phrases_of
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.rules.red_flags import flags_in
from app.complaints.services import answers
from app.complaints.sources.known import is_open
from app.core import throttle
from app.core.access.actor import Actor, Role, acting_as, system_actor
from app.core.access.policy import can_reach_hospital
from app.core.db import command, db, take_turn
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.references import next_reference
from app.core.severity import Severity
from app.core.text.scripts import looks_arabic
from app.core.time import clock
from app.core.web.live import touch
from app.journeys.enums import JourneyKind
from app.journeys.queries import kinds_of_visits
from app.organizations import queries as organizations
from app.organizations.models import Patient
from app.surveys.services import holding
from app.surveys.services.holding import Hold

PLACED_BY = "complaints"
OLDEST = timedelta(days=365)  # a case that is entered later than it was received


@dataclass(frozen=True, slots=True)
class ComplaintFacts:
    """What is known of a complaint when it comes in."""

    words: str
    channel: str = "desk"
    title: str = ""  # empty: the first of the words
    severity: str = Severity.MEDIUM
    patient_id: UUID | None = None
    is_anonymous: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    contact_relation: str = "patient"
    language: str = ""  # empty: the patient's, else that of the words
    wish: str = ""
    happened_on: date | None = None
    place: str = ""
    visit_kind: str = ""  # empty: that of the patient's visits of that day, where they are of one kind
    department_id: UUID | None = None
    outside_number: str = ""
    survey_id: UUID | None = None  # of the answer that it was made of
    received_at: datetime | None = None  # None: now


@command
def receive(*, hospital_id: UUID, facts: ComplaintFacts, actor: Actor) -> Complaint:
    """Take a complaint in: number, owner, clocks, and no survey to this patient while it is open.

    NotAllowed outside the actor's hospitals. Invalid: by field. Conflict (`known`): an outside body's number that is here
    already; `current` is that complaint.
    """
    if not can_reach_hospital(actor, Perm.CREATE, hospital_id):
        raise NotAllowed()
    if facts.survey_id is not None:
        facts = replace(facts, channel="survey")
    if actor.role is Role.SOURCE_USER:
        facts = replace(facts, channel="partner")  # whatever they say: it came from their desk
    patient, phone = _checked(hospital_id, facts, actor)
    _refuse_known(hospital_id, facts)
    complaint = _made_of(hospital_id, facts, patient, phone, actor)
    db.session.add(complaint)
    db.session.flush()
    sla.start_all(complaint, actor=actor)
    hold_surveys(complaint, actor=actor)
    record(
        ComplaintReceived(
            complaint.id,
            hospital_id,
            complaint.reference,
            complaint.channel,
            complaint.severity,
            complaint.assignee_id,
            tuple(complaint.red_flags),
        ),
        actor=actor,
    )
    touch("complaints", hospital_id=hospital_id)
    return complaint


def _made_of(hospital_id: UUID, facts: ComplaintFacts, patient: Patient | None, phone: str, actor: Actor) -> Complaint:
    words = facts.words.strip()
    spoken = "ar" if looks_arabic(words) else "en"
    return Complaint(
        hospital_id=hospital_id,
        reference=next_reference("CMP"),
        title=facts.title.strip() or first_words(words),
        severity=facts.severity,
        survey_id=facts.survey_id,
        channel=facts.channel,
        outside_number=facts.outside_number.strip(),
        received_at=facts.received_at or clock.now(),
        patient_id=patient.id if patient else None,
        is_anonymous=facts.is_anonymous,
        contact_name="" if facts.is_anonymous else facts.contact_name.strip(),
        contact_phone=phone,
        contact_email="" if facts.is_anonymous else facts.contact_email.strip().lower(),
        contact_relation=facts.contact_relation,
        language=facts.language or (patient.language if patient else spoken),
        words=words,
        words_language=spoken,
        red_flags=flags_in(phrases_of(hospital_id), words, facts.title, facts.wish),
        wish=facts.wish.strip(),
        happened_on=facts.happened_on,
        place=facts.place.strip(),
        visit_kind=facts.visit_kind or _kind_of_visit(patient, facts.happened_on),
        department_id=facts.department_id,
        department_ids=[facts.department_id] if facts.department_id else [],
        assignee_id=owner_for(
            NewCase(Complaint, "complaint", hospital_id, facts.channel, facts.severity, facts.department_id), actor
        ),
        created_by_id=actor.id,
    )


@command
def receive_from_public(*, hospital_id: UUID, facts: ComplaintFacts) -> Complaint:
    """Take a complaint from the public page. The same words from the same phone within a day are the same complaint.

    Invalid by field; TooMany: more than a few a day from one phone.
    """
    actor = system_actor("somebody complains on the public page", hospital_id)
    with acting_as(actor):
        _, phone = _checked(hospital_id, facts, actor)
        words = facts.words.strip()
        said = f"{hospital_id}:{phone}:{words}"
        take_turn(said, 364)
        known = db.session.execute(
            select(Complaint)
            .where(
                Complaint.hospital_id == hospital_id,
                Complaint.received_at > clock.now() - timedelta(days=1),
                Complaint.channel == "public",
                Complaint.contact_phone == phone,
                Complaint.words == words,
            )
            .limit(1)
        ).scalar_one_or_none()
        if known is not None and phone:  # of the unnamed nobody knows whether it is the same person
            return known
        if phone:
            throttle.hit("complaint.phone", phone)
        return receive(hospital_id=hospital_id, facts=replace(facts, channel="public"), actor=actor)


def hold_surveys(*complaints: Complaint, actor: Actor) -> None:
    """Ask surveys to leave the patients alone until the complaints have ended."""
    holds = [Hold(each.patient_id, each.hospital_id, each.id) for each in complaints if each.patient_id is not None]
    holding.place(holds, placed_by=PLACED_BY, actor=actor)


def let_surveys_go(*complaints: Complaint, actor: Actor) -> None:
    """Let surveys reach the patients again."""
    holding.lift([each.id for each in complaints], placed_by=PLACED_BY, actor=actor)


def _checked(hospital_id: UUID, facts: ComplaintFacts, actor: Actor) -> tuple[Patient | None, str]:
    """Check everything that was given; all that is wrong is told at once."""
    wrong: dict[str, Any] = {}
    now = clock.now()
    if not organizations.is_hospital(hospital_id):
        raise Invalid(hospital_id=_("Choose the hospital."))
    if not facts.words.strip():
        wrong["words"] = _("Write what happened, in the patient's own words.")
    for name, known in (("contact_relation", RELATIONS), ("severity", set(Severity))):
        if getattr(facts, name) not in known:
            wrong[name] = _("Choose one of the listed codes.")
    if not is_open("complaint", facts.channel):
        wrong["channel"] = _("Choose one of the listed codes.")
    if facts.visit_kind and facts.visit_kind not in set(JourneyKind):
        wrong["visit_kind"] = _("Choose one of the listed codes.")
    if facts.channel in OUTSIDE and not facts.outside_number.strip():
        wrong["outside_number"] = _("Give the number that the outside body uses.")
    if facts.department_id and not organizations.is_department_of(hospital_id, facts.department_id):
        wrong["department_id"] = _("Choose a department of this hospital.")
    if facts.received_at and not now - OLDEST <= facts.received_at <= now:
        wrong["received_at"] = _("Give an instant in the past year.")
    if facts.happened_on and facts.happened_on > clock.local_day(now, "Asia/Riyadh"):
        wrong["happened_on"] = _("This day has not come yet.")
    if facts.is_anonymous and facts.patient_id:
        wrong["is_anonymous"] = _("An anonymous complaint names no patient.")
    if facts.contact_email.strip() and not is_email(facts.contact_email.strip()):
        wrong["contact_email"] = _("This is no e-mail address.")
    if facts.survey_id and not answers.is_answered(hospital_id, facts.survey_id, actor):
        wrong["survey_id"] = _("Choose an answered survey of this hospital.")
    patient = patient_of(hospital_id, facts.patient_id, actor, wrong)
    phone = "" if facts.is_anonymous else phone_of(facts.contact_phone, wrong)
    if wrong:
        raise Invalid(**wrong)
    return patient, phone


def _kind_of_visit(patient: Patient | None, day: date | None) -> str:
    """Give the kind of the visits that a patient had on a day where all are of one kind; empty where nobody can know."""
    if patient is None or day is None:
        return ""
    kinds = kinds_of_visits(patient.id, day)
    return kinds.pop() if len(kinds) == 1 else ""


def _refuse_known(hospital_id: UUID, facts: ComplaintFacts) -> None:
    """An outside body's case comes in once, whoever enters it; so does the answer of a survey."""
    if facts.survey_id is not None:
        answers.refuse_known(facts.survey_id)
    refuse_number(hospital_id, facts.channel, facts.outside_number.strip())


def refuse_number(hospital_id: UUID, channel: str, number: str) -> None:
    """Refuse an outside body's number that is here already, within the caller's command. Conflict (`known`)."""
    if not number:
        return
    take_turn(f"{channel}:{number}", 363)
    known = db.session.execute(
        select(Complaint).where(
            Complaint.hospital_id == hospital_id,
            Complaint.channel == channel,
            Complaint.outside_number == number,
        )
    ).scalar_one_or_none()
    if known is not None:
        raise Conflict(
            _("This case is here already as %(reference)s.", reference=known.reference), code="known", current=known
        )
