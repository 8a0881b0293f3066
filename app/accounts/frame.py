"""What accounts gives to the frame of every page: the person, and the hospital switch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask, g
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import queries
from app.accounts.labels import ROLE_LABELS
from app.accounts.models import User
from app.core import i18n
from app.core.access.actor import Actor, ActorKind
from app.core.db import db
from app.core.i18n import named
from app.core.web import names, shell
from app.organizations import queries as organizations
from app.organizations.models import Hospital


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, for the person menu."""

    name: str
    email: str
    role_label: Any


def _account(actor: Actor) -> User | None:
    user: User | None = g.get("account")
    return user if user is not None and user.id == actor.id else queries.get(actor.id) if actor.id else None


def _person(actor: Actor) -> Person | None:
    user = _account(actor)
    if user is None:
        return None
    role = ROLE_LABELS.get(actor.role, "") if actor.role is not None else _("no role")
    return Person(named(user), user.email, role)


def hospitals_of(actor: Actor) -> Sequence[Hospital]:
    """Give the hospitals of the person, wherever they look now; read once for a page, with what the frame needs besides."""
    if "hospitals_reached" not in g:
        user = _account(actor)
        whole = queries.actor_of(user) if user is not None and actor.current_hospital_id else actor
        rows = db.session.execute(_reaching(whole.hospital_ids, actor.id)).all()
        g.hospitals_reached = [row[0] for row in rows]
        if rows:
            shell.keep_brought(rows[0][1:])
    reached: Sequence[Hospital] = g.hospitals_reached
    return reached


@lru_cache(maxsize=512)
def _reaching(hospital_ids: frozenset[UUID] | None, actor_id: UUID | None) -> Any:
    """Build the statement once for a person: the hospitals, each with what else the frame needs."""
    return organizations.hospitals_query(hospital_ids).add_columns(*shell.brought(actor_id))


def _hospitals(actor: Actor) -> list[tuple[str, str]]:
    """The hospitals to switch between; nothing to choose for people of one hospital."""
    found = hospitals_of(actor)
    return [(str(hospital.id), named(hospital)) for hospital in found] if len(found) > 1 else []


def _current(actor: Actor) -> str | None:
    """The hospital looked at now, or the only one; None: all of them."""
    found = hospitals_of(actor)
    if actor.current_hospital_id is not None:
        return next((named(hospital) for hospital in found if hospital.id == actor.current_hospital_id), None)
    return named(found[0]) if len(found) == 1 else None


def _zone() -> str:
    """The zone that every hospital looked at has; empty where they differ, and where nobody is signed in."""
    actor: Actor | None = g.get("actor")
    if actor is None or actor.kind != ActorKind.PERSON or actor.id is None:
        return ""
    at = actor.current_hospital_id
    zones = {hospital.zone for hospital in hospitals_of(actor) if at in (None, hospital.id)}
    return zones.pop() if len(zones) == 1 else ""


def init_app(app: Flask) -> None:
    """Give the parts."""
    i18n.follow_hospital(app, _zone)
    shell.give("person", _person)
    shell.give("hospital_choices", _hospitals)
    shell.give("current_hospital", _current)
    names.give("user", lambda ids: {key: named(user) for key, user in queries.names_of(ids).items()})
    names.give("hospital", _hospital_names, _hospital_options)


def _hospital_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Hospital).where(Hospital.id.in_(ids))).scalars()
    return {row.id: named(row) for row in rows}


def _hospital_options(actor: Actor) -> list[tuple[UUID, str]]:
    return [(row.id, named(row)) for row in organizations.options_hospitals(actor=actor)]
