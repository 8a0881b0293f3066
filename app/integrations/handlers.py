"""Reactions of the intake: patients that are erased are forgotten here too."""

from __future__ import annotations

from app.core.access.actor import system_actor
from app.core.events import Entry, on
from app.integrations.services import erasing
from app.organizations.events import PatientErased


@on(PatientErased)
def forget_messages_of_hospital_systems(entry: Entry) -> None:
    """Remove the content of what hospital systems told of the patient."""
    erasing.forget(entry.subject_id, actor=system_actor("a patient was erased", entry.hospital_id))
