"""Messages on the health page: what waits, what is unknown, what failed, and when each provider last did well."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.access.policy import can
from app.core.health import Gauge, at_once, gauges
from app.core.i18n import ago
from app.core.time import clock
from app.core.web import current_actor
from app.notifications import setup_queries
from app.notifications.enums import MessageStatus, Reason
from app.notifications.models import Message
from app.notifications.policy import Perm

LATE = timedelta(minutes=5)
MOST_UNKNOWN = 50
DAY = timedelta(days=1)


@gauges
def read() -> list[Gauge]:
    """Give the lines of messages, as far as the reader's hospitals reach."""
    if not can(current_actor, Perm.SETUP_READ):
        return []
    return [*_messages(), *_providers()]


def _messages() -> list[Gauge]:
    now = clock.now()
    due = Message.status == MessageStatus.QUEUED, Message.not_before <= now
    faults = [Reason.GAVE_UP, Reason.NO_PROVIDER, Reason.NO_TEMPLATE, Reason.NO_RECEIPT]
    waiting, oldest, unknown, stuck, failed = at_once(
        select(func.count()).where(*due),
        select(func.min(Message.not_before)).where(*due),
        select(func.count()).where(Message.status == MessageStatus.UNKNOWN, Message.look_at.is_not(None)),
        select(func.count()).where(Message.look_at < now - LATE),
        select(func.count()).where(
            Message.created_at > now - DAY, Message.status == MessageStatus.FAILED, Message.reason.in_(faults)
        ),
    )
    seconds = max((now - oldest).total_seconds(), 0) if oldest else 0
    return [
        Gauge(_l("Messages due"), waiting, seconds < LATE.total_seconds()),
        Gauge(_l("Age of the oldest message due, seconds"), round(seconds), seconds < LATE.total_seconds()),
        Gauge(_l("Messages whose fate is unknown"), unknown, unknown < MOST_UNKNOWN),
        Gauge(_l("Open messages that the sweep has not looked at in time"), stuck, stuck == 0),
        Gauge(_l("Messages of the last day that failed on our side or the provider's"), failed, failed == 0),
    ]


def _providers() -> list[Gauge]:
    lines = []
    for line in setup_queries.list_providers(actor=current_actor):
        if not line.provider.is_active:
            continue
        is_good = line.failed_at is None or (line.succeeded_at is not None and line.succeeded_at >= line.failed_at)
        said = ago(line.succeeded_at) if line.succeeded_at else _l("never")
        lines.append(Gauge(_l("Provider %(name)s, last success", name=line.provider.name), said, is_good))
    return lines
