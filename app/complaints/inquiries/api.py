"""The REST door of inquiries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import abort
from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.inquiries import queries
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.schemas import (
    InquiryAnswerIn,
    InquiryAssignIn,
    InquiryConvertIn,
    InquiryIn,
    InquiryNoteIn,
    InquiryNoteOut,
    InquiryOut,
    InquirySortIn,
    InquirySourceIn,
    InquiryStepIn,
)
from app.complaints.inquiries.services import answering, converting, receiving, stepping, working, writing
from app.complaints.inquiries.services.answering import Reply
from app.complaints.inquiries.services.converting import ConvertFacts
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.inquiries.services.stepping import StepFacts
from app.complaints.inquiries.workflow import is_plain_verb
from app.complaints.policy import Perm
from app.complaints.sources.known import may_be_named
from app.core.access.policy import can, visible
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.errors import Invalid
from app.core.web import current_actor, requires

bp = APIBlueprint("inquiries_api", __name__, url_prefix="/api/complaints/inquiries")

INQUIRIES = Listing(
    ordering={
        "received_at": Inquiry.received_at,
        "due_at": Inquiry.due_at,
        "created_at": Inquiry.created_at,
        "id": Inquiry.id,
    },
    default="-received_at",
    filters={
        "status": equals(Inquiry.status),
        "channel": equals(Inquiry.channel),
        "reference": equals(Inquiry.reference),
        "category_id": equals(Inquiry.category_id, uuid),
        "department_id": equals(Inquiry.department_id, uuid),
        "assignee_id": equals(Inquiry.assignee_id, uuid),
        "patient_id": equals(Inquiry.patient_id, uuid),
        "complaint_id": equals(Inquiry.complaint_id, uuid),
    },
    search=lambda text: queries.search_clause(text, current_actor),
)
PERSONAL = ("title", "contact_name", "contact_phone", "contact_email", "words", "answer")


def _told(inquiry: Inquiry) -> dict[str, Any]:
    """Give an inquiry as this caller may know it: what tells who asks is empty for those who may not."""
    told = {name: getattr(inquiry, name) for name in InquiryOut.model_fields}
    if not can(current_actor, Perm.IDENTIFY):
        told.update(dict.fromkeys(PERSONAL, ""), patient_id=None)
    return told


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(InquiryOut))
@documented(bp, "List inquiries", "GET")
@requires(Perm.INQUIRY_READ)
def list_inquiries(query_data: ListQuery) -> dict[str, Any]:
    """Give the inquiries that the caller may see; `search` looks in numbers, words, names, phones and addresses."""
    found = listing(select(Inquiry).where(visible(Inquiry, current_actor, Perm.INQUIRY_READ)), INQUIRIES, query_data)
    return {**found, "results": [_told(each) for each in found["results"]]}


@bp.post("/")
@bp.input(InquiryIn)
@bp.output(InquiryOut, status_code=201)
@documented(bp, "Enter an inquiry", "POST")
@requires(Perm.INQUIRY_CREATE)
def create(json_data: InquiryIn) -> Any:
    """Take a question in, of a patient or of a contact without a file."""
    if not may_be_named("inquiry", json_data.channel):
        raise Invalid(channel=_("Choose one of the listed codes."))
    facts = InquiryFacts(**json_data.model_dump(exclude={"hospital_id"}))
    return _told(receiving.receive(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor))


@bp.get("/<uuid:inquiry_id>/")
@bp.output(InquiryOut)
@documented(bp, "Read an inquiry", "GET")
@requires(Perm.INQUIRY_READ)
def read(inquiry_id: UUID) -> Any:
    """Give one inquiry."""
    return _told(queries.get(inquiry_id, actor=current_actor))


@bp.post("/<uuid:inquiry_id>/assign/")
@bp.input(InquiryAssignIn)
@bp.output(InquiryOut)
@documented(bp, "Name the owner of an inquiry", "POST")
@requires(Perm.INQUIRY_WORK)
def assign(inquiry_id: UUID, json_data: InquiryAssignIn) -> Any:
    """Hand the inquiry over."""
    to, version = json_data.assignee_id, json_data.version
    return _told(working.assign(inquiry_id, to=to, version=version, actor=current_actor))


@bp.post("/<uuid:inquiry_id>/source/")
@bp.input(InquirySourceIn)
@bp.output(InquiryOut)
@documented(bp, "Say where an inquiry came from", "POST")
@requires(Perm.INQUIRY_WORK)
def source(inquiry_id: UUID, json_data: InquirySourceIn) -> Any:
    """Change the source; the deadline counts anew from the start."""
    return _told(working.change_source(inquiry_id, json_data.channel, version=json_data.version, actor=current_actor))


@bp.post("/<uuid:inquiry_id>/sort/")
@bp.input(InquirySortIn)
@bp.output(InquiryOut)
@documented(bp, "Say what an inquiry is about", "POST")
@requires(Perm.INQUIRY_WORK)
def sort(inquiry_id: UUID, json_data: InquirySortIn) -> Any:
    """Set category and department; what is left out becomes empty."""
    return _told(working.sort(inquiry_id, **json_data.model_dump(), actor=current_actor))


@bp.post("/<uuid:inquiry_id>/change_status/")
@bp.input(InquiryStepIn)
@bp.output(InquiryOut)
@documented(bp, "Take a step of an inquiry's workflow", "POST")
@requires(Perm.INQUIRY_READ)
def change_status(inquiry_id: UUID, json_data: InquiryStepIn) -> Any:
    """Start, close, reopen or cancel; `respond/` and `convert/` have addresses of their own."""
    if not is_plain_verb(json_data.verb):
        abort(404)
    facts = StepFacts(**json_data.model_dump(exclude={"verb", "version"}))
    return _told(stepping.move(inquiry_id, json_data.verb, facts, version=json_data.version, actor=current_actor))


@bp.post("/<uuid:inquiry_id>/add_note/")
@bp.input(InquiryNoteIn)
@bp.output(InquiryNoteOut, status_code=201)
@documented(bp, "Write on an inquiry", "POST")
@requires(Perm.INQUIRY_WORK)
def add_note(inquiry_id: UUID, json_data: InquiryNoteIn) -> Any:
    """Write a note, or what was said in a call."""
    return writing.add_note(inquiry_id, json_data.body, kind=json_data.kind, actor=current_actor)


@bp.post("/<uuid:inquiry_id>/respond/")
@bp.input(InquiryAnswerIn)
@bp.output(InquiryOut)
@documented(bp, "Answer an inquiry", "POST")
@requires(Perm.INQUIRY_WORK)
def respond(inquiry_id: UUID, json_data: InquiryAnswerIn) -> Any:
    """Answer; by SMS, WhatsApp or e-mail the message goes out at once."""
    reply = Reply(way=json_data.way, answer=json_data.answer)
    return _told(answering.respond(inquiry_id, reply, version=json_data.version, actor=current_actor))


@bp.post("/<uuid:inquiry_id>/convert/")
@bp.input(InquiryConvertIn)
@bp.output(InquiryOut)
@documented(bp, "Make an inquiry a complaint", "POST")
@requires(Perm.INQUIRY_CONVERT)
def convert(inquiry_id: UUID, json_data: InquiryConvertIn) -> Any:
    """Take the complaint in, once; `complaint_id` names it."""
    facts = ConvertFacts(severity=json_data.severity)
    return _told(converting.convert(inquiry_id, facts, version=json_data.version, actor=current_actor)[0])
