"""The REST door of what belongs to complaints as files: the list itself, and what hangs on one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask.schemas import FileSchema
from flask import request
from werkzeug.datastructures import FileStorage

from app.complaints import queue
from app.complaints.api import bp
from app.complaints.casework import filing
from app.complaints.exports.services import FILE
from app.complaints.places import PLACE
from app.complaints.policy import Perm
from app.complaints.schemas import AttachmentOut, AttachmentQuery, ComplaintFileIn
from app.core import throttle
from app.core.api import documented, list_files, page_of
from app.core.attachments import keeping
from app.core.web import current_actor, requires
from app.core.web.sheets import XLSX


@bp.post("/complaints/export/")
@bp.input(list_files.of_place(PLACE, ComplaintFileIn))
@bp.output(FileSchema, content_type="text/csv")
@documented(bp, "Take complaints out as a file", "POST", also=[XLSX])
@requires(Perm.READ)
def take_file(json_data: ComplaintFileIn) -> Any:
    """Give exactly the caller's complaints that fit, streamed."""
    wanted = json_data.model_dump(exclude={"kind", "reason", "columns"})
    filters = queue.Filters(**{**wanted, "severity": wanted["severity"] or ""})
    return list_files.answer(FILE, PLACE, filters, json_data, orders=queue.QUEUE.orders(filters.tab))


@bp.get("/complaints/<uuid:complaint_id>/attachments/")
@bp.output(page_of(AttachmentOut))
@documented(bp, "List the files of a complaint", "GET")
@requires(Perm.IDENTIFY)
def list_attachments(complaint_id: UUID) -> Any:
    """Give what hangs on a complaint; the bytes are under `content/`."""
    complaint = filing.case_to_read("complaint", complaint_id, actor=current_actor)
    found = filing.files_of("complaint", complaint, actor=current_actor)
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/complaints/<uuid:complaint_id>/attachments/")
@bp.input(AttachmentQuery, location="query")
@bp.output(AttachmentOut, status_code=201)
@documented(bp, "Add a file to a complaint: the body is the file, up to 25 MB; its type is read from its bytes", "POST")
@requires(Perm.CREATE)
def add_attachment(complaint_id: UUID, query_data: AttachmentQuery) -> Any:
    """Keep a file; the same bytes again are the file that is there, or a conflict where that one is not the caller's to see."""
    filing.case_to_add("complaint", complaint_id, actor=current_actor)
    throttle.hit("upload.actor", str(current_actor.id))
    body = FileStorage(request.stream, filename=query_data.name)
    return filing.attach_one("complaint", complaint_id, keeping.look_at([body]), actor=current_actor)


@bp.get("/complaints/<uuid:complaint_id>/attachments/<uuid:attachment_id>/content/")
@bp.output(FileSchema, content_type="application/octet-stream")
@documented(bp, "Get the bytes of a file", "GET")
@requires(Perm.IDENTIFY)
def attachment_content(complaint_id: UUID, attachment_id: UUID) -> Any:
    """Give the bytes; that they were taken stands in the audit log."""
    return filing.take("complaint", complaint_id, attachment_id, actor=current_actor)
