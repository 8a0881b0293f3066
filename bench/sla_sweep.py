"""The SLA sweep follows what is due: 100 due of 1,000,000 stored against 100 of 10,000 (aim: at most 1.3x), in one run.

Also printed: nothing due and 10,000 due among 1,000,000 stored.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.core.db.ids import uuid7
from app.core.time import clock

SMALL, LARGE = 10_000, 1_000_000
DUE, MANY = 100, 10_000
ROUNDS = 7
AIM = 1.3
PART = 20_000
COLUMNS = (
    "id, hospital_id, kind, subject_type, subject_id, cycle, severity, target_seconds, extra_seconds, pausable, reminders, ladder, "
    "started_at, due_at, look_at, breached_at, stopped_at, version, created_at, updated_at"
)


def fill(connection: sa.Connection, hospital_id: UUID, count: int, due_in: timedelta) -> None:
    """Write open clocks of four hours around the clock by COPY; their next look lies `due_in` from now."""
    now = clock.now()
    look_at = now + due_in
    started = look_at - timedelta(hours=2)
    reminders, ladder = json.dumps([50, 90]), json.dumps([{"level": 1, "after_minutes": 0, "to": "hospital_admin"}])
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY sla_clocks ({COLUMNS}) FROM STDIN") as copy:
        for _number in range(count):
            copy.write_row((
                uuid7(), hospital_id, "bench.resolution", "bench", uuid7(), 1, "high", 4 * 3600, 0, True, reminders, ladder,
                started, started + timedelta(hours=4), look_at, None, None, 1, now, now,
            ))  # fmt: skip


def main() -> int:
    """Measure and print; the exit code says whether the aim was met."""
    from bench.database import application

    with application() as app, app.app_context():
        hospital_id = _hospital()
        _grow(hospital_id, SMALL)
        small = _measure(hospital_id, DUE)
        _grow(hospital_id, LARGE - SMALL)
        large = _measure(hospital_id, DUE)
        none, many = _measure(hospital_id, 0), _measure(hospital_id, MANY, rounds=1)
    ratio = large / small
    print(f"100 due of {SMALL:>9,}: {small * 1000:9.1f} ms")
    print(f"100 due of {LARGE:>9,}: {large * 1000:9.1f} ms  x{ratio:.2f} (aim {AIM})")
    print(f"  0 due of {LARGE:>9,}: {none * 1000:9.1f} ms  x{none / large:.2f} of 100 due")
    print(
        f"{MANY:,} due of {LARGE:,}: {many * 1000:9.1f} ms  x{many / large:.1f} of 100 due, for x{MANY // DUE} the work"
    )
    return 0 if ratio <= AIM else 1


def _hospital() -> UUID:
    from app.core.access.actor import acting_as, system_actor
    from app.core.db import db, unit_of_work
    from app.organizations.models import Hospital

    with acting_as(system_actor("measure")), unit_of_work():
        hospital = Hospital(code="BENCH", name_en="Bench", name_ar="قياس")
        db.session.add(hospital)
        db.session.flush()
        return hospital.id


def _grow(hospital_id: UUID, count: int) -> None:
    """Store clocks that are not due for a year."""
    from app.core.db import db

    with db.engine.begin() as connection:
        for first in range(0, count, PART):
            fill(connection, hospital_id, min(PART, count - first), timedelta(days=365))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE sla_clocks")


def _measure(hospital_id: UUID, due: int, rounds: int = ROUNDS) -> float:
    """Give the median seconds of a sweep that finds `due` clocks at their first reminder."""
    from app.core.db import db
    from app.core.sla.sweep import sweep_clocks

    spans: list[float] = []
    for _round in range(rounds):
        with db.engine.begin() as connection:
            fill(connection, hospital_id, due, timedelta(minutes=-1))
        begun = time.perf_counter()
        sweep_clocks()
        spans.append(time.perf_counter() - begun)
        _check(due)
    return statistics.median(spans)


def _check(due: int) -> None:
    """Refuse to measure a sweep that did not decide what was due."""
    from app.core.db import db

    now: datetime = clock.now()
    with db.engine.connect() as connection:
        left = connection.execute(
            sa.text("SELECT count(*) FROM sla_clocks WHERE look_at <= :now").execution_options(px360_walled="open"),
            {"now": now},
        ).scalar_one()
    if left:
        raise RuntimeError(f"{left} of {due} clocks are still due after the sweep")


def _entry() -> Any:
    raise SystemExit(main())


if __name__ == "__main__":
    _entry()
