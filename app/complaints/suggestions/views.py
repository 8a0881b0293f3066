"""What PX360 suggests for a complaint, on its page: taken with one click, turned down with another."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.enums import FINAL
from app.complaints.forms import VersionForm
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.suggestions import judging
from app.complaints.suggestions.queries import in_words, suggestions_of
from app.complaints.views import answered, bp
from app.core.access.policy import load
from app.core.web import current_actor, page, requires
from app.core.web.panels import panel

panel("complaint", 2, _l("Suggestions"), "complaints.panel_of_suggestions", Perm.WORK)


@bp.get("/<uuid:subject_id>/suggestions")
@requires(Perm.WORK)
def panel_of_suggestions(subject_id: UUID) -> Response:
    """Show what is suggested, with its confidence and what it was made from."""
    complaint = load(Complaint, subject_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    return page(
        "complaints/suggestions_page.html",
        part="complaints/_suggestions.html",
        complaint=complaint,
        rows=in_words(suggestions_of(complaint.id)),
        may_judge=complaint.status not in FINAL,
    )


@bp.post("/<uuid:complaint_id>/suggestions/<uuid:suggestion_id>/acceptance")
@requires(Perm.WORK)
def accept_suggestion(complaint_id: UUID, suggestion_id: UUID) -> Response:
    """Do what a suggestion says."""
    form = VersionForm()
    version = form.version.data or 0
    return answered(
        complaint_id,
        form.submit(lambda: judging.accept(complaint_id, suggestion_id, version=version, actor=current_actor)),
        _("Suggestion taken."),
    )


@bp.post("/<uuid:complaint_id>/suggestions/<uuid:suggestion_id>/refusal")
@requires(Perm.WORK)
def ignore_suggestion(complaint_id: UUID, suggestion_id: UUID) -> Response:
    """Turn a suggestion down."""
    form = VersionForm()
    return answered(
        complaint_id,
        form.submit(lambda: judging.ignore(complaint_id, suggestion_id, actor=current_actor)),
        _("Suggestion turned down."),
    )
