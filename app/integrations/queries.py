"""Readers of the intake: the queue, its counts, and what can be sent through again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_

from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db
from app.core.text.digits import western_digits
from app.integrations.enums import REPAIRABLE, EventState
from app.integrations.models import InboundEvent, SourceSystem
from app.integrations.policy import Perm
from app.organizations import queries as organizations
from app.organizations.models import Patient

PAGE = 40
COUNT_CAP = 10_000
MOST_AT_ONCE = 500
MOST_PATIENTS = 50  # found by a name; more than these are not looked for, so that the list stays quick
WAITING = (EventState.RECEIVED, EventState.FAILED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; it lives in the address."""

    state: str = ""
    text: str = ""
    source_id: UUID | None = None


def list_page(filters: Filters, *, actor: Actor, before: tuple[datetime, UUID] | None = None) -> Sequence[Any]:
    """Give (event, patient or None), newest first, by key, one more than a page; one statement."""
    query: Any = select(InboundEvent, Patient).join(Patient, Patient.id == InboundEvent.patient_id, isouter=True)
    query = _narrowed(query, filters, actor).limit(PAGE + 1)
    query = query.order_by(InboundEvent.received_at.desc(), InboundEvent.id.desc())
    if before is not None:
        query = query.where(tuple_(InboundEvent.received_at, InboundEvent.id) < before)
    return db.session.execute(query).all()


def _narrowed(query: Select[Any], filters: Filters, actor: Actor) -> Select[Any]:
    query = query.where(visible(InboundEvent, actor, Perm.EVENT_READ))
    if filters.state:
        query = query.where(InboundEvent.state == filters.state)
    if filters.source_id:
        query = query.where(InboundEvent.source_id == filters.source_id)
    wanted = western_digits(filters.text.strip().replace("\x00", ""))
    if not wanted:
        return query
    patients = [row.id for row in organizations.search_patients(wanted, actor=actor, limit=MOST_PATIENTS)]
    return query.where(
        or_(
            InboundEvent.mrn == wanted,
            InboundEvent.encounter == wanted,
            InboundEvent.external_id == wanted,
            InboundEvent.code == wanted.upper(),
            InboundEvent.patient_id.in_(patients),
        )
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How the queue stands: events by state, and since when the oldest that waits has been here."""

    counts: Mapping[str, int]
    oldest: datetime | None


def standing(*, actor: Actor) -> Standing:
    """Count the events of each state (of the 10,000 newest) and find the oldest that waits, in one statement."""
    seen = visible(InboundEvent, actor, Perm.EVENT_READ)
    newest = (
        select(InboundEvent.state).where(seen).order_by(InboundEvent.received_at.desc()).limit(COUNT_CAP).subquery()
    )
    oldest = select(func.min(InboundEvent.received_at)).where(seen, InboundEvent.state.in_(WAITING)).scalar_subquery()
    rows = db.session.execute(select(newest.c.state, func.count(), oldest).group_by(newest.c.state)).all()
    return Standing({state: count for state, count, _oldest in rows}, rows[0][2] if rows else None)


def repairable(filters: Filters, *, actor: Actor, ids: Collection[UUID] = ()) -> Sequence[Any]:
    """Give (event, patient or None) of what can be sent through again, oldest first, up to 500: `ids`, else all shown.

    Without a state in the filters: what failed or was given up, not what was ignored.
    """
    wanted = [filters.state] if filters.state in REPAIRABLE else [EventState.FAILED, EventState.DEAD]
    query: Any = select(InboundEvent, Patient).join(Patient, Patient.id == InboundEvent.patient_id, isouter=True)
    query = _narrowed(query, filters, actor).where(visible(InboundEvent, actor, Perm.EVENT_REPROCESS))
    if ids:
        query = query.where(InboundEvent.id.in_(ids), InboundEvent.state.in_(REPAIRABLE))
    else:
        query = query.where(InboundEvent.state.in_(wanted))
    query = query.order_by(InboundEvent.received_at, InboundEvent.id).limit(MOST_AT_ONCE)
    return db.session.execute(query).all()


def options_sources(*, actor: Actor) -> Sequence[SourceSystem]:
    """Give the source systems of the actor's hospitals, for a select."""
    query = select(SourceSystem).where(
        visible(SourceSystem, actor, Perm.SETUP_READ), SourceSystem.archived_at.is_(None)
    )
    return db.session.execute(query.order_by(SourceSystem.name_en, SourceSystem.id).limit(200)).scalars().all()


def of_same_id(event: InboundEvent) -> Sequence[InboundEvent]:
    """Give the other events of the same source that came with the same id."""
    query = (
        select(InboundEvent)
        .where(InboundEvent.source_id == event.source_id, InboundEvent.external_id == event.external_id)
        .where(InboundEvent.format == event.format, InboundEvent.id != event.id)
        .order_by(InboundEvent.received_at.desc())
        .limit(5)
    )
    return db.session.execute(query).scalars().all()
