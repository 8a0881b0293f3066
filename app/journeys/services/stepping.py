"""The stages of one visit: begun, completed, missed, taken back, and where the patient is now. Called inside commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import lazyload

from app.core.access.actor import Actor
from app.core.access.wall import standing
from app.core.db import db, uuid7
from app.core.events import Event
from app.journeys.enums import JourneyStatus, StageStatus
from app.journeys.events import StageCompleted
from app.journeys.models import Journey, JourneyTemplate, Stage, StageTemplate
from app.journeys.rules import VisitEvent, completed_by, last_completed
from app.journeys.workflow import STAGE

OPEN = (StageStatus.PENDING, StageStatus.IN_PROGRESS)
Templates = Mapping[UUID, StageTemplate]
_TEMPLATES = standing(
    select(StageTemplate)
    .where(StageTemplate.id.in_(bindparam("ids", expanding=True)))
    .options(lazyload(StageTemplate.template))
)


def templates_of(journey: Journey) -> Templates:
    """Give the templates of the visit's stages by id, archived ones too: the visit keeps what it began with."""
    wanted = {"ids": [stage.template_id for stage in journey.stages]}
    return {row.id: row for row in db.session.execute(_TEMPLATES, wanted).scalars()}


def add_stages(journey: Journey, template: JourneyTemplate) -> None:
    """Lay out the stages of a template, after those that the visit has already (it was converted, maybe back again)."""
    known = {stage.template_id for stage in journey.stages}
    after = max((stage.position for stage in journey.stages), default=0)
    journey.stages += [
        Stage(
            id=uuid7(),
            hospital_id=journey.hospital_id,
            journey_id=journey.id,
            template_id=each.id,
            position=after + each.position,
            code=each.code,
            status=StageStatus.PENDING,
            times_seen=0,
        )
        for each in template.stages
        if each.id not in known
    ]


def complete_stages(journey: Journey, templates: Templates, event: VisitEvent, actor: Actor, told: list[Event]) -> None:
    """Complete what the event's code completes: of the visit's kind now, else of the kind that it was before.

    What is to be told of it comes to the end of `told`.
    """
    fitting = completed_by(event.code, templates.values())
    present = [each for each in fitting if each.template_id == journey.template_id]
    wanted = {each.id for each in present or fitting}
    for stage in journey.stages:
        if stage.template_id in wanted:
            _complete(journey, stage, event, actor, told)


def _complete(journey: Journey, stage: Stage, event: VisitEvent, actor: Actor, told: list[Event]) -> None:
    if stage.source_event_id is None or stage.source_event_id != event.source_event_id:
        stage.times_seen += 1
    if stage.status == StageStatus.COMPLETED:
        if stage.completed_at is None or event.occurred_at < stage.completed_at:
            stage.completed_at = event.occurred_at  # a late message tells of an earlier time
        return
    STAGE.apply(stage, "complete", actor=actor)
    stage.completed_at = event.occurred_at
    stage.department_id = event.department_id or journey.department_id
    stage.physician_id = event.physician_id or journey.physician_id
    stage.source_event_id = event.source_event_id
    told.append(
        StageCompleted(
            journey.id,
            journey.hospital_id,
            journey.patient_id,
            journey.kind,
            stage.id,
            stage.code,
            stage.template_id,
            stage.department_id,
            stage.physician_id,
            event.occurred_at.isoformat(),
        )
    )


def skip_open(journey: Journey, actor: Actor) -> None:
    """The visit ended: what did not happen is missing."""
    for stage in journey.stages:
        if stage.status in OPEN:
            STAGE.apply(stage, "skip", actor=actor)


def cancel_open(journey: Journey, actor: Actor, *, with_missing: bool = False) -> None:
    """What did not happen will not (the visit was called off, or became another kind)."""
    for stage in journey.stages:
        if stage.status in OPEN or (with_missing and stage.status == StageStatus.SKIPPED):
            STAGE.apply(stage, "cancel", actor=actor)


def restore(journey: Journey, actor: Actor) -> None:
    """The visit goes on: stages of its present kind that were missing or cancelled may still come."""
    templates = templates_of(journey)
    for stage in journey.stages:
        is_present = templates[stage.template_id].template_id == journey.template_id
        if is_present and stage.status in (StageStatus.SKIPPED, StageStatus.CANCELLED):
            STAGE.apply(stage, "restore", actor=actor)


def take_back(journey: Journey, codes: Iterable[str], actor: Actor) -> None:
    """The stages that these codes complete did not happen after all."""
    templates = templates_of(journey)
    for stage in journey.stages:
        template = templates[stage.template_id]
        is_hit = template.template_id == journey.template_id and set(codes).intersection(template.trigger_codes)
        if is_hit and stage.status == StageStatus.COMPLETED:
            STAGE.apply(stage, "take_back", actor=actor)
            stage.completed_at = stage.source_event_id = None


def place(journey: Journey, templates: Templates, actor: Actor) -> None:
    """Say in which stage the patient is now: the first one still to come after the furthest that is done."""
    current = _current(journey, templates) if journey.status == JourneyStatus.ACTIVE else None
    for stage in journey.stages:
        if stage.status == StageStatus.IN_PROGRESS and stage is not current:
            STAGE.apply(stage, "leave", actor=actor)
            stage.entered_at = None
    done = [stage.completed_at for stage in journey.stages if stage.completed_at]
    journey.stage_since = max(done, default=journey.started_at)
    journey.current_stage_id = current.template_id if current else None
    if current is not None:
        if current.status == StageStatus.PENDING:
            STAGE.apply(current, "enter", actor=actor)
        current.entered_at = journey.stage_since


def _current(journey: Journey, templates: Templates) -> Stage | None:
    reached = last_completed(journey.stages)
    for stage in journey.stages:
        is_ahead = stage.position > reached and stage.status in OPEN
        if is_ahead and not templates[stage.template_id].is_optional:
            return stage
    return None
