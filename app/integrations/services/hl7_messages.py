"""HL7 messages: read, answered, and their patient known before the answer; what they cause comes after it.

AA taken (also a repeat, which does nothing, and a message of no interest), AE something in it can not be read: kept for
repair, AR not for us. Source: issue 3 section 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from app.core.access.actor import Actor, system_actor
from app.core.db import command, db, uuid7
from app.core.errors import Conflict, Invalid
from app.core.logging import get_logger
from app.core.time import clock
from app.integrations.enums import Flag, Problem
from app.integrations.hl7.acks import Ack, Reason, acknowledge
from app.integrations.hl7.blanking import blanked
from app.integrations.hl7.problems import NotHl7, Unreadable
from app.integrations.hl7.reader import Segment, header_of
from app.integrations.hl7.visits import VERSIONS, Site
from app.integrations.models import InboundEvent
from app.integrations.services import intake
from app.integrations.services.hl7_reading import Reading, facts_of, incoming_of, read_message, site_of
from app.integrations.services.intake import Verdict, is_waiting_for_repair
from app.integrations.services.senders import Sender
from app.organizations.models import Patient
from app.organizations.services import patients
from app.organizations.services.merging import merge_numbers
from app.organizations.services.patients import PatientFacts

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the sender."""

    ack: Ack
    message: bytes
    event_id: UUID | None = None


def receive(raw: bytes, source: Sender, *, actor: Actor) -> Answer:
    """Take a message of a source and answer it. Never raises for what is in the bytes."""
    try:
        header = header_of(raw)
    except NotHl7:
        return _refusal(None, Reason("not_hl7"), source)
    reason = refused_by(header, source)
    if reason is not None:
        return _refusal(header, reason, source)
    try:
        return _take(raw, header, source, actor=actor)
    except NotHl7:
        return _refusal(header, Reason("not_hl7"), source)


def refused_by(header: Segment, source: Sender) -> Reason | None:
    """Say why a source's message is not for this portal at all; None when it is."""
    if header.text(11).upper() not in source.processing_ids:
        return Reason("processing_id", "MSH-11")
    return Reason("version", "MSH-12") if header.text(12) not in VERSIONS else None


def _refusal(header: Segment | None, reason: Reason, source: Sender) -> Answer:
    log.warning("hl7_refused", source_id=str(source.id), reason=reason.code)
    return Answer(Ack.REJECTED, acknowledge(header, Ack.REJECTED, clock.now(), _own_id(uuid7()), reason))


@command
def _take(raw: bytes, header: Segment, source: Sender, *, actor: Actor) -> Answer:
    external_id = (header.text(10) or f"none-{sha256(raw).hexdigest()[:24]}")[:120]
    seen = intake.look(source, "hl7", external_id, raw)
    if seen.repeat is not None:
        return _answer(header, Verdict.of(_come_again(seen.repeat, raw, source, actor=actor)))
    site = site_of(source)
    reading = read_message(raw, source, site)
    patient_id = None
    if reading.problem is None and not reading.is_ignored:
        patient_id, reading = _identify(reading, source, site, actor=actor)
    incoming = replace(incoming_of(reading, site), external_id=external_id, raw=blanked(raw))
    verdict = intake.accept(
        incoming,
        seen,
        source,
        patient_id=patient_id,
        flag=Flag.CONTACT if reading.person.unreadable else "",
        actor=actor,
    )
    return _answer(header, verdict)


def _identify(reading: Reading, source: Sender, site: Site, *, actor: Actor) -> tuple[UUID | None, Reading]:
    """Make or update the patient, and merge records where the message says so; gives the id of the patient's record."""
    try:
        facts = facts_of(reading, site)
    except Unreadable as problem:
        return None, replace(reading, problem=Problem.BAD_CONTENT, place=problem.place)
    if not reading.merges:
        return patients.tell(source.hospital_id, facts, actor=actor), reading
    try:
        with db.session.begin_nested():  # several records at once: all of them or none
            return _merged(reading, facts, source, actor).id, reading
    except (Invalid, Conflict):
        return None, replace(reading, problem=Problem.NO_MERGE, place="MRG-1")


def _merged(reading: Reading, facts: PatientFacts, source: Sender, actor: Actor) -> Patient:
    """Merge what the message names; a hospital system may tell that, but holds no right on patients' records itself."""
    patient = patients.apply_facts(source.hospital_id, facts, actor=actor)
    teller = system_actor(f"told by the hospital system {source.code}", source.hospital_id)
    for old, staying in reading.merges:
        into = patient if staying == facts.mrn else _staying(source.hospital_id, staying, actor)
        merge_numbers(source.hospital_id, old, into, actor=teller)
    return patient


def _staying(hospital_id: UUID, mrn: str, actor: Actor) -> Patient:
    return patients.apply_facts(hospital_id, PatientFacts(mrn), actor=actor)


def _answer(header: Segment, verdict: Verdict) -> Answer:
    reason = Reason(verdict.error_code, verdict.error_field) if verdict.waits else None
    ack = Ack.ERROR if reason else Ack.ACCEPTED
    said = acknowledge(header, ack, clock.now(), _own_id(verdict.event_id), reason)
    return Answer(ack, said, verdict.event_id)


def _own_id(event_id: UUID) -> str:
    """Give the control id of an acknowledgement: HL7 before 2.7 allows 20 characters."""
    return event_id.hex[-20:].upper()


def _come_again(event: InboundEvent, raw: bytes, source: Sender, *, actor: Actor) -> InboundEvent:
    """A repeat does nothing, unless it was answered AE: then what stood in its way may be repaired by now."""
    if not is_waiting_for_repair(event):
        return event
    db.session.refresh(event, with_for_update=True)
    if is_waiting_for_repair(event) and _read_into(event, raw, source, actor) is None:
        intake.resume(event, actor=system_actor("the message came again", source.hospital_id))
    return event


@command
def read_again(event: InboundEvent, source: Sender, *, actor: Actor) -> Problem | None:
    """Read a kept message once more, after a mapping or a record was repaired; gives what is still wrong, or None.

    Conflict: the message is not kept any more.
    """
    return _read_into(event, intake.kept(event), source, actor)


def _read_into(event: InboundEvent, raw: bytes, source: Sender, actor: Actor) -> Problem | None:
    site = site_of(source)
    reading = read_message(raw, source, site)
    patient_id = None
    if reading.problem is None and not reading.is_ignored:
        patient_id, reading = _identify(reading, source, site, actor=actor)
    found = incoming_of(reading, site)
    event.error_code, event.error_field = found.problem or "", found.problem_field
    if found.problem is None:
        event.codes, event.code = list(found.codes), found.codes[0] if found.codes else ""
        event.encounter, event.mrn, event.facts = found.encounter, found.mrn, dict(found.facts)
        event.occurred_at, event.patient_id = found.occurred_at, patient_id
        event.flag = Flag.CONTACT if reading.person.unreadable else ""
    return found.problem
