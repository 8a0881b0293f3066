"""Opening actions: a signal that a rule wants opens one action per cause; people may open one by hand."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.accounts import queries as accounts
from app.core.access.actor import Actor, Role
from app.core.access.policy import can_reach_hospital
from app.core.db import command, db, take_turn
from app.core.errors import Invalid, NotAllowed
from app.core.events import Signal, record
from app.core.references import next_reference
from app.core.severity import Severity
from app.core.web.live import touch
from app.organizations import queries as organizations
from app.organizations.models import Department
from app.px_action_center import sla
from app.px_action_center.enums import FINAL, MANUAL, ActionStatus
from app.px_action_center.events import ActionJoined, ActionOpened, ActionSeverityChanged
from app.px_action_center.models import ActionRule, PxAction
from app.px_action_center.policy import Perm
from app.px_action_center.rules import rule_for
from app.px_action_center.titles import title_of


@command
def open_from_signal(signal: Signal, *, source_id: UUID, actor: Actor) -> PxAction | None:
    """Open the action that a signal deserves; None when no rule wants one. The same cause never opens a second.

    Another kind of signal of the same cause joins the action that is there, which becomes as grave as the graver of both.
    """
    rules = db.session.execute(
        select(ActionRule).where(ActionRule.signal_kind == signal.kind, ActionRule.archived_at.is_(None))
    ).scalars()
    rule = rule_for(signal, rules)
    if rule is None:
        return None
    take_turn(signal.cause_key, 362)
    known = db.session.execute(select(PxAction).where(PxAction.cause_key == signal.cause_key)).scalar_one_or_none()
    if known is not None:
        return _joined(known, signal, rule.severity or signal.severity, actor)
    department = db.session.get(Department, signal.department_id) if signal.department_id else None
    title_en, title_ar = title_of(signal.kind, department, signal.value)
    return _open(
        PxAction(
            hospital_id=signal.hospital_id,
            reference=next_reference("ACT"),
            title_en=title_en,
            title_ar=title_ar,
            status=ActionStatus.OPEN,
            severity=rule.severity or signal.severity,
            source_kind=signal.kind,
            source_id=source_id,
            cause_key=signal.cause_key,
            value=signal.value,
            patient_id=signal.patient_id,
            department_id=signal.department_id,
            assignee_id=owner_for(signal.hospital_id, signal.department_id),
        ),
        actor,
    )


def _joined(action: PxAction, signal: Signal, severity: str, actor: Actor) -> PxAction:
    if action.source_kind == signal.kind or action.status in FINAL:
        return action
    ranks = [str(each) for each in Severity]  # the gravest first
    if ranks.index(severity) < ranks.index(action.severity):
        before, action.severity = action.severity, severity
        sla.revise(action, actor=actor)
        about = (action.id, action.hospital_id, action.reference, action.department_id)
        record(ActionSeverityChanged(*about, before, severity), actor=actor)
    record(
        ActionJoined(
            action.id, action.hospital_id, action.reference, action.department_id, signal.kind, action.assignee_id
        ),
        actor=actor,
    )
    touch("actions", hospital_id=action.hospital_id)
    return action


@command
def open_by_hand(
    *,
    hospital_id: UUID,
    title: str,
    severity: str,
    department_id: UUID | None,
    patient_id: UUID | None,
    actor: Actor,
) -> PxAction:
    """Open an action that somebody saw a need for.

    NotAllowed outside the actor's hospitals. Invalid: no such hospital, or department or patient are not of it.
    """
    if not can_reach_hospital(actor, Perm.CREATE, hospital_id):
        raise NotAllowed()
    if not organizations.is_hospital(hospital_id):
        raise Invalid(hospital_id=_l("Choose the hospital."))
    if department_id is not None and not organizations.is_department_of(hospital_id, department_id):
        raise Invalid(department_id=_l("Choose a department of this hospital."))
    if patient_id is not None and not organizations.is_patient_of(hospital_id, patient_id):
        raise Invalid(patient_id=_l("Choose a patient of this hospital."))
    reference = next_reference("ACT")
    return _open(
        PxAction(
            hospital_id=hospital_id,
            reference=reference,
            title_en=title,
            title_ar=title,
            status=ActionStatus.OPEN,
            severity=severity,
            source_kind=MANUAL,
            cause_key=f"{MANUAL}:{reference}",
            patient_id=patient_id,
            department_id=department_id,
            assignee_id=owner_for(hospital_id, department_id),
            created_by_id=actor.id,
        ),
        actor,
    )


def owner_for(hospital_id: UUID, department_id: UUID | None) -> UUID | None:
    """Choose the first owner: the manager of the department, of the nearest department above, else a PX coordinator."""
    seen: set[UUID] = set()
    while department_id is not None and department_id not in seen:
        seen.add(department_id)
        department = db.session.get(Department, department_id)
        if department is None:
            break
        managers = accounts.people_with_role(hospital_id, Role.DEPARTMENT_MANAGER, department_id)
        if managers:
            return managers[0].id
        department_id = department.parent_id
    office = accounts.people_with_role(hospital_id, Role.PX_COORDINATOR)
    return _least_loaded([person.id for person in office])


def _least_loaded(user_ids: list[UUID]) -> UUID | None:
    if not user_ids:
        return None
    load = dict(
        db.session.execute(
            select(PxAction.assignee_id, func.count())
            .where(PxAction.assignee_id.in_(user_ids), PxAction.closed_at.is_(None))
            .group_by(PxAction.assignee_id)
        ).all()
    )
    return min(user_ids, key=lambda user_id: (load.get(user_id, 0), str(user_id)))


def _open(action: PxAction, actor: Actor) -> PxAction:
    db.session.add(action)
    db.session.flush()
    sla.start(action, actor=actor)
    record(
        ActionOpened(
            action.id,
            action.hospital_id,
            action.reference,
            action.department_id,
            action.severity,
            action.source_kind,
            action.assignee_id,
        ),
        actor=actor,
    )
    touch("actions", hospital_id=action.hospital_id)
    return action
