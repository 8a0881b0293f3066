"""Merging two records of one patient (by hand, or by HL7 A40) and erasing one (PDPL)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select, update

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.core.events.erasure import forget_details
from app.core.time import clock
from app.organizations.events import PatientErased, PatientMerged
from app.organizations.identity import phone_tail
from app.organizations.models import Patient, PatientIdentifier
from app.organizations.policy import Perm
from app.organizations.queries import find_by_mrn
from app.organizations.services.facts import EMPTY, ERASED, TOLD

OTHER = _l("Choose another record of the same hospital.")
NOBODY = _l("No patient of this hospital has this file number.")

Numbers = Collection[str]
_BEFORE: list[Callable[[UUID, Numbers], None]] = []


def before_erasing(forget: Callable[[UUID, Numbers], None]) -> None:
    """Let a domain forget, in the same transaction, what it knows of a hospital's patient by file number alone.

    Afterwards nobody knows the numbers; what is known by the patient's id is removed on PatientErased.
    """
    _BEFORE.append(forget)


@command
def merge(source_id: UUID, into_id: UUID, *, actor: Actor) -> Patient:
    """Merge one record into another of the same hospital; the old file numbers keep finding the one that stays.

    What the staying record lacks, it takes over; a refusal of messages is never lost. Again is harmless.
    Invalid: into itself, into one that was merged away, or of another hospital. Conflict: one of the two was erased.
    """
    found = {
        each: load(Patient, each, actor=actor, needs=Perm.PATIENT_WRITE, lock=True)
        for each in sorted(
            {source_id, into_id}
        )  # always in one order: two merges of the same pair do not block each other
    }
    source, target = found[source_id], found[into_id]
    if source.id == target.id or source.hospital_id != target.hospital_id or target.merged_into_id is not None:
        raise Invalid(into_id=OTHER)
    if source.merged_into_id is not None:
        return target
    if source.erased_at is not None or target.erased_at is not None:
        raise Conflict(ERASED, current=target, code="erased")
    _hand_over(source, target)
    source.merged_into_id, source.archived_at, source.archived_by_id = target.id, clock.now(), actor.id
    db.session.flush()
    _move_numbers(source, target)
    record(PatientMerged(source.id, source.hospital_id, target.id), actor=actor)
    return target


@command
def merge_into_number(source_id: UUID, mrn: str, *, actor: Actor) -> Patient:
    """Merge a record into the one that has this file number in its hospital. Invalid (mrn): nobody has it."""
    source = load(Patient, source_id, actor=actor, needs=Perm.PATIENT_WRITE)
    target = find_by_mrn(source.hospital_id, mrn)
    if target is None:
        raise Invalid(mrn=NOBODY)
    try:
        return merge(source.id, target.id, actor=actor)
    except Invalid as refusal:
        raise Invalid(mrn=OTHER) from refusal


@command
def merge_numbers(hospital_id: UUID, old: str, staying: Patient, *, actor: Actor) -> None:
    """Merge the record of an old file number into one that stays, as a hospital system tells it (HL7 A40).

    An old number that nobody has yet leads to the staying record from now on. Raises what `merge` raises.
    """
    source = find_by_mrn(hospital_id, old)
    if source is None:
        db.session.add(PatientIdentifier(hospital_id=hospital_id, patient_id=staying.id, mrn=old))
        db.session.flush()
    elif source.id != staying.id:
        merge(source.id, staying.id, actor=actor)


def _hand_over(source: Patient, target: Patient) -> None:
    for name in TOLD:
        if not getattr(target, name) and getattr(source, name):
            setattr(target, name, getattr(source, name))
    target.phone_tail = phone_tail(target.phone_e164) if target.phone_e164 else ""
    refused = {channel: said for channel, said in source.consents.items() if not said["given"]}
    target.consents = {**source.consents, **target.consents, **refused}
    target.no_contact = target.no_contact or source.no_contact


def _move_numbers(source: Patient, target: Patient) -> None:
    """Point everything that led to the source, records merged into it earlier included, at the target."""
    db.session.execute(
        update(PatientIdentifier).where(PatientIdentifier.patient_id == source.id).values(patient_id=target.id)
    )
    db.session.execute(update(Patient).where(Patient.merged_into_id == source.id).values(merged_into_id=target.id))
    db.session.add(PatientIdentifier(hospital_id=target.hospital_id, patient_id=target.id, mrn=source.mrn))
    db.session.flush()


@command
def erase(patient_id: UUID, *, actor: Actor) -> None:
    """Remove what identifies a patient, in every record merged into theirs too; visits, scores and counts stay.

    Other domains remove their free text when they hear PatientErased. Again is harmless. Source: PDPL; domain.md 1.4.
    """
    patient = load(Patient, patient_id, actor=actor, needs=Perm.PATIENT_ERASE, lock=True)
    if patient.merged_into_id is not None:
        raise Conflict(_l("This record was merged into another. Erase the one that stays."), current=patient)
    if patient.erased_at is not None:
        return
    same = select(Patient).where(or_(Patient.id == patient.id, Patient.merged_into_id == patient.id))
    records = db.session.execute(same.with_for_update(of=Patient)).scalars().all()
    ids = [each.id for each in records]
    for forget in _BEFORE:
        forget(patient.hospital_id, _numbers(records))
    for each in records:
        _blank(each)
    _forget(ids)
    for each in records:
        record(PatientErased(each.id, each.hospital_id), actor=actor)


def _numbers(records: Collection[Patient]) -> set[str]:
    ids = [each.id for each in records]
    older = select(PatientIdentifier.mrn).where(PatientIdentifier.patient_id.in_(ids))
    return {*(each.mrn for each in records), *db.session.execute(older).scalars()}


def _blank(patient: Patient) -> None:
    for name in TOLD:
        setattr(patient, name, EMPTY.get(name, ""))
    # the year of birth and the sex stay in no field: figures by age band are counted when they happen
    patient.mrn, patient.phone_tail, patient.consents = f"erased-{patient.id.hex}", "", {}
    patient.no_contact, patient.erased_at = True, clock.now()


def _forget(ids: Collection[UUID]) -> None:
    db.session.execute(delete(PatientIdentifier).where(PatientIdentifier.patient_id.in_(ids)))
    db.session.flush()
    forget_details(ids)
