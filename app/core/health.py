"""Health: is the process alive, can it serve, and (for administrators) how old is what waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template
from flask_babel import lazy_gettext as _l
from redis.exceptions import RedisError
from rq import Queue, Worker
from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.access.actor import Role
from app.core.access.policy import Scope, can, grant
from app.core.db.base import db
from app.core.events.models import Delivery, EventUnsealed
from app.core.jobs.queues import QUEUES, redis_client
from app.core.jobs.runs import last_runs
from app.core.sla.models import SlaClock, SlaRecount
from app.core.time import clock
from app.core.web.doors import current_actor, public, requires

bp = Blueprint("health", __name__, url_prefix="/health")


class Perm(StrEnum):
    """Rights on the kernel's own pages."""

    HEALTH = "core:health:read"
    AUDIT = "core:audit:read"
    DELIVERIES = "core:delivery:work"


grant(
    {
        Perm.HEALTH: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
        Perm.AUDIT: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
        Perm.DELIVERIES: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
    }
)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One line of the health page: what it is, its value, and whether that is good."""

    label: Any
    value: Any
    is_good: bool


_gauges: list[Callable[[], list[Gauge]]] = []


def gauges(read: Callable[[], list[Gauge]]) -> Callable[[], list[Gauge]]:
    """Add a domain's lines to the health page."""
    _gauges.append(read)
    return read


def at_once(*queries: Select[Any]) -> tuple[Any, ...]:
    """Read several single values in one statement."""
    return tuple(db.session.execute(select(*(each.scalar_subquery() for each in queries))).one())


@bp.get("/live/")
@public("load balancers ask whether the process is alive")
def live() -> Response:
    """Answer at once, without database or Redis."""
    return jsonify({"status": "ok"})


@bp.get("/ready/")
@public("load balancers ask whether this process can serve")
def ready() -> tuple[Response, int]:
    """Answer 200 when the database can be reached; Redis away is said but does not stop pages."""
    found = {"database": _database_answers(), "redis": _redis_answers()}
    good = found["database"]
    return jsonify({"status": "ok" if good else "unavailable", **found}), 200 if good else 503


@bp.get("/")
@requires(Perm.HEALTH)
def page() -> str:
    """Show administrators queues, oldest outbox row, sweeps and providers."""
    lines = [gauge for read in (_kernel, *_gauges) for gauge in read()]
    may_deliver = can(current_actor, Perm.DELIVERIES)
    return render_template("core/health.html", gauges=lines, runs=last_runs(), may_deliver=may_deliver)


def _database_answers() -> bool:
    try:
        return db.session.execute(text("SELECT 1")).scalar_one() == 1
    except SQLAlchemyError:
        db.session.rollback()
        return False


def _redis_answers() -> bool:
    try:
        return bool(redis_client().ping())
    except RedisError:
        return False


def _age_seconds(instant: datetime | None) -> float:
    return max((clock.now() - instant).total_seconds(), 0.0) if instant else 0.0


def _kernel() -> list[Gauge]:
    now = clock.now()
    due = Delivery.parked_at.is_(None) & (Delivery.due_at <= now)
    oldest, waiting, parked = db.session.execute(
        select(
            func.min(Delivery.due_at).filter(due),
            func.count().filter(due),
            func.count().filter(Delivery.parked_at.is_not(None)),
        )
    ).one()
    unsealed, late, recounting = at_once(
        select(func.count()).select_from(EventUnsealed),
        select(func.min(SlaClock.look_at)).where(SlaClock.look_at <= now),
        select(func.count()).select_from(SlaRecount).where(SlaRecount.finished_at.is_(None)),
    )
    lines = [
        Gauge(_l("Events waiting"), waiting, waiting < 1000),
        Gauge(_l("Age of the oldest waiting event, seconds"), round(_age_seconds(oldest)), _age_seconds(oldest) < 60),
        Gauge(_l("Parked deliveries"), parked, parked == 0),
        Gauge(_l("Events not yet sealed"), unsealed, unsealed < 10_000),
        Gauge(_l("SLA sweep is behind by, seconds"), round(_age_seconds(late)), _age_seconds(late) < 120),
        Gauge(_l("Deadlines being counted again"), recounting, True),
    ]
    return lines + _queues()


def _queues() -> list[Gauge]:
    try:
        client = redis_client()
        lines = [
            Gauge(_l("Queue %(name)s, jobs waiting", name=name), len(Queue(name, connection=client)), True)
            for name in QUEUES
        ]
        workers = len(Worker.all(connection=client))
    except RedisError:
        return [Gauge(_l("Redis"), _l("away"), False)]
    return [*lines, Gauge(_l("Workers"), workers, workers > 0)]


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(bp)
