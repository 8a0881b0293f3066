"""Events move journeys: whatever order they come in, the visit is made from what is known and heals when more is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from app.core.access.actor import Actor
from app.core.access.wall import standing
from app.core.db import command, db, take_turn, uuid7
from app.core.errors import Conflict, Invalid
from app.core.events import Event, record, record_many
from app.core.web.live import touch
from app.journeys.enums import CANCELS, ENDS, REOPENS, JourneyKind, JourneyStatus
from app.journeys.events import (
    JourneyCancelled,
    JourneyCompleted,
    JourneyMoved,
    JourneyReopened,
    JourneyStarted,
)
from app.journeys.models import Journey, JourneyTemplate
from app.journeys.rules import VisitEvent, converts_to, ends_visit, kind_of, last_proof, revives
from app.journeys.services import stepping
from app.journeys.services.stepping import Templates
from app.journeys.workflow import JOURNEY

_HOSPITAL: Any = bindparam("hospital")
_OF_ENCOUNTER = standing(
    select(Journey)
    .where(Journey.hospital_id == _HOSPITAL, Journey.encounter == bindparam("encounter"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_IN_FORCE = standing(
    select(JourneyTemplate)
    .where(
        JourneyTemplate.kind == bindparam("kind"),
        JourneyTemplate.is_active,
        JourneyTemplate.archived_at.is_(None),
        JourneyTemplate.holds_in(_HOSPITAL),
    )
    .order_by(JourneyTemplate.hospital_id.is_(None))
    .limit(1)
)


@command
def apply(event: VisitEvent, *, actor: Actor) -> Journey | None:
    """Move the visit that `event` speaks of; makes it when the event can begin one.

    None when the encounter is unknown and the event does not say what kind of visit it is: the intake keeps it for later.
    Applying the same event twice changes nothing but the count of sightings.
    """
    told: list[Event] = []  # what happened, in its order; written once, when the visit stands as the event leaves it
    found = _find_or_begin(event, actor, told)
    if found is None:
        return None
    journey, templates = found
    _absorb(journey, event)
    if event.code in CANCELS:
        _cancel(journey, templates, event, actor, told)
    elif event.code in REOPENS:
        _reopen(journey, actor, told)
    else:
        if journey.status == JourneyStatus.CANCELLED and revives(event, journey.ended_at):
            _revive(journey, actor, told)
        stepping.complete_stages(journey, templates, event, actor, told)
        if ends_visit(event.code, journey.kind):
            _end(journey, event, actor, told)
    stepping.place(journey, templates, actor)
    record_many(told, actor=actor)
    touch("journeys", hospital_id=journey.hospital_id)
    return journey


@command
def begin(event: VisitEvent, *, actor: Actor) -> Journey:
    """Begin a visit by hand, with none of its stages done; `event.journey_kind` says which kind.

    Raises Conflict (the encounter is known) and Invalid (no template of this kind is in force).
    """
    if _locked(event) is not None:
        raise Conflict(_("There is a visit with this number already."), code="known_encounter")
    begun = _begin(event, JourneyKind(event.journey_kind or ""))
    if begun is None:
        raise Invalid(kind=_("No template of this kind of visit is in use."))
    journey, templates = begun
    _absorb(journey, event)
    stepping.place(journey, templates, actor)
    record(_started(journey), actor=actor)
    touch("journeys", hospital_id=journey.hospital_id)
    return journey


@command
def follow_merge(from_patient_id: UUID, into_patient_id: UUID, *, actor: Actor) -> int:
    """Give the visits of a merged patient record to the record that stays; returns how many moved."""
    journeys = db.session.execute(select(Journey).where(Journey.patient_id == from_patient_id)).scalars().all()
    for journey in journeys:
        journey.patient_id = into_patient_id
        record(
            JourneyMoved(journey.id, journey.hospital_id, into_patient_id, journey.kind, from_patient_id), actor=actor
        )
    return len(journeys)


def template_for(hospital_id: UUID, kind: str) -> JourneyTemplate | None:
    """Give the template of a kind of visit: the hospital's own, else the group's."""
    return db.session.execute(_IN_FORCE, {"hospital": hospital_id, "kind": kind}).scalar_one_or_none()


def _locked(event: VisitEvent) -> Journey | None:
    # two events of one encounter may arrive at once: the lock lets the second one see the first one's journey
    take_turn(f"{event.hospital_id}:{event.encounter}", 360)
    wanted = {"hospital": event.hospital_id, "encounter": event.encounter}
    return db.session.execute(_OF_ENCOUNTER, wanted).scalar_one_or_none()


def _find_or_begin(event: VisitEvent, actor: Actor, told: list[Event]) -> tuple[Journey, Templates] | None:
    """Give the visit of an event with the templates of its stages; None when there is none and the event begins none."""
    journey = _locked(event)
    if journey is not None:
        kind = converts_to(event, journey.kind)
        if kind is not None:
            _change_kind(journey, kind, actor, told)
        return journey, stepping.templates_of(journey)
    kind = kind_of(event)
    if kind is None or event.code in CANCELS | REOPENS:
        return None
    begun = _begin(event, kind)
    if begun is not None:
        told.append(_started(begun[0]))
    return begun


def _begin(event: VisitEvent, kind: str) -> tuple[Journey, Templates] | None:
    template = template_for(event.hospital_id, kind)
    if template is None:
        return None
    journey = Journey(
        id=uuid7(),
        hospital_id=event.hospital_id,
        patient_id=event.patient_id,
        template_id=template.id,
        encounter=event.encounter,
        kind=kind,
        status=JourneyStatus.ACTIVE,
        started_at=event.occurred_at,
        stage_since=event.occurred_at,
        location="",
        stages=[],
    )
    stepping.add_stages(journey, template)
    db.session.add(journey)
    return journey, {each.id: each for each in template.stages}


def _started(journey: Journey) -> JourneyStarted:
    return JourneyStarted(journey.id, journey.hospital_id, journey.patient_id, journey.kind)


def _change_kind(journey: Journey, kind: str, actor: Actor, told: list[Event]) -> None:
    """An outpatient or emergency visit became an admission under the same number: what was done stays, the rest is new."""
    template = template_for(journey.hospital_id, kind)
    if template is None:
        return
    stepping.cancel_open(journey, actor, with_missing=True)
    journey.kind, journey.template_id = kind, template.id
    if journey.status == JourneyStatus.COMPLETED:
        _reopen(journey, actor, told)
    stepping.add_stages(journey, template)
    stepping.restore(journey, actor)


def _absorb(journey: Journey, event: VisitEvent) -> None:
    """Take over what the event knows better: department, physician, place, and an earlier start."""
    journey.department_id = event.department_id or journey.department_id
    journey.physician_id = event.physician_id or journey.physician_id
    journey.location = event.location or journey.location
    journey.scheduled_at = event.scheduled_at or journey.scheduled_at
    journey.started_at = min(journey.started_at, event.occurred_at)


def _end(journey: Journey, event: VisitEvent, actor: Actor, told: list[Event]) -> None:
    if journey.status == JourneyStatus.COMPLETED and journey.ended_at is not None:
        journey.ended_at = min(journey.ended_at, event.occurred_at)
    if journey.status != JourneyStatus.ACTIVE:
        return
    JOURNEY.apply(journey, "complete", actor=actor)
    journey.ended_at = event.occurred_at
    stepping.skip_open(journey, actor)
    told.append(
        JourneyCompleted(
            journey.id,
            journey.hospital_id,
            journey.patient_id,
            journey.kind,
            journey.department_id,
            journey.physician_id,
            event.occurred_at.isoformat(),
        )
    )


def _cancel(journey: Journey, templates: Templates, event: VisitEvent, actor: Actor, told: list[Event]) -> None:
    if journey.status != JourneyStatus.ACTIVE:
        return
    proof = last_proof(journey.stages, templates)
    if proof is not None and proof > event.occurred_at:
        return  # a late message: the patient was seen after the visit was called off
    JOURNEY.apply(journey, "cancel", actor=actor)
    journey.ended_at = event.occurred_at
    stepping.cancel_open(journey, actor)
    cause = event.cause or event.code.lower()
    told.append(JourneyCancelled(journey.id, journey.hospital_id, journey.patient_id, journey.kind, cause))


def _revive(journey: Journey, actor: Actor, told: list[Event]) -> None:
    """The patient came after all."""
    _active_again(journey, actor, told)
    stepping.restore(journey, actor)


def _reopen(journey: Journey, actor: Actor, told: list[Event]) -> None:
    """The discharge was cancelled: the end did not happen, and what was counted as missing may still come."""
    if journey.status != JourneyStatus.COMPLETED:
        return
    _active_again(journey, actor, told)
    stepping.take_back(journey, ENDS, actor)
    stepping.restore(journey, actor)


def _active_again(journey: Journey, actor: Actor, told: list[Event]) -> None:
    JOURNEY.apply(journey, "reopen", actor=actor)
    journey.ended_at = None
    told.append(JourneyReopened(journey.id, journey.hospital_id, journey.patient_id, journey.kind))
