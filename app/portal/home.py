"""What each role sees first (ui.md section 1): the desk, the department, the command center, own ratings, reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.complaints import queue as complaints
from app.complaints.policy import Perm as ComplaintPerm
from app.complaints.promises import queries as promises
from app.core.access.actor import Actor, Role
from app.core.access.policy import can, visible
from app.core.db import db
from app.core.time import clock
from app.organizations.models import Department
from app.px_action_center import queries as actions
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm as ActionPerm
from app.px_action_center.queries import Filters
from app.surveys import trends
from app.surveys.models import SurveyInstance

SPAN = timedelta(days=30)
MOVES = timedelta(days=60)  # departments need more answers than a month brings
PROMISED = timedelta(days=7)
SHOWN = 6

KINDS: dict[Role, str] = {
    Role.PX_ADMIN: "command",
    Role.HOSPITAL_ADMIN: "command",
    Role.DEPARTMENT_MANAGER: "department",
    Role.PX_COORDINATOR: "desk",
    Role.PHYSICIAN: "ratings",
    Role.NURSE: "unit",
    Role.STAFF: "unit",
    Role.VIEWER: "reports",
}
LISTS: dict[str, tuple[str, ...]] = {  # which parts of the queue each home shows, in order
    "command": ("overdue", "to_approve"),
    "department": ("to_approve", "open"),
    "desk": ("open", "mine"),
    "ratings": ("mine",),
    "unit": ("mine",),
}


@dataclass(frozen=True, slots=True)
class CallBack:
    """A patient who asked to be called after a low score, whose action is still open."""

    survey_id: UUID
    action: PxAction
    department: Department | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that a first page shows; parts that the actor may not see are empty."""

    kind: str
    now: trends.Period | None = None
    before: trends.Period | None = None
    months: Sequence[trends.Month] = ()
    movers: Sequence[trends.Mover] = ()
    comments: Sequence[trends.Comment] = ()
    counts: dict[str, int] = field(default_factory=dict)
    lists: dict[str, list[actions.Row]] = field(default_factory=dict)
    callbacks: Sequence[CallBack] = ()
    promises: Sequence[promises.Due] = ()  # broken ones, and what is due today
    complaints: dict[str, int] = field(default_factory=dict)  # of each tab of their queue


def home_of(actor: Actor) -> Home:
    """Read the first page of an actor; at most nine statements."""
    kind = KINDS.get(actor.role, "plain") if actor.role else "plain"
    today = clock.now()
    physician_id = trends.physician_of(actor) if kind == "ratings" else None
    sees_figures = physician_id is not None or can(actor, trends.Perm.FIGURES_READ)
    now, before = (
        trends.two_periods(today - 2 * SPAN, today - SPAN, today, actor=actor, physician_id=physician_id)
        if sees_figures
        else (None, None)
    )
    sees_actions = can(actor, ActionPerm.READ)
    return Home(
        kind=kind,
        now=now,
        before=before,
        months=trends.months(_a_year_of_months(today), actor=actor, physician_id=physician_id)
        if sees_figures and kind != "desk"
        else (),
        movers=trends.movers(today - 2 * MOVES, today - MOVES, today, actor=actor)
        if kind in ("command", "reports")
        else (),
        comments=trends.comments(today - SPAN, actor=actor, physician_id=physician_id)
        if kind in ("desk", "department", "ratings")
        else (),
        counts=actions.tab_counts(actor=actor) if sees_actions else {},
        lists={tab: _list(tab, actor) for tab in LISTS.get(kind, ()) if sees_actions},
        complaints=complaints.tab_counts(actor=actor)
        if kind in ("command", "department", "desk") and can(actor, ComplaintPerm.READ)
        else {},
        promises=promises.due_of(actor, _end_of_day(today)) if can(actor, ComplaintPerm.PROMISE) else (),
        callbacks=_callbacks(today - PROMISED, actor) if kind == "desk" else (),
    )


def _a_year_of_months(today: datetime) -> datetime:
    """Give the beginning of the local month eleven months ago: twelve whole columns, the last one still growing."""
    local = today.astimezone(ZoneInfo(trends.ZONE))
    year, month = divmod(local.year * 12 + local.month - 1 - 11, 12)
    return local.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _end_of_day(today: datetime) -> datetime:
    """Give the midnight that ends this local day."""
    local = today.astimezone(ZoneInfo(trends.ZONE))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _list(tab: str, actor: Actor) -> list[actions.Row]:
    return actions.list_page(Filters(tab=tab), actor=actor, limit=SHOWN).rows


def _callbacks(since: datetime, actor: Actor) -> list[CallBack]:
    """Who asked to be called since then and whose action nobody has closed, the longest wait first."""
    rows = db.session.execute(
        select(SurveyInstance.id, PxAction, Department, SurveyInstance.completed_at)
        .join(PxAction, PxAction.source_id == SurveyInstance.id)
        .join(Department, Department.id == PxAction.department_id, isouter=True)
        .where(
            visible(PxAction, actor, ActionPerm.READ),
            PxAction.closed_at.is_(None),
            SurveyInstance.wants_callback.is_(True),
            SurveyInstance.completed_at >= since,
        )
        .order_by(SurveyInstance.completed_at)
        .limit(SHOWN)
    ).all()
    return [CallBack(row[0], row[1], row[2], row[3] or since) for row in rows]


def change(now: float | None, before: float | None) -> str:
    """Write a difference with its sign; nothing where one side is missing."""
    if now is None or before is None or round(now - before, 1) == 0:
        return ""
    return f"{now - before:+.1f}"
