"""The days between two surveys to one person or phone, as a hospital or the group wants them."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital
from app.core.db import command, db
from app.core.errors import Invalid, NotAllowed
from app.core.events import record
from app.core.events.record import Change
from app.surveys.events import ContactRuleChanged
from app.surveys.models import SurveyContactRule
from app.surveys.policy import Perm

MOST_DAYS = 365


@command
def set_gap(gap_days: int, *, hospital_id: UUID | None, actor: Actor) -> SurveyContactRule:
    """Leave people alone for so many days (0 to 365) after a survey of this hospital (None: of any without its own rule).

    Raises NotAllowed and Invalid.
    """
    if not can_reach_hospital(actor, Perm.RULE_WRITE, hospital_id):
        raise NotAllowed()
    if not 0 <= gap_days <= MOST_DAYS:
        raise Invalid(gap_days=_("Give days from 0 to 365."))
    rule = db.session.execute(
        select(SurveyContactRule)
        .where(SurveyContactRule.hospital_id.is_not_distinct_from(hospital_id))
        .with_for_update()
    ).scalar_one_or_none()
    if rule is None:
        rule = SurveyContactRule(hospital_id=hospital_id, gap_days=gap_days)
        db.session.add(rule)
        db.session.flush()
    rule.gap_days = gap_days
    record(ContactRuleChanged(rule.id, hospital_id, gap_days), actor=actor, change=Change.of(rule))
    return rule
