"""The files of a complaint on its page: shown, added, opened."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import lazy_gettext as _l

from app.complaints import queries
from app.complaints.casework import filing
from app.complaints.files.queries import papers_of
from app.complaints.policy import Perm
from app.complaints.views import answered, bp
from app.core import throttle
from app.core.access.policy import can_on
from app.core.attachments import keeping, kinds
from app.core.files import MEGABYTE
from app.core.i18n import LANGUAGES
from app.core.web import current_actor, page, requires
from app.core.web.forms import Form
from app.core.web.panels import panel

panel("complaint", 10, _l("Files"), "complaints.panel_of_files", Perm.IDENTIFY)


@bp.get("/<uuid:subject_id>/files")
@requires(Perm.IDENTIFY)
def panel_of_files(subject_id: UUID) -> Response:
    """Show the files of a complaint, and take more."""
    complaint = queries.get(subject_id, actor=current_actor)
    made = papers_of(complaint, actor=current_actor)
    drawn = {paper.attachment_id for paper in made}
    return page(
        "complaints/files_page.html",
        part="complaints/_files.html",
        complaint=complaint,
        rows=[
            each
            for each in filing.files_of("complaint", complaint, actor=current_actor, letters=drawn)
            if each.id not in drawn
        ],
        papers=made,
        languages=LANGUAGES,
        may_work=can_on(current_actor, Perm.WORK, complaint),
        may_add=can_on(current_actor, Perm.CREATE, complaint),
        kinds=kinds.ACCEPT,
        most=keeping.MOST_BYTES // MEGABYTE,
    )


@bp.post("/<uuid:complaint_id>/files")
@requires(Perm.CREATE)
def add_files(complaint_id: UUID) -> Response:
    """Take files in."""
    filing.case_to_add("complaint", complaint_id, actor=current_actor)
    throttle.hit("upload.actor", str(current_actor.id))
    form = Form()
    uploads = request.files.getlist("files")
    answer = form.submit(
        lambda: filing.attach("complaint", complaint_id, keeping.look_at(uploads), actor=current_actor)
    )
    return answered(complaint_id, answer, filing.said_of(answer.value) if answer.ok else "")


@bp.get("/<uuid:complaint_id>/files/<uuid:attachment_id>")
@requires(Perm.IDENTIFY)
def open_file(complaint_id: UUID, attachment_id: UUID) -> Response:
    """Give a file of a complaint; that it was opened stands in the audit log."""
    return filing.take("complaint", complaint_id, attachment_id, actor=current_actor)


@bp.get("/<uuid:complaint_id>/files/<uuid:attachment_id>/preview")
@requires(Perm.IDENTIFY)
def preview_file(complaint_id: UUID, attachment_id: UUID) -> Response:
    """Give the small copy of a picture that the list of files shows."""
    return filing.preview("complaint", complaint_id, attachment_id, actor=current_actor)
