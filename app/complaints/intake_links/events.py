"""What intake links say; never the phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class IntakeLinkMoved(Event):
    """A link was sent, opened, used, ran out after 24 hours, or was taken back."""

    kind: ClassVar[str] = "complaints.intake_link.moved"
    subject_type: ClassVar[str] = "intake_link"
    what: str  # sent, opened, used, expired, revoked
    patient_id: UUID | None
    complaint_id: UUID | None
