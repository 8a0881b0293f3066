"""Reactions of journeys to what happens elsewhere."""

from __future__ import annotations

from app.core.access.actor import system_actor
from app.core.events import Entry, on
from app.journeys.services import progress
from app.organizations.events import PatientMerged


@on(PatientMerged)
def move_journeys_of_merged_patient(entry: Entry) -> None:
    """Let the visits of a merged record follow it."""
    into = entry.uuid("into_id")
    if into is not None:
        progress.follow_merge(entry.subject_id, into, actor=system_actor("patients were merged", entry.hospital_id))
