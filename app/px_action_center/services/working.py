"""Working on actions: owner, steps of the workflow, severity, notes."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.core.access.actor import Actor, system_actor
from app.core.access.policy import authorize, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.events import Change, record
from app.core.text.scripts import looks_arabic
from app.core.web.live import touch
from app.px_action_center import sla
from app.px_action_center.enums import FINAL, WRITTEN_BY_PEOPLE, ActionStatus, Severity
from app.px_action_center.events import ActionAssigned, ActionMoved, ActionNoted, ActionSeverityChanged
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.policy import Perm
from app.px_action_center.workflow import ACTION
from app.surveys.services import following

REASON_NEEDED = {"return", "cancel"}


def _load(action_id: UUID, needs: Perm, actor: Actor, version: int | None) -> PxAction:
    return load(PxAction, action_id, actor=actor, needs=needs, sees=Perm.READ, version=version, lock=True)


@command
def assign(action_id: UUID, *, to: UUID, version: int, actor: Actor) -> PxAction:
    """Make `to` the owner, who is told at once.

    Invalid: `to` does not work in the action's hospital. Conflict: somebody changed the action since `version`.
    """
    action = _load(action_id, Perm.ASSIGN, actor, version)
    _still_open(action)
    if not accounts.works_in(to, action.hospital_id):
        raise Invalid(assignee=_l("The owner must work in the hospital of this action."))
    if action.assignee_id != to:
        previous, action.assignee_id = action.assignee_id, to
        record(
            ActionAssigned(action.id, action.hospital_id, action.reference, action.department_id, to, previous),
            actor=actor,
            change=Change.of(action),
        )
        touch("actions", hospital_id=action.hospital_id)
    return action


@command
def move(action_id: UUID, verb: str, *, version: int, actor: Actor, reason: str = "", outcome: str = "") -> PxAction:
    """Take a step of the workflow.

    Invalid: a return or a cancellation without a reason, a submission without what was done. Conflict: the state or a
    guard refuses, or `version` is stale. NotAllowed: the actor may not take this step.
    """
    action = _load(action_id, Perm.READ, actor, version)
    before = action.status
    step = ACTION.apply(action, verb, actor=actor)
    if "reason" in step.fields and not reason.strip():
        raise Invalid(reason=_l("Say why."))
    if "outcome" in step.fields:
        if not outcome.strip():
            raise Invalid(outcome=_l("Say what was done."))
        action.outcome, action.submitted_by_id = outcome.strip(), actor.id
    if reason.strip():
        _write(action, reason, actor, kind=verb)
    _say_moved(action, verb, before, actor)
    if action.status == ActionStatus.APPROVED:
        _close(action)
    elif action.status in FINAL:
        sla.stop(action.id, actor=actor)
    return action


def _close(action: PxAction) -> None:
    """An approved action is closed by PX360 at once, which stops its clock."""
    system = system_actor("approved actions are closed", action.hospital_id)
    before = action.status
    ACTION.apply(action, "close", actor=system)
    _say_moved(action, "close", before, system)
    sla.stop(action.id, actor=system)


def _say_moved(action: PxAction, verb: str, before: str, actor: Actor) -> None:
    record(
        ActionMoved(action.id, action.hospital_id, action.reference, action.department_id, verb, before, action.status),
        actor=actor,
    )
    touch("actions", hospital_id=action.hospital_id)


@command
def change_severity(action_id: UUID, severity: str, *, version: int, actor: Actor) -> PxAction:
    """Judge the action graver or less grave; its deadline counts anew from the original start."""
    action = _load(action_id, Perm.ASSIGN, actor, version)
    _still_open(action)
    if severity not in set(Severity):
        raise Invalid(severity=_l("Choose one of the listed codes."))
    if action.severity != severity:
        before, action.severity = action.severity, severity
        change = Change.of(action)
        sla.revise(action, actor=actor)
        record(
            ActionSeverityChanged(
                action.id, action.hospital_id, action.reference, action.department_id, before, severity
            ),
            actor=actor,
            change=change,
        )
    return action


@command
def add_note(action_id: UUID, body: str, *, kind: str = "note", actor: Actor) -> ActionNote:
    """Write on the action, or what was said in a call with the patient; the first call after a survey closes its loop.

    Invalid: nothing was written, or it is no kind that people write.
    """
    action = _load(action_id, Perm.READ, actor, None)
    authorize(actor, Perm.WORK, action)
    if not body.strip():
        raise Invalid(body=_l("Write something first."))
    if kind not in WRITTEN_BY_PEOPLE:
        raise Invalid(kind=_l("Choose one of the listed codes."))
    note = _write(action, body, actor, kind)
    if kind == "call" and action.source_id is not None:
        following.called(action.source_id, actor=actor)
    record(ActionNoted(action.id, action.hospital_id, action.reference, action.department_id, note.id), actor=actor)
    touch("actions", hospital_id=action.hospital_id)
    return note


def _write(action: PxAction, body: str, actor: Actor, kind: str = "note") -> ActionNote:
    note = ActionNote(
        hospital_id=action.hospital_id,
        action_id=action.id,
        author_id=actor.id,
        kind=kind,
        body=body.strip(),
        text_language="ar" if looks_arabic(body) else "en",
    )
    db.session.add(note)
    db.session.flush()
    return note


def _still_open(action: PxAction) -> None:
    if action.status in FINAL:
        raise Conflict(_l("This action has ended."), code="wrong_state", current=action)
