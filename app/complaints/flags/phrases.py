"""The phrases that hold for a hospital, kept ready in this process: no statement for most complaints.

What is kept is believed for half a minute; then one statement asks whether any row changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.complaints.flags.models import RedFlagPhrase
from app.complaints.rules.red_flags import Phrases, compiled
from app.core.db import db
from app.core.time import clock

BELIEVED = timedelta(seconds=30)
MOST_HOSPITALS = 200


@dataclass(frozen=True, slots=True)
class _Kept:
    phrases: Phrases
    stamp: tuple[Any, ...]
    asked_at: datetime


_kept: dict[UUID, _Kept] = {}


def phrases_of(hospital_id: UUID) -> Phrases:
    """Give the phrases of the group and of a hospital; a change of a row takes effect within a minute."""
    now, known = clock.now(), _kept.get(hospital_id)
    if known is not None and timedelta(0) <= now - known.asked_at < BELIEVED:
        return known.phrases
    stamp = _stamp(hospital_id)
    phrases = known.phrases if known is not None and known.stamp == stamp else _read(hospital_id)
    if len(_kept) >= MOST_HOSPITALS:
        _kept.clear()
    _kept[hospital_id] = _Kept(phrases, stamp, now)
    return phrases


def _stamp(hospital_id: UUID) -> tuple[Any, ...]:
    """What differs as soon as a row is made, changed, archived or restored: rows, their versions, the last change."""
    query = select(func.count(), func.sum(RedFlagPhrase.version), func.max(RedFlagPhrase.updated_at))
    return tuple(db.session.execute(query.where(RedFlagPhrase.holds_in(hospital_id))).one())


def _read(hospital_id: UUID) -> Phrases:
    query = select(RedFlagPhrase.flag, RedFlagPhrase.phrase).where(
        RedFlagPhrase.holds_in(hospital_id), RedFlagPhrase.archived_at.is_(None)
    )
    return compiled((flag, phrase) for flag, phrase in db.session.execute(query.order_by(RedFlagPhrase.id)))
