"""Reactions of the action center: signals open actions, and those concerned are told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.accounts import queries as accounts
from app.accounts.rungs import people_on_rung, rungs_from
from app.core.access.actor import Actor, Role, system_actor
from app.core.db import db
from app.core.events import Entry, Signal, on, record
from app.core.events.erasure import forget_details
from app.core.sla import notices
from app.core.sla.events import ClockBreached, ClockEscalated, ClockMoved, ClockReminded
from app.core.web.live import touch
from app.notifications.services import bell
from app.organizations.events import PatientErased
from app.px_action_center import sla
from app.px_action_center.enums import SignalKind
from app.px_action_center.events import ActionAssigned, ActionJoined, ActionMoved, ActionOpened, ActionPassedOn
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.services import opening
from app.px_action_center.sla import SUBJECT

bell.kind("actions/opened", _l("New action %(reference)s"))
bell.kind("actions/assigned", _l("You are the owner of action %(reference)s"))
bell.kind("actions/callback", _l("The patient of action %(reference)s asks to be called back"))
bell.kind("actions/to_approve", _l("Action %(reference)s awaits your approval"))
bell.kind("actions/returned", _l("Action %(reference)s was returned to you"))
bell.kind("actions/reminder", _l("Action %(reference)s: %(percent)s %% of its time has passed"))
bell.kind("actions/breached", _l("Action %(reference)s is overdue"))
bell.kind("actions/escalated", _l("Action %(reference)s was escalated to you"))

ERASED = "–"


def _actor(entry: Entry) -> Actor:
    return system_actor("the action center tells who is concerned", entry.hospital_id)


@on(Signal)
def open_action_for_signal(entry: Entry) -> None:
    """Open the action that a signal deserves."""
    if entry.signal is not None:
        opening.open_from_signal(entry.signal, source_id=entry.subject_id, actor=_actor(entry))


@on(PatientErased)
def forget_erased_patient_of_action(entry: Entry) -> None:
    """Remove what people wrote on the actions of an erased patient; codes stay for statistics (domain.md section 1.4)."""
    of_patient = PxAction.patient_id == entry.subject_id
    ids = db.session.execute(select(PxAction.id).where(of_patient)).scalars().all()
    db.session.execute(update(ActionNote).where(ActionNote.action_id.in_(ids)).values(body=ERASED))
    db.session.execute(update(PxAction).where(of_patient, PxAction.outcome != "").values(outcome=ERASED))
    by_hand = PxAction.source_kind == opening.MANUAL
    db.session.execute(update(PxAction).where(of_patient, by_hand).values(title_en=ERASED, title_ar=ERASED))
    forget_details(ids)


@on(ActionOpened)
def tell_of_new_action(entry: Entry) -> None:
    """Tell the owner and the PX office."""
    if entry.hospital_id is None:
        return
    office = people_on_rung(Role.PX_COORDINATOR, entry.hospital_id, [])
    owner = entry.uuid("assignee_id")
    _tell(entry, [owner] if owner else [], "actions/assigned")
    _tell(entry, [user_id for user_id in office if user_id != owner], "actions/opened")


@on(ActionAssigned)
def tell_new_owner(entry: Entry) -> None:
    """Tell the new owner."""
    owner = entry.uuid("assignee_id")
    if owner is not None and owner != entry.actor_id:
        _tell(entry, [owner], "actions/assigned")


@on(ActionJoined)
def tell_owner_of_wish(entry: Entry) -> None:
    """Tell the owner that the patient of an action asks to be called."""
    owner = entry.uuid("assignee_id")
    if owner is not None and entry.data["signal_kind"] == SignalKind.SURVEY_CALLBACK:
        _tell(entry, [owner], "actions/callback")


@on(ActionMoved)
def tell_of_step(entry: Entry) -> None:
    """Tell approvers what awaits them, and the owner what came back."""
    action = db.session.get(PxAction, entry.subject_id)
    if action is None:
        return
    if entry.data["verb"] == "submit":
        _tell(entry, [who for who in _approvers(action) if who != entry.actor_id], "actions/to_approve")
    elif entry.data["verb"] == "return" and action.assignee_id:
        _tell(entry, [action.assignee_id], "actions/returned")


def _approvers(action: PxAction) -> list[UUID]:
    managers = (
        accounts.people_with_role(action.hospital_id, Role.DEPARTMENT_MANAGER, action.department_id)
        if action.department_id
        else []
    )
    return [person.id for person in managers or accounts.people_with_role(action.hospital_id, Role.HOSPITAL_ADMIN)]


@on(ClockMoved)
def take_new_due_time(entry: Entry) -> None:
    """Copy the due time that a changed calendar or rule gave the clock to the action, for lists."""
    action = _clocked(entry)
    if action is not None:
        sla.take_due_time(action)
        touch("actions", hospital_id=action.hospital_id)


@on(ClockReminded, ClockBreached)
def tell_owner_of_time(entry: Entry) -> None:
    """Remind the owner, and say when the deadline has passed."""
    action = _clocked(entry)
    if action is None or action.assignee_id is None:
        return
    breached = entry.kind == ClockBreached.kind
    _tell_in_time(
        entry,
        action,
        [action.assignee_id],
        "actions/breached" if breached else "actions/reminder",
        percent=str(entry.data.get("percent", "")),
        is_urgent=breached,
    )


@on(ClockEscalated)
def tell_next_level(entry: Entry) -> None:
    """Tell the rung of the ladder: a role's people, deputies included, or a named person; an empty rung falls to the next.

    Each rung that was passed over is logged (product.md section 6).
    """
    action = _clocked(entry)
    if action is None:
        return
    departments = [action.department_id] if action.department_id else []
    for to in rungs_from(entry.data["to"]):
        people = people_on_rung(to, action.hospital_id, departments)
        if people:
            _tell_in_time(entry, action, people, "actions/escalated", is_urgent=True)
            return
        record(
            ActionPassedOn(
                action.id, action.hospital_id, action.reference, action.department_id, entry.data["level"], to
            ),
            actor=_actor(entry),
        )


def _tell_in_time(
    entry: Entry, action: PxAction, people: list[UUID], kind: str, *, is_urgent: bool, percent: str = ""
) -> None:
    """Tell of a deadline: now, when work begins, or in the summary after an outage."""
    notices.tell(
        people,
        kind,
        entry,
        url=f"/actions/{action.id}",
        params={"reference": action.reference, "percent": percent},
        hospital_id=action.hospital_id,
        is_urgent=is_urgent,
        actor=_actor(entry),
    )


def _clocked(entry: Entry) -> PxAction | None:
    return db.session.get(PxAction, entry.subject_id) if entry.subject_type == SUBJECT else None


def _tell(entry: Entry, people: Iterable[UUID], kind: str) -> None:
    action = db.session.get(PxAction, entry.subject_id)
    if action is None:
        return
    bell.notify(
        people,
        kind,
        about=("action", action.id),
        url=f"/actions/{action.id}",
        params={"reference": action.reference},
        once=f"{entry.id}:{kind}",
        hospital_id=action.hospital_id,
        actor=_actor(entry),
    )
