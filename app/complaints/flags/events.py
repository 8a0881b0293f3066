"""What red flags say, on their complaint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.complaints.events import ComplaintEvent


@dataclass(frozen=True)
class ComplaintFlagged(ComplaintEvent):
    """Words that were added later raise flags that the complaint did not have."""

    kind: ClassVar[str] = "complaints.complaint.flagged"
    flags: tuple[str, ...]  # the new ones only
