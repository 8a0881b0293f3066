"""Commands on the stages of a template: add, change, move, archive. Positions are 1, 2, 3 without gaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from app.journeys.events import JourneyTemplateChanged
from app.journeys.models import JourneyTemplate, StageTemplate
from app.journeys.policy import Perm
from app.journeys.services import templates

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
TRIGGER = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
MOST_TRIGGERS = 20
MOST_MINUTES = 525_600  # a year


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What a stage of a template says of itself; `expected_minutes` counts from the stage before."""

    code: str
    name_en: str
    name_ar: str
    trigger_codes: tuple[str, ...]
    is_optional: bool = False
    needs_department: bool = False
    needs_physician: bool = False
    expected_minutes: int | None = None


def facts_of(stage: StageTemplate) -> StageFacts:
    """Give what a stage says of itself now, to change a part of it."""
    return StageFacts(
        code=stage.code,
        name_en=stage.name_en,
        name_ar=stage.name_ar,
        trigger_codes=tuple(stage.trigger_codes),
        is_optional=stage.is_optional,
        needs_department=stage.needs_department,
        needs_physician=stage.needs_physician,
        expected_minutes=stage.expected_minutes,
    )


@command
def add(template_id: UUID, facts: StageFacts, *, position: int | None = None, actor: Actor) -> StageTemplate:
    """Add a stage at `position` (none: at the end). Raises NotFound, NotAllowed and Invalid."""
    template = templates.find(template_id, actor=actor)
    others = _stages_of(template.id)
    _check(facts, others)
    stage = StageTemplate(
        template_id=template.id, hospital_id=template.hospital_id, position=len(others) + 1, **_columns(facts)
    )
    db.session.add(stage)
    _place(others, stage, position or len(others) + 1)
    db.session.flush()
    _said(template, "stage_added", stage, actor)
    return stage


@command
def change(
    stage_id: UUID, facts: StageFacts, *, version: int, actor: Actor, position: int | None = None
) -> StageTemplate:
    """Change a stage, and its place when `position` is given. Raises NotFound, NotAllowed, Conflict and Invalid."""
    stage, template, others = _find(stage_id, actor, version)
    _check(facts, others)
    for name, value in _columns(facts).items():
        setattr(stage, name, value)
    if position is not None:
        _place(others, stage, position)
    changed = Change.of(stage)
    db.session.flush()
    _said(template, "stage_changed", stage, actor, changed)
    return stage


@command
def move(stage_id: UUID, position: int, *, version: int, actor: Actor) -> StageTemplate:
    """Put a stage at another place of its template; the others close up. Raises NotFound, NotAllowed and Conflict."""
    stage, template, others = _find(stage_id, actor, version)
    _place(others, stage, position)
    db.session.flush()
    _said(template, "stage_moved", stage, actor)
    return stage


@command
def archive(stage_id: UUID, *, actor: Actor, version: int | None = None) -> None:
    """Take a stage out of its template; visits that have it keep it. Raises NotFound, NotAllowed and Conflict."""
    stage, template, others = _find(stage_id, actor, version)
    stage.archived_at, stage.archived_by_id = clock.now(), actor.id
    for position, other in enumerate(others, 1):
        other.position = position
    db.session.flush()
    _said(template, "stage_archived", stage, actor)


def _find(
    stage_id: UUID, actor: Actor, version: int | None
) -> tuple[StageTemplate, JourneyTemplate, list[StageTemplate]]:
    """Load a stage for a change; its template is locked first, so that two people do not renumber at once."""
    seen = load(StageTemplate, stage_id, actor=actor, needs=Perm.TEMPLATE_WRITE, sees=Perm.TEMPLATE_READ)
    template = templates.find(seen.template_id, actor=actor)
    stage = load(StageTemplate, stage_id, actor=actor, needs=Perm.TEMPLATE_WRITE, version=version, lock=True)
    if stage.archived_at is not None:
        raise NotFound()
    return stage, template, [each for each in _stages_of(template.id) if each.id != stage.id]


def _stages_of(template_id: UUID) -> list[StageTemplate]:
    return list(
        db.session.execute(
            select(StageTemplate)
            .where(StageTemplate.template_id == template_id, StageTemplate.archived_at.is_(None))
            .order_by(StageTemplate.position, StageTemplate.id)
        )
        .unique()
        .scalars()
    )


def _place(others: list[StageTemplate], stage: StageTemplate, position: int) -> None:
    at = max(0, min(position - 1, len(others)))
    for number, each in enumerate([*others[:at], stage, *others[at:]], 1):
        if each.position != number:
            each.position = number


def _check(facts: StageFacts, others: list[StageTemplate]) -> None:
    wrong: dict[str, Any] = {
        name: _("This field is required.") for name in ("name_en", "name_ar") if not getattr(facts, name)
    }
    if not CODE.fullmatch(facts.code):
        wrong["code"] = _("Use capital letters, digits and underscores, such as LAB.")
    elif any(other.code == facts.code for other in others):
        wrong["code"] = _("Another stage of this template has this code.")
    if not facts.trigger_codes:
        wrong["trigger_codes"] = _("Give at least one event code that completes this stage.")
    elif len(facts.trigger_codes) > MOST_TRIGGERS or not all(TRIGGER.fullmatch(code) for code in facts.trigger_codes):
        wrong["trigger_codes"] = _("Give event codes such as LAB_ORDER_COMPLETED, at most 20.")
    if facts.expected_minutes is not None and not 0 < facts.expected_minutes <= MOST_MINUTES:
        wrong["expected_minutes"] = _("Give minutes above zero and within a year, or leave this empty.")
    if wrong:
        raise Invalid(**wrong)


def _columns(facts: StageFacts) -> dict[str, Any]:
    return {
        "code": facts.code,
        "name_en": facts.name_en,
        "name_ar": facts.name_ar,
        "trigger_codes": list(dict.fromkeys(facts.trigger_codes)),
        "is_optional": facts.is_optional,
        "needs_department": facts.needs_department,
        "needs_physician": facts.needs_physician,
        "expected_minutes": facts.expected_minutes,
    }


def _said(
    template: JourneyTemplate, what: str, stage: StageTemplate, actor: Actor, change: Change | None = None
) -> None:
    record(JourneyTemplateChanged(template.id, template.hospital_id, what, stage.id), actor=actor, change=change)
