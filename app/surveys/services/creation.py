"""Planning surveys: a completed stage, the end of a visit, or the end of a case of another domain."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload, lazyload

from app.core.access.actor import Actor
from app.core.access.wall import passage, standing
from app.core.db import command, db, uuid7
from app.core.events import record
from app.core.keys.links import new_handle
from app.core.time import clock
from app.journeys.models import Journey
from app.surveys.enums import InstanceState
from app.surveys.events import SurveyPlanned
from app.surveys.models import SurveyInstance, SurveyTemplate, SurveyTrigger

_HOSPITAL: Any = bindparam("hospital")
_TRIGGERS = standing(
    select(SurveyTrigger)
    .where(
        SurveyTrigger.journey_kind == bindparam("kind"),
        SurveyTrigger.is_active,
        SurveyTrigger.archived_at.is_(None),
        SurveyTrigger.holds_in(_HOSPITAL),
    )
    .options(joinedload(SurveyTrigger.template).lazyload(SurveyTemplate.questions))
)


@command
def plan_for_stage(
    journey_id: UUID,
    stage_code: str | None,
    *,
    department_id: UUID | None,
    physician_id: UUID | None,
    actor: Actor,
) -> list[UUID]:
    """Plan every survey that follows this stage of the visit (`stage_code` None: the end of the visit).

    The same stage again plans nothing new. Returns the ids of the surveys that were planned now.
    """
    journey = db.session.get(Journey, journey_id, options=[lazyload(Journey.stages)])
    if journey is None:
        return []
    planned = []
    for trigger in _triggers(journey, stage_code):
        other_department = trigger.department_id not in (None, department_id or journey.department_id)
        if other_department or not _sampled(journey_id, trigger):
            continue
        made = plan(
            Plan(
                template_id=trigger.template_id,
                hospital_id=journey.hospital_id,
                patient_id=journey.patient_id,
                journey_id=journey.id,
                once=f"{stage_code or 'visit'}:{trigger.template_id}",
                department_id=department_id or journey.department_id,
                physician_id=physician_id or journey.physician_id,
                send_at=clock.now() + timedelta(minutes=trigger.delay_minutes),
            ),
            actor=actor,
        )
        if made is not None:
            planned.append(made)
    return planned


@dataclass(frozen=True, slots=True)
class Plan:
    """One survey that will be decided and sent at `send_at`; `once` names its cause within the visit or the case."""

    template_id: UUID
    hospital_id: UUID
    patient_id: UUID | None
    journey_id: UUID | None
    once: str
    department_id: UUID | None
    physician_id: UUID | None
    send_at: datetime
    cause_type: str = ""
    cause_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EndedCase:
    """A case of another domain that has ended; its patient, or who brought it without a file, is asked how it was handled."""

    type: str  # complaint; its survey is the template of the code <type>_resolution
    id: UUID
    cycle: int  # a case that was opened again and ended again may be asked about again
    hospital_id: UUID
    patient_id: UUID | None  # None: `contacting.ask_without_file` says whom to ask
    department_id: UUID | None = None


@command
def plan_for_case(case: EndedCase, *, after: timedelta, actor: Actor) -> UUID | None:
    """Plan the survey that asks how a case was handled; None without such a survey, or when it was planned before.

    The hospital's own survey, else the group's. The rules that guard a patient hold, only the days between surveys do not:
    it was the patient who began this.
    """
    template = db.session.execute(
        select(SurveyTemplate)
        .where(
            SurveyTemplate.code == f"{case.type}_resolution",
            SurveyTemplate.is_published,
            SurveyTemplate.archived_at.is_(None),
            SurveyTemplate.holds_in(case.hospital_id),
        )
        .options(lazyload(SurveyTemplate.questions))
        .order_by(SurveyTemplate.hospital_id.nulls_last())
        .limit(1)
    ).scalar_one_or_none()
    if template is None:
        return None
    return plan(
        Plan(
            template_id=template.id,
            hospital_id=case.hospital_id,
            patient_id=case.patient_id,
            journey_id=None,
            once=f"case:{case.cycle}",
            department_id=case.department_id,
            physician_id=None,
            send_at=clock.now() + after,
            cause_type=case.type,
            cause_id=case.id,
        ),
        actor=actor,
    )


def plan(wanted: Plan, *, actor: Actor) -> UUID | None:
    """Write one planned survey; None when the visit or the case has one of the same cause."""
    now = clock.now()
    instance_id = uuid7()
    key: dict[str, Any] = {"index_elements": ["journey_id", "once"]}
    if wanted.cause_id is not None:
        key = {"index_elements": ["cause_id", "once"], "index_where": SurveyInstance.cause_id.is_not(None)}
    with passage("one survey per visit or case and cause: the unique key decides between two workers"):
        made = db.session.execute(
            insert(SurveyInstance)
            .values(
                id=instance_id,
                created_at=now,
                updated_at=now,
                version=1,
                state=InstanceState.PENDING,
                skip_reason="",
                language="ar",
                handle=new_handle(),
                context={},
                questions=[],
                sections={},
                answered_channel="",
                **asdict(wanted),
            )
            .on_conflict_do_nothing(**key)
            .returning(SurveyInstance.id)
        ).scalar_one_or_none()
    if made is not None:
        record(
            SurveyPlanned(instance_id, wanted.hospital_id, wanted.patient_id, wanted.journey_id, wanted.department_id),
            actor=actor,
        )
    return made


def _triggers(journey: Journey, stage_code: str | None) -> list[SurveyTrigger]:
    """The hospital's own triggers for this moment; the group's where the hospital has none for this kind of visit."""
    wanted = {"kind": journey.kind, "hospital": journey.hospital_id}
    found = db.session.execute(_TRIGGERS, wanted).scalars().all()
    own = [each for each in found if each.hospital_id is not None]
    return [each for each in (own or found) if each.stage_code == stage_code and each.template.is_in_use]


def _sampled(journey_id: UUID, trigger: SurveyTrigger) -> bool:
    """Tell whether this visit falls into the sample; the same visit always gives the same answer."""
    drawn = int.from_bytes(hashlib.sha256(journey_id.bytes + trigger.id.bytes).digest()[:4], "big") % 100
    return drawn < trigger.sample_percent
