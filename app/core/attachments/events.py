"""What attached files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class AttachmentEvent(Event):
    """Base: the case is the subject; its domain gives the type of the subject by `about_type`."""

    about_type: str
    attachment_id: UUID

    @property
    def subject_type(self) -> str:  # type: ignore[override]
        """The case's own type, so that the event stands in its timeline."""
        return self.about_type


@dataclass(frozen=True)
class AttachmentAdded(AttachmentEvent):
    """A file was attached to a case."""

    kind: ClassVar[str] = "core.attachment.added"
    media_type: str
    sha256: str


@dataclass(frozen=True)
class AttachmentQuarantined(AttachmentEvent):
    """The scanner found something in a file; it is held back."""

    kind: ClassVar[str] = "core.attachment.quarantined"


@dataclass(frozen=True)
class AttachmentTaken(Event):
    """Somebody opened a file; who, stands with the event. The file is the subject: it is no step of the case."""

    kind: ClassVar[str] = "core.attachment.taken"
    subject_type: ClassVar[str] = "attachment"
    about_type: str
    about_id: UUID
