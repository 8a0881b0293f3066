"""Working on an inquiry: its owner, what it is about, and which department it concerns."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.complaints.inquiries.enums import FINAL
from app.complaints.inquiries.events import InquiryAssigned, InquirySorted
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services.receiving import places_wrong
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.web.live import touch


@command
def assign(inquiry_id: UUID, *, to: UUID, version: int, actor: Actor) -> Inquiry:
    """Make `to` the owner, who is told at once.

    Invalid: `to` does not work in the hospital. Conflict: it has ended, or somebody changed it since `version`.
    """
    inquiry = _open_case(inquiry_id, version, actor)
    if not accounts.works_in(to, inquiry.hospital_id):
        raise Invalid(assignee_id=_("The owner must work in the hospital of this inquiry."))
    if inquiry.assignee_id != to:
        previous, inquiry.assignee_id = inquiry.assignee_id, to
        event = InquiryAssigned(inquiry.id, inquiry.hospital_id, inquiry.reference, to, previous)
        record(event, actor=actor, change=Change.of(inquiry))
        touch("inquiries", hospital_id=inquiry.hospital_id)
    return inquiry


@command
def sort(
    inquiry_id: UUID, *, category_id: UUID | None, department_id: UUID | None, version: int, actor: Actor
) -> Inquiry:
    """Say what it is about and which department it concerns, whose manager sees it from now on.

    Invalid: by field. Conflict: it has ended, or somebody changed it since `version`.
    """
    inquiry = _open_case(inquiry_id, version, actor)
    wrong = places_wrong(
        inquiry.hospital_id,
        category_id if category_id != inquiry.category_id else None,  # what was archived meanwhile may stay
        department_id if department_id != inquiry.department_id else None,
    )
    if wrong:
        raise Invalid(**wrong)
    if (inquiry.category_id, inquiry.department_id) != (category_id, department_id):
        inquiry.category_id, inquiry.department_id = category_id, department_id
        event = InquirySorted(inquiry.id, inquiry.hospital_id, inquiry.reference, category_id, department_id)
        record(event, actor=actor, change=Change.of(inquiry))
        touch("inquiries", hospital_id=inquiry.hospital_id)
    return inquiry


def _open_case(inquiry_id: UUID, version: int, actor: Actor) -> Inquiry:
    inquiry = load(
        Inquiry,
        inquiry_id,
        actor=actor,
        needs=Perm.INQUIRY_WORK,
        sees=Perm.INQUIRY_READ,
        version=version,
        lock=True,
    )
    if inquiry.status in FINAL:
        raise Conflict(_("This inquiry has ended."), code="wrong_state", current=inquiry)
    return inquiry
