"""Commands of people on visits: begin one by hand, correct it, call it off, tell what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.core.web.live import touch
from app.journeys.enums import JourneyKind, VisitCode
from app.journeys.events import JourneyCancelled, JourneyChanged
from app.journeys.models import Journey
from app.journeys.policy import Perm
from app.journeys.rules import VisitEvent
from app.journeys.services import progress, stepping
from app.journeys.workflow import JOURNEY
from app.organizations.models import Department, Patient, Physician

AHEAD = timedelta(minutes=5)  # clocks of hospitals differ a little


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit is: department, physician and place in words."""

    department_id: UUID | None = None
    physician_id: UUID | None = None
    location: str = ""
    scheduled_at: datetime | None = None


@command
def open_visit(
    *,
    hospital_id: UUID,
    patient_id: UUID,
    kind: str,
    encounter: str,
    started_at: datetime | None,
    place: Place,
    actor: Actor,
) -> Journey:
    """Begin a visit by hand. Raises NotAllowed (another hospital), Invalid and Conflict (the encounter is known)."""
    if not can_reach_hospital(actor, Perm.WORK, hospital_id):
        raise NotAllowed()
    moment = started_at or clock.now()
    _check(hospital_id, place, moment)
    if not _belongs(Patient, patient_id, hospital_id):
        raise Invalid(patient_id=_("This patient is not known in this hospital."))
    event = VisitEvent(
        hospital_id=hospital_id,
        code="",
        encounter=encounter,
        patient_id=patient_id,
        occurred_at=moment,
        department_id=place.department_id,
        physician_id=place.physician_id,
        location=place.location,
        journey_kind=JourneyKind(kind),
        scheduled_at=place.scheduled_at,
    )
    return progress.begin(event, actor=actor)


@command
def change(journey_id: UUID, place: Place, *, version: int, actor: Actor) -> Journey:
    """Correct where a visit is. Raises NotFound, NotAllowed, Conflict (`version`) and Invalid."""
    journey = _for_work(journey_id, actor, version)
    _check(journey.hospital_id, place, None)
    journey.department_id, journey.physician_id = place.department_id, place.physician_id
    journey.location, journey.scheduled_at = place.location, place.scheduled_at
    changed = Change.of(journey)
    if changed.fields:
        record(
            JourneyChanged(journey.id, journey.hospital_id, journey.patient_id, journey.kind),
            actor=actor,
            change=changed,
        )
        touch("journeys", hospital_id=journey.hospital_id)
    return journey


@command
def cancel(journey_id: UUID, *, actor: Actor, version: int | None = None) -> Journey:
    """Call a visit off by hand. Raises NotFound, NotAllowed and Conflict (it has ended, or `version` is stale)."""
    journey = _for_work(journey_id, actor, version)
    JOURNEY.apply(journey, "cancel", actor=actor)
    journey.ended_at = clock.now()
    stepping.cancel_open(journey, actor)
    stepping.place(journey, stepping.templates_of(journey), actor)
    record(JourneyCancelled(journey.id, journey.hospital_id, journey.patient_id, journey.kind, "by_hand"), actor=actor)
    touch("journeys", hospital_id=journey.hospital_id)
    return journey


@command
def tell(journey_id: UUID, code: str, *, occurred_at: datetime, place: Place, version: int, actor: Actor) -> Journey:
    """Tell by hand what happened in a visit. Raises NotFound, NotAllowed, Conflict (`version`, or not possible) and Invalid."""
    journey = _for_work(journey_id, actor, version)
    _check(journey.hospital_id, place, occurred_at)
    templates = stepping.templates_of(journey)
    if code not in set(VisitCode) and not any(code in each.trigger_codes for each in templates.values()):
        raise Invalid(code=_("Choose one of the listed codes."))
    event = VisitEvent(
        hospital_id=journey.hospital_id,
        code=code,
        encounter=journey.encounter,
        patient_id=journey.patient_id,
        occurred_at=occurred_at,
        department_id=place.department_id,
        physician_id=place.physician_id,
        location=place.location,
        scheduled_at=place.scheduled_at,
    )
    moved = progress.apply(replace(event, cause="by_hand"), actor=actor)
    if moved is None:
        raise Conflict(_("This is not possible in the present state."), code="wrong_state")
    return moved


def _for_work(journey_id: UUID, actor: Actor, version: int | None) -> Journey:
    return load(Journey, journey_id, actor=actor, needs=Perm.WORK, sees=Perm.READ, version=version, lock=True)


def _check(hospital_id: UUID, place: Place, moment: datetime | None) -> None:
    wrong: dict[str, Any] = {}
    if place.department_id and not _belongs(Department, place.department_id, hospital_id):
        wrong["department_id"] = _("Choose a department of this hospital.")
    if place.physician_id and not _belongs(Physician, place.physician_id, hospital_id):
        wrong["physician_id"] = _("Choose a physician of this hospital.")
    if moment is not None and moment > clock.now() + AHEAD:
        wrong["occurred_at"] = _("This time is in the future.")
    if wrong:
        raise Invalid(**wrong)


def _belongs(model: type[Any], row_id: UUID, hospital_id: UUID) -> bool:
    query = select(model.id).where(model.id == row_id, model.hospital_id == hospital_id, model.archived_at.is_(None))
    return db.session.execute(query).first() is not None
