"""Working on an inquiry: its owner, where it came from, what it is about, and which department it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints.inquiries import sla
from app.complaints.inquiries.enums import FINAL
from app.complaints.inquiries.events import InquiryAssigned, InquirySorted, InquirySourceChanged
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services.receiving import places_wrong
from app.complaints.policy import Perm
from app.complaints.sources.built_in import INQUIRY
from app.complaints.sources.correcting import check_correction
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.bulk.deeds import Wish
from app.core.bulk.one import only, to_owner
from app.core.bulk.together import Became, Owners
from app.core.db import command
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.web.live import touch


@command
def assign(inquiry_id: UUID, *, to: UUID, version: int, actor: Actor) -> Inquiry:
    """Make `to` the owner, who is told at once.

    Invalid: `to` does not work in the hospital. Conflict: it has ended, or somebody changed it since `version`.
    """
    inquiry: Inquiry = only(hand_over(to_owner(inquiry_id, to, version), actor=actor))
    return inquiry


@command
def hand_over(wishes: Mapping[UUID, Wish], *, actor: Actor) -> Became:
    """Give many inquiries new owners, or none, in one transaction of few statements; the new owners are told.

    Gives of each the inquiry as it is now, or why it stayed as it was (see `Owners.hand_over`).
    """
    return OWNERS.hand_over(wishes, actor=actor)


OWNERS = Owners(
    Inquiry,
    place="inquiries",
    needs=Perm.INQUIRY_WORK,
    sees=Perm.INQUIRY_READ,
    final=FINAL,
    works_in=accounts.works_in,
    says=lambda row, to, previous: InquiryAssigned(row.id, row.hospital_id, row.reference, to, previous),
    ended=_l("This inquiry has ended."),
    elsewhere=_l("The owner must work in the hospital of this inquiry."),
)


@command
def change_source(inquiry_id: UUID, source: str, *, version: int, actor: Actor) -> Inquiry:
    """Say that it came from elsewhere than was entered; its deadline counts anew from the original start.

    A later due time is held back until a second person agrees. Invalid: a source that nobody may name. Conflict: it came
    through a door of its own, it has ended, or somebody changed it since `version`.
    """
    inquiry = _open_case(inquiry_id, version, actor)
    if inquiry.channel == source:
        return inquiry
    check_correction(INQUIRY, inquiry, source)
    before, inquiry.channel = inquiry.channel, source
    change = Change.of(inquiry)
    sla.revise(inquiry, "source", actor=actor)
    event = InquirySourceChanged(inquiry.id, inquiry.hospital_id, inquiry.reference, before, source)
    record(event, actor=actor, change=change)
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
