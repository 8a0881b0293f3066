"""What an HL7 message says to this portal: its reading, checked, and the facts that follow from it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.time import clock
from app.integrations.enums import WITHOUT_VISIT, Problem
from app.integrations.hl7.people import Person, file_number, merged_numbers, person_of
from app.integrations.hl7.problems import Unreadable
from app.integrations.hl7.reader import Message, read
from app.integrations.hl7.times import moment
from app.integrations.hl7.visits import PATIENT_MERGED, Happening, Site, happening_of, visit_number
from app.integrations.services.intake import Incoming
from app.integrations.services.senders import Sender
from app.journeys.enums import VisitCode
from app.organizations.services.patients import PatientFacts

KNOWN = frozenset(VisitCode) | WITHOUT_VISIT
MOST_PLACE = 60  # characters of a list of fields
MOST_NUMBER = 40  # characters of a file number
MOST_CODE = 40  # of the code of a department, of a license number


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says, before anything is looked up or written; `problem` when it can not be carried out."""

    kind: str
    person: Person = field(default_factory=lambda: Person(""))
    happening: Happening = field(default_factory=lambda: Happening(()))
    merges: tuple[tuple[str, str], ...] = ()
    problem: Problem | None = None
    place: str = ""

    @property
    def is_ignored(self) -> bool:
        """Whether the message is readable and of no interest."""
        return self.problem is None and not self.happening.codes


def site_of(source: Sender) -> Site:
    """Give what a source's messages mean."""
    return Site(ZoneInfo(source.zone), source.mappings)


def read_message(raw: bytes, source: Sender, site: Site) -> Reading:
    """Read a message without writing anything. Raises NotHl7; everything else that is wrong stands in the reading."""
    try:
        message = read(raw, link_charset=source.charset)
    except Unreadable as problem:
        return Reading("", problem=Problem.BAD_CONTENT, place=problem.place)
    known = _known(message)
    if not message.control_id:
        return replace(known, problem=Problem.BAD_CONTENT, place="MSH-10")
    try:
        return _checked(_read(message, site, known))
    except Unreadable as problem:
        return replace(known, problem=Problem.BAD_CONTENT, place=problem.place)


def _known(message: Message) -> Reading:
    """Give what a message can be found by later, whatever becomes of it: its type, file number and visit."""
    try:
        pid = message.first("PID")
        number, visit = file_number(pid) if pid else "", visit_number(message)[0]
    except Unreadable:
        number = visit = ""
    return Reading(message.kind[:20], Person(number), Happening((), visit[:80]))


def _read(message: Message, site: Site, known: Reading) -> Reading:
    happening = happening_of(message, site)
    if happening.unknown:
        return replace(known, problem=Problem.UNKNOWN_CODE, place=happening.unknown)
    if not happening.codes:
        return known
    person = person_of(message, clock.now().astimezone(site.zone).date())
    merges = tuple(merged_numbers(message)) if PATIENT_MERGED in happening.codes else ()
    return replace(known, person=person, happening=happening, merges=merges)


def _checked(reading: Reading) -> Reading:
    """Name the first thing without which the message can not be carried out."""
    happening = reading.happening
    if reading.problem is not None or not happening.codes:
        return reading
    moves_visit = bool(set(happening.codes) - WITHOUT_VISIT)
    checks = (
        (not set(happening.codes) <= KNOWN, Problem.UNKNOWN_CODE, "MSH-9"),
        (not reading.person.mrn or len(reading.person.mrn) > MOST_NUMBER, Problem.NO_PATIENT, "PID-3"),
        (moves_visit and not happening.encounter, Problem.NO_ENCOUNTER, "PV1-19"),
        (PATIENT_MERGED in happening.codes and not _are_mergeable(reading.merges), Problem.NO_MERGE, "MRG-1"),
    )
    for is_wrong, problem, place in checks:
        if is_wrong:
            return replace(reading, problem=problem, place=place)
    return reading


def _are_mergeable(merges: tuple[tuple[str, str], ...]) -> bool:
    return bool(merges) and all(
        old and new and old != new and max(len(old), len(new)) <= MOST_NUMBER for old, new in merges
    )


def facts_of(reading: Reading, site: Site) -> PatientFacts:
    """Give what the message tells of its patient. Raises Unreadable (PID-29)."""
    person, told = reading.person, dict(reading.person.told)
    dead_by: datetime | None = None
    if person.is_dead:
        known = moment(person.died, site.zone, "PID-29") if person.died else None
        if known is not None:
            told["deceased_at"] = known
        dead_by = reading.happening.occurred_at
    elif person.is_dead is False:
        told["deceased_at"] = None
    elif reading.happening.is_expired:
        dead_by = reading.happening.occurred_at
    return PatientFacts(person.mrn, told, dead_by)


def incoming_of(reading: Reading, site: Site) -> Incoming:
    """Give what is kept of a reading; id and raw message are the door's."""
    happening = reading.happening
    return Incoming(
        format="hl7",
        external_id="",
        raw=None,
        message_type=reading.kind,
        codes=happening.codes,
        encounter=happening.encounter,
        mrn=reading.person.mrn[:MOST_NUMBER],
        occurred_at=happening.occurred_at,
        facts=_visit_facts(happening, site),
        is_ignored=reading.is_ignored,
        problem=reading.problem,
        problem_field=(reading.place or ", ".join(dict.fromkeys(reading.person.unreadable)))[:MOST_PLACE],
    )


def _visit_facts(happening: Happening, site: Site) -> dict[str, Any]:
    if not set(happening.codes) - WITHOUT_VISIT:
        return {}
    return {
        "location": happening.location,
        "departments": [_code(site.code("department", said) or said) for said in (happening.place, happening.service)],
        "physician": _code(happening.physician),
        **({"scheduled_at": happening.scheduled_at.isoformat()} if happening.scheduled_at else {}),
    }


def _code(said: str) -> str:
    """Give a code as it can be looked up: what is longer than any stands for nothing."""
    return said if len(said) <= MOST_CODE else ""
