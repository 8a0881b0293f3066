"""The REST door of what belongs to inquiries as files: the list itself, and what hangs on one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask.schemas import FileSchema
from flask import request
from werkzeug.datastructures import FileStorage

from app.complaints.casework import filing
from app.complaints.inquiries import queries
from app.complaints.inquiries.api import bp
from app.complaints.inquiries.exports import FILE
from app.complaints.inquiries.places import PLACE
from app.complaints.inquiries.schemas import InquiryFileIn
from app.complaints.policy import Perm
from app.complaints.schemas import AttachmentOut, AttachmentQuery
from app.core import throttle
from app.core.api import documented, list_files, page_of
from app.core.attachments import keeping
from app.core.web import current_actor, requires
from app.core.web.sheets import XLSX


@bp.post("/export/")
@bp.input(list_files.of_place(PLACE, InquiryFileIn))
@bp.output(FileSchema, content_type="text/csv")
@documented(bp, "Take inquiries out as a file", "POST", also=[XLSX])
@requires(Perm.INQUIRY_READ)
def take_file(json_data: InquiryFileIn) -> Any:
    """Give exactly the caller's inquiries that fit, streamed."""
    filters = queries.Filters(**json_data.model_dump(exclude={"kind", "reason", "columns"}))
    return list_files.answer(FILE, PLACE, filters, json_data, orders=queries.QUEUE.orders(filters.tab))


@bp.get("/<uuid:inquiry_id>/attachments/")
@bp.output(page_of(AttachmentOut))
@documented(bp, "List the files of an inquiry", "GET")
@requires(Perm.IDENTIFY)
def list_attachments(inquiry_id: UUID) -> Any:
    """Give what hangs on an inquiry; the bytes are under `content/`."""
    inquiry = filing.case_to_read("inquiry", inquiry_id, actor=current_actor)
    found = filing.files_of("inquiry", inquiry, actor=current_actor)
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/<uuid:inquiry_id>/attachments/")
@bp.input(AttachmentQuery, location="query")
@bp.output(AttachmentOut, status_code=201)
@documented(bp, "Add a file to an inquiry: the body is the file, up to 25 MB; its type is read from its bytes", "POST")
@requires(Perm.INQUIRY_CREATE)
def add_attachment(inquiry_id: UUID, query_data: AttachmentQuery) -> Any:
    """Keep a file; the same bytes again are the file that is there, or a conflict where that one is not the caller's to see."""
    filing.case_to_add("inquiry", inquiry_id, actor=current_actor)
    throttle.hit("upload.actor", str(current_actor.id))
    body = FileStorage(request.stream, filename=query_data.name)
    return filing.attach_one("inquiry", inquiry_id, keeping.look_at([body]), actor=current_actor)


@bp.get("/<uuid:inquiry_id>/attachments/<uuid:attachment_id>/content/")
@bp.output(FileSchema, content_type="application/octet-stream")
@documented(bp, "Get the bytes of a file of an inquiry", "GET")
@requires(Perm.IDENTIFY)
def attachment_content(inquiry_id: UUID, attachment_id: UUID) -> Any:
    """Give the bytes; that they were taken stands in the audit log."""
    return filing.take("inquiry", inquiry_id, attachment_id, actor=current_actor)
