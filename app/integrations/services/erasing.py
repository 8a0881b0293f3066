"""Erasing a patient: messages about them lose their content and file number; what they were and what became of them stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command
from app.core.events.erasure import blank
from app.integrations.models import InboundEvent
from app.organizations.services import merging

GONE: dict[str, Any] = {"mrn": "", "raw": None, "raw_until": None}


@command
def forget(patient_id: UUID, *, actor: Actor) -> None:
    """Remove the content of every message about a patient, before its set time; the visit's number and codes stay."""
    blank(InboundEvent, InboundEvent.patient_id == patient_id, **GONE)


def forget_numbers(hospital_id: UUID, numbers: Collection[str]) -> None:
    """The same for messages that name these file numbers and led to no patient (ignored ones, those that failed).

    One that somebody is repairing at this moment is passed over: it leads to a patient then.
    """
    named = select(InboundEvent.id).where(
        InboundEvent.hospital_id == hospital_id, InboundEvent.patient_id.is_(None), InboundEvent.mrn.in_(numbers)
    )
    blank(InboundEvent, InboundEvent.id.in_(named.with_for_update(skip_locked=True)), **GONE)


merging.before_erasing(forget_numbers)
