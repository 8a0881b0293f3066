"""Commands on patients: what hospital systems and people tell of them, and what they wish."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db, take_turn, write_many
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
from app.organizations.queries import find_by_mrn
from app.organizations.services.facts import ERASED, PatientFacts, tell
from app.organizations.services.merging import erase, merge, merge_into_number


@command
def apply_facts(hospital_id: UUID, facts: PatientFacts, *, actor: Actor) -> Patient:
    """Make or update the patient of a file number, and give the record; the same facts again change nothing."""
    # two messages about a new patient may arrive at once: the second waits and then sees the first one's record
    take_turn(f"{hospital_id}:{facts.mrn}", 364)
    patient = find_by_mrn(hospital_id, facts.mrn)
    if patient is None:
        patient = Patient(hospital_id=hospital_id, mrn=facts.mrn)
        tell(patient, facts)
        return _created(patient, actor)
    return _updated(patient, tell(patient, facts), actor)


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
    told: list[tuple[Event, Change]] = []
    for each in wanted:
        patient, changed = each.row, each.changed
        for name, value in changed.items():
            setattr(patient, name, value)
        if "phone_e164" in changed:
            patient.phone_tail = _tail(patient.phone_e164)
        event = PatientUpdated(patient.id, patient.hospital_id, tuple(sorted(changed)))
        told.append((event, Change.of(patient)))
    write_many(each.row for each in wanted)
    record_changes(told, actor=actor)
    return [each.row for each in wanted]


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


def _tail(phone: str) -> str:
    return phone_tail(phone) if phone else ""


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
    "update",
]
