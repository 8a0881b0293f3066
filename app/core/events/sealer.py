"""The hash chain over the event log: who changes, removes or reorders a sealed row is found out.

A single sealer (advisory lock) numbers committed rows in batches, so that writers never wait for each other. The chain
does not cover rows not yet sealed, nor an attacker who also holds the audit key; `verify` says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select, text

from app.core.access.actor import acting_as, system_actor
from app.core.access.wall import passage
from app.core.db.base import db
from app.core.db.unit import unit_of_work
from app.core.events.models import EventDetail, EventLog, EventSeal, EventUnsealed
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import SWEEPS, job
from app.core.time import clock

BATCH = 2_000
LOCK = 360_001
GENESIS = b"\0" * 32


@dataclass(slots=True)
class Verdict:
    """What `verify` found: rows checked, and for each fault its position and what is wrong."""

    checked: int = 0
    unsealed: int = 0
    erased_details: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


LogRow = Any  # a row of the log, or what is about to become one: the same attributes


def row_digest(row: LogRow) -> bytes:
    """Digest of everything that a log row says."""
    said = [
        str(row.id),
        str(int(row.at.timestamp() * 1_000_000)),
        row.kind,
        row.subject_type,
        str(row.subject_id),
        str(row.hospital_id),
        row.actor_kind,
        str(row.actor_id),
        row.request_id,
        json.dumps(row.data, sort_keys=True, ensure_ascii=False),
        row.digest.hex(),
    ]
    return hashlib.sha256("\n".join(said).encode()).digest()


def _mac(previous: bytes, position: int, digest: bytes) -> bytes:
    key: bytes = current_app.config["AUDIT_KEY"]
    return hmac.new(key, previous + position.to_bytes(8, "big") + digest, hashlib.sha256).digest()


def seals_of(rows: Iterable[LogRow], position: int, mac: bytes) -> Iterator[dict[str, Any]]:
    """Give the seals of log rows in their order, after the seal at `position` with this `mac`."""
    for row in rows:
        position += 1
        digest = row_digest(row)
        mac = _mac(mac, position, digest)
        yield {"position": position, "event_id": row.id, "digest": digest, "mac": mac}


@job(queue=SWEEPS, timeout=300)
def seal_events() -> None:
    """Seal every committed event that waits, in batches; does nothing while another sealer is at work."""
    with acting_as(system_actor("seal the event log")):
        while _seal_batch() == BATCH:
            pass


periodic(seal_events, every_seconds=10, purpose="Number and seal new rows of the event log")


def _seal_batch() -> int:
    with unit_of_work():
        if not db.session.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one():
            return 0
        rows = (
            db.session.execute(
                select(EventLog)
                .join(EventUnsealed, EventUnsealed.event_id == EventLog.id)
                .order_by(EventLog.id)
                .limit(BATCH)
            )
            .scalars()
            .all()
        )
        if not rows:
            return 0
        last = db.session.execute(select(EventSeal).order_by(EventSeal.position.desc()).limit(1)).scalar_one_or_none()
        position, mac = (last.position, last.mac) if last else (0, GENESIS)
        now = clock.now()
        db.session.add_all(EventSeal(**seal, sealed_at=now) for seal in seals_of(rows, position, mac))
        db.session.flush()
        db.session.execute(delete(EventUnsealed).where(EventUnsealed.event_id.in_([row.id for row in rows])))
        db.session.expunge_all()
        return len(rows)


def verify() -> Verdict:
    """Walk the whole chain and compare it with the log and the details that are still there."""
    verdict = Verdict()
    previous, expected = GENESIS, 1
    with acting_as(system_actor("verify the event log")):
        while batch := _sealed_after(expected - 1):
            for seal, row, detail in batch:
                _check_link(verdict, seal, row, detail, previous, expected)
                previous, expected = seal.mac, seal.position + 1
            db.session.expunge_all()
        verdict.unsealed = db.session.execute(select(func.count()).select_from(EventUnsealed)).scalar_one()
        with passage("the chain is checked whole, whatever the hospital; only a count leaves"):
            missing = db.session.execute(
                text(
                    "SELECT count(*) FROM event_log l WHERE NOT EXISTS (SELECT 1 FROM event_seals s WHERE s.event_id = l.id)"
                    " AND NOT EXISTS (SELECT 1 FROM event_unsealed u WHERE u.event_id = l.id)"
                )
            ).scalar_one()
    if missing:
        verdict.faults.append((0, f"{missing} rows stand in the log without a seal and are not waiting for one"))
    return verdict


def _sealed_after(position: int) -> list[Any]:
    return list(
        db.session.execute(
            select(EventSeal, EventLog, EventDetail)
            .join(EventLog, EventLog.id == EventSeal.event_id, isouter=True)
            .join(EventDetail, EventDetail.event_id == EventSeal.event_id, isouter=True)
            .where(EventSeal.position > position)
            .order_by(EventSeal.position)
            .limit(BATCH)
        ).all()
    )


def _check_link(
    verdict: Verdict, seal: EventSeal, row: EventLog | None, detail: EventDetail | None, previous: bytes, expected: int
) -> None:
    verdict.checked += 1
    if seal.position != expected:
        verdict.faults.append((expected, "a seal is missing from the chain"))
    if row is None:
        verdict.faults.append((seal.position, "the event was removed from the log"))
        return
    digest = row_digest(row)
    if digest != seal.digest:
        verdict.faults.append((seal.position, "the event was changed after it was sealed"))
    if seal.position == expected and _mac(previous, seal.position, seal.digest) != seal.mac:
        verdict.faults.append((seal.position, "the seal does not fit the one before it, or the key is another"))
    if row.digest != GENESIS:
        _check_detail(verdict, seal, row, detail)


def _check_detail(verdict: Verdict, seal: EventSeal, row: EventLog, detail: EventDetail | None) -> None:
    if detail is None:
        verdict.erased_details += 1
        return
    said = json.dumps(detail.changes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if hashlib.sha256(detail.salt + row.id.bytes + said.encode()).digest() != row.digest:
        verdict.faults.append((seal.position, "the before and after values were changed"))
