"""Readers of saved views: those beside a queue, and one by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, select, true

from app.core.access.actor import Actor
from app.core.access.policy import can, can_on, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.saved_views.models import ChosenColumns, SavedView, StartView
from app.core.saved_views.places import PLACES, Place, Reader, Reading, address, places_of
from app.core.saved_views.policy import Perm

MOST_OWN = 20  # of one person at one queue
MOST_SHARED = 20  # of one hospital at one queue


@dataclass(frozen=True, slots=True)
class Shown:
    """One view as its reader gets it: only what holds now, and what was dropped."""

    id: UUID
    place: Place
    name: str
    position: int
    version: int
    is_shared: bool
    is_own: bool
    is_start: bool
    may_change: bool
    reading: Reading

    @property
    def url(self) -> str:
        """The address of the queue with the filters of the view."""
        return address(self.place, self.reading.filters, view=self.id)


def readable(actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of the views that an actor may see: the own ones, and those shared in a hospital that is reached."""
    hospitals = actor.hospital_ids
    here = SavedView.hospital_id.is_not(None) if hospitals is None else SavedView.hospital_id.in_(hospitals)
    return or_(SavedView.owner_id == actor.id, and_(SavedView.is_shared, here))


def changeable(actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of the views that an actor may change: the own ones; who keeps order also those shared by others."""
    return or_(SavedView.owner_id == actor.id, and_(SavedView.is_shared, visible(SavedView, actor, Perm.MANAGE)))


def rows(*, actor: Actor) -> Select[Any]:
    """Give the statement from which lists start: the views of queues that the actor may read."""
    codes = [place.code for place in places_of(actor)]
    return select(SavedView).where(readable(actor), SavedView.place.in_(codes))


def list_views(*, actor: Actor) -> list[Shown]:
    """Give the views of all queues, own ones first, each in its place; one statement and those of the choices."""
    query, reader = _with_start(rows(actor=actor), actor).order_by(*_order(actor)), Reader(actor)
    return [shown(row, bool(start), reader) for row, start in db.session.execute(query).all()]


def list_of_queue(place: Place, *, actor: Actor, reader: Reader) -> tuple[list[Shown], list[str] | None]:
    """Give the views of a queue in order, and the columns that the actor chose there (None: none); one statement."""
    found = db.session.execute(_of_queue(place.code, Actor(actor.kind, actor.id, actor.holdings))).all()
    return [shown(row, bool(start), reader) for _codes, row, start in found if row is not None], found[0][0]


@lru_cache(maxsize=512)
def _of_queue(place: str, who: Actor) -> Any:
    """Build the statement of `list_of_queue` once for somebody's rights; it gives a row also where there is no view."""
    always, may_read = select(literal(1)).subquery(), true() if can(who, PLACES[place].needs) else false()
    return (
        select(ChosenColumns.codes, SavedView, StartView.view_id.is_not(None))
        .select_from(always)
        .outerjoin(ChosenColumns, and_(ChosenColumns.user_id == who.id, ChosenColumns.place == place))
        .outerjoin(SavedView, and_(may_read, readable(who), SavedView.place == place))
        .outerjoin(StartView, _is_start(who))
        .order_by(*_order(who))
    )


def get(view_id: UUID, *, actor: Actor) -> Shown:
    """Find a view through the actor. NotFound: another hospital's, or another person's own."""
    found = db.session.execute(_with_start(rows(actor=actor), actor).where(SavedView.id == view_id)).one_or_none()
    if found is None:
        raise NotFound()
    return shown(found[0], bool(found[1]), Reader(actor))


def _with_start(query: Select[Any], actor: Actor) -> Select[Any]:
    return query.add_columns(StartView.view_id.is_not(None)).outerjoin(StartView, _is_start(actor))


def _is_start(actor: Actor) -> ColumnElement[bool]:
    return and_(StartView.view_id == SavedView.id, StartView.user_id == actor.id)


def _order(actor: Actor) -> tuple[Any, ...]:
    return (SavedView.place, SavedView.owner_id != actor.id, SavedView.position, SavedView.name, SavedView.id)


def shown(row: SavedView, is_start: bool, reader: Reader) -> Shown:
    """Read what a view holds through the allow-list of its queue."""
    is_own, place = row.owner_id == reader.actor.id, PLACES[row.place]
    return Shown(
        id=row.id,
        place=place,
        name=row.name,
        position=row.position,
        version=row.version,
        is_shared=row.is_shared,
        is_own=is_own,
        is_start=is_start,
        may_change=is_own or (row.is_shared and can_on(reader.actor, Perm.MANAGE, row)),
        reading=reader.read(place, row.filters),
    )


def shown_of(views: Sequence[SavedView], *, actor: Actor) -> list[Shown]:
    """Read what each of these views holds; one statement for the start views, and those of the choices."""
    ids = [view.id for view in views]
    starts = select(StartView.view_id).where(StartView.user_id == actor.id, StartView.view_id.in_(ids))
    chosen, reader = set(db.session.execute(starts).scalars()), Reader(actor)
    return [shown(view, view.id in chosen, reader) for view in views]
