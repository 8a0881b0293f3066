"""Surveys sent by hand, of one visit or patient, or planned for a list of visits; the contact rules hold here too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.access.actor import Actor, system_actor
from app.core.access.policy import load, visible
from app.core.db import command, db, uuid7
from app.core.errors import Conflict, Invalid
from app.core.time import clock
from app.journeys.models import Journey
from app.organizations.models import Patient
from app.surveys.enums import InstanceState, SkipReason
from app.surveys.models import SurveyInstance, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.services import sending
from app.surveys.services.contacting import Case, cases_of, freeze
from app.surveys.services.creation import Plan, plan
from app.surveys.services.deciding import decide_many
from app.surveys.services.withdrawing import withdraw

MOST = 200
UNDO = timedelta(minutes=2)  # a list waits so long, so that it can be taken back


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one visit or patient of a list."""

    case: Case
    reason: SkipReason | None


@command
def send_to_visit(journey_id: UUID, *, template_id: UUID, actor: Actor) -> SurveyInstance:
    """Send a survey about a visit now.

    Raises NotFound, NotAllowed, Invalid (the template) and Conflict: a contact rule says no; its code is the rule's.
    """
    journey = load(Journey, journey_id, actor=actor, needs=Perm.SEND)
    template = _template(template_id, journey.hospital_id, actor)
    return _send(replace(_plan_of_visit(journey, template), once=_hand_key(journey.id, template.id)), actor)


@command
def send_to_patient(patient_id: UUID, *, template_id: UUID, actor: Actor) -> SurveyInstance:
    """Send a survey that is about no visit now. Raises as `send_to_visit`."""
    patient = load(Patient, patient_id, actor=actor, needs=Perm.SEND)
    template = _template(template_id, patient.hospital_id, actor)
    return _send(_plan_of_patient(patient, template), actor)


def preview(journey_ids: Collection[UUID], *, template_id: UUID, actor: Actor) -> list[Verdict]:
    """Say for each visit whether its patient would be asked, and why not; nothing is stored, statements do not grow.

    Visits that the actor may not see are left out. Raises NotFound (the template), Invalid (too many, or the template).
    """
    journeys = _journeys(journey_ids, actor)
    template = _any_template(template_id, actor)
    wanted = [_plan_of_visit(each, template) for each in journeys if template.hospital_id in (None, each.hospital_id)]
    return _verdicts(wanted)


def preview_patient(patient_id: UUID, *, template_id: UUID, actor: Actor) -> Verdict:
    """Say whether a patient would be asked now without a visit. Raises NotFound, NotAllowed and Invalid."""
    patient = load(Patient, patient_id, actor=actor, needs=Perm.SEND)
    return _verdicts([_plan_of_patient(patient, _template(template_id, patient.hospital_id, actor))])[0]


@command
def send_to_many(journey_ids: Collection[UUID], *, template_id: UUID, actor: Actor) -> list[UUID]:
    """Plan a survey for every visit of the list whose patient may be asked; they leave in two minutes.

    The rules are asked again when each leaves. Returns the planned surveys. Raises as `preview`.
    """
    planned = []
    for verdict in preview(journey_ids, template_id=template_id, actor=actor):
        journey = verdict.case.journey
        if verdict.reason is None and journey is not None:
            wanted = _plan_of_visit(journey, verdict.case.template)
            key = _hand_key(journey.id, template_id)
            made = plan(replace(wanted, once=key, send_at=wanted.send_at + UNDO), actor=actor)
            planned += [made] if made else []
    return planned


@command
def undo(instance_ids: Collection[UUID], *, actor: Actor) -> int:
    """Take back what was planned by hand and has not left; returns how many. Others are left alone."""
    waiting = db.session.execute(
        select(SurveyInstance.id).where(
            SurveyInstance.id.in_(list(instance_ids)[:MOST]),
            visible(SurveyInstance, actor, Perm.SEND),
            SurveyInstance.state == InstanceState.PENDING,
            SurveyInstance.invited_at.is_(None),
            SurveyInstance.once.startswith("hand:"),
        )
    ).scalars()
    found = waiting.all()
    for instance_id in found:
        withdraw(instance_id, actor=actor)
    return len(found)


def _send(wanted: Plan, actor: Actor) -> SurveyInstance:
    made = plan(wanted, actor=actor)
    if made is None:
        raise Conflict(SkipReason.VISIT_ALREADY_ASKED.label, code=SkipReason.VISIT_ALREADY_ASKED)
    reason = sending.send(made, actor=system_actor("a survey sent by hand", wanted.hospital_id))
    if reason is not None:
        raise Conflict(reason.label, code=reason)
    return db.session.get_one(SurveyInstance, made)


def _verdicts(wanted: Sequence[Plan]) -> list[Verdict]:
    instances = [_thought_of(each) for each in wanted]
    cases = cases_of(instances)
    for case in cases:
        freeze(case)
    return [Verdict(case, reason) for case, reason in zip(cases, decide_many(cases), strict=True)]


def _thought_of(wanted: Plan) -> SurveyInstance:
    """Make a survey that is never stored, for the rules to look at."""
    return SurveyInstance(
        id=uuid7(),
        hospital_id=wanted.hospital_id,
        template_id=wanted.template_id,
        patient_id=wanted.patient_id,
        journey_id=wanted.journey_id,
        department_id=wanted.department_id,
        send_at=wanted.send_at,
    )


def _plan_of_visit(journey: Journey, template: SurveyTemplate) -> Plan:
    return Plan(
        template_id=template.id,
        hospital_id=journey.hospital_id,
        patient_id=journey.patient_id,
        journey_id=journey.id,
        once=f"hand:{template.id}",
        department_id=journey.department_id,
        physician_id=journey.physician_id,
        send_at=clock.now(),
    )


def _plan_of_patient(patient: Patient, template: SurveyTemplate) -> Plan:
    return Plan(template.id, patient.hospital_id, patient.id, None, f"hand:{uuid7()}", None, None, clock.now())


def _hand_key(journey_id: UUID, template_id: UUID) -> str:
    """Name a survey by hand: one at a time for a visit and template; those that were taken back are counted."""
    gone = db.session.execute(
        select(func.count()).where(
            SurveyInstance.journey_id == journey_id,
            SurveyInstance.once.startswith(f"hand:{template_id}"),
            SurveyInstance.state == InstanceState.CANCELLED,
        )
    ).scalar_one()
    return f"hand:{template_id}:{gone}"


def _journeys(journey_ids: Collection[UUID], actor: Actor) -> Sequence[Journey]:
    if len(journey_ids) > MOST:
        raise Invalid(journey_ids=_("Choose at most %(most)s visits at a time.", most=MOST))
    query = select(Journey).where(Journey.id.in_(journey_ids), visible(Journey, actor, Perm.SEND))
    return db.session.execute(query.order_by(Journey.started_at.desc(), Journey.id)).unique().scalars().all()


def _any_template(template_id: UUID, actor: Actor) -> SurveyTemplate:
    template = load(SurveyTemplate, template_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if not template.is_in_use:
        raise Invalid(template_id=_("This survey is not published."))
    return template


def _template(template_id: UUID, hospital_id: UUID, actor: Actor) -> SurveyTemplate:
    template = _any_template(template_id, actor)
    if template.hospital_id not in (None, hospital_id):
        raise Invalid(template_id=_("This survey belongs to another hospital."))
    return template
