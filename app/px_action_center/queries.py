"""Readers of PX actions: the queue with its tabs, and one action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import lazyload

from app.accounts.models import User
from app.core.access.actor import Actor
from app.core.access.policy import load, require, visible
from app.core.db import db
from app.core.db.said import MOST_SIGNS, Texts, found_by, words_of
from app.core.errors import NotFound
from app.core.text.digits import strip_marks, western_digits
from app.core.time import clock
from app.core.web.orders import order_in_force, orders_of
from app.organizations import queries as organizations
from app.organizations.models import Department, Patient
from app.px_action_center.enums import ActionStatus
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.policy import Perm, sees_patient

PAGE = 25
COUNT_CAP = 10_000
SOON = timedelta(hours=8)
TEXTS = (Texts(ActionNote, ActionNote.action_id),)  # that the search looks in besides
ORDERS = ("deadline", "newest", "oldest", "severity")  # the usual one first
TABS = ("mine", "unassigned", "due_soon", "overdue", "to_approve", "open", "all")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue, and its order; it lives in the address."""

    tab: str = "open"
    department_id: UUID | None = None
    severity: str = ""
    status: str = ""
    text: str = ""
    sort: str = ""

    def as_args(self) -> dict[str, str]:
        """Give them as the address of the queue names them, without those that narrow nothing."""
        given = {
            "tab": self.tab,
            "department": str(self.department_id or ""),
            "severity": self.severity,
            "status": self.status,
            "q": self.text,
            "sort": self.sort,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    action: PxAction
    department: Department | None
    owner: User | None
    patient: Patient | None = None  # in lists that show it


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue, by key."""

    rows: list[Row]
    next_key: str | None


def get(action_id: UUID, *, actor: Actor) -> PxAction:
    """Find an action through the actor. NotFound outside the scope."""
    return load(PxAction, action_id, actor=actor, needs=Perm.READ)


def get_whole(action_id: UUID, *, actor: Actor) -> tuple[PxAction, Department | None, User | None, Patient | None]:
    """Find an action with its department, owner and patient, in one statement. NotAllowed, NotFound outside the scope."""
    require(actor, Perm.READ)
    row = db.session.execute(
        select(PxAction, Department, User, Patient)
        .outerjoin(Department, Department.id == PxAction.department_id)
        .outerjoin(User, User.id == PxAction.assignee_id)
        .outerjoin(Patient, Patient.id == PxAction.patient_id)
        .where(PxAction.id == action_id, visible(PxAction, actor, Perm.READ))
        .options(lazyload(User.assignments))
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2], row[3]


def _tab_clause(tab: str, actor: Actor) -> ColumnElement[bool]:
    now = clock.now()
    is_open = PxAction.closed_at.is_(None)
    clauses: Mapping[str, ColumnElement[bool]] = {
        "mine": and_(is_open, PxAction.assignee_id == actor.id),
        "unassigned": and_(is_open, PxAction.assignee_id.is_(None)),
        "due_soon": and_(is_open, PxAction.due_at > now, PxAction.due_at <= now + SOON),
        "overdue": and_(is_open, PxAction.due_at <= now),
        "to_approve": PxAction.status == ActionStatus.PENDING_APPROVAL,
        "open": is_open,
        "all": PxAction.id.is_not(None),
    }
    return clauses[tab]


def of_source(source_id: UUID, *, actor: Actor) -> list[Row]:
    """Give the actions that one survey or case opened, as far as the actor may see them, newest first."""
    return of_sources([source_id], actor=actor)


def of_sources(source_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give the actions that any of these surveys and cases opened, as far as the actor may see them, newest first."""
    rows = db.session.execute(
        select(PxAction, Department, User)
        .join(Department, Department.id == PxAction.department_id, isouter=True)
        .join(User, User.id == PxAction.assignee_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(PxAction.source_id.in_(source_ids), visible(PxAction, actor, Perm.READ))
        .order_by(PxAction.created_at.desc())
        .limit(10)
    ).all()
    return [Row(*row) for row in rows]


def tab_counts(*, actor: Actor) -> dict[str, int]:
    """Count every tab but "all" in one statement over the open actions, up to 10,000."""
    scope = (
        select(PxAction.assignee_id, PxAction.due_at, PxAction.status, PxAction.closed_at)
        .where(visible(PxAction, actor, Perm.READ), PxAction.closed_at.is_(None))
        .limit(COUNT_CAP)
        .subquery()
    )
    now = clock.now()
    row = db.session.execute(
        select(
            func.count().filter(scope.c.assignee_id == actor.id),
            func.count().filter(scope.c.assignee_id.is_(None)),
            func.count().filter(scope.c.due_at > now, scope.c.due_at <= now + SOON),
            func.count().filter(scope.c.due_at <= now),
            func.count().filter(scope.c.status == ActionStatus.PENDING_APPROVAL),
            func.count(),
        ).select_from(scope)
    ).one()
    return dict(zip(TABS, row, strict=False))


def list_page(
    filters: Filters, *, actor: Actor, key: str | None = None, limit: int = PAGE, meant: Sequence[UUID] | None = None
) -> Page:
    """Give one page of the queue in the order asked for, usually of deadlines, by key; one statement whatever the number."""
    query = _filtered(
        select(PxAction, Department, User, Patient)
        .join(Department, Department.id == PxAction.department_id, isouter=True)
        .join(User, User.id == PxAction.assignee_id, isouter=True)
        .join(Patient, Patient.id == PxAction.patient_id, isouter=True)
        .options(lazyload(User.assignments)),  # a name is all that is shown
        filters,
        actor,
        meant,
    )
    order = orders_of(PxAction, "created_at")[order_in_force(filters.sort, ORDERS)]
    rows, next_key = order.page_of(query, key=key, limit=limit)
    return Page([Row(*row) for row in rows], next_key)


def list_chosen(action_ids: Sequence[UUID], *, actor: Actor) -> list[Row]:
    """Give those of these actions that the actor may see, in the order of their deadlines; one statement."""
    rows = db.session.execute(
        select(PxAction, Department, User)
        .join(Department, Department.id == PxAction.department_id, isouter=True)
        .join(User, User.id == PxAction.assignee_id, isouter=True)
        .options(lazyload(User.assignments))
        .where(PxAction.id.in_(action_ids), visible(PxAction, actor, Perm.READ))
        .order_by(PxAction.due_at.nulls_last(), PxAction.id)
    ).all()
    return [Row(*row) for row in rows]


def _filtered(query: Any, filters: Filters, actor: Actor, meant: Sequence[UUID] | None) -> Any:
    query = query.where(visible(PxAction, actor, Perm.READ), _tab_clause(filters.tab, actor))
    if filters.department_id:
        query = query.where(PxAction.department_id == filters.department_id)
    if filters.severity:
        query = query.where(PxAction.severity == filters.severity)
    if filters.status:
        query = query.where(PxAction.status == filters.status)
    if filters.text.strip():
        query = query.where(search_clause(filters.text, actor, meant))
    return query


def search_clause(text: str, actor: Actor, meant: Sequence[UUID] | None = None) -> ColumnElement[bool]:
    """Find by number, words of the title, of what was done and of notes, and by patient; each way has an index.

    By patient finds who may know the patient (`policy.py`); `meant` are those of this text, where the caller has looked.
    """
    wanted = " ".join(text.split())[:MOST_SIGNS]
    words = words_of(wanted)
    patients: Sequence[UUID] = ()
    if sees_patient(actor):
        patients = organizations.ids_of_patients(wanted, actor=actor) if meant is None else meant
    ways: list[ColumnElement[bool]] = [PxAction.reference == western_digits(strip_marks(wanted)).upper()]
    ways += [Texts(PxAction, PxAction.id).holds(words)] if words else []
    ways += [PxAction.patient_id.in_(patients)] if patients else []
    by_case, by_text = found_by(PxAction.id, ways, words, TEXTS)
    return by_case if by_text is None else or_(by_case, by_text)


def notes_of(action_id: UUID) -> list[tuple[ActionNote, User | None]]:
    """Give the notes of an action, newest first, with their authors; the caller has found the action."""
    return [
        (row[0], row[1])
        for row in db.session.execute(
            select(ActionNote, User)
            .join(User, User.id == ActionNote.author_id, isouter=True)
            .options(lazyload(User.assignments))
            .where(ActionNote.action_id == action_id)
            .order_by(ActionNote.created_at.desc())
        )
    ]
