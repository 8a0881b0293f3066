"""Erasing a patient: what complaints say of them goes, what statistics need stays (domain.md section 1.4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.complaints.mail.models import IncomingMail
from app.complaints.mail.services import handling
from app.complaints.models import Complaint, ComplaintNote, ComplaintPaper, ComplaintPoint, Explanation
from app.core.access.actor import Actor
from app.core.attachments import keeping
from app.core.db import command, db
from app.core.events.erasure import forget_details
from app.notifications.services import messages
from app.surveys import queries as surveys

ERASED = "–"

# texts of what belongs to a complaint, each with what stands there afterwards
TEXTS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (ComplaintNote, {"body": ERASED}),
    (ComplaintPoint, {"summary": ERASED, "answer": ""}),
    (Explanation, {"question": ERASED, "extract": "", "draft": "", "answer": "", "returned_for": ""}),
    (ComplaintPaper, {"says": {}}),
)


@command
def forget(patient_id: UUID, *, actor: Actor) -> int:
    """Remove name, phone, words, notes, answers, letters, files and e-mails from the complaints of a patient; gives how many.

    What the log kept of their fields goes too.
    """
    rows = db.session.execute(select(Complaint).where(Complaint.patient_id == patient_id)).scalars().all()
    for complaint in rows:
        complaint.title = complaint.words = ERASED
        complaint.contact_name = complaint.contact_phone = complaint.contact_email = ""
        complaint.wish = complaint.place = complaint.resolution = ""
    ids = [complaint.id for complaint in rows]
    for model, values in TEXTS:
        db.session.execute(update(model).where(model.complaint_id.in_(ids)).values(**values))
    forget_details(ids)
    keeping.erase(ids, actor=actor)
    handling.forget(IncomingMail.complaint_id.in_(ids))
    messages.forget([*ids, *surveys.ids_of_cases(ids)])
    return len(ids)
