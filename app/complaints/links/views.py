"""What belongs to a complaint, on its page: related ones, those about the same event, and a text to all of these."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.complaints.forms import EventNoteForm, LinkForm, UnlinkForm
from app.complaints.links import services as linking
from app.complaints.links.queries import linked_to
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.views import answered, bp
from app.core.access.policy import load
from app.core.web import Answer, current_actor, page, requires
from app.core.web.panels import panel

panel("complaint", 6, _l("Linked complaints"), "complaints.panel_of_links", Perm.WORK)


@bp.get("/<uuid:subject_id>/links")
@requires(Perm.WORK)
def panel_of_links(subject_id: UUID) -> Response:
    """Show what is linked, and link more."""
    complaint = load(Complaint, subject_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    return page(
        "complaints/links_page.html",
        part="complaints/_links.html",
        complaint=complaint,
        linked=linked_to(complaint.id, actor=current_actor),
        link_form=LinkForm(formdata=None),
        note_form=EventNoteForm(formdata=None),
    )


@bp.post("/<uuid:complaint_id>/links")
@requires(Perm.WORK)
def link(complaint_id: UUID) -> Response:
    """Link another complaint by its number."""
    form = LinkForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: linking.link(complaint_id, form.other.data or "", kind=form.kind.data, actor=current_actor)
        ),
        _("Complaint linked."),
    )


@bp.post("/<uuid:complaint_id>/links/removal")
@requires(Perm.WORK)
def unlink(complaint_id: UUID) -> Response:
    """Take a link back."""
    form = UnlinkForm()
    return answered(
        complaint_id,
        form.submit(
            lambda: linking.unlink(
                complaint_id, cast(UUID, form.other_id.data), kind=form.kind.data, actor=current_actor
            )
        ),
        _("Link removed."),
    )


@bp.post("/<uuid:complaint_id>/links/notes")
@requires(Perm.WORK)
def write_to_event(complaint_id: UUID) -> Response:
    """Write to all who complain of the event."""
    form = EventNoteForm()
    answer = form.submit(
        lambda: linking.write_to_all(complaint_id, form.body.data or "", kind=form.kind.data, actor=current_actor)
    )
    return answered(complaint_id, answer, _said(answer))


def _said(answer: Answer) -> str:
    if not answer.ok:
        return ""
    told: linking.Told = answer.value
    said = ngettext("Written to %(num)s complaint.", "Written to %(num)s complaints.", len(told.written))
    if not told.unreachable:
        return said
    missed = _("No message reaches: %(numbers)s.", numbers=", ".join(told.unreachable))
    return f"{said} {missed}"
