"""The import of 50,000 patients against one of 5,000, in one run: processor time of a row (aim: at most 1.5).

From XLSX and from CSV, checked and written to the end; then the same CSV with other phones, which changes what is there. Each is
done as a worker does it, by the job's own function in a process of its own, whose statements, processor time and peak memory
are counted too (on Linux). Commits reach the disk, as in production. The ratio is of processor time, of job and database.
Two numbers after the command replace 5,000 and 50,000.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from apiflask import APIFlask

SMALL, LARGE = 5_000, 50_000
AIM = 1.5
KINDS = ("xlsx", "csv", "again")  # again: the CSV file once more, with other phones
ROOT = Path(__file__).resolve().parents[1]
HEADINGS = ["mrn", "name_ar", "name_en", "phone", "birth_date", "sex", "language"]


def main(counts: tuple[int, int] = (SMALL, LARGE)) -> int:
    """Measure and print; the exit code says whether the aim was met."""
    from bench.database import application

    ratios = []
    with application(durable=True) as app, app.app_context():
        for kind in KINDS:
            spans = [_import(app, kind, count) for count in counts]
            ratios.append((spans[1] / counts[1]) / (spans[0] / counts[0]))
    told = ", ".join(f"{kind} x{ratio:.2f}" for kind, ratio in zip(KINDS, ratios, strict=True))
    print(f"a row of {counts[1]:,} imported patients against one of {counts[0]:,}: {told} (aim {AIM})")
    return 0 if max(ratios) <= AIM else 1


def _import(app: APIFlask, kind: str, count: int) -> float:
    """Import made-up patients into a hospital of their own; gives the processor seconds of the job and of the database."""
    from app.core.access.actor import acting_as
    from app.core.db import db
    from app.core.resources import imports
    from app.core.resources.resource import resource_at

    actor = _administrator(f"{'csv' if kind == 'again' else kind}{count}")
    lines = _lines(count, first_digit=6 if kind == "again" else 0)
    data = _xlsx(lines) if kind == "xlsx" else _csv(lines)
    (hospital_id,) = actor.hospital_ids
    patients = resource_at("patients")
    with acting_as(actor):
        run = imports.upload(patients, io.BytesIO(data), name="patients", hospital_id=hospital_id, actor=actor)
        check = _job(app, run.id)
        db.session.refresh(run)
        if run.rows_bad:
            raise RuntimeError(f"{run.rows_bad} rows are wrong: {run.problems[:3]}")
        _tell(kind, "check", count, check)
        imports.confirm(run.id, only_good=False, resource=patients, actor=actor)
        write = _job(app, run.id)
    if write["written"] != count:
        raise RuntimeError(f"{write['written']} of {count} rows were written")
    _tell(kind, "write", count, write)
    return float(sum(part[name] for part in (check, write) for name in ("processor", "database")))


def _tell(kind: str, name: str, count: int, done: dict[str, float]) -> None:
    print(
        f"{kind:5} {count:>6,} rows, {name}: {done['seconds']:6.1f} s, {count / done['seconds']:6.0f} rows a second; "
        f"processor {1000 * done['processor'] / count:.3f} ms a row, the database's {1000 * done['database'] / count:.3f}; "
        f"{done['statements'] / count:.4f} statements a row, peak {done['peak']:4.0f} MB ({done['before']:.0f} before)",
        flush=True,
    )


@cache
def _administrator(code: str) -> Any:
    """Make a hospital and its administrator, once; gives the administrator as actor."""
    from app.accounts import queries
    from app.accounts.models import RoleAssignment, User
    from app.core.access.actor import Role, acting_as, system_actor
    from app.core.db import db, unit_of_work
    from app.core.time import clock
    from app.organizations.models import Hospital

    with acting_as(system_actor("measure")), unit_of_work():
        hospital = Hospital(code=code.upper(), name_en="Bench", name_ar="قياس")
        user = User(email=f"{code}@example.org", name_en="Bench", name_ar="قياس", password_hash="-", language="en")
        db.session.add_all([hospital, user])
        db.session.flush()
        db.session.add(
            RoleAssignment(
                user_id=user.id, role=Role.HOSPITAL_ADMIN, hospital_id=hospital.id, department_id=None, from_at=clock.now()
            )
        )  # fmt: skip
        db.session.flush()
        return queries.actor_of(user)


def _lines(count: int, *, first_digit: int) -> list[list[str]]:
    from bench.patient_search import FAMILY, GIVEN

    rng = random.Random(360)
    lines = [HEADINGS]
    for number in range(count):
        given, father, family = rng.choice(GIVEN), rng.choice(GIVEN[:10]), rng.choice(FAMILY)
        names = [f"{given[place]} {father[place]} {family[place]}" for place in (0, 1)]
        born = f"{rng.randrange(1940, 2020)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        lines.append(
            [f"M{number:06d}", *names, f"05{first_digit}{rng.randrange(10**7):07d}", born, rng.choice("MF"), "ar"]
        )
    return lines


def _csv(lines: list[list[str]]) -> bytes:
    return "".join(",".join(line) + "\n" for line in lines).encode()


def _xlsx(lines: list[list[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _job(app: APIFlask, run_id: UUID) -> dict[str, float]:
    """Run the job in a process of its own; gives what it measured."""
    environment = {**os.environ, **app.config["BENCH_ENVIRONMENT"]}
    command = [sys.executable, "-m", "bench.imports", str(run_id)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def work(run_id: str) -> None:
    """Do what the worker's job does and print seconds, statements, memory in MB and the rows written so far."""
    import sqlalchemy as sa

    from app import create_app
    from app.core.access.actor import acting_as, system_actor
    from app.core.db import db
    from app.core.jobs.queues import run
    from app.core.resources.models import ImportRun

    statements = 0

    def count(*_given: Any) -> None:
        nonlocal statements
        statements += 1

    with create_app().app_context():
        sa.event.listen(db.engine, "before_cursor_execute", count)
        line = db.engine.raw_connection()  # the job goes on with this one of the pool
        server = cast(Any, line.driver_connection).info.backend_pid
        line.close()
        before, begun, spent, served = _peak(), time.perf_counter(), time.process_time(), _processor(server)
        run("core.resources.imports.continue_import", run_id)
        said = {
            "seconds": time.perf_counter() - begun,
            "processor": time.process_time() - spent,
            "database": _processor(server) - served,
            "statements": statements,
            "before": before,
            "peak": _peak(),
        }
        with acting_as(system_actor("measure")):
            said["written"] = db.session.get_one(ImportRun, UUID(run_id), populate_existing=True).rows_written
    print(json.dumps(said))


def _peak() -> float:
    """Give the most memory that this process has held, in MB."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0.0
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _processor(pid: int) -> float:
    """Give the processor seconds that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _entry() -> Any:
    if len(sys.argv) == 2:
        return work(sys.argv[1])
    counts = [int(text) for text in sys.argv[1:3]]
    raise SystemExit(main((counts[0], counts[1])) if counts else main())


if __name__ == "__main__":
    _entry()
