"""The queue of inquiries as a file: its columns, and taking it out."""

from __future__ import annotations

from flask import Response
from flask_babel import lazy_gettext as _l

from app.complaints.enums import RELATIONS
from app.complaints.inquiries import queries
from app.complaints.inquiries.enums import ANSWER_WAYS, InquiryStatus
from app.complaints.inquiries.events import InquiriesExported
from app.complaints.inquiries.places import PLACE
from app.complaints.inquiries.views import bp, filters_of
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels, kept
from app.core.i18n import named
from app.core.saved_views.columns import columns_of
from app.core.web import requires
from app.core.web.list_file import Column, ListFile

FROM = Labels()
COLUMNS = (
    Column(_l("Number"), lambda row: row.inquiry.reference, code="number"),
    Column(_l("What"), lambda row: row.inquiry.title, is_personal=True, code="what"),
    Column(_l("In their own words"), lambda row: row.inquiry.words, is_personal=True),
    Column(_l("Patient"), lambda row: named(row.patient), is_personal=True, code="patient"),
    Column(_l("File number"), lambda row: row.patient.mrn if row.patient else "", is_personal=True),
    Column(_l("Who asks"), lambda row: RELATIONS.get(row.inquiry.contact_relation, "")),
    Column(_l("Name"), lambda row: row.inquiry.contact_name, is_personal=True, code="patient"),
    Column(_l("Phone"), lambda row: row.inquiry.contact_phone, is_personal=True),
    Column(_l("E-mail"), lambda row: row.inquiry.contact_email, is_personal=True),
    Column(_l("Category"), lambda row: named(row.category), code="category"),
    Column(_l("Status"), lambda row: InquiryStatus(row.inquiry.status).label, code="status"),
    Column(_l("How it came"), lambda row: FROM.get(row.inquiry.channel, ""), code="channel"),
    Column(_l("Department"), lambda row: named(row.department), code="department"),
    Column(_l("Owner"), lambda row: named(row.owner), code="owner"),
    Column(_l("Received"), lambda row: row.inquiry.received_at, code="received"),
    Column(_l("Deadline"), lambda row: row.inquiry.due_at, code="deadline"),
    Column(_l("Answered"), lambda row: row.inquiry.answered_at),
    Column(_l("How it was answered"), lambda row: ANSWER_WAYS.get(row.inquiry.answer_way, "")),
    Column(_l("Answer"), lambda row: row.inquiry.answer, is_personal=True),
    Column(_l("Closed"), lambda row: row.inquiry.closed_at),
    Column(_l("Times reopened"), lambda row: row.inquiry.reopened_count),
)
FILE = ListFile(
    name="inquiries",
    title=_l("Inquiries as a file"),
    queue=_l("Inquiries"),
    queue_endpoint="inquiries.queue",
    take_endpoint="inquiries.take_file",
    columns=COLUMNS,
    list_page=queries.list_page,
    event=InquiriesExported,
    identifies=Perm.IDENTIFY,
    within=kept,
    shown=lambda actor: columns_of(PLACE, actor).codes,
)


@bp.get("/file")
@requires(Perm.INQUIRY_READ)
def choose_file() -> Response:
    """Ask what kind of file, and what for."""
    return FILE.asked()


@bp.post("/file")
@requires(Perm.INQUIRY_READ)
def take_file() -> Response:
    """Give exactly what the queue shows with these filters."""
    return FILE.taken(filters_of())
