"""Who turns to the office, and who takes it: checks and choices that complaints and inquiries share."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.core.access.actor import Actor
from app.core.db import db
from app.core.time import clock
from app.notifications.services.messages import Recipient
from app.organizations import queries as organizations
from app.organizations.identity import IdentityProblem, phone_e164
from app.organizations.models import Patient

TITLE_SIGNS = 90
EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+")


def patient_of(hospital_id: UUID, patient_id: UUID | None, actor: Actor, wrong: dict[str, Any]) -> Patient | None:
    """Find the patient who was chosen; what is wrong with the choice is added to `wrong`."""
    if patient_id is None:
        return None
    patient = db.session.get(Patient, patient_id)
    if (
        patient is None
        or patient.hospital_id != hospital_id
        or patient.archived_at
        or not organizations.may_find_patients(actor)
    ):
        wrong["patient_id"] = _("Choose a patient of this hospital.")
        return None
    return patient


def phone_of(text: str, wrong: dict[str, Any]) -> str:
    """Give a contact's phone in the one form in which phones are kept; what is wrong with it is added to `wrong`."""
    if not text.strip():
        return ""
    try:
        return phone_e164(text)
    except IdentityProblem as problem:
        wrong["contact_phone"] = problem.message
        return ""


def is_email(text: str) -> bool:
    """Tell whether a text looks like an e-mail address."""
    return EMAIL.fullmatch(text) is not None


def first_words(words: str) -> str:
    """Give a title of somebody's own words."""
    line = " ".join(words.split())
    if len(line) <= TITLE_SIGNS:
        return line
    return line[:TITLE_SIGNS].rsplit(" ", 1)[0] + "…"


def recipient_of(case: Any) -> Recipient | None:
    """Give whom to write to about a case: who speaks themselves, else the patient (a minor's guardian).

    None for the dead, for who wants no messages, and where no address is known.
    """
    email = getattr(case, "contact_email", "")
    if case.contact_phone or email:
        return Recipient(case.language, phone=case.contact_phone, email=email)
    patient = db.session.get(Patient, case.patient_id) if case.patient_id else None
    if patient is None or patient.deceased_at is not None or patient.no_contact:
        return None
    contact = organizations.contact_of(patient, clock.now().date())
    if not contact.phone and not contact.email:
        return None
    return Recipient(
        contact.language,
        phone=contact.phone,
        email=contact.email,
        patient_id=patient.id,
        refuses=contact.refuses,
    )
