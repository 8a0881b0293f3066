"""The list of visits by key: newest first, whatever the number stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db
from app.core.text.digits import western_digits
from app.core.time import clock
from app.journeys.models import Journey
from app.journeys.policy import Perm
from app.journeys.queries import without_stages
from app.organizations.models import Department, Patient

ROWS = 25


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What narrows the list; it lives in the address."""

    status: str = ""
    kind: str = ""
    stage_id: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of (Journey, Patient, Department), and the key from which the next page goes on."""

    rows: list[Any]
    next_key: str | None


def list_page(filters: ListFilters, *, actor: Actor, key: str | None = None, limit: int = ROWS) -> Page:
    """Give visits in one statement; a key that cannot be read begins at the newest."""
    query = _narrowed(filters, actor)
    after = _read(key)
    if after is not None:
        query = query.where(tuple_(Journey.started_at, Journey.id) < after)
    rows = list(db.session.execute(query.limit(limit + 1)).all())
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, _key(rows[-1].Journey) if more else None)


def _narrowed(filters: ListFilters, actor: Actor) -> Select[Any]:
    query: Any = (
        select(Journey, Patient, Department)
        .join(Patient, Patient.id == Journey.patient_id)
        .join(Department, Department.id == Journey.department_id, isouter=True)
        .where(visible(Journey, actor, Perm.READ))
        .options(without_stages())
        .order_by(Journey.started_at.desc(), Journey.id.desc())
    )
    if filters.status:
        query = query.where(Journey.status == filters.status)
    if filters.kind:
        query = query.where(Journey.kind == filters.kind)
    if filters.stage_id:
        query = query.where(Journey.current_stage_id == filters.stage_id)
    wanted = western_digits(filters.text.strip().replace("\x00", ""))
    if wanted:
        query = query.where(Journey.encounter == wanted)
    return query


def _key(journey: Journey) -> str:
    return f"{journey.started_at.timestamp():.6f}_{journey.id}"


def _read(key: str | None) -> tuple[datetime, UUID] | None:
    """Read the place where the page before ended."""
    moment, _, row_id = (key or "").partition("_")
    try:
        return datetime.fromtimestamp(float(moment), clock.now().tzinfo), UUID(row_id)
    except (ValueError, OverflowError, OSError):
        return None
