"""The files of an inquiry on its page: shown, added, opened."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import lazy_gettext as _l

from app.complaints.casework import filing
from app.complaints.inquiries.views import bp
from app.complaints.inquiries.working_views import answered
from app.complaints.policy import Perm
from app.core import throttle
from app.core.access.policy import can_on
from app.core.attachments import keeping, kinds
from app.core.files import MEGABYTE
from app.core.web import current_actor, page, requires
from app.core.web.forms import Form
from app.core.web.panels import panel

panel("inquiry", 10, _l("Files"), "inquiries.panel_of_files", Perm.IDENTIFY)


@bp.get("/<uuid:subject_id>/files")
@requires(Perm.IDENTIFY)
def panel_of_files(subject_id: UUID) -> Response:
    """Show the files of an inquiry, and take more."""
    inquiry = filing.case_to_read("inquiry", subject_id, actor=current_actor)
    return page(
        "inquiries/files_page.html",
        part="inquiries/_files.html",
        inquiry=inquiry,
        rows=filing.files_of("inquiry", inquiry, actor=current_actor),
        may_add=can_on(current_actor, Perm.INQUIRY_CREATE, inquiry),
        kinds=kinds.ACCEPT,
        most=keeping.MOST_BYTES // MEGABYTE,
    )


@bp.post("/<uuid:inquiry_id>/files")
@requires(Perm.INQUIRY_CREATE)
def add_files(inquiry_id: UUID) -> Response:
    """Take files in."""
    filing.case_to_add("inquiry", inquiry_id, actor=current_actor)
    throttle.hit("upload.actor", str(current_actor.id))
    form = Form()
    uploads = request.files.getlist("files")
    answer = form.submit(lambda: filing.attach("inquiry", inquiry_id, keeping.look_at(uploads), actor=current_actor))
    return answered(inquiry_id, answer, filing.said_of(answer.value) if answer.ok else "")


@bp.get("/<uuid:inquiry_id>/files/<uuid:attachment_id>")
@requires(Perm.IDENTIFY)
def open_file(inquiry_id: UUID, attachment_id: UUID) -> Response:
    """Give a file of an inquiry; that it was opened stands in the audit log."""
    return filing.take("inquiry", inquiry_id, attachment_id, actor=current_actor)


@bp.get("/<uuid:inquiry_id>/files/<uuid:attachment_id>/preview")
@requires(Perm.IDENTIFY)
def preview_file(inquiry_id: UUID, attachment_id: UUID) -> Response:
    """Give the small copy of a picture that the list of files shows."""
    return filing.preview("inquiry", inquiry_id, attachment_id, actor=current_actor)
