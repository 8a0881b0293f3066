"""What the taxonomy says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.complaints.events import ComplaintEvent
from app.core.events import Event


@dataclass(frozen=True)
class TaxonomyChanged(Event):
    """Something was done to an edition, which is the subject; codes only, the values stand in the details."""

    kind: ClassVar[str] = "complaints.taxonomy.changed"
    subject_type: ClassVar[str] = "taxonomy_version"
    what: str  # a code of story.WHAT
    code: str = ""  # of the class
    to_code: str = ""  # that it is mapped to
    moved: int = 0  # points of open complaints, when it was made current


@dataclass(frozen=True)
class ComplaintReclassified(ComplaintEvent):
    """Points of an open complaint followed the mapping into a new edition."""

    kind: ClassVar[str] = "complaints.complaint.reclassified"
    edition: str
    points: int
