"""The checklist on the page of a complaint."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.checklists import services
from app.complaints.enums import FINAL
from app.complaints.policy import Perm
from app.complaints.views import answered
from app.core.web import current_actor, page, requires, see_other
from app.core.web.forms import Form
from app.core.web.panels import panel

bp = Blueprint("checklists", __name__, url_prefix="/checklists")

panel("complaint", 3, _l("Checklist"), "checklists.panel_of_checklist", Perm.WORK)


@bp.get("/<uuid:subject_id>")
@requires(Perm.WORK)
def panel_of_checklist(subject_id: UUID) -> Response:
    """Show what is done and what is not."""
    complaint, lines = services.lines_of(subject_id, actor=current_actor)
    return page(
        "complaints/checklists/page.html",
        part="complaints/checklists/_checklist.html",
        complaint=complaint,
        lines=lines,
        done=sum(line.tick is not None for line in lines),
        is_open=complaint.status not in FINAL,
    )


@bp.post("/<uuid:complaint_id>/<uuid:item_id>")
@requires(Perm.WORK)
def tick(complaint_id: UUID, item_id: UUID) -> Response:
    """Tick an item, or take that back."""
    is_done = request.form.get("done") == "1"
    answer = Form().submit(lambda: services.tick(complaint_id, item_id, is_done=is_done, actor=current_actor))
    if not answer.ok:
        return answered(complaint_id, answer, "")
    return see_other(f"{url_for('complaints.show', complaint_id=complaint_id)}#checklist-here", toast=_("Saved."))
