"""The REST door of what belongs to a complaint: what may be the same, and what is linked with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.complaints.api import bp
from app.complaints.links import services as linking
from app.complaints.links.queries import linked_to
from app.complaints.links.schemas import EventNoteIn, EventNoteOut, LinkedOut, LinkIn, SimilarOut, UnlinkIn
from app.complaints.links.similar import similar_to
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.policy import load
from app.core.api import documented, page_of
from app.core.web import current_actor, requires


@bp.get("/complaints/<uuid:complaint_id>/similar/")
@bp.output(page_of(SimilarOut))
@documented(bp, "List what may be the same as a complaint", "GET")
@requires(Perm.IDENTIFY)
def list_similar(complaint_id: UUID) -> Any:
    """Give complaints of the same patient or phone, or in near words, of the hospital within 30 days; the likeliest first."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.IDENTIFY, sees=Perm.READ)
    found = [
        {
            "id": each.complaint.id,
            "reference": each.complaint.reference,
            "status": each.complaint.status,
            "received_at": each.complaint.received_at,
            "similarity": each.similarity,
            "is_same_patient": each.is_same_patient,
            "is_same_phone": each.is_same_phone,
        }
        for each in similar_to(complaint, actor=current_actor)
    ]
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.get("/complaints/<uuid:complaint_id>/links/")
@bp.output(page_of(LinkedOut))
@documented(bp, "List what belongs to a complaint", "GET")
@requires(Perm.WORK)
def list_links(complaint_id: UUID) -> Any:
    """Give the related complaints and those about the same event, as far as the caller may see them."""
    return _links_of(complaint_id)


def _links_of(complaint_id: UUID) -> Any:
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    linked = linked_to(complaint.id, actor=current_actor)
    found = [
        {name: getattr(each, name) for name in ("id", "reference", "status", "received_at")} | {"kind": kind}
        for kind, rows in (("related", linked.related), ("same_event", linked.event))
        for each in rows
    ]
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/complaints/<uuid:complaint_id>/links/")
@bp.input(LinkIn)
@bp.output(page_of(LinkedOut))
@documented(bp, "Link a complaint with another one by number", "POST")
@requires(Perm.WORK)
def add_link(complaint_id: UUID, json_data: LinkIn) -> Any:
    """Say that two complaints are related or about the same event; gives what belongs together now."""
    linking.link(complaint_id, json_data.other, kind=json_data.kind, actor=current_actor)
    return _links_of(complaint_id)


@bp.post("/complaints/<uuid:complaint_id>/links/remove/")
@bp.input(UnlinkIn)
@bp.output(page_of(LinkedOut))
@documented(bp, "Take a link of a complaint back", "POST")
@requires(Perm.WORK)
def remove_link(complaint_id: UUID, json_data: UnlinkIn) -> Any:
    """Say that two complaints do not belong together; gives what still does."""
    linking.unlink(complaint_id, json_data.other_id, kind=json_data.kind, actor=current_actor)
    return _links_of(complaint_id)


@bp.post("/complaints/<uuid:complaint_id>/links/notes/")
@bp.input(EventNoteIn)
@bp.output(EventNoteOut, status_code=201)
@documented(bp, "Write to all complaints about one event", "POST")
@requires(Perm.WORK)
def write_to_event(complaint_id: UUID, json_data: EventNoteIn) -> Any:
    """Write a note on each, or a message to each who complained."""
    return linking.write_to_all(complaint_id, json_data.body, kind=json_data.kind, actor=current_actor)
