"""What the page of one action shows: its people, its clock in words, its notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from app.accounts.models import User
from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.events import timeline
from app.core.sla.explain import Deadline, deadlines_of
from app.organizations.models import Department, Patient
from app.organizations.policy import Perm as OrganizationPerm
from app.px_action_center import queries, sla
from app.px_action_center.enums import ActionStatus, Severity, SignalKind
from app.px_action_center.models import PxAction
from app.px_action_center.policy import sees_patient
from app.px_action_center.story import Line, lines_of
from app.surveys import story as survey_story
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


def case_of(action_id: UUID, actor: Actor) -> Case:
    """Read an action and what belongs to it through the actor. NotFound outside the scope."""
    action, department, owner, patient = queries.get_whole(action_id, actor=actor)
    return Case(
        action=action,
        department=department,
        owner=owner,
        patient=patient,
        is_masked=not sees_patient(actor),
        deadline=deadlines_of(action.id).get(sla.KIND),
        lines=lines_of(
            timeline.of_subject(action.id, actor=actor),
            queries.notes_of(action.id),
            _surveys_of(action, actor),
        ),
        source_url=_source_url(action, actor),
        patient_url=_patient_url(action, actor),
    )


def _surveys_of(action: PxAction, actor: Actor) -> Iterable[Line]:
    """Give the survey that an action was opened for; none for what somebody opened by hand."""
    if action.source_id is None:
        return ()
    return survey_story.lines_of_case(action.id, [action.source_id], actor=actor).values()


def _source_url(action: PxAction, actor: Actor) -> str:
    """Give the page of what the action was opened for, where the actor may read it."""
    if action.source_kind in set(SignalKind) and action.source_id and can(actor, SurveyPerm.INSTANCE_READ):
        return url_for("surveys.show", instance_id=action.source_id)
    return ""


def _patient_url(action: PxAction, actor: Actor) -> str:
    if action.patient_id is None or not can(actor, OrganizationPerm.PATIENT_READ):
        return ""
    return url_for("patients.show", patient_id=action.patient_id)
