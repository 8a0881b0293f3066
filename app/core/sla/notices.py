"""Word of clocks to people: at once, when work begins, or as one summary after an outage (product.md section 6).

Outside working time only critical cases notify; the decision and its true time are not touched by that. What was decided
late is gathered until the sweep has caught up, and each person gets one line for all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import passage
from app.core.db.base import db
from app.core.db.ids import uuid7
from app.core.db.unit import unit_of_work
from app.core.events.kinds import Entry
from app.core.events.models import Delivery
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import SWEEPS, job
from app.core.sla.calendars import working_hours
from app.core.sla.models import SlaClock, SlaNotice
from app.core.time import calendar as working
from app.core.time import clock as time

LATE = timedelta(minutes=10)  # decided so long after its time: there was an outage, or the deadline moved
GATHER = timedelta(minutes=1)  # late word is gathered at least so long
PATIENCE = timedelta(minutes=15)  # and at most so long, however far behind the sweep is
SUMMARY = "core/clocks"
BATCH = 500

_senders: list[Callable[..., int]] = []


def send_with(notify: Callable[..., int]) -> None:
    """Say how a person is told (notifications gives its bell; this signature is the bell's)."""
    _senders[:] = [notify]


def tell(
    people: Iterable[UUID],
    kind: str,
    entry: Entry,
    *,
    url: str,
    params: dict[str, str],
    hospital_id: UUID,
    is_urgent: bool,
    actor: Actor,
) -> None:
    """Tell people of a clock's step, inside the handler of its event: now, or as a notice that waits."""
    told = list(dict.fromkeys(people))
    now = time.now()
    tell_at = _tell_at(entry, hospital_id, now)
    if tell_at > now:
        _keep(told, kind, entry, url, params, hospital_id, is_urgent, tell_at)
        return
    for notify in _senders:
        notify(
            told,
            kind,
            about=(entry.subject_type, entry.subject_id),
            url=url,
            params=params,
            once=f"{entry.id}:{kind}",
            hospital_id=hospital_id,
            is_urgent=is_urgent,
            actor=actor,
        )


def _tell_at(entry: Entry, hospital_id: UUID, now: datetime) -> datetime:
    due = datetime.fromisoformat(entry.data["due_at"]) if entry.data.get("due_at") else now
    late = now + GATHER if now - due > LATE else now
    if entry.data.get("severity") == "critical":
        return late
    return max(late, working.next_open(working_hours(hospital_id), now))


def _keep(
    people: list[UUID],
    kind: str,
    entry: Entry,
    url: str,
    params: dict[str, str],
    hospital_id: UUID,
    is_urgent: bool,
    tell_at: datetime,
) -> None:
    now = time.now()
    common: dict[str, Any] = {
        "hospital_id": hospital_id,
        "kind": kind,
        "step": entry.kind.rpartition(".")[2],
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "url": url,
        "params": params,
        "once": f"{entry.id}:{kind}",
        "is_urgent": is_urgent,
        "tell_at": tell_at,
        "created_at": now,
        "updated_at": now,
    }
    rows = [{**common, "id": uuid7(), "user_id": user_id} for user_id in people]
    if rows:
        with passage("the handler of the clock's own event writes for the clock's hospital"):
            db.session.execute(insert(SlaNotice).values(rows).on_conflict_do_nothing())


@job(queue=SWEEPS, timeout=120)
def tell_waiting() -> None:
    """Tell everyone what has waited for them and is due: one line each, or one summary for all of it."""
    with acting_as(system_actor("tell what deadlines have waited")) as actor:
        if not _has_caught_up():
            return
        while _tell_next_person(actor):
            pass


periodic(tell_waiting, every_seconds=20, purpose="Tell people of deadlines when work begins, and once after an outage")


def _has_caught_up() -> bool:
    """Wait until the sweep and the handlers behind it have said everything, but never longer than patience lasts."""
    now = time.now()
    oldest = db.session.execute(
        select(SlaNotice.tell_at).where(SlaNotice.told_at.is_(None)).order_by(SlaNotice.tell_at).limit(1)
    ).scalar_one_or_none()
    if oldest is None or oldest > now:
        return False
    if now - oldest > PATIENCE:
        return True
    clock = db.session.execute(select(SlaClock.id).where(SlaClock.look_at <= now).limit(1)).first()
    event = db.session.execute(
        select(Delivery.id).where(Delivery.parked_at.is_(None), Delivery.due_at <= now, Delivery.attempts == 0).limit(1)
    ).first()
    return clock is None and event is None


def _tell_next_person(actor: Actor) -> bool:
    with unit_of_work():
        now = time.now()
        first = db.session.execute(
            select(SlaNotice.user_id)
            .where(SlaNotice.told_at.is_(None), SlaNotice.tell_at <= now)
            .order_by(SlaNotice.tell_at)
            .limit(1)
        ).scalar_one_or_none()
        if first is None:
            return False
        waiting = (
            db.session.execute(
                select(SlaNotice)
                .where(SlaNotice.user_id == first, SlaNotice.told_at.is_(None), SlaNotice.tell_at <= now)
                .order_by(SlaNotice.id)
                .limit(BATCH)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            .scalars()
            .all()
        )
        if waiting:
            _send(first, list(waiting), actor)
        for notice in waiting:
            notice.told_at = now
    return True


def _send(user_id: UUID, waiting: list[SlaNotice], actor: Actor) -> None:
    first = waiting[0]
    alone = len(waiting) == 1
    counts = Counter(notice.step for notice in waiting)
    words = {name: str(counts[name]) for name in ("reminded", "breached", "escalated")}
    for notify in _senders:
        notify(
            [user_id],
            first.kind if alone else SUMMARY,
            about=(first.subject_type, first.subject_id),
            url=first.url if alone else first.url.rpartition("/")[0] + "/",
            params=first.params if alone else words,
            once=first.once if alone else f"{SUMMARY}:{first.id}",
            hospital_id=first.hospital_id,
            is_urgent=any(notice.is_urgent for notice in waiting),
            actor=actor,
        )
