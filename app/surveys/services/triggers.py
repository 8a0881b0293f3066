"""Commands on triggers: which survey follows which stage, or the end of a visit, how long after, and for how many."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.journeys.enums import JourneyKind
from app.organizations.models import Department
from app.surveys.events import SurveyTriggerChanged
from app.surveys.models import SurveyTemplate, SurveyTrigger
from app.surveys.policy import Perm
from app.surveys.services.templates import may_write

LONGEST_DELAY = 60 * 24 * 30


@dataclass(frozen=True, slots=True)
class TriggerFacts:
    """What a trigger says: `stage_code` None is the end of the visit; delay in minutes; sample in percent of the visits."""

    template_id: UUID
    journey_kind: str
    stage_code: str | None = None
    delay_minutes: int = 120
    department_id: UUID | None = None
    sample_percent: int = 100
    is_active: bool = True


def facts_of(trigger: SurveyTrigger) -> TriggerFacts:
    """Give what a trigger says now, to change a part of it."""
    return TriggerFacts(**{name: getattr(trigger, name) for name in TriggerFacts.__dataclass_fields__})


@command
def create(*, hospital_id: UUID | None, facts: TriggerFacts, actor: Actor) -> SurveyTrigger:
    """Let a survey follow something at a hospital (None: in the group). Raises NotAllowed and Invalid."""
    may_write(hospital_id, actor)
    _check(facts, hospital_id, None, actor)
    trigger = SurveyTrigger(hospital_id=hospital_id, **asdict(facts))
    db.session.add(trigger)
    db.session.flush()
    _said(trigger, "created", actor)
    return trigger


@command
def change(trigger_id: UUID, facts: TriggerFacts, *, version: int, actor: Actor) -> SurveyTrigger:
    """Change a trigger; surveys that are planned stay. Raises NotFound, NotAllowed, Conflict and Invalid."""
    trigger = _find(trigger_id, actor, version)
    _check(facts, trigger.hospital_id, trigger.id, actor)
    for name, value in asdict(facts).items():
        setattr(trigger, name, value)
    _said(trigger, "changed", actor, Change.of(trigger))
    db.session.flush()
    db.session.expire(trigger, ["template"])
    return trigger


@command
def archive(trigger_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Let nothing follow any more; surveys that are planned stay. Raises NotFound, NotAllowed and Conflict."""
    trigger = _find(trigger_id, actor, version)
    trigger.archived_at, trigger.archived_by_id = clock.now(), actor.id
    _said(trigger, "archived", actor)


def _find(trigger_id: UUID, actor: Actor, version: int | None) -> SurveyTrigger:
    trigger = load(
        SurveyTrigger,
        trigger_id,
        actor=actor,
        needs=Perm.TEMPLATE_WRITE,
        sees=Perm.TEMPLATE_READ,
        version=version,
        lock=True,
    )
    if trigger.archived_at is not None:
        raise NotFound()
    return trigger


def _check(facts: TriggerFacts, hospital_id: UUID | None, own_id: UUID | None, actor: Actor) -> None:
    wrong: dict[str, Any] = {}
    template = db.session.get(SurveyTemplate, facts.template_id)
    if template is None or template.archived_at is not None or template.hospital_id not in (None, hospital_id):
        wrong["template_id"] = _("Choose one of the list.")
    if facts.journey_kind not in set(JourneyKind):
        wrong["journey_kind"] = _("Choose one of the list.")
    if not 0 <= facts.delay_minutes <= LONGEST_DELAY:
        wrong["delay_minutes"] = _("Give minutes from 0 to 43200 (30 days).")
    if not 1 <= facts.sample_percent <= 100:
        wrong["sample_percent"] = _("Give a percentage from 1 to 100.")
    if facts.department_id is not None:
        department = db.session.get(Department, facts.department_id)
        if department is None or department.hospital_id != hospital_id:
            wrong["department_id"] = _("Choose one of the list.")
    if not wrong and facts.is_active and _stands_already(facts, hospital_id, own_id):
        wrong["stage_code"] = _("A survey follows this already.")
    if wrong:
        raise Invalid(**wrong)


def _stands_already(facts: TriggerFacts, hospital_id: UUID | None, own_id: UUID | None) -> bool:
    query = select(SurveyTrigger.id).where(
        SurveyTrigger.hospital_id.is_not_distinct_from(hospital_id),
        SurveyTrigger.journey_kind == facts.journey_kind,
        SurveyTrigger.stage_code.is_not_distinct_from(facts.stage_code),
        SurveyTrigger.department_id.is_not_distinct_from(facts.department_id),
        SurveyTrigger.is_active,
        SurveyTrigger.archived_at.is_(None),
    )
    if own_id is not None:
        query = query.where(SurveyTrigger.id != own_id)
    return db.session.execute(query).first() is not None


def _said(trigger: SurveyTrigger, what: str, actor: Actor, change: Change | None = None) -> None:
    record(SurveyTriggerChanged(trigger.id, trigger.hospital_id, what), actor=actor, change=change)
