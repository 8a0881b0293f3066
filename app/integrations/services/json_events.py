"""Events as JSON: reading one, with its patient, before the answer."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

from app.core.access.actor import Actor
from app.core.db import command
from app.core.errors import Invalid
from app.core.text.digits import western_digits
from app.integrations.enums import Problem
from app.integrations.hl7.visits import NOTHING
from app.integrations.models import InboundEvent
from app.integrations.schemas import EventIn, EventPatientIn
from app.integrations.services import intake
from app.integrations.services.intake import Incoming, Verdict
from app.integrations.services.senders import Sender
from app.journeys.enums import VisitCode
from app.organizations.identity import national_id, phone_e164
from app.organizations.services import patients
from app.organizations.services.patients import PatientFacts

KNOWN = frozenset(VisitCode) | {"PATIENT_UPDATED"}


@command
def take(given: EventIn, raw: bytes, source: Sender, *, actor: Actor) -> Verdict:
    """Take one event: its patient is made or updated, the event is kept, workers carry it out; a repeat does nothing.

    Invalid: a phone, identity number or birth date that can not be read, by field.
    """
    facts = patient_facts(given.patient)
    seen = intake.look(source, "json", given.event_id, raw)
    if seen.repeat is not None:
        return Verdict.of(seen.repeat)
    code = mapped(given.code, source)
    patient_id = None
    is_ignored = code == NOTHING
    if code in KNOWN and not seen.is_id_used:  # a conflict changes nobody's data before a person has looked at it
        patient_id = patients.tell(source.hospital_id, facts, actor=actor)
    problem = None if code in KNOWN or is_ignored else Problem.UNKNOWN_CODE
    incoming = Incoming(
        format="json",
        external_id=given.event_id,
        raw=raw,
        message_type="JSON",
        codes=() if is_ignored else (code,),
        encounter=given.encounter,
        mrn=given.patient.mrn,
        occurred_at=given.occurred_at,
        facts=_visit_facts(given),
        is_ignored=is_ignored,
        problem=problem,
        problem_field="code" if problem else "",
    )
    return intake.accept(incoming, seen, source, patient_id=patient_id, actor=actor)


@command
def read_again(event: InboundEvent, source: Sender, *, actor: Actor) -> Problem | None:
    """Read a kept event once more, after a mapping was repaired; gives what is still wrong, or None.

    Conflict: the event's content is not kept any more.
    """
    try:
        given = EventIn.model_validate_json(intake.kept(event))
    except ValidationError:  # kept under an older form of events
        event.error_code, event.error_field = Problem.BAD_CONTENT, ""
        return Problem.BAD_CONTENT
    code = mapped(given.code, source)
    if code == NOTHING:
        event.code, event.codes, event.error_code, event.error_field, event.flag = "", [], "", "", ""
        return None
    if code not in KNOWN:
        event.error_code, event.error_field = Problem.UNKNOWN_CODE, "code"
        return Problem.UNKNOWN_CODE
    event.patient_id = patients.tell(source.hospital_id, patient_facts(given.patient), actor=actor)
    event.code, event.codes, event.facts = code, [code], _visit_facts(given)
    event.error_code = event.error_field = event.flag = ""
    return None


def canonical(given: EventIn) -> bytes:
    """Give an event's content in one form, so that a repeat is known whatever the order of its keys."""
    return json.dumps(given.model_dump(mode="json", exclude_unset=True), sort_keys=True, ensure_ascii=False).encode()


def mapped(code: str, source: Sender) -> str:
    """Give the event code that a site's own code stands for; the site's code itself where nobody mapped it."""
    return source.mappings.get(("event", code)) or code.upper()


def patient_facts(given: EventPatientIn) -> PatientFacts:
    """Give what an event tells of its patient, clean. Invalid: by field, what can not be read."""
    told: dict[str, str | date | datetime | None] = {}
    problems: dict[str, Any] = {}
    for name, value in given.model_dump(exclude_unset=True, exclude={"mrn"}).items():
        try:
            target, clean = _clean(name, value)
        except ValueError:
            problems[f"patient.{name}"] = _l("This can not be read.")
        else:
            told[target] = clean
    if problems:
        raise Invalid(**problems)
    return PatientFacts(western_digits(given.mrn), told)


def _clean(name: str, value: Any) -> tuple[str, Any]:
    if name == "phone":
        return "phone_e164", phone_e164(value) if value else None
    if name == "national_id":
        return name, national_id(value) if value else None
    if name == "birth_date":
        return name, date.fromisoformat(western_digits(value)) if value else None
    if name == "email":
        return name, value.lower() if value else None
    return name, value


def _visit_facts(given: EventIn) -> dict[str, Any]:
    return {
        "cause": given.cause,
        "location": given.location or "",
        "departments": [given.department_code or ""],
        "physician": given.physician_license or "",
        **({"journey_kind": given.journey_kind} if given.journey_kind else {}),
        **({"scheduled_at": given.scheduled_at.isoformat()} if given.scheduled_at else {}),
    }
