"""The REST door of what belongs to complaints as files: the list itself, and what hangs on one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask.schemas import FileSchema
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.complaints import queue
from app.complaints.api import bp
from app.complaints.exports.services import FILE
from app.complaints.files import queries as file_queries
from app.complaints.files import services as filing
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.schemas import AttachmentOut, AttachmentQuery, ComplaintFileIn
from app.core import throttle
from app.core.access.policy import load
from app.core.api import documented, page_of
from app.core.attachments import keeping
from app.core.errors import Conflict
from app.core.web import current_actor, requires
from app.core.web.sheets import XLSX


@bp.post("/complaints/export/")
@bp.input(ComplaintFileIn)
@bp.output(FileSchema, content_type="text/csv")
@documented(bp, "Take complaints out as a file", "POST", also=[XLSX])
@requires(Perm.READ)
def take_file(json_data: ComplaintFileIn) -> Any:
    """Give exactly the caller's complaints that fit, streamed."""
    throttle.hit("export.actor", str(current_actor.id))
    wanted = json_data.model_dump(exclude={"kind", "reason"})
    filters = queue.Filters(**{**wanted, "severity": wanted["severity"] or ""})
    actor = current_actor._get_current_object()  # type: ignore[attr-defined]
    return FILE.answer(filters, json_data.kind, json_data.reason, actor=actor)


@bp.get("/complaints/<uuid:complaint_id>/attachments/")
@bp.output(page_of(AttachmentOut))
@documented(bp, "List the files of a complaint", "GET")
@requires(Perm.IDENTIFY)
def list_attachments(complaint_id: UUID) -> Any:
    """Give what hangs on a complaint; the bytes are under `content/`."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.IDENTIFY, sees=Perm.READ)
    found = file_queries.files_of(complaint, actor=current_actor)
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/complaints/<uuid:complaint_id>/attachments/")
@bp.input(AttachmentQuery, location="query")
@bp.output(AttachmentOut, status_code=201)
@documented(bp, "Add a file to a complaint: the body is the file, up to 25 MB; its type is read from its bytes", "POST")
@requires(Perm.CREATE)
def add_attachment(complaint_id: UUID, query_data: AttachmentQuery) -> Any:
    """Keep a file; the same bytes again are the file that is there, or a conflict where that one is not the caller's to see."""
    filing.taker(complaint_id, current_actor)
    throttle.hit("upload.actor", str(current_actor.id))
    body = FileStorage(request.stream, filename=query_data.name)
    added = filing.attach(complaint_id, keeping.look_at([body]), actor=current_actor)
    if not added.rows:
        raise Conflict(_("This file is already with the case."), code="already_there")
    return added.rows[0]


@bp.get("/complaints/<uuid:complaint_id>/attachments/<uuid:attachment_id>/content/")
@bp.output(FileSchema, content_type="application/octet-stream")
@documented(bp, "Get the bytes of a file", "GET")
@requires(Perm.IDENTIFY)
def attachment_content(complaint_id: UUID, attachment_id: UUID) -> Any:
    """Give the bytes; that they were taken stands in the audit log."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.IDENTIFY, sees=Perm.READ)
    return keeping.answer(file_queries.take(complaint, attachment_id, actor=current_actor))
