"""One event as its page shows it: where it came from, what happened to it in order, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import db
from app.core.events import timeline
from app.core.workflow import Step
from app.integrations import queries
from app.integrations.enums import EventState, Flag, Problem
from app.integrations.models import InboundEvent, SourceSystem
from app.integrations.policy import Perm
from app.integrations.workflow import INBOUND
from app.journeys.models import Journey
from app.organizations.models import Patient

NEXT_STEPS: dict[Problem, Any] = {
    Problem.BAD_CONTENT: _l("Ask the hospital system to correct the field and to send the message again."),
    Problem.NO_PATIENT: _l("Ask the hospital system to send the file number."),
    Problem.NO_ENCOUNTER: _l("Ask the hospital system to send the visit number."),
    Problem.UNKNOWN_VISIT: _l(
        "Usually the message that begins the visit is only late. When it came, this heals by itself."
    ),
    Problem.UNKNOWN_CODE: _l("Try the message to see the code, say what it stands for, then process it again."),
    Problem.CONFLICT: _l(
        "Compare it with the other event of this id. Process it again to take this version, or set it aside."
    ),
    Problem.NO_MERGE: _l("Look at both records. Merge them by hand, or set this event aside."),
    Problem.FAULT: _l("It is tried again by itself. When it was given up, tell whoever runs the portal."),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of what happened."""

    at: datetime
    label: Any
    icon: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the page shows."""

    source: SourceSystem
    state: EventState
    problem: Problem | None
    flag: Flag | None
    advice: Any
    steps: list[Step]
    patient: Patient | None
    journey: Journey | None
    others: Sequence[InboundEvent]
    moments: list[Moment]
    mapping_url: str


def case_of(event: InboundEvent, actor: Actor) -> Case:
    """Gather the page of an event that the actor was allowed to see."""
    problem = Problem(event.error_code) if event.error_code in set(Problem) else None
    return Case(
        source=load(SourceSystem, event.source_id, actor=actor, needs=Perm.EVENT_READ),
        state=EventState(event.state),
        problem=problem,
        flag=Flag(event.flag) if event.flag in set(Flag) else None,
        advice=NEXT_STEPS[problem] if problem else "",
        steps=INBOUND.open_steps(event, actor),
        patient=db.session.get(Patient, event.patient_id) if event.patient_id else None,
        journey=db.session.get(Journey, event.journey_id) if event.journey_id else None,
        others=queries.of_same_id(event) if event.flag else (),
        moments=_moments(event, actor),
        mapping_url=_mapping(event, problem),
    )


def _moments(event: InboundEvent, actor: Actor) -> list[Moment]:
    found = [Moment(event.received_at, _l("It came"), "inbox")]
    if event.occurred_at:
        found.append(Moment(event.occurred_at, _l("It happened, as the message says"), "calendar-event"))
    if event.processed_at and event.state == EventState.PROCESSED:
        found.append(Moment(event.processed_at, _l("It was carried out"), "circle-check"))
    found += [Moment(each.at, each.label, each.icon) for each in timeline.of_subject(event.id, actor=actor)]
    return sorted(found, key=lambda moment: moment.at, reverse=True)


# the field whose code nobody knows -> the kind of mapping that repairs it
KIND_OF_PLACE = {"PV1-2": "patient_class", "OBR-24": "section", "MSH-9": "event", "code": "event"}


def _mapping(event: InboundEvent, problem: Problem | None) -> str:
    """Give the address where the missing mapping is made, as far as the event tells it."""
    if problem is not Problem.UNKNOWN_CODE:
        return ""
    known: dict[str, Any] = {"kind": KIND_OF_PLACE.get(event.error_field, ""), "source_id": str(event.source_id)}
    known["hospital_id"] = str(event.hospital_id)
    if event.error_field == "code":
        known["from_code"] = event.code
    return url_for("admin_mappings.new", **{name: value for name, value in known.items() if value})
