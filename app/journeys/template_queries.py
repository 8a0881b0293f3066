"""Readers of journey templates and their stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.core.errors import NotFound
from app.journeys.models import JourneyTemplate, StageTemplate
from app.journeys.policy import Perm
from app.organizations.models import Hospital


def templates_query(actor: Actor) -> Select[Any]:
    """Give the SELECT of the templates in use that the actor may read: own hospitals' and the group's."""
    return select(JourneyTemplate).where(
        visible(JourneyTemplate, actor, Perm.TEMPLATE_READ), JourneyTemplate.archived_at.is_(None)
    )


def stages_query(actor: Actor) -> Select[Any]:
    """Give the SELECT of the stages of those templates."""
    return (
        select(StageTemplate)
        .join(JourneyTemplate, JourneyTemplate.id == StageTemplate.template_id)
        .where(
            visible(StageTemplate, actor, Perm.TEMPLATE_READ),
            StageTemplate.archived_at.is_(None),
            JourneyTemplate.archived_at.is_(None),
        )
    )


def get_template(template_id: UUID, *, actor: Actor) -> JourneyTemplate:
    """Find a template in use. NotFound outside the scope or when it is archived."""
    template = load(JourneyTemplate, template_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if template.archived_at is not None:
        raise NotFound()
    return template


def get_stage(stage_id: UUID, *, actor: Actor) -> StageTemplate:
    """Find a stage of a template in use. NotFound outside the scope or when it is archived."""
    stage = load(StageTemplate, stage_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if stage.archived_at is not None or stage.template.archived_at is not None:
        raise NotFound()
    return stage


def listed(*, actor: Actor) -> Sequence[Any]:
    """Give the templates with their hospital (none: the group's), the group's first; for the page of administrators."""
    query = (
        templates_query(actor)
        .add_columns(Hospital)
        .join(Hospital, Hospital.id == JourneyTemplate.hospital_id, isouter=True)
        .order_by(Hospital.name_en.nulls_first(), JourneyTemplate.kind, JourneyTemplate.created_at)
        .limit(200)
    )
    return db.session.execute(query).all()
