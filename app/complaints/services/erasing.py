"""Erasing a patient: what complaints say of them goes, what statistics need stays (domain.md section 1.4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.complaints.mail.models import IncomingMail
from app.complaints.mail.services import handling
from app.complaints.models import Complaint, ComplaintNote, ComplaintPaper, ComplaintPoint, Explanation
from app.complaints.promises.models import Promise
from app.core.access.actor import Actor
from app.core.attachments import keeping
from app.core.db import command, db
from app.core.events.erasure import ERASED, blank, forget_details
from app.core.sla import extensions
from app.notifications.services import messages
from app.surveys.services import erasing as surveys

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
        blank(model, model.complaint_id.in_(ids), **values)
    surveys.forget_cases(ids, actor=actor)
    forget_of_cases(ids, actor=actor)
    return len(ids)


def forget_of_cases(ids: Collection[UUID], *, actor: Actor) -> None:
    """Remove what complaints and inquiries have alike, within the caller's transaction.

    That is files, e-mails, promises, reasons for more time, messages, and what changes were.
    """
    blank(Promise, or_(Promise.complaint_id.in_(ids), Promise.inquiry_id.in_(ids)), what=ERASED)
    keeping.erase(ids, actor=actor)
    handling.forget(or_(IncomingMail.complaint_id.in_(ids), IncomingMail.inquiry_id.in_(ids)))
    extensions.forget(ids)
    messages.forget(ids, actor=actor)
    forget_details(ids)
