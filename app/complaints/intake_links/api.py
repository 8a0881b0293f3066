"""Intake links over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select

from app.complaints.intake_links import services
from app.complaints.intake_links.models import IntakeLink
from app.complaints.intake_links.services import LinkFacts
from app.complaints.policy import Perm
from app.core.access.policy import visible
from app.core.api import In, Listing, ListQuery, Out, VersionedIn, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.web import current_actor, requires

bp = APIBlueprint("intake_links_api", __name__, url_prefix="/api/complaints")
LINKS = Listing(
    ordering={"created_at": IntakeLink.created_at, "expires_at": IntakeLink.expires_at, "id": IntakeLink.id},
    default="-created_at",
    filters={"state": equals(IntakeLink.state), "patient_id": equals(IntakeLink.patient_id, uuid)},
)


class IntakeLinkIn(In):
    """To whom a link goes."""

    hospital_id: UUID
    phone: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    patient_id: UUID | None = None
    language: Literal["", "ar", "en"] = ""


class IntakeLinkOut(Out):
    """A link and what became of it; the phone is its last four digits."""

    id: UUID
    hospital_id: UUID
    state: Annotated[str, Field(description="sent, opened, used, expired, revoked")]
    patient_id: UUID | None
    phone_tail: str
    language: str
    sent_by_id: UUID | None
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None
    complaint_id: UUID | None
    version: int


@bp.get("/intake_links/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(IntakeLinkOut))
@documented(bp, "List links to complain", "GET")
@requires(Perm.LINK_SEND)
def list_links(query_data: ListQuery) -> dict[str, Any]:
    """Give the links that were sent, and whether they were opened, used or ran out."""
    return listing(select(IntakeLink).where(visible(IntakeLink, current_actor, Perm.LINK_SEND)), LINKS, query_data)


@bp.post("/intake_links/")
@bp.input(IntakeLinkIn)
@bp.output(IntakeLinkOut, status_code=201)
@documented(bp, "Send a link to complain", "POST")
@requires(Perm.LINK_SEND)
def send(json_data: IntakeLinkIn) -> Any:
    """Send a link of 24 hours to a patient or a phone."""
    facts = LinkFacts(json_data.phone, json_data.patient_id, json_data.language)
    return services.send(json_data.hospital_id, facts, actor=current_actor)


@bp.post("/intake_links/<uuid:link_id>/revoke/")
@bp.input(VersionedIn)
@bp.output(IntakeLinkOut)
@documented(bp, "Take a link to complain back", "POST")
@requires(Perm.LINK_SEND)
def revoke(link_id: UUID, json_data: VersionedIn) -> Any:
    """Take a link back before it is used."""
    return services.revoke(link_id, version=json_data.version, actor=current_actor)
