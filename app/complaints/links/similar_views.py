"""What may be the same complaint: while one is entered, and on the page of one."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import lazy_gettext as _l

from app.complaints.forms import ComplaintForm
from app.complaints.links.similar import similar_to, similar_to_typed
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.views import bp
from app.complaints.workflow import COMPLAINT
from app.core.access.policy import can_on, load
from app.core.web import current_actor, page, requires
from app.core.web.forms import MAX_TEXT
from app.core.web.panels import panel
from app.organizations import queries as organizations

panel("complaint", 4, _l("May be the same"), "complaints.panel_of_similar", Perm.IDENTIFY)


@bp.get("/<uuid:subject_id>/similar")
@requires(Perm.IDENTIFY)
def panel_of_similar(subject_id: UUID) -> Response:
    """Show what may be the same as a complaint, each with a link to the merge."""
    complaint = load(Complaint, subject_id, actor=current_actor, needs=Perm.IDENTIFY, sees=Perm.READ)
    may_merge = can_on(current_actor, Perm.WORK, complaint) and COMPLAINT.step("merge", complaint.status) is not None
    return page(
        "complaints/similar_page.html",
        part="complaints/_similar.html",
        complaint=complaint,
        rows=similar_to(complaint, actor=current_actor),
        may_merge=may_merge,
    )


@bp.post("/similar")
@requires(Perm.CREATE)
def similar_typed() -> Response:
    """Show what may be the same as what is being typed; nothing is kept."""
    form = ComplaintForm()
    hospital_id = organizations.chosen_hospital(form.hospital_id.data, actor=current_actor)
    rows = similar_to_typed(
        hospital_id,
        (form.words.data or "")[:MAX_TEXT],
        phone=(form.contact_phone.data or "")[:40],
        patient_id=form.patient_id.data,
        actor=current_actor,
    )
    return page("complaints/similar_page.html", part="complaints/_similar_typed.html", rows=rows, is_typed=True)
