"""Keeping views: made, changed, shared, removed by who owns them, and chosen as the start of a queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, require
from app.core.db import command, db
from app.core.db.locks import take_turn
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import Change, record
from app.core.saved_views.events import SavedViewChanged
from app.core.saved_views.models import NAME_MOST, SavedView, StartView
from app.core.saved_views.places import PLACES, Place, Reader
from app.core.saved_views.policy import Perm
from app.core.saved_views.queries import MOST_OWN, MOST_SHARED, changeable, readable

LAST = 99  # highest position


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What a view is called, whether the hospital has it too, and its place among the others (0 to 99)."""

    name: str
    is_shared: bool = False
    position: int = 0


@command
def keep(place: str, facts: ViewFacts, filters: Mapping[str, Any], *, actor: Actor) -> SavedView:
    """Keep filters of a queue under a name.

    NotAllowed: the queue is not the actor's to read, or sharing is not. Invalid: by field (no such place, no filter or
    one that is not valid, the name, too many).
    """
    where = PLACES.get(place)
    if where is None:
        raise Invalid(place=_("Choose one of the listed codes."))
    require(actor, where.needs)
    _one_at_a_time(actor)
    reading = Reader(actor).read(where, filters)
    if reading.dropped or not reading.filters:
        raise Invalid(filters=_("Choose a tab or a filter first.") if not filters else _("A filter is not valid."))
    view = SavedView(
        hospital_id=actor.current_hospital_id or actor.only_hospital_id,
        owner_id=actor.id,
        place=place,
        filters=reading.filters,
    )
    if _count(SavedView.owner_id == actor.id, SavedView.place == place) >= MOST_OWN:
        raise Invalid(name=_("You have %(most)s views here. Remove one first.", most=MOST_OWN))
    _set(view, facts, actor)
    db.session.add(view)
    db.session.flush()
    _say(view, "kept", actor)
    if view.is_shared:
        _say(view, "shared", actor)
    return view


@command
def change(view_id: UUID, facts: ViewFacts, *, version: int, actor: Actor) -> SavedView:
    """Rename a view, share it or take it back, or give it another place.

    NotFound: not the actor's to change. Conflict (`version`). NotAllowed: sharing is not the actor's. Invalid: by field.
    """
    _one_at_a_time(actor)
    view = _load(view_id, version, actor)
    was_shared = view.is_shared
    _set(view, facts, actor)
    changed = Change.of(view, leave_out=frozenset({"updated_at", "version", "name"}))
    db.session.flush()
    if was_shared != view.is_shared:
        _say(view, "shared" if view.is_shared else "unshared", actor, changed)
        if was_shared:
            db.session.execute(
                delete(StartView).where(StartView.view_id == view.id, StartView.user_id != view.owner_id)
            )
    else:
        _say(view, "changed", actor, changed)
    return view


@command
def remove(view_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Remove a view; queues that opened with it open plainly again. NotFound: not the actor's. Conflict (`version`)."""
    view = _load(view_id, version, actor)
    _say(view, "removed", actor)
    db.session.delete(view)
    db.session.flush()


@command
def start_with(view_id: UUID, *, actor: Actor) -> SavedView:
    """Let a queue open with this view for the actor, in place of another. NotFound: none that the actor may see."""
    view = db.session.execute(select(SavedView).where(SavedView.id == view_id, readable(actor))).scalar_one_or_none()
    if view is None:
        raise NotFound()
    require(actor, PLACES[view.place].needs)
    _one_at_a_time(actor)
    _forget_start(view.place, actor)
    db.session.add(StartView(user_id=actor.id, place=view.place, view_id=view.id))
    db.session.flush()
    _say(view, "start", actor)
    return view


@command
def start_plainly(view_id: UUID, *, actor: Actor) -> SavedView:
    """Let a queue that opens with this view open plainly again. NotFound: none that the actor may see."""
    view = db.session.execute(select(SavedView).where(SavedView.id == view_id, readable(actor))).scalar_one_or_none()
    if view is None:
        raise NotFound()
    _forget_start(view.place, actor)
    _say(view, "no_start", actor)
    return view


def _forget_start(place: str, actor: Actor) -> None:
    db.session.execute(delete(StartView).where(StartView.user_id == actor.id, StartView.place == place))


def _one_at_a_time(actor: Actor) -> None:
    """Let one person keep one view at a time: two clicks would both find the name free."""
    take_turn(str(actor.id), 366)


def _load(view_id: UUID, version: int | None, actor: Actor) -> SavedView:
    query = select(SavedView).where(SavedView.id == view_id, changeable(actor))
    options = {"populate_existing": True}
    view = db.session.execute(query.with_for_update().execution_options(**options)).scalar_one_or_none()
    if view is None:
        raise NotFound()
    if version is not None and version != view.version:
        raise Conflict(current=view)
    return view


def _set(view: SavedView, facts: ViewFacts, actor: Actor) -> None:
    name = " ".join(facts.name.split())
    wrong: dict[str, Any] = {}
    if not 1 <= len(name) <= NAME_MOST:
        wrong["name"] = _("Give a name of at most %(most)s characters.", most=NAME_MOST)
    elif _count(
        SavedView.owner_id == view.owner_id,
        SavedView.place == view.place,
        SavedView.name == name,
        SavedView.hospital_id.is_not_distinct_from(view.hospital_id),
        SavedView.id.is_distinct_from(view.id),
    ):
        wrong["name"] = _("There is a view of this name already.")
    if not 0 <= facts.position <= LAST:
        wrong["position"] = _("Give a number from 0 to %(most)s.", most=LAST)
    if facts.is_shared and not view.is_shared:
        wrong |= _cannot_share(view, actor)
    if wrong:
        raise Invalid(**wrong)
    view.name, view.is_shared, view.position = name, facts.is_shared, facts.position


def _cannot_share(view: SavedView, actor: Actor) -> dict[str, Any]:
    """Raises NotAllowed where the right is missing; gives why it is not possible here otherwise."""
    require(actor, Perm.SHARE)
    if view.hospital_id is None:
        return {"is_shared": _("Choose one hospital at the top first, then keep the view again.")}
    if not can_reach_hospital(actor, Perm.SHARE, view.hospital_id):
        raise NotAllowed()
    shared = (SavedView.hospital_id == view.hospital_id, SavedView.place == view.place, SavedView.is_shared.is_(True))
    if _count(*shared) >= MOST_SHARED:
        return {"is_shared": _("The hospital has %(most)s shared views here. Take one back first.", most=MOST_SHARED)}
    return {}


def _count(*where: ColumnElement[bool]) -> int:
    with db.session.no_autoflush:
        return db.session.execute(select(func.count()).select_from(SavedView).where(*where)).scalar_one()


def _say(view: SavedView, what: str, actor: Actor, change: Change | None = None) -> None:
    record(SavedViewChanged(view.id, view.hospital_id, view.place, what), actor=actor, change=change)


def place_of(code: str, actor: Actor) -> Place:
    """Find a queue by its code. NotFound: there is none. NotAllowed: it is not the actor's to read."""
    if code not in PLACES:
        raise NotFound()
    require(actor, PLACES[code].needs)
    return PLACES[code]
