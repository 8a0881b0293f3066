"""Colleagues who are named in a note: `@` and the beginning of their e-mail address; whoever may see the case is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts import queries as accounts
from app.accounts.models import User
from app.core.access.actor import Actor
from app.core.access.policy import can_on, roles_with
from app.core.db import db

MOST = 10
OFFERED = 8
PART = 200  # of those alike are asked for at a time
MOST_PARTS = 5
_NAME = re.compile(r"(?<![\w.+-])@([A-Za-z0-9][A-Za-z0-9._+-]{0,63})")


def nameable(text: str, case: Any, *, sees: str, actor: Actor) -> list[tuple[str, User]]:
    """Give colleagues whose name or address begins as typed after `@` and who may see the case, each with what names them."""
    if not text.strip():
        return []
    others = (each for each in _who_see(case, text, sees) if each.id != actor.id)
    return [(_name_of(each), each) for each in islice(others, OFFERED)]


def _who_see(case: Any, text: str, sees: str) -> Iterator[User]:
    """Read on among those alike until nobody asks for more: in a large group most may be of other departments."""
    roles, last = roles_with(sees), None
    for _part in range(MOST_PARTS):
        people = accounts.people_like(case.hospital_id, text, PART, roles=roles, after=last)
        actors = accounts.actors_of(people)
        yield from (who for who, as_actor in zip(people, actors, strict=True) if can_on(as_actor, sees, case))
        if len(people) < PART:
            return
        last = people[-1]


def mentioned_in(body: str, case: Any, *, sees: str, actor: Actor) -> list[UUID]:
    """Give who is named in a note on a case and may see that case, without the writer; at most ten, in the order of the text."""
    names = [each.rstrip(".-+").lower() for each in _NAME.findall(body)][: 2 * MOST]
    if not names:
        return []
    local = func.lower(func.split_part(User.email, "@", 1))
    query = select(User).where(local.in_(set(names)), User.is_active, User.archived_at.is_(None))
    found: dict[str, list[User]] = {}
    for user in db.session.execute(query).unique().scalars():
        found.setdefault(_name_of(user), []).append(user)
    people = [user for name in names for user in found.get(name, ()) if user.id != actor.id]
    actors = accounts.actors_of(people)
    allowed = [who.id for who, as_actor in zip(people, actors, strict=True) if can_on(as_actor, sees, case)]
    return list(dict.fromkeys(allowed))[:MOST]


def _name_of(user: User) -> str:
    return user.email.partition("@")[0].lower()
