"""The queue as a file: exactly the rows that its filters show this reader, masked as the reader sees them, streamed in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.enums import RELATIONS, RESOLUTIONS, ComplaintStatus
from app.complaints.events import ComplaintsExported
from app.complaints.policy import Perm
from app.complaints.queries import Filters, Row, list_page
from app.complaints.sources.known import Labels, kept
from app.core.access.actor import Actor, acting_as
from app.core.access.policy import can
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import record
from app.core.events.record import Change
from app.core.i18n import in_language, language, named, select_zone
from app.core.severity import Severity
from app.core.time import clock
from app.core.web import sheets

PART = 500
FROM = Labels()

# heading, what stands in the cell, and whether it tells who complains or in which words
COLUMNS: tuple[tuple[Any, Callable[[Row], Any], bool], ...] = (
    (_l("Number"), lambda row: row.complaint.reference, False),
    (_l("Outside number"), lambda row: row.complaint.outside_number, False),
    (_l("What"), lambda row: row.complaint.title, True),
    (_l("In their own words"), lambda row: row.complaint.words, True),
    (_l("Patient"), lambda row: named(row.patient), True),
    (_l("File number"), lambda row: row.patient.mrn if row.patient else "", True),
    (_l("Who complains"), lambda row: RELATIONS.get(row.complaint.contact_relation, ""), False),
    (_l("Name"), lambda row: row.complaint.contact_name, True),
    (_l("Phone"), lambda row: row.complaint.contact_phone, True),
    (_l("E-mail"), lambda row: row.complaint.contact_email, True),
    (_l("Status"), lambda row: ComplaintStatus(row.complaint.status).label, False),
    (_l("Severity"), lambda row: Severity(row.complaint.severity).label, False),
    (_l("How it came"), lambda row: FROM.get(row.complaint.channel, ""), False),
    (_l("Department"), lambda row: named(row.department), False),
    (_l("Owner"), lambda row: named(row.owner), False),
    (_l("Received"), lambda row: row.complaint.received_at, False),
    (_l("Deadline"), lambda row: row.complaint.due_at, False),
    (_l("Activated"), lambda row: row.complaint.activated_at, False),
    (_l("First contact"), lambda row: row.complaint.first_contact_at, False),
    (_l("Resolved"), lambda row: row.complaint.resolved_at, False),
    (_l("Closed"), lambda row: row.complaint.closed_at, False),
    (_l("Resolution"), lambda row: RESOLUTIONS.get(row.complaint.resolution_category, ""), False),
    (_l("Times reopened"), lambda row: row.complaint.reopened_count, False),
)


def answer(filters: Filters, kind: str, reason: str, *, actor: Actor) -> Response:
    """Give the file. Invalid: no such kind of file, or no `reason` where the file tells who the patients are."""
    names_patients = can(actor, Perm.IDENTIFY)
    note_export(filters, kind, reason, names_patients=names_patients, actor=actor)
    columns = [each for each in COLUMNS if names_patients or not each[2]]
    header = [str(label) for label, _value, _personal in columns]
    zone = ZoneInfo(select_zone())
    taken = _(
        "Taken out on %(day)s by %(name)s: %(reason)s", day=_cell(clock.now(), zone), name=actor.name, reason=reason
    )
    above = [[_("Confidential: it names patients."), taken]] if names_patients else []
    return sheets.answer("complaints", header, _rows(filters, columns, actor, language(), zone), kind, above=above)


@command
def note_export(filters: Filters, kind: str, reason: str, *, names_patients: bool, actor: Actor) -> None:
    """Record who takes what out and why, before a row of it leaves. Invalid."""
    wrong: dict[str, Any] = {}
    if kind not in sheets.KINDS:
        wrong["kind"] = _("Choose one of the listed codes.")
    if names_patients and not reason.strip():
        wrong["reason"] = _("Say what the file is for: it names patients.")
    if wrong:
        raise Invalid(**wrong)
    assert actor.id is not None
    codes = tuple(f"{name}={value}" for name, value in filters.as_args().items() if name != "q")
    event = ComplaintsExported(actor.id, actor.only_hospital_id, kind, names_patients, codes)
    record(event, actor=actor, change=Change({"reason": (None, reason.strip())}) if reason.strip() else None)


def _rows(filters: Filters, columns: Any, actor: Actor, code: str, zone: ZoneInfo) -> Iterator[list[str]]:
    """Read on from the last row, so that memory stays small; the answer is sent after the request's own scope has ended."""
    key: str | None = None
    while True:
        with acting_as(actor), in_language(code), kept():
            part = list_page(filters, actor=actor, key=key, limit=PART)
            lines = [[_cell(value(row), zone) for _label, value, _personal in columns] for row in part.rows]
        db.session.expunge_all()
        yield from lines
        if part.next_key is None:
            return
        key = part.next_key


def _cell(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)
