"""Reactions to promises: who keeps one is told before it is due and when it is broken; an ended case needs none."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.complaints.casework.kinds import CASES
from app.complaints.enums import FINAL
from app.complaints.events import ComplaintMoved
from app.complaints.inquiries.enums import FINAL as INQUIRY_FINAL
from app.complaints.inquiries.events import InquiryMoved
from app.complaints.promises import services
from app.complaints.promises.events import ComplaintPromiseMoved, InquiryPromiseMoved
from app.core.access.actor import Actor, system_actor
from app.core.events import Entry, on
from app.core.sla import notices
from app.notifications.services import bell

bell.kind("promises/made", _l("You are to keep a promise: %(reference)s"))
bell.kind("promises/reminder", _l("A promise is due soon: %(reference)s"))
bell.kind("promises/broken", _l("A promise is broken: %(reference)s"))

TOLD = {"make": "promises/made", "remind": "promises/reminder", "break": "promises/broken"}


def _actor(entry: Entry) -> Actor:
    return system_actor("promises tell who keeps them", entry.hospital_id)


@on(ComplaintPromiseMoved, InquiryPromiseMoved)
def tell_of_promise(entry: Entry) -> None:
    """Tell who keeps it of a promise made for them, that it is due and that it is broken (the case's owner too)."""
    kind = TOLD.get(entry.data["verb"])
    owner_id = entry.uuid("owner_id")
    if kind is None or owner_id is None or entry.hospital_id is None:
        return
    is_broken = entry.data["verb"] == "break"
    case_owner = services.owner_of_case(entry.subject_type, entry.subject_id) if is_broken else None
    told = [each for each in dict.fromkeys((owner_id, case_owner)) if each and each != entry.actor_id]
    common: dict[str, Any] = {
        "url": f"{CASES[entry.subject_type].pages}{entry.subject_id}",
        "params": {"reference": entry.data["reference"]},
        "hospital_id": entry.hospital_id,
        "is_urgent": False,
        "actor": _actor(entry),
    }
    if is_broken:  # not at night
        notices.tell(told, kind, entry, **common)
    elif told:  # at the time that they chose themselves
        bell.notify(told, kind, about=(entry.subject_type, entry.subject_id), once=f"{entry.id}:{kind}", **common)


@on(ComplaintMoved)
def end_promises_of_complaint(entry: Entry) -> None:
    """Take back what was promised on a complaint that has ended."""
    if entry.data["after"] in FINAL:
        services.close_of("complaint", entry.subject_id, actor=_actor(entry))


@on(InquiryMoved)
def end_promises_of_inquiry(entry: Entry) -> None:
    """Take back what was promised on an inquiry that has ended."""
    if entry.data["after"] in INQUIRY_FINAL:
        services.close_of("inquiry", entry.subject_id, actor=_actor(entry))
