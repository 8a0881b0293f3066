"""Queues of cases, for complaints and inquiries alike: tabs and their counts, the search, and pages by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, any_, bindparam, func, literal_column, select
from sqlalchemy.orm import lazyload

from app.accounts.models import User
from app.complaints.policy import Perm
from app.complaints.sources.known import as_column, remember
from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.core.db.among import among
from app.core.db.said import LEAST_SIGNS, MOST_SIGNS
from app.core.text.digits import strip_marks, western_digits
from app.core.text.names import name_needles
from app.core.time import clock
from app.core.web.orders import Order, order_in_force, orders_of
from app.organizations.models import Department, Patient
from app.organizations.queries import LEAST_DIGITS, TAIL_DIGITS, meant_patients

PAGE = 25
COUNT_CAP = 10_000
SOON = timedelta(hours=8)
TABS = ("mine", "new", "unassigned", "due_soon", "overdue", "open", "all")
PHONE_SIGNS = frozenset("0123456789+-() ")  # what people write phones with; kept is +966...


Meant = Sequence[UUID] | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What is particular to the queue of one kind of case."""

    model: Any
    reads: str  # the permission to read
    new: str  # the state in which nobody has begun
    awaited: frozenset[Any]  # the states that still ask the office for something
    numbers: tuple[Any, ...]  # columns that are found by a number as it stands

    def tab_clause(self, tab: str, actor: Actor) -> ColumnElement[bool]:
        """Give the WHERE of a tab."""
        now, model = clock.now(), self.model
        at_work = model.closed_at.is_(None)
        clauses: Mapping[str, Callable[[], ColumnElement[bool]]] = {
            "mine": lambda: and_(at_work, model.assignee_id == actor.id),
            "new": lambda: and_(at_work, model.status == self.new),
            "unassigned": lambda: and_(at_work, model.assignee_id.is_(None)),
            "due_soon": lambda: and_(
                at_work, model.status.in_(self.awaited), model.due_at > now, model.due_at <= now + SOON
            ),
            "overdue": lambda: and_(at_work, model.status.in_(self.awaited), model.due_at <= now),
            "open": lambda: at_work,
            "all": lambda: model.id.is_not(None),
        }
        return clauses[tab]()

    def tab_counts(self, actor: Actor) -> dict[str, int]:
        """Count every tab but "all" in one statement over what has not ended, up to 10,000; it brings the sources along."""
        now = clock.now()
        counting = _counting(self, Actor(actor.kind, actor.id, actor.holdings))
        *counts, sources = db.session.execute(counting, {"now": now, "soon": now + SOON}).one()
        remember(sources)
        return dict(zip(TABS, counts, strict=False))

    def ways(self, text: str, actor: Actor, meant: Meant = None) -> list[ColumnElement[bool]]:
        """Give the ways in which a search finds cases: by number, words, names in either script, phone, e-mail address or
        file number; each has an index.

        Who may not know who speaks finds by number only. `meant` are the patients of this text, where the caller has
        looked them up already.
        """
        wanted = " ".join(text.split())[:MOST_SIGNS]
        number = western_digits(strip_marks(wanted)).upper()
        empty: ColumnElement[str] = literal_column("''")  # for the indexes that leave out what has no number
        by_number = [and_(column == number, column != empty) for column in self.numbers]
        if not can(actor, Perm.IDENTIFY):
            return by_number
        ways = [
            and_(*(self.model.search.contains(word, autoescape=True) for word in way if word))
            for way in name_needles(wanted)
            if len(wanted) >= LEAST_SIGNS
        ]
        digits = "".join(sign for sign in number if sign.isdigit())
        if len(digits) >= LEAST_DIGITS and set(number) <= PHONE_SIGNS:
            ways.append(self.model.search.contains(digits.lstrip("0")[-TAIL_DIGITS:], autoescape=True))
        if meant is None:
            ways.append(self.model.patient_id == any_(func.array(meant_patients(wanted, actor).scalar_subquery())))
        elif meant:
            ways.append(among(self.model.patient_id, meant))
        return [*by_number, *ways]

    def with_people(self, *more: Any) -> Any:
        """Give the query of a list's lines: the case, its department, owner and patient, and `more` columns."""
        found = select(self.model, Department, User, Patient, *more)
        return self.beside_people(found).options(lazyload(User.assignments))

    def beside_people(self, query: Any) -> Any:
        """Join the department, the owner and the patient of each case, where it has them."""
        return (
            query.join(Department, Department.id == self.model.department_id, isouter=True)
            .join(User, User.id == self.model.assignee_id, isouter=True)
            .join(Patient, Patient.id == self.model.patient_id, isouter=True)
        )

    def orders(self, tab: str) -> tuple[str, ...]:
        """Give the orders that a tab offers, the usual one first: deadlines are of what has not ended."""
        graded = ("severity",) if hasattr(self.model, "severity") else ()
        return ("newest", "oldest", *graded) if tab == "all" else ("deadline", "newest", "oldest", *graded)

    def page_of(
        self, query: Any, tab: str, *, sort: str = "", key: str | None, limit: int
    ) -> tuple[Sequence[Any], str | None]:
        """Run one page of lines in the order that is wanted, by key; what the tab does not offer gives its usual order."""
        return self.order_of(tab, sort).page_of(query, key=key, limit=limit)

    def order_of(self, tab: str, sort: str = "") -> Order:
        """Give the order that is wanted; the usual one of the tab where it does not offer that."""
        return orders_of(self.model, "received_at")[order_in_force(sort, self.orders(tab))]


@lru_cache(maxsize=512)
def _counting(queue: Queue, who: Actor) -> Any:
    """Build the statement of `Queue.tab_counts` once for somebody's rights; it is given `now` and `soon`."""
    model, now = queue.model, bindparam("now", type_=DateTime(timezone=True))
    scope = (
        select(model.assignee_id, model.due_at, model.status)
        .where(visible(model, who, queue.reads), model.closed_at.is_(None))
        .limit(COUNT_CAP)
        .subquery()
    )
    awaited = scope.c.status.in_(queue.awaited)
    soon = scope.c.due_at <= bindparam("soon", type_=DateTime(timezone=True))
    return select(
        func.count().filter(scope.c.assignee_id == who.id),
        func.count().filter(scope.c.status == queue.new),
        func.count().filter(scope.c.assignee_id.is_(None)),
        func.count().filter(scope.c.due_at > now, soon, awaited),
        func.count().filter(scope.c.due_at <= now, awaited),
        func.count(),
        as_column(),
    ).select_from(scope)
