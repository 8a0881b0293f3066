"""The queue of complaints as a file: its columns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints import queue
from app.complaints.enums import RELATIONS, RESOLUTIONS, ComplaintStatus
from app.complaints.events import ComplaintsExported
from app.complaints.places import PLACE
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels, kept
from app.core.i18n import named
from app.core.saved_views.columns import columns_of
from app.core.severity import Severity
from app.core.web.list_file import Column, ListFile

FROM = Labels()
COLUMNS = (
    Column(_l("Number"), lambda row: row.complaint.reference, code="number"),
    Column(_l("Outside number"), lambda row: row.complaint.outside_number),
    Column(_l("What"), lambda row: row.complaint.title, is_personal=True, code="what"),
    Column(_l("In their own words"), lambda row: row.complaint.words, is_personal=True),
    Column(_l("Patient"), lambda row: named(row.patient), is_personal=True, code="patient"),
    Column(_l("File number"), lambda row: row.patient.mrn if row.patient else "", is_personal=True),
    Column(_l("Who complains"), lambda row: RELATIONS.get(row.complaint.contact_relation, "")),
    Column(_l("Name"), lambda row: row.complaint.contact_name, is_personal=True, code="patient"),
    Column(_l("Phone"), lambda row: row.complaint.contact_phone, is_personal=True),
    Column(_l("E-mail"), lambda row: row.complaint.contact_email, is_personal=True),
    Column(_l("Status"), lambda row: ComplaintStatus(row.complaint.status).label, code="status"),
    Column(_l("Severity"), lambda row: Severity(row.complaint.severity).label, code="severity"),
    Column(_l("How it came"), lambda row: FROM.get(row.complaint.channel, ""), code="channel"),
    Column(_l("Department"), lambda row: named(row.department), code="department"),
    Column(_l("Owner"), lambda row: named(row.owner), code="owner"),
    Column(_l("Received"), lambda row: row.complaint.received_at, code="received"),
    Column(_l("Deadline"), lambda row: row.complaint.due_at, code="deadline"),
    Column(_l("Activated"), lambda row: row.complaint.activated_at),
    Column(_l("First contact"), lambda row: row.complaint.first_contact_at),
    Column(_l("Resolved"), lambda row: row.complaint.resolved_at),
    Column(_l("Closed"), lambda row: row.complaint.closed_at),
    Column(_l("Resolution"), lambda row: RESOLUTIONS.get(row.complaint.resolution_category, "")),
    Column(_l("Times reopened"), lambda row: row.complaint.reopened_count),
)

FILE = ListFile(
    name="complaints",
    title=_l("Complaints as a file"),
    queue=_l("Complaints"),
    queue_endpoint="complaints.queue",
    take_endpoint="complaints.take_file",
    columns=COLUMNS,
    list_page=queue.list_page,
    event=ComplaintsExported,
    identifies=Perm.IDENTIFY,
    within=kept,
    shown=lambda actor: columns_of(PLACE, actor).codes,
)
