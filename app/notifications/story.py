"""What was sent about a case, as lines of its timeline: what, where to, and whether it arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.db import db
from app.core.events.timeline import TimelineEntry
from app.core.web.story import Line, Mark, own_page
from app.notifications.models import Message
from app.notifications.policy import Perm
from app.notifications.words import message_label, message_words

MOST = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """The latest messages about a case: those that carry a text of the case by the text's id, the others as lines."""

    of_texts: Mapping[UUID, dict[str, Any]] = field(
        default_factory=dict
    )  # mark, note, href and id for that text's line
    lines: list[Line] = field(default_factory=list)
    ids: frozenset[str] = frozenset()

    def untold(self, entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
        """Leave out of a log what befell these messages on their way: their lines say how they stand now."""
        return [entry for entry in entries if entry.data.get("message_id") not in self.ids]


def sent_about(case_id: UUID, texts: Collection[UUID], *, actor: Actor) -> Sent:
    """Give the latest 50 messages about a case to people outside, never those to staff; one statement.

    The caller has found the case, and knows that the actor may read who is written to. `texts` are the ids of what was
    written on it: a message that was sent because of one is told with it, and has no line of its own.
    """
    rows: Sequence[Message] = (
        db.session.execute(
            select(Message)
            .where(Message.about_id == case_id, Message.user_id.is_(None))
            .order_by(Message.created_at.desc())
            .limit(MOST)
        )
        .scalars()
        .all()
    )
    may_open = can(actor, Perm.LOG_READ)
    by_suffix = {str(each): each for each in texts}
    of_texts: dict[UUID, dict[str, Any]] = {}
    lines = []
    for message in rows:
        said = _said(message, may_open=may_open)
        text_id = by_suffix.get(message.once.rpartition(":")[2])
        if text_id is not None:
            of_texts[text_id] = said
        else:
            lines.append(Line(message.created_at, "", str(message_label(message.template)), "send", **said))
    return Sent(of_texts, lines, frozenset(str(message.id) for message in rows))


def _said(message: Message, *, may_open: bool) -> dict[str, Any]:
    words = message_words(message)
    return {
        "mark": Mark(str(words["status"]), words["tone"]),
        "note": " ".join(str(each) for each in (words["channel"], _apart(words["address"]), words["reason"]) if each),
        "href": own_page("messages.show", message_id=message.id) if may_open else "",
        "message_id": message.id,
    }


def _apart(address: str) -> str:
    """Keep an address in its own direction, whatever is written around it."""
    return f"\u2066{address}\u2069" if address else ""
