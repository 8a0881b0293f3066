"""What rooms that serve complaints and inquiries alike must know of each kind of case: one table, by the type of the subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.complaints.enums import FINAL
from app.complaints.inquiries.enums import FINAL as INQUIRY_FINAL
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import load


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of case: its table, who sees, enters and works on it, its ends, its lists' stamp and its page."""

    model: type[Any]
    sees: Perm
    enters: Perm
    works: Perm
    final: frozenset[Any]
    live: str  # the stamp that its lists watch
    pages: str  # the address of a case's page, before its id

    def load(self, case_id: UUID, *, actor: Actor, lock: bool = False) -> Any:
        """Find a case that the actor may work on. NotAllowed, NotFound."""
        return load(self.model, case_id, actor=actor, needs=self.works, sees=self.sees, lock=lock)


CASES: Mapping[str, CaseKind] = {
    "complaint": CaseKind(Complaint, Perm.READ, Perm.CREATE, Perm.WORK, FINAL, "complaints", "/complaints/"),
    "inquiry": CaseKind(
        Inquiry,
        Perm.INQUIRY_READ,
        Perm.INQUIRY_CREATE,
        Perm.INQUIRY_WORK,
        INQUIRY_FINAL,
        "inquiries",
        "/inquiries/",
    ),
}
