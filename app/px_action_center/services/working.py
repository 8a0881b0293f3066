"""Working on actions: owner, steps of the workflow, severity, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.core.access.actor import Actor, system_actor
from app.core.access.policy import authorize, load
from app.core.bulk.deeds import Wish
from app.core.bulk.together import Became, Changed, Owners, decide_each, settle
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

PLACE = "actions"  # of open pages
BACK = "uncancel"


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
def hand_over(wishes: Mapping[UUID, Wish], *, actor: Actor) -> Became:
    """Give many actions new owners, or none, in one transaction of few statements; the new owners are told.

    Gives of each the action as it is now, or why it stayed as it was (see `Owners.hand_over`).
    """
    return OWNERS.hand_over(wishes, actor=actor)


OWNERS = Owners(
    PxAction,
    place=PLACE,
    needs=Perm.ASSIGN,
    sees=Perm.READ,
    final=FINAL,
    works_in=accounts.works_in,
    says=lambda row, to, previous: ActionAssigned(
        row.id, row.hospital_id, row.reference, row.department_id, to, previous
    ),
    ended=_l("This action has ended."),
    elsewhere=_l("The owner must work in the hospital of this action."),
)


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
    if verb == BACK:
        _go_on([action], actor)
    if action.status in FINAL or action.status == ActionStatus.APPROVED:
        sla.stop([action.id])
    _say_moved(action, verb, before, actor)
    if action.status == ActionStatus.APPROVED:
        _close(action)
    return action


@command
def cancel_many(versions: Mapping[UUID, int | None], reason: str, *, actor: Actor) -> Became:
    """Cancel many actions for one reason, in one transaction of few statements; their clocks end.

    Gives of each what `move` gives or raises: the action as it is now, or why it stayed as it was. Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid(reason=_l("Say why."))
    became, changed = _step_many(versions, "cancel", actor)
    sla.stop([each.row.id for each in changed])
    settle(changed, PLACE, actor=actor)
    db.session.add_all(_note(each.row, reason, actor, "cancel") for each in changed)
    return became


@command
def uncancel_many(versions: Mapping[UUID, int | None], *, actor: Actor) -> Became:
    """Take the cancellation of many back, within three minutes: each is in the state in which it was, and its clock counts on.

    Gives of each what `move` gives or raises.
    """
    became, changed = _step_many(versions, BACK, actor)
    _go_on([each.row for each in changed], actor)
    settle(changed, PLACE, actor=actor)
    return became


def _step_many(versions: Mapping[UUID, int | None], verb: str, actor: Actor) -> tuple[Became, list[Changed]]:
    def decide(action: PxAction, _wish: Wish) -> Changed:
        before = action.status
        ACTION.apply(action, verb, actor=actor)
        about = (action.id, action.hospital_id, action.reference, action.department_id)
        return Changed(action, ActionMoved(*about, verb, before, action.status))

    wishes = {action_id: Wish(version) for action_id, version in versions.items()}
    return decide_each(PxAction, wishes, decide, needs=Perm.READ, actor=actor)


def _go_on(actions: Sequence[PxAction], actor: Actor) -> None:
    """What was cancelled a moment ago goes on as though it had not been."""
    for action in actions:
        action.closed_at = None
    sla.regain(actions, actor=actor)


def _close(action: PxAction) -> None:
    """An approved action is closed by PX360 at once."""
    system = system_actor("approved actions are closed", action.hospital_id)
    before = action.status
    ACTION.apply(action, "close", actor=system)
    _say_moved(action, "close", before, system)


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
def judge_many(wishes: Mapping[UUID, Wish], *, actor: Actor) -> Became:
    """Give many actions the severity of their wish, in one transaction of few statements; deadlines count from the start.

    Gives of each the action as it is now, or why it stayed as it was: as `change_severity`.
    """

    def decide(action: PxAction, wish: Wish) -> Changed | None:
        _still_open(action)
        severity, before = wish.given["severity"], action.severity
        if severity not in set(Severity):
            raise Invalid(severity=_l("Choose one of the listed codes."))
        if severity == before:
            return None
        action.severity = severity
        about = (action.id, action.hospital_id, action.reference, action.department_id)
        return Changed(action, ActionSeverityChanged(*about, before, severity), Change.of(action))

    became, changed = decide_each(PxAction, wishes, decide, needs=Perm.ASSIGN, sees=Perm.READ, actor=actor)
    sla.revise_many([each.row for each in changed], actor=actor)
    settle(changed, PLACE, actor=actor)
    return became


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
    note = _note(action, body, actor, kind)
    db.session.add(note)
    db.session.flush()
    return note


def _note(action: PxAction, body: str, actor: Actor, kind: str) -> ActionNote:
    return ActionNote(
        hospital_id=action.hospital_id,
        action_id=action.id,
        author_id=actor.id,
        kind=kind,
        body=body.strip(),
        text_language="ar" if looks_arabic(body) else "en",
    )


def _still_open(action: PxAction) -> None:
    if action.status in FINAL:
        raise Conflict(_l("This action has ended."), code="wrong_state", current=action)
