"""Working on a complaint: owner, severity, source, and whose file it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints import sla
from app.complaints.enums import FINAL, OUTSIDE
from app.complaints.events import (
    ComplaintAssigned,
    ComplaintIdentified,
    ComplaintSeverityChanged,
    ComplaintSourceChanged,
)
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services.receiving import hold_surveys, refuse_number
from app.complaints.sources.built_in import COMPLAINT
from app.complaints.sources.correcting import check_correction
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.bulk.deeds import Wish
from app.core.bulk.one import only, to_owner
from app.core.bulk.together import Became, Changed, Owners, decide_each, settle
from app.core.db import command, write_many
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.severity import Severity
from app.core.web.live import touch
from app.organizations import queries as organizations


def open_case(complaint_id: UUID, *, version: int | None, actor: Actor) -> Complaint:
    """Load a complaint that is not ended, locked, for a command of an actor who may work on it."""
    complaint = load(Complaint, complaint_id, actor=actor, needs=Perm.WORK, sees=Perm.READ, version=version, lock=True)
    if complaint.status in FINAL:
        raise Conflict(_("This complaint has ended."), code="wrong_state", current=complaint)
    return complaint


@command
def assign(complaint_id: UUID, *, to: UUID, version: int, actor: Actor) -> Complaint:
    """Make `to` the owner, who is told at once.

    Invalid: `to` does not work in the hospital. Conflict: it has ended, or somebody changed it since `version`.
    """
    complaint: Complaint = only(hand_over(to_owner(complaint_id, to, version), actor=actor))
    return complaint


@command
def hand_over(wishes: Mapping[UUID, Wish], *, actor: Actor) -> Became:
    """Give many complaints new owners, or none, in one transaction of few statements; the new owners are told.

    Gives of each the complaint as it is now, or why it stayed as it was (see `Owners.hand_over`).
    """
    return OWNERS.hand_over(wishes, actor=actor)


OWNERS = Owners(
    Complaint,
    place="complaints",
    needs=Perm.WORK,
    sees=Perm.READ,
    final=FINAL,
    works_in=accounts.works_in,
    says=lambda row, to, previous: ComplaintAssigned(row.id, row.hospital_id, row.reference, to, previous),
    ended=_l("This complaint has ended."),
    elsewhere=_l("The owner must work in the hospital of this complaint."),
)


@command
def identify(complaint_id: UUID, patient_id: UUID, *, version: int, actor: Actor) -> Complaint:
    """Say which patient's file a complaint belongs to; surveys then leave that patient alone while it is open.

    Invalid: no patient of this hospital that the actor may look up. Conflict: the complainant wants to stay unnamed, it
    has ended, or somebody changed it since `version`.
    """
    complaint = open_case(complaint_id, version=version, actor=actor)
    if complaint.is_anonymous:
        raise Conflict(_("The complainant wants to stay unnamed."), code="anonymous", current=complaint)
    known = organizations.is_patient_of(complaint.hospital_id, patient_id)
    if not known or not organizations.may_find_patients(actor):
        raise Invalid(patient_id=_("Choose a patient of this hospital."))
    if complaint.patient_id != patient_id:
        previous, complaint.patient_id = complaint.patient_id, patient_id
        change = Change.of(complaint)
        hold_surveys(complaint, actor=actor)
        record(
            ComplaintIdentified(complaint.id, complaint.hospital_id, complaint.reference, patient_id, previous),
            actor=actor,
            change=change,
        )
        touch("complaints", hospital_id=complaint.hospital_id)
    return complaint


@command
def change_severity(
    complaint_id: UUID, severity: str, *, version: int, actor: Actor, is_undo: bool = False
) -> Complaint:
    """Judge it graver or less grave; every deadline counts anew from the original start.

    A later due time is held back until a second person agrees, unless this takes a change back that was just made.

    Invalid: no such severity. Conflict: it has ended, or somebody changed it since `version`.
    """
    complaint = open_case(complaint_id, version=version, actor=actor)
    if severity not in set(Severity):
        raise Invalid(severity=_("Choose one of the listed codes."))
    if complaint.severity != severity:
        before, complaint.severity = complaint.severity, severity
        change = Change.of(complaint)
        sla.revise(complaint, "severity", actor=actor, is_undo=is_undo)
        record(
            ComplaintSeverityChanged(complaint.id, complaint.hospital_id, complaint.reference, before, severity),
            actor=actor,
            change=change,
        )
        touch("complaints", hospital_id=complaint.hospital_id)
    return complaint


@command
def judge_many(wishes: Mapping[UUID, Wish], *, actor: Actor, is_undo: bool = False) -> Became:
    """Give many complaints the severity of their wish, in one transaction of few statements.

    Gives of each the complaint as it is now, or why it stayed as it was: as `change_severity`.
    """

    def decide(complaint: Complaint, wish: Wish) -> Changed | None:
        severity, before = wish.given["severity"], complaint.severity
        if complaint.status in FINAL:
            raise Conflict(_("This complaint has ended."), code="wrong_state", current=complaint)
        if severity not in set(Severity):
            raise Invalid(severity=_("Choose one of the listed codes."))
        if severity == before:
            return None
        complaint.severity = severity
        about = (complaint.id, complaint.hospital_id, complaint.reference)
        return Changed(complaint, ComplaintSeverityChanged(*about, before, severity), Change.of(complaint))

    became, changed = decide_each(Complaint, wishes, decide, needs=Perm.WORK, sees=Perm.READ, actor=actor)
    rows = [each.row for each in changed]
    write_many(rows)  # before words of their clocks are written, which would write the rows one by one
    sla.revise_many(rows, "severity", actor=actor, is_undo=is_undo)
    settle(changed, "complaints", actor=actor)
    return became


@command
def change_source(
    complaint_id: UUID, source: str, *, version: int, actor: Actor, outside_number: str = ""
) -> Complaint:
    """Say that it came from elsewhere than was entered; every deadline counts anew from the original start.

    A later due time is held back until a second person agrees. Invalid: a source that nobody may name, or an outside body
    without its number. Conflict: it came through a door of its own, the outside number is here already, it has ended, or
    somebody changed it since `version`.
    """
    complaint = open_case(complaint_id, version=version, actor=actor)
    number = outside_number.strip() or complaint.outside_number
    if (complaint.channel, complaint.outside_number) == (source, number):
        return complaint
    check_correction(COMPLAINT, complaint, source)
    if source in OUTSIDE and not number:
        raise Invalid(outside_number=_("Give the number that the outside body uses."))
    refuse_number(complaint.hospital_id, source, number)
    before, complaint.channel, complaint.outside_number = complaint.channel, source, number
    change = Change.of(complaint)
    sla.revise(complaint, "source", actor=actor)
    event = ComplaintSourceChanged(complaint.id, complaint.hospital_id, complaint.reference, before, source)
    record(event, actor=actor, change=change)
    touch("complaints", hospital_id=complaint.hospital_id)
    return complaint
