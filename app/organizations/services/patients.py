"""Commands on patients: what hospital systems and people tell of them, and what they wish."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db, direct, uuid7, write_many
from app.core.errors import Conflict, Invalid, Refusal
from app.core.events import Change, Event, record, record_changes, record_many
from app.core.resources.commands import flushed
from app.core.resources.problems import MESSAGES
from app.core.resources.resource import resource_at
from app.core.resources.rules import Wanted, onward
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
        if patient.archived_at is not None or patient.erased_at is not None:
            # merged or erased while this waited: the number leads elsewhere now
            return tell(hospital_id, facts, actor=actor)
        changed = changes(patient, facts)
        if changed:  # another message may have told it meanwhile
            _write([(patient, changed, tuple(changed))], actor)
    patient_id: UUID = known.id
    return patient_id


@command
def apply_facts(hospital_id: UUID, facts: PatientFacts, *, actor: Actor) -> Patient:
    """The same, and give the record."""
    return db.session.get_one(Patient, tell(hospital_id, facts, actor=actor))


def former_numbers(hospital_id: UUID, mrns: Collection[str]) -> set[str]:
    """Give of these file numbers those that lead to a record into which theirs was merged: nobody gets them again."""
    query = select(PatientIdentifier.mrn).where(
        PatientIdentifier.hospital_id == hospital_id, PatientIdentifier.mrn.in_(mrns)
    )
    return set(db.session.execute(query).scalars())


@command
def create(values: Sequence[dict[str, Any]], *, actor: Actor) -> list[Any]:
    """Make patients from checked values of a form, the API or an import. Of each the record, or Invalid (mrn): it is taken."""
    made = flushed(resource_at("patients"), [Patient(**each, phone_tail=_tail(each["phone_e164"])) for each in values])
    known = [each for each in made if not isinstance(each, Refusal)]
    record_many((PatientCreated(each.id, each.hospital_id) for each in known), actor=actor)
    return made


@command
def update(wanted: Sequence[Wanted], *, actor: Actor) -> list[Any]:
    """Write checked changes of a form, the API or an import on locked records. Of each the record, or Conflict: it was erased."""
    return onward((_alive(each) for each in wanted), partial(_rewritten, actor=actor))


def _alive(wanted: Wanted) -> Wanted | Conflict:
    patient = wanted.row
    return Conflict(ERASED, current=patient, code="erased") if patient.erased_at is not None else wanted


def _rewritten(wanted: Sequence[Wanted], *, actor: Actor) -> list[Patient]:
    return _write([(each.row, each.changed, tuple(sorted(each.changed))) for each in wanted], actor)


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
    row = {**told, "id": patient_id, "mrn": facts.mrn, "phone_tail": _tail(told["phone_e164"])}
    if not direct.insert_if_new(_NEW, hospital_id, row):
        return None
    record(PatientCreated(patient_id, hospital_id), actor=actor)
    return patient_id


def _write(known: Sequence[tuple[Patient, Mapping[str, Any], tuple[str, ...]]], actor: Actor) -> list[Patient]:
    """Write new values on locked records and tell which fields they were."""
    told: list[tuple[Event, Change]] = []
    for patient, changed, names in known:
        for name, value in changed.items():
            setattr(patient, name, value)
        if "phone_e164" in changed:
            patient.phone_tail = _tail(patient.phone_e164)
        told.append((PatientUpdated(patient.id, patient.hospital_id, names), Change.of(patient)))
    write_many(patient for patient, _changed, _names in known)
    record_changes(told, actor=actor)
    return [patient for patient, _changed, _names in known]


def _tail(phone: str) -> str:
    return phone_tail(phone) if phone else ""


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
