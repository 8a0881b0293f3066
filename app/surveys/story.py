"""Surveys that belong to a case, as lines of its timeline: which, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import lazyload

from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.core.i18n import named, number
from app.core.web.story import Line, Mark, own_page
from app.surveys.models import SurveyInstance, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.words import survey_label, survey_tone

MOST = 20


def lines_of_case(case_id: UUID, source_ids: Collection[UUID], *, actor: Actor) -> dict[UUID, Line]:
    """Give the surveys that ask about a case and those that it came from by their ids, as far as the actor may read them.

    An answered one stands where it was answered. One statement, and none for who reads no surveys. The caller has found
    the case through the actor.
    """
    if not can(actor, Perm.INSTANCE_READ):
        return {}
    ways: list[ColumnElement[bool]] = [SurveyInstance.cause_id == case_id]
    if source_ids:
        ways.append(SurveyInstance.id.in_(source_ids))
    rows = db.session.execute(
        select(SurveyInstance, SurveyTemplate)
        .join(SurveyTemplate, SurveyTemplate.id == SurveyInstance.template_id)
        .options(lazyload(SurveyTemplate.questions))
        .where(or_(*ways), visible(SurveyInstance, actor, Perm.INSTANCE_READ))
        .order_by(SurveyInstance.created_at.desc())
        .limit(MOST)
    ).all()
    return {instance.id: _line(instance, template) for instance, template in rows}


def _line(instance: SurveyInstance, template: SurveyTemplate) -> Line:
    return Line(
        instance.completed_at or instance.created_at,
        "",
        _("Survey: %(name)s", name=named(template)),
        "clipboard-check" if instance.completed_at else "clipboard-list",
        mark=Mark(str(survey_label(instance.state)), survey_tone(instance)),
        note=_("Score %(score)s", score=number(instance.score, 1)) if instance.score is not None else "",
        href=own_page("surveys.show", instance_id=instance.id),
    )
