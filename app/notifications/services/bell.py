"""The bell: in-app notifications, one line per person and decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.access.wall import passage, standing
from app.core.db import command, db, uuid7
from app.core.errors import NotFound
from app.core.time import clock
from app.core.web.live import touch
from app.notifications.models import Notification

COUNT_CAP = 100

KINDS: dict[str, Any] = {}


def kind(code: str, text: Any) -> None:
    """Declare a kind of notification with its sentence (lazy, with named placeholders)."""
    KINDS[code] = text


@command
def notify(
    user_ids: Iterable[UUID],
    kind_code: str,
    *,
    about: tuple[str, UUID],
    url: str,
    params: Mapping[str, str],
    once: str,
    hospital_id: UUID | None,
    actor: Actor,
    is_urgent: bool = False,
) -> int:
    """Put a line on the bell of each person; the same decision (`once`) again changes nothing. Returns the new lines."""
    now = clock.now()
    rows = [
        {
            "id": uuid7(),
            "created_at": now,
            "updated_at": now,
            "user_id": user_id,
            "hospital_id": hospital_id,
            "kind": kind_code,
            "params": dict(params),
            "url": url,
            "about_type": about[0],
            "about_id": about[1],
            "once": once,
            "is_urgent": is_urgent,
        }
        for user_id in dict.fromkeys(user_ids)
    ]
    if not rows:
        return 0
    with passage("the caller's command has authorised this hospital; one line per person and decision"):
        made = db.session.execute(
            insert(Notification)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["user_id", "once"])
            .returning(Notification.user_id)
        ).scalars()
        told = list(made)
    for user_id in told:
        touch("bell", user_id=user_id)
    return len(told)


def unread_count(actor: Actor) -> int:
    """Count the actor's unread lines, up to 100."""
    if actor.id is None:
        return 0
    return db.session.execute(_UNREAD_COUNT, {"user_id": actor.id}).scalar_one()


_UNREAD = select(Notification.id).where(Notification.user_id == bindparam("user_id"), Notification.read_at.is_(None))
_UNREAD_COUNT = standing(select(func.count()).select_from(_UNREAD.limit(COUNT_CAP).subquery()))


def latest(actor: Actor, limit: int = 20) -> list[Notification]:
    """Give the actor's newest lines."""
    return list(
        db.session.execute(
            select(Notification)
            .where(Notification.user_id == actor.id)
            .order_by(Notification.created_at.desc(), Notification.id.desc())
            .limit(limit)
        ).scalars()
    )


def sentence(line: Notification) -> str:
    """Give the words of a line in the reader's language."""
    text = KINDS.get(line.kind)
    return str(text) % line.params if text is not None else line.kind


@command
def mark_read(*, actor: Actor, up_to: UUID | None = None) -> None:
    """Mark the actor's lines as read: all, or one."""
    change = update(Notification).where(Notification.user_id == actor.id, Notification.read_at.is_(None))
    if up_to is not None:
        change = change.where(Notification.id == up_to)
    db.session.execute(change.values(read_at=clock.now()).execution_options(synchronize_session=False))
    if actor.id:
        touch("bell", user_id=actor.id)


@command
def open_line(line_id: UUID, *, actor: Actor) -> str:
    """Mark one of the actor's lines as read and give where it leads. NotFound: somebody else's."""
    line = db.session.execute(
        select(Notification).where(Notification.id == line_id, Notification.user_id == actor.id)
    ).scalar_one_or_none()
    if line is None:
        raise NotFound()
    line.read_at = line.read_at or clock.now()
    if actor.id:
        touch("bell", user_id=actor.id)
    return line.url
