"""Reactions of intake links to what happens to patients."""

from __future__ import annotations

from sqlalchemy import update

from app.complaints.intake_links.models import IntakeLink
from app.core.db import db
from app.core.events import Entry, on
from app.core.events.erasure import blank
from app.organizations.events import PatientErased, PatientMerged


@on(PatientMerged)
def follow_merged_patient_of_link(entry: Entry) -> None:
    """Let links follow the patient record that stays."""
    into = entry.uuid("into_id")
    if into is not None:
        db.session.execute(update(IntakeLink).where(IntakeLink.patient_id == entry.subject_id).values(patient_id=into))


@on(PatientErased)
def forget_erased_patient_of_link(entry: Entry) -> None:
    """Remove the phone and what is left of it."""
    blank(IntakeLink, IntakeLink.patient_id == entry.subject_id, phone="", phone_tail="")
