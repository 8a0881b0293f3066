"""Why this deadline: a clock in words, its rule and those passed over, every window, the ladder, what a pause would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.core.db.base import db
from app.core.i18n import exact, minutes
from app.core.sla import clocks
from app.core.sla.calendars import calendar_of
from app.core.sla.choosing import Rulebook, subject_of
from app.core.sla.kinds import KINDS, ClockKind
from app.core.sla.models import SlaClock, SlaDecision, SlaPause, SlaPolicy, SlaRevision, WorkingCalendar
from app.core.sla.words import cause_label, filter_words, people_of, rung_label
from app.core.time import calendar as working
from app.core.time import clock as time
from app.core.time.trace import Line, explain
from app.core.web import names

SOON_SHARE = 0.9  # of the target: the second reminder
RETURN_DAYS = (1, 5)  # what a pause of so many days would do; five is the longest that a patient may keep us waiting


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step of the clock: what, who is told, when, when it was decided, and of which cases; not `counts`: not of this one."""

    sort: str
    label: str
    who: str
    at: datetime | None
    decided_at: datetime | None
    only: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Pausing:
    """What a pause from now on would do."""

    left_minutes: float
    returns: tuple[tuple[datetime, datetime | None], ...]  # resumed then -> due then


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock as a page shows it."""

    clock: SlaClock
    due: datetime | None
    state: str  # running, soon, breached, paused, met, missed, stopped
    label: str
    reason: str
    lines: tuple[Line, ...]
    steps: tuple[Ahead, ...]

    @property
    def ahead(self) -> list[tuple[str, datetime | None]]:
        """The escalations still to come: whom the case goes to, and when."""
        return [
            (step.who, step.at)
            for step in self.steps
            if step.sort == "escalation" and step.counts and step.decided_at is None
        ]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything about one deadline, for its own page."""

    deadline: Deadline
    calendar: WorkingCalendar | None
    rule: str
    passed_over: tuple[tuple[str, str], ...]
    revisions: tuple[tuple[SlaRevision, str, str], ...]  # with the cause in words and who caused it
    pausing: Pausing | None


def deadline_of(clock: SlaClock) -> Deadline:
    """Explain a clock: state, words, one-line reason, every window that counted, and its steps."""
    return _explained([clock])[0]


def deadlines_of(subject_id: UUID) -> dict[str, Deadline]:
    """Explain the newest clock of each kind of a case, by kind; as many statements for one clock as for all of them."""
    found = db.session.execute(  # held until the end, so that the session has rules and calendars at hand
        select(SlaClock, SlaPolicy, WorkingCalendar)
        .outerjoin(SlaPolicy, SlaPolicy.id == SlaClock.policy_id)
        .outerjoin(WorkingCalendar, WorkingCalendar.id == SlaClock.calendar_id)
        .outerjoin(SlaClock.pauses)
        .options(contains_eager(SlaClock.pauses))
        .where(SlaClock.subject_id == subject_id)
        .order_by(SlaClock.cycle, SlaClock.created_at, SlaPause.from_at)
    )
    rows = found.unique().all()
    newest = {row[0].kind: row[0] for row in rows}
    return {deadline.clock.kind: deadline for deadline in _explained(list(newest.values()))}


def _explained(of: Sequence[SlaClock]) -> list[Deadline]:
    decided = _decisions([clock.id for clock in of])
    people = _people(str(rung["to"]) for clock in of for rung in clock.ladder)
    found = []
    for clock in of:
        trace = explain(calendar_of(clock), clock.started_at, clock.allowed_seconds, clocks.pauses_of(clock))
        state, label = _state(clock)
        steps = _steps(clock, decided.get(clock.id, {}), people)
        found.append(Deadline(clock, clock.due_at, state, label, _reason(clock), trace.lines, steps))
    return found


def trace_of(clock: SlaClock) -> Trace:
    """Explain a clock in full: the rule and those passed over, every value it has had, and what a pause would do."""
    policy = _policy(clock)  # both are held, so that the session has them at hand throughout
    calendar = db.session.get(WorkingCalendar, clock.calendar_id) if clock.calendar_id else None
    chosen = Rulebook().choice(clock.kind, subject_of(clock)) if clock.is_open else None
    passed = chosen.passed_over if chosen else ()
    return Trace(
        deadline=deadline_of(clock),
        calendar=calendar,
        rule=rule_words(policy, KINDS.get(clock.kind)),
        passed_over=tuple((rule_words(rule, KINDS.get(clock.kind)), _why_not(code)) for rule, code in passed),
        revisions=_revisions(clock),
        pausing=_pausing(clock),
    )


def _state(clock: SlaClock) -> tuple[str, str]:
    now = time.now()
    if clock.stopped_at is not None:
        missed = clock.breached_at is not None
        return ("missed", _("Ended late")) if missed else ("met", _("Ended in time"))
    if clock.due_at is None:
        left = working.remaining(
            calendar_of(clock), clock.started_at, clock.allowed_seconds, now, clocks.pauses_of(clock)
        )
        return "paused", _("Paused, %(time)s left", time=minutes(left / 60))
    left_minutes = (clock.due_at - now).total_seconds() / 60
    if left_minutes <= 0:
        return "breached", _("%(time)s overdue", time=minutes(-left_minutes))
    used = working.elapsed(calendar_of(clock), clock.started_at, now, clocks.pauses_of(clock))
    state = "soon" if used >= SOON_SHARE * clock.allowed_seconds else "running"
    return state, _("%(time)s left", time=minutes(left_minutes))


def _policy(clock: SlaClock) -> SlaPolicy | None:
    return db.session.get(SlaPolicy, clock.policy_id) if clock.policy_id else None


def _reason(clock: SlaClock) -> str:
    given = {
        "hours": _hours(clock.target_seconds),
        "start": exact(clock.started_at),
        "rule": rule_words(_policy(clock), KINDS.get(clock.kind)),
    }
    paused = _paused_minutes(clock)
    if clock.calendar_id is not None:
        said = _("%(hours)s of working time from %(start)s, rule: %(rule)s", **given)
    else:
        said = _("%(hours)s around the clock from %(start)s, rule: %(rule)s", **given)
    if clock.extra_seconds > 0:
        said = _("%(reason)s, extended by %(time)s", reason=said, time=minutes(clock.extra_seconds / 60))
    elif clock.extra_seconds < 0:
        said = _("%(reason)s, held back until a second person agrees", reason=said)
    return _("%(reason)s, paused %(time)s", reason=said, time=minutes(paused)) if paused else said


def _hours(seconds: int) -> str:
    """Write a target in hours, as rules are spoken of: 24 working hours are not one day."""
    whole, rest = divmod(seconds // 60, 60)
    return _("%(count)s h", count=whole) if not rest else minutes(seconds / 60)


def _paused_minutes(clock: SlaClock) -> float:
    now = time.now()
    spans = [(span.until_at or now) - span.from_at for span in clock.pauses]
    return sum(span.total_seconds() for span in spans) / 60


def rule_words(rule: SlaPolicy | None, kind: ClockKind | None) -> str:
    """Name a rule by what it asks for: severity high; source ministry; or every case."""
    if rule is None:
        return _("no rule")
    said = [
        str(kind.words(name, code) if kind else code)
        for name in ("source", "category", "priority", "severity")
        if (code := getattr(rule, name))
    ]
    words = _(", ").join(said) if said else _("every case")
    return words if rule.hospital_id is None else _("%(rule)s (own rule of the hospital)", rule=words)


def _why_not(code: str) -> str:
    return {
        "other_source": _("another source"),
        "other_category": _("another category"),
        "other_priority": _("another priority"),
        "other_severity": _("another severity"),
        "less_specific": _("a more specific rule fits"),
    }.get(code, code)


def _steps(clock: SlaClock, decided: Mapping[str, datetime], people: Mapping[UUID, str]) -> tuple[Ahead, ...]:
    stopped = clock.stopped_at is not None
    only = {int(rung["level"]): filter_words(rung, KINDS.get(clock.kind)) for rung in clock.ladder}
    found = []
    for step in clocks.steps_of(clock):
        if stopped and step.code not in decided:
            continue
        label, who = _words_of(step.sort, step.code, step.to, step.level, people)
        at = clocks.instant_of(clock, step)
        found.append(Ahead(step.sort, label, who, at, decided.get(step.code), only.get(step.level, "")))
    for step in clocks.rungs_left_out(clock):  # said too, so that nobody looks for them
        label, who = _words_of(step.sort, step.code, step.to, step.level, people)
        found.append(Ahead(step.sort, label, who, None, decided.get(step.code), only[step.level], counts=False))
    return tuple(found)


def _decisions(clock_ids: Sequence[UUID]) -> dict[UUID, dict[str, datetime]]:
    rows = db.session.execute(
        select(SlaDecision.clock_id, SlaDecision.step, SlaDecision.decided_at).where(
            SlaDecision.clock_id.in_(clock_ids)
        )
    )
    found: dict[UUID, dict[str, datetime]] = {}
    for row in rows:
        found.setdefault(row.clock_id, {})[row.step] = row.decided_at
    return found


def _people(codes: Any) -> Mapping[UUID, str]:
    return names.of("user", people_of(codes))


def _words_of(sort: str, code: str, to: str, level: int, people: Mapping[UUID, str]) -> tuple[str, str]:
    if sort == "reminder":
        return _("Reminder at %(percent)s %%", percent=code.partition(":")[2]), _("the owner")
    if sort == "breach":
        return _("Deadline"), _("the owner")
    return _("Escalation, level %(level)s", level=level), rung_label(to, people)


def _revisions(clock: SlaClock) -> tuple[tuple[SlaRevision, str, str], ...]:
    rows = (
        db.session.execute(
            select(SlaRevision).where(SlaRevision.clock_id == clock.id).order_by(SlaRevision.created_at, SlaRevision.id)
        )
        .scalars()
        .all()
    )
    people = names.of("user", [row.by_id for row in rows if row.by_id])
    return tuple(
        (row, cause_label(row.cause), people.get(row.by_id, "PX360") if row.by_id else "PX360") for row in rows
    )


def _pausing(clock: SlaClock) -> Pausing | None:
    """Say what a pause from now on would do; None where none can begin."""
    if not clock.pausable or clock.stopped_at is not None or clock.due_at is None or clock.due_at <= time.now():
        return None
    now, hours, spans = time.now(), calendar_of(clock), clocks.pauses_of(clock)
    left = working.remaining(hours, clock.started_at, clock.allowed_seconds, now, spans)
    returns = []
    for days in RETURN_DAYS:
        until = now + timedelta(days=days)
        due = working.due(hours, clock.started_at, clock.allowed_seconds, [*spans, working.Pause(now, until)])
        returns.append((until, due))
    return Pausing(left / 60, tuple(returns))
