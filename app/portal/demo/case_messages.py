"""The demo's messages to who complained: number and link, what the office wrote, and that the answer is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from app.complaints.events import ComplaintNoted
from app.complaints.models import Complaint, ComplaintNote
from app.complaints.public.tracking import ANSWERED, MESSAGE, PATH, PURPOSE, RECEIVED, TOLD
from app.core.time import clock
from app.organizations import queries as organizations
from app.organizations.queries import Contact
from app.portal.demo import words
from app.portal.demo.log import Log
from app.portal.demo.messages import Letter, Post
from app.portal.demo.visits import Visit

RECENT = timedelta(days=45)  # older ones are in no queue


def write(log: Log, post: Post, visits: Sequence[Visit]) -> None:
    """Write to those who complained lately and can be reached."""
    patients = {visit.patient.id: visit.patient for visit in visits}
    for row in post.sheets.rows[Complaint]:
        patient = patients[row["patient_id"]]
        contact = organizations.contact_of(patient, post.now.date())
        is_told = row["channel"] in TOLD and not patient.no_contact and patient.deceased_at is None
        if is_told and contact.phone and row["received_at"] > post.now - RECENT:
            _tell_of(row, contact, log, post)


def _tell_of(row: dict[str, Any], contact: Contact, log: Log, post: Post) -> None:
    def tell(template: str, at: Any, about: Any) -> None:
        once = f"{template}:{about}"
        post.tell(Letter(template, once, PURPOSE, row["handle"], PATH), row, "complaint", contact, at)

    tell(RECEIVED, row["received_at"], row["id"])
    begun, chance = row.get("activated_at"), Random(row["reference"])  # noqa: S311 - made-up messages
    written = begun and begun + timedelta(hours=1)
    if written and written < min(row.get("resolved_at") or clock.now(), post.now) and chance.random() < 0.5:
        text = chance.choice(words.MESSAGES[row["language"]])
        note = post.sheets.add(
            ComplaintNote, written, hospital_id=row["hospital_id"], complaint_id=row["id"], kind="message", body=text,
            author_id=row["assignee_id"], text_language=row["language"],
        )  # fmt: skip
        about = (row["id"], row["hospital_id"], row["reference"], note["id"])
        log.say(ComplaintNoted(*about, "message"), written, by=row["assignee_id"])
        tell(MESSAGE, written, note["id"])
    if row.get("resolved_at"):
        tell(ANSWERED, row["resolved_at"] + timedelta(seconds=2), row["id"])
