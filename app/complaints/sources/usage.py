"""How much a source is used, and what depends on it: figures of its cases, and the rules that name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import func, or_, select, union_all

from app.complaints import queue as complaints
from app.complaints.assigning.models import AssignmentRule
from app.complaints.inquiries import queries as inquiries
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db
from app.core.i18n import named
from app.core.sla.explain import rule_words
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaPolicy
from app.core.sla.policy import Perm as SlaPerm
from app.core.time import clock

SPAN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Usage:
    """The cases of a source that the reader may see."""

    received: int = 0  # in the last twelve months
    open: int = 0
    overdue: int = 0  # of the open ones
    last_at: datetime | None = None  # None: not in the last twelve months

    def plus(self, other: Usage) -> Usage:
        """Add the cases of another kind."""
        last = max((each for each in (self.last_at, other.last_at) if each), default=None)
        return Usage(self.received + other.received, self.open + other.open, self.overdue + other.overdue, last)


@dataclass(frozen=True, slots=True)
class Naming:
    """Something that names a source: what it is, and where it stands."""

    words: str
    url: str


def usage(*, actor: Actor, code: str = "") -> dict[str, Usage]:
    """Give the figures of every source by code (or of one), complaints and inquiries together; one statement.

    They are of the cases that the actor sees.
    """
    since = clock.now() - SPAN
    counts = [_counts(queue, actor, since, code) for queue in (complaints.QUEUE, inquiries.QUEUE)]
    found: dict[str, Usage] = {}
    for each, *figures in db.session.execute(union_all(*counts)):
        found[each] = found.get(each, Usage()).plus(Usage(*figures))
    return found


def _counts(queue: Any, actor: Actor, since: datetime, code: str) -> Any:
    model = queue.model
    is_new, is_open = model.received_at >= since, model.closed_at.is_(None)
    return (
        select(
            model.channel,
            func.count().filter(is_new),
            func.count().filter(is_open),
            func.count().filter(queue.tab_clause("overdue", actor)),
            func.max(model.received_at).filter(is_new),
        )
        .where(visible(model, actor, queue.reads), or_(is_new, is_open), *([model.channel == code] if code else []))
        .group_by(model.channel)
    )


def naming(code: str, *, actor: Actor) -> list[Naming]:
    """List the deadline rules, levels of ladders and assignment rules that name a source and that the actor may read."""
    return [*_deadlines(code, actor), *_assignments(code, actor)]


def _deadlines(code: str, actor: Actor) -> list[Naming]:
    kinds = {each.code: each for each in KINDS.values() if isinstance(each.sources, Labels)}
    query = select(SlaPolicy).where(
        visible(SlaPolicy, actor, SlaPerm.POLICY_READ),
        SlaPolicy.archived_at.is_(None),
        SlaPolicy.clock.in_(kinds),
        or_(SlaPolicy.source == code, SlaPolicy.ladder.contains([{"sources": [code]}])),
    )
    rules = db.session.execute(query.order_by(SlaPolicy.clock, SlaPolicy.id).limit(50)).scalars()
    return [
        Naming(f"{kind.label}: {rule_words(rule, kind)}", url_for("sla_policies.show", policy_id=rule.id))
        for rule in rules
        for kind in (kinds[rule.clock],)
    ]


def _assignments(code: str, actor: Actor) -> list[Naming]:
    query = select(AssignmentRule).where(
        visible(AssignmentRule, actor, Perm.ASSIGN_RULE_READ),
        AssignmentRule.archived_at.is_(None),
        AssignmentRule.channel == code,
    )
    rules = db.session.execute(query.order_by(AssignmentRule.code).limit(50)).scalars()
    return [Naming(named(rule), url_for("admin_assignment_rules.show", row_id=rule.id)) for rule in rules]
