"""What the page of one action shows: its people, its clock in words, its notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.accounts.models import User
from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.db import db
from app.core.events import timeline
from app.core.sla.explain import Deadline, deadline_of
from app.core.sla.models import SlaClock, SlaPolicy, WorkingCalendar
from app.organizations.models import Department, Patient
from app.organizations.policy import Perm as OrganizationPerm
from app.organizations.queries import may_identify
from app.px_action_center import queries
from app.px_action_center.enums import ActionStatus, Severity, SignalKind
from app.px_action_center.models import PxAction
from app.px_action_center.story import Line, lines_of
from app.surveys.policy import Perm as SurveyPerm


@dataclass(frozen=True, slots=True)
class Case:
    """One action with everything that its page shows."""

    action: PxAction
    department: Department | None
    owner: User | None
    patient: Patient | None
    is_masked: bool
    deadline: Deadline | None
    lines: list[Line]
    source_url: str
    patient_url: str

    @property
    def status_label(self) -> str:
        """The state in the reader's language."""
        return ActionStatus(self.action.status).label

    @property
    def severity_label(self) -> Any:
        """The severity in the reader's language."""
        return Severity(self.action.severity).label


def case_of(action: PxAction, actor: Actor) -> Case:
    """Read what belongs to an action that the actor has found."""
    department, owner, patient = _concerned(action)
    return Case(
        action=action,
        department=department,
        owner=owner,
        patient=patient,
        is_masked=not may_identify(actor),
        deadline=_deadline(action),
        lines=lines_of(timeline.of_subject(action.id, actor=actor), queries.notes_of(action.id)),
        source_url=_source_url(action, actor),
        patient_url=_patient_url(action, actor),
    )


def _concerned(action: PxAction) -> tuple[Department | None, User | None, Patient | None]:
    row = db.session.execute(
        select(Department, User, Patient)
        .select_from(PxAction)
        .outerjoin(Department, Department.id == PxAction.department_id)
        .outerjoin(User, User.id == PxAction.assignee_id)
        .outerjoin(Patient, Patient.id == PxAction.patient_id)
        .where(PxAction.id == action.id)
        .options(lazyload(User.assignments))
    ).one()
    return row[0], row[1], row[2]


def _deadline(action: PxAction) -> Deadline | None:
    """Read the newest clock of an action, with its rule and its calendar, which the session then has at hand."""
    row = db.session.execute(
        select(SlaClock, SlaPolicy, WorkingCalendar)
        .outerjoin(SlaPolicy, SlaPolicy.id == SlaClock.policy_id)
        .outerjoin(WorkingCalendar, WorkingCalendar.id == SlaClock.calendar_id)
        .where(SlaClock.subject_id == action.id)
        .order_by(SlaClock.created_at.desc(), SlaClock.id.desc())
        .limit(1)
    ).first()
    return deadline_of(row[0]) if row is not None else None


def _source_url(action: PxAction, actor: Actor) -> str:
    """Give the page of what the action was opened for, where the actor may read it."""
    if action.source_kind == SignalKind.SURVEY_LOW_SCORE and action.source_id and can(actor, SurveyPerm.INSTANCE_READ):
        return url_for("surveys.show", instance_id=action.source_id)
    return ""


def _patient_url(action: PxAction, actor: Actor) -> str:
    if action.patient_id is None or not can(actor, OrganizationPerm.PATIENT_READ):
        return ""
    return url_for("patients.show", patient_id=action.patient_id)
