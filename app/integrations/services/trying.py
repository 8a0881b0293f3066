"""Trying a message: what would be understood of it and what would happen, without anything being written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.api.errors import fields_from
from app.core.db import db
from app.core.errors import Invalid
from app.core.resources import RESOURCES, Choice
from app.integrations.enums import WITHOUT_VISIT, Problem
from app.integrations.hl7.acks import Ack
from app.integrations.hl7.charsets import charset_of
from app.integrations.hl7.problems import NotHl7, Unreadable
from app.integrations.hl7.reader import header_of
from app.integrations.hl7.visits import NOTHING
from app.integrations.models import InboundEvent
from app.integrations.schemas import EventIn
from app.integrations.services import hl7_messages, hl7_reading, intake, json_events
from app.integrations.services.intake import Incoming
from app.integrations.services.senders import Sender
from app.journeys.enums import BEGINS
from app.journeys.models import Journey, StageTemplate
from app.journeys.rules import completed_by
from app.journeys.services.progress import template_for
from app.organizations.services.patients import PatientFacts

PLACES = {
    "name_ar": "PID-5", "name_en": "PID-5", "phone_e164": "PID-13", "email": "PID-13", "national_id": "PID-3, PID-19",
    "birth_date": "PID-7", "sex": "PID-8", "language": "PID-15", "nationality": "PID-28", "deceased_at": "PID-29",
    "guardian_name": "NK1-2", "guardian_relation": "NK1-3", "guardian_phone_e164": "NK1-5",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the message tells of its patient: masked for those who may not identify; None takes it away."""

    label: Any
    value: Any
    place: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What would come of a message. `answer` is AA, AE, AR, or the HTTP status of JSON."""

    answer: str
    is_refused: bool = False
    is_ignored: bool = False
    problem: Problem | None = None
    place: str = ""
    reason: str = ""  # of a refusal before anything was read: not_hl7, processing_id, version
    wrong: Mapping[str, list[Any]] = field(default_factory=dict)  # fields of JSON that can not be read
    kind: str = ""
    codes: tuple[str, ...] = ()
    encounter: str = ""
    encounter_place: str = ""
    occurred_at: datetime | None = None
    time_place: str = ""
    mrn: str = ""
    told: tuple[Told, ...] = ()
    unreadable: tuple[str, ...] = ()
    used: tuple[tuple[str, str, str], ...] = ()  # mappings that applied: kind, the site's code, what it stands for
    stages: tuple[StageTemplate, ...] = ()
    visit: Journey | None = None
    begins: bool = False
    waits: bool = False  # no visit is known and this message can not begin one


class Noting(dict[tuple[str, str], str]):
    """Mappings that note which of them were asked for and known."""

    def __init__(self, known: Mapping[tuple[str, str], str]) -> None:
        """Take the mappings of a source."""
        super().__init__(known)
        self.used: list[tuple[str, str, str]] = []

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        """Look one up and note it."""
        found = super().get(key, default)
        if found is not None:
            self.used.append((*key, found))
        return found


def attempt(text: str, source: Sender, *, actor: Actor) -> Trial:
    """Read a pasted message as this source's. Never raises for what is in the text, and writes nothing."""
    if text.lstrip().startswith("{"):
        return _json(text, source, actor)
    return attempt_bytes(_as_sent(text, source), source, actor=actor)


def attempt_kept(event: InboundEvent, source: Sender, *, actor: Actor) -> Trial:
    """Read a kept message once more. Conflict: it is not kept any more."""
    raw = intake.kept(event)
    if event.format == "json":
        return _json(raw.decode(), source, actor)
    return attempt_bytes(raw, source, actor=actor)


def _as_sent(text: str, source: Sender) -> bytes:
    """Give pasted text in the charset in which the system would have sent it."""
    plain = text.encode("utf-8", "replace")
    try:
        return text.encode(charset_of(header_of(plain).text(18), source.charset))
    except (NotHl7, Unreadable, UnicodeEncodeError):
        return plain


def attempt_bytes(raw: bytes, source: Sender, *, actor: Actor) -> Trial:
    """Read an HL7 message as it would come over the line."""
    try:
        refused = hl7_messages.refused_by(header_of(raw), source)
        if refused is not None:
            return Trial(Ack.REJECTED, is_refused=True, reason=refused.code, place=refused.place)
        known = hl7_reading.site_of(source)
        mappings = Noting(known.mappings)
        site = replace(known, mappings=mappings)
        reading = hl7_reading.read_message(raw, source, site)
        facts = hl7_reading.facts_of(reading, site) if reading.person.mrn else PatientFacts("")
    except NotHl7:
        return Trial(Ack.REJECTED, is_refused=True, reason="not_hl7")
    except Unreadable as problem:
        return Trial(Ack.ERROR, problem=Problem.BAD_CONTENT, place=problem.place)
    found = hl7_reading.incoming_of(reading, site)
    trial = Trial(
        Ack.ERROR if reading.problem else Ack.ACCEPTED,
        kind=reading.kind,
        encounter_place=reading.happening.encounter_place,
        time_place=reading.happening.time_place,
        unreadable=tuple(dict.fromkeys(reading.person.unreadable)),
        used=tuple(dict.fromkeys(mappings.used)),
        told=_told(facts, actor, PLACES),
    )
    return _with_effects(trial, found, source)


def _json(text: str, source: Sender, actor: Actor) -> Trial:
    try:
        given = EventIn.model_validate_json(text)
        facts = json_events.patient_facts(given.patient)
    except ValidationError as problem:
        return Trial("422", is_refused=True, wrong=fields_from(problem))
    except Invalid as problem:
        return Trial("422", is_refused=True, wrong=problem.fields)
    code = json_events.mapped(given.code, source)
    used = (("event", given.code, code),) if ("event", given.code) in source.mappings else ()
    unknown = code not in json_events.KNOWN and code != NOTHING
    found = Incoming(
        format="json",
        external_id=given.event_id,
        raw=None,
        message_type="JSON",
        codes=() if code == NOTHING else (code,),
        encounter=given.encounter,
        mrn=facts.mrn,
        occurred_at=given.occurred_at,
        facts={"journey_kind": given.journey_kind},
        is_ignored=code == NOTHING,
        problem=Problem.UNKNOWN_CODE if unknown else None,
        problem_field="code" if unknown else "",
    )
    places = {"phone_e164": "patient.phone"}
    told = _told(facts, actor, {name: places.get(name, f"patient.{name}") for name in facts.given})
    trial = Trial("202", kind="JSON", used=used, told=told, encounter_place="encounter", time_place="occurred_at")
    return _with_effects(trial, found, source)


def _told(facts: PatientFacts, actor: Actor, places: Mapping[str, str]) -> tuple[Told, ...]:
    known = RESOURCES["patients"]
    is_masked = known.is_masked(actor)
    found = []
    for name, value in facts.given.items():
        each = known.by_name.get(name)
        shown = each.mask(value) if is_masked and each is not None and each.mask is not None and value else value
        if isinstance(each, Choice) and shown:
            shown = each.text(shown)
        label = each.label if each else _l("Died")  # the one fact that has no field on the panel
        found.append(Told(label, shown, places.get(name, "")))
    return tuple(found)


def _with_effects(trial: Trial, found: Incoming, source: Sender) -> Trial:
    trial = replace(
        trial,
        is_ignored=found.is_ignored,
        problem=found.problem,
        place=found.problem_field if found.problem else "",
        codes=found.codes,
        encounter=found.encounter,
        occurred_at=found.occurred_at,
        mrn=found.mrn,
    )
    moving = [code for code in found.codes if code not in WITHOUT_VISIT]
    if found.problem is not None or not moving:
        return trial
    visit = (
        db.session.execute(
            select(Journey).where(Journey.hospital_id == source.hospital_id, Journey.encounter == found.encounter)
        )
        .unique()
        .scalar_one_or_none()
    )
    kind = found.facts.get("journey_kind") or next((BEGINS[code] for code in moving if code in BEGINS), None)
    if visit is None and kind is None:
        return replace(trial, waits=True)
    template = template_for(source.hospital_id, visit.kind if visit else str(kind))
    stages = [each for code in moving for each in completed_by(code, template.stages if template else [])]
    return replace(trial, visit=visit, begins=visit is None, stages=tuple(dict.fromkeys(stages)))
