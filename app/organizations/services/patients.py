"""Commands on patients: what hospital systems and people tell of them, and what they wish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db, direct, uuid7
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.resources.commands import flushed
from app.core.resources.problems import MESSAGES
from app.core.resources.resource import resource_at
from app.core.time import clock
from app.organizations.events import ConsentRecorded, PatientCreated, PatientUpdated
from app.organizations.identity import phone_tail
from app.organizations.models import Patient, PatientIdentifier
from app.organizations.patient_models import CHANNELS
from app.organizations.policy import Perm
from app.organizations.queries import record_of
from app.organizations.services.facts import ERASED, TOLD, UNTOLD, PatientFacts, changes
from app.organizations.services.merging import erase, merge, merge_into_number

_TOLD: Select[Any] = select(Patient.id, *(getattr(Patient, name) for name in TOLD)).where(
    Patient.id == record_of(bindparam("hospital"), bindparam("mrn"))
)
_NEW = (
    insert(Patient)
    .on_conflict_do_nothing(index_elements=("hospital_id", "mrn"), index_where=Patient.archived_at.is_(None))
    .returning(Patient.id)
)


@command
def tell(hospital_id: UUID, facts: PatientFacts, *, actor: Actor) -> UUID:
    """Make or update the patient of a file number, and give the record's id; the same facts again change nothing."""
    known = direct.run(_TOLD, hospital_id, {"mrn": facts.mrn}).one_or_none()
    if known is None:
        made = _told_first(hospital_id, facts, actor)
        # None: another message about the new patient came first; it was waited for, and its record is there now
        return made or tell(hospital_id, facts, actor=actor)
    if changes(known, facts):
        patient = db.session.get_one(Patient, known.id, with_for_update=True, populate_existing=True)
        changed = changes(patient, facts)
        _set(patient, changed)
        _updated(patient, tuple(changed), actor)
    patient_id: UUID = known.id
    return patient_id


@command
def apply_facts(hospital_id: UUID, facts: PatientFacts, *, actor: Actor) -> Patient:
    """The same, and give the record."""
    return db.session.get_one(Patient, tell(hospital_id, facts, actor=actor))


@command
def create(values: dict[str, Any], *, actor: Actor) -> Patient:
    """Make a patient from checked values of a form, the API or an import. Invalid (mrn): a patient has or had that number."""
    known = select(PatientIdentifier.id).where(
        PatientIdentifier.hospital_id == values["hospital_id"], PatientIdentifier.mrn == values["mrn"]
    )
    if db.session.execute(known).scalar_one_or_none() is not None:
        raise Invalid(mrn=MESSAGES["taken"])
    patient = Patient(**values)
    patient.phone_tail = phone_tail(patient.phone_e164) if patient.phone_e164 else ""
    flushed(resource_at("patients"), patient)
    return _created(patient, actor)


@command
def update(patient: Patient, changed: dict[str, Any], *, actor: Actor) -> Patient:
    """Write checked changes of a form, the API or an import on a locked record. Conflict: the patient was erased."""
    if patient.erased_at is not None:
        raise Conflict(ERASED, current=patient, code="erased")
    _set(patient, changed)
    return _updated(patient, tuple(sorted(changed)), actor)


@command
def record_consent(patient_id: UUID, channel: str, given: bool | None, *, version: int, actor: Actor) -> Patient:
    """Keep what the patient says about messages on a channel, with the time; None takes back what was said.

    Invalid: an unknown channel. Conflict: somebody changed the record, or the patient was erased.
    """
    patient = load(Patient, patient_id, actor=actor, needs=Perm.PATIENT_WRITE, version=version, lock=True)
    if channel not in CHANNELS:
        raise Invalid(channel=MESSAGES["choice"])
    if patient.erased_at is not None:
        raise Conflict(ERASED, current=patient, code="erased")
    said = dict(patient.consents)
    if given is None:
        said.pop(channel, None)
    else:
        said[channel] = {"given": given, "at": clock.now().isoformat()}
    patient.consents = said
    db.session.flush()
    record(ConsentRecorded(patient.id, patient.hospital_id, channel, given), actor=actor)
    return patient


def _told_first(hospital_id: UUID, facts: PatientFacts, actor: Actor) -> UUID | None:
    """Make the record of a new patient and give its id; None when somebody else made one of this number meanwhile."""
    patient_id, told = uuid7(), {**vars(UNTOLD), **changes(UNTOLD, facts)}
    row = {**told, "id": patient_id, "mrn": facts.mrn, "phone_tail": phone_tail(told["phone_e164"])}
    if not direct.insert_if_new(_NEW, hospital_id, row):
        return None
    record(PatientCreated(patient_id, hospital_id), actor=actor)
    return patient_id


def _set(patient: Patient, changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        setattr(patient, name, value)
    if "phone_e164" in changed:
        patient.phone_tail = phone_tail(patient.phone_e164) if patient.phone_e164 else ""


def _created(patient: Patient, actor: Actor) -> Patient:
    db.session.add(patient)
    db.session.flush()
    record(PatientCreated(patient.id, patient.hospital_id), actor=actor)
    return patient


def _updated(patient: Patient, changed: tuple[str, ...], actor: Actor) -> Patient:
    if changed:
        change = Change.of(patient)
        db.session.flush()
        record(PatientUpdated(patient.id, patient.hospital_id, changed), actor=actor, change=change)
    return patient


__all__ = [
    "PatientFacts",
    "apply_facts",
    "create",
    "erase",
    "merge",
    "merge_into_number",
    "record_consent",
    "tell",
    "update",
]
