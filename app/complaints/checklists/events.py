"""What checklists say, on their complaint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.complaints.events import ComplaintEvent


@dataclass(frozen=True)
class ComplaintChecked(ComplaintEvent):
    """An item of the complaint's checklist was done, or that was taken back."""

    kind: ClassVar[str] = "complaints.complaint.checked"
    item_id: UUID
    code: str
    what: str  # done, undone
