"""Readers of journeys: the live board, one visit, and their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, select

from app.core.access.actor import Actor
from app.core.access.policy import can, load, visible
from app.core.db import db
from app.core.time import clock
from app.core.web.panels import badges_for
from app.journeys.enums import JourneyKind, JourneyStatus, StageStatus
from app.journeys.models import Journey, JourneyTemplate, StageTemplate
from app.journeys.policy import Perm
from app.journeys.rules import is_missing, last_completed, percent_done
from app.organizations.models import Department, Hospital, Patient, Physician
from app.organizations.policy import Perm as OrganizationPerm

BEGUN_BEFORE = timedelta(days=60)  # longer stays are not looked for
CARDS = 25  # of each column; the rest is a list away


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """What narrows the board; it lives in the address."""

    kind: JourneyKind = JourneyKind.OPD
    department_id: UUID | None = None
    physician_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One patient on the board."""

    id: UUID
    patient: Any
    name_hidden: bool
    encounter: str
    department: Any
    physician: Any
    since: datetime
    minutes: int
    usual: int | None
    badges: list[Any]

    @property
    def is_slow(self) -> bool:
        """Whether the patient is in this stage for longer than is usual."""
        return self.usual is not None and self.minutes > self.usual


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board with its first cards."""

    stage: StageTemplate | None
    count: int
    cards: list[Card] = field(default_factory=list)


def board(filters: BoardFilters, *, actor: Actor) -> list[Column]:
    """Give the stages of a kind of visit and who is in each now, longest first; five statements whatever the number."""
    where = _active(filters, actor)
    counts: dict[UUID | None, int] = dict(
        db.session.execute(
            select(Journey.current_stage_id, func.count()).where(*where).group_by(Journey.current_stage_id)
        ).all()
    )
    stages = _stages(filters.kind, set(counts), actor)
    rows = db.session.execute(_cards(where)).all()
    badges = badges_for("journey", [row.Journey.id for row in rows], actor)
    hidden = not can(actor, OrganizationPerm.PATIENT_IDENTIFY)
    by_stage: dict[UUID | None, list[Card]] = {}
    usual = {stage.id: stage.expected_minutes for stage in stages}
    for row in rows:
        card = _card(row, usual.get(row.Journey.current_stage_id), badges.get(row.Journey.id, []), hidden)
        by_stage.setdefault(row.Journey.current_stage_id, []).append(card)
    columns = [Column(stage, counts.get(stage.id, 0), by_stage.get(stage.id, [])) for stage in stages]
    rest = [Column(None, counts[None], by_stage.get(None, []))] if counts.get(None) else []
    return columns + rest


def _active(filters: BoardFilters, actor: Actor) -> list[ColumnElement[bool]]:
    where = [
        visible(Journey, actor, Perm.READ),
        Journey.status == JourneyStatus.ACTIVE,
        Journey.kind == filters.kind,
    ]
    if filters.department_id:
        where.append(Journey.department_id == filters.department_id)
    if filters.physician_id:
        where.append(Journey.physician_id == filters.physician_id)
    return where


def _stages(kind: str, met: set[UUID | None], actor: Actor) -> list[StageTemplate]:
    """The stages to show: of the templates in force for this actor's hospitals, and any other that patients are in."""
    found = (
        db.session.execute(
            select(StageTemplate)
            .join(JourneyTemplate, JourneyTemplate.id == StageTemplate.template_id)
            .where(
                JourneyTemplate.kind == kind,
                JourneyTemplate.archived_at.is_(None),
                JourneyTemplate.is_active,
                StageTemplate.archived_at.is_(None),
            )
            .order_by(StageTemplate.position)
        )
        .scalars()
        .all()
    )
    own = {stage.code for stage in found if stage.hospital_id is not None}
    return [stage for stage in found if stage.hospital_id is not None or stage.code not in own or stage.id in met]


def _cards(where: list[ColumnElement[bool]]) -> Any:
    place = (
        select(
            Journey.id,
            func.row_number()
            .over(partition_by=Journey.current_stage_id, order_by=(Journey.stage_since, Journey.id))
            .label("place"),
        )
        .where(*where)
        .subquery()
    )
    return (
        select(Journey, Patient, Department, Physician)
        .join(place, place.c.id == Journey.id)
        .join(Patient, Patient.id == Journey.patient_id)
        .join(Department, Department.id == Journey.department_id, isouter=True)
        .join(Physician, Physician.id == Journey.physician_id, isouter=True)
        .where(place.c.place <= CARDS)
        .options(without_stages())
        .order_by(Journey.stage_since, Journey.id)
    )


def without_stages() -> Any:
    """Give the option that leaves the stages of visits unread, for lists."""
    from sqlalchemy.orm import lazyload

    return lazyload(Journey.stages)


def _card(row: Any, usual: int | None, badges: list[Any], hidden: bool) -> Card:
    journey = row.Journey
    return Card(
        id=journey.id,
        patient=row.Patient,
        name_hidden=hidden,
        encounter=journey.encounter,
        department=row.Department,
        physician=row.Physician,
        since=journey.stage_since,
        minutes=int((clock.now() - journey.stage_since).total_seconds() // 60),
        usual=usual,
        badges=badges,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a visit as its page shows it."""

    stage: Any
    template: StageTemplate
    state: str  # done, now, skipped, ahead
    minutes: int | None
    is_slow: bool
    is_missing: bool
    lacks: tuple[str, ...] = ()  # what the template asks for and no event told: department, physician


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit with everything that its page shows."""

    journey: Journey
    patient: Patient
    department: Department | None
    physician: Physician | None
    steps: list[Step]
    percent: int

    @property
    def kind_label(self) -> Any:
        """The kind of visit in the reader's language."""
        return JourneyKind(self.journey.kind).label

    @property
    def status_label(self) -> Any:
        """The state of the visit in the reader's language."""
        return JourneyStatus(self.journey.status).label


STATES: Mapping[str, str] = {
    StageStatus.COMPLETED: "done",
    StageStatus.IN_PROGRESS: "now",
    StageStatus.SKIPPED: "skipped",
    StageStatus.CANCELLED: "skipped",
    StageStatus.PENDING: "ahead",
}


def get(journey_id: UUID, *, actor: Actor) -> Journey:
    """Find a visit through the actor. NotFound outside the scope."""
    return load(Journey, journey_id, actor=actor, needs=Perm.READ)


def visit(journey_id: UUID, *, actor: Actor) -> Visit:
    """Give one visit with its stages, their times against what is usual, and what is missing."""
    journey = get(journey_id, actor=actor)
    templates = {
        row.id: row
        for row in db.session.execute(
            select(StageTemplate).where(StageTemplate.id.in_([stage.template_id for stage in journey.stages]))
        ).scalars()
    }
    return Visit(
        journey=journey,
        patient=db.session.get_one(Patient, journey.patient_id),
        department=db.session.get(Department, journey.department_id) if journey.department_id else None,
        physician=db.session.get(Physician, journey.physician_id) if journey.physician_id else None,
        steps=_steps(journey, templates),
        percent=percent_done(journey.stages),
    )


def _steps(journey: Journey, templates: Mapping[UUID, StageTemplate]) -> list[Step]:
    reached = last_completed(journey.stages)
    steps, before = [], journey.started_at
    for stage in journey.stages:
        template = templates[stage.template_id]
        ended = stage.completed_at
        if stage.status == StageStatus.IN_PROGRESS:
            ended = clock.now()
        minutes = max(0, int((ended - before).total_seconds() // 60)) if ended else None
        steps.append(
            Step(
                stage=stage,
                template=template,
                state=STATES[stage.status],
                minutes=minutes,
                is_slow=bool(minutes and template.expected_minutes and minutes > template.expected_minutes),
                is_missing=is_missing(stage, is_optional=template.is_optional, last_completed_position=reached)
                or (
                    journey.status == JourneyStatus.COMPLETED
                    and stage.status == StageStatus.SKIPPED
                    and not template.is_optional
                ),
                lacks=_lacks(stage, template),
            )
        )
        before = max(before, stage.completed_at) if stage.completed_at else before
    return steps


def _lacks(stage: Any, template: StageTemplate) -> tuple[str, ...]:
    if stage.status != StageStatus.COMPLETED:
        return ()
    asked = (
        ("department", template.needs_department, stage.department_id),
        ("physician", template.needs_physician, stage.physician_id),
    )
    return tuple(name for name, is_needed, known in asked if is_needed and known is None)


def kinds_of_visits(patient_id: UUID, day: date) -> set[str]:
    """Give the kinds of the visits that a patient had on a local day of the hospital; the caller has found the patient."""
    came = cast(func.timezone(Hospital.zone, Journey.started_at), Date)
    left = cast(func.timezone(Hospital.zone, func.coalesce(Journey.ended_at, clock.now())), Date)
    query = (
        select(Journey.kind)
        .join(Hospital, Hospital.id == Journey.hospital_id)
        .where(
            Journey.patient_id == patient_id,
            Journey.started_at > datetime(day.year, day.month, day.day, tzinfo=UTC) - BEGUN_BEFORE,
            Journey.status != JourneyStatus.CANCELLED,
            came <= day,
            left >= day,
        )
    )
    return set(db.session.execute(query).scalars())
