"""Patient search at 200,000 patients against 10,000: the ratio of the two, in one run (aim: at most 2)."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.core.db.ids import uuid7
from app.core.time import clock

SMALL, LARGE = 10_000, 200_000
ROUNDS = 15
AIM = 2.0
PART = 5_000
LOOKED_FOR = (
    "محمد الحربي",
    "نورة",
    "Mohammed Alharbi",
    "otaibi",
    "5012345",
    "0501234567",
    "MRN000123",
    "سا",
    "zzzz qqqq",
)
GIVEN = (
    ("محمد", "Mohammed"), ("عبدالله", "Abdullah"), ("أحمد", "Ahmed"), ("خالد", "Khalid"), ("سعود", "Saud"),
    ("فهد", "Fahad"), ("ناصر", "Nasser"), ("بندر", "Bandar"), ("تركي", "Turki"), ("ماجد", "Majed"),
    ("نورة", "Noura"), ("سارة", "Sarah"), ("فاطمة", "Fatimah"), ("هند", "Hind"), ("ريم", "Reem"),
    ("لطيفة", "Latifah"), ("منيرة", "Munirah"), ("أمل", "Amal"), ("شيخة", "Shaikhah"), ("العنود", "Alanoud"),
)  # fmt: skip
FAMILY = (
    ("الحربي", "Alharbi"), ("القحطاني", "Alqahtani"), ("العتيبي", "Alotaibi"), ("الغامدي", "Alghamdi"),
    ("الزهراني", "Alzahrani"), ("الشهري", "Alshehri"), ("الدوسري", "Aldosari"), ("المطيري", "Almutairi"),
    ("الشمري", "Alshammari"), ("العنزي", "Alanazi"), ("السبيعي", "Alsubaie"), ("البقمي", "Albogami"),
)  # fmt: skip


def fill(connection: sa.Connection, hospital_id: UUID, count: int, rng: random.Random, start: int = 0) -> None:
    """Write made-up patients of one hospital by COPY; file numbers go up from `start`."""
    now = clock.now()
    columns = (
        "id, hospital_id, mrn, name_ar, name_en, phone_e164, phone_tail, national_id, birth_date, version, created_at, "
        "updated_at, email, sex, nationality, language, consents, guardian_name, guardian_phone_e164, "
        "guardian_relation, no_contact, is_test"
    )
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY patients ({columns}) FROM STDIN") as copy:
        for number in range(start, start + count):
            given, father, family = rng.choice(GIVEN), rng.choice(GIVEN[:10]), rng.choice(FAMILY)
            digits = f"5{rng.randrange(10**8):08d}"
            copy.write_row((
                uuid7(), hospital_id, f"MRN{number:06d}", f"{given[0]} {father[0]} {family[0]}",
                f"{given[1]} {father[1]} {family[1]}", f"+966{digits}", digits, f"1{rng.randrange(10**9):09d}",
                None, 1, now, now, "", "", "", "ar", "{}", "", "", "", False, False,
            ))  # fmt: skip


def main() -> int:
    """Measure and print; the exit code says whether the aim was met."""
    from bench.database import application

    with application() as app, app.app_context():
        hospital_id = _hospital()
        rng = random.Random(360)
        _grow(hospital_id, 0, SMALL, rng)
        small = _measure()
        _grow(hospital_id, SMALL, LARGE - SMALL, rng)
        large = _measure()
    worst = 0.0
    for text in LOOKED_FOR:
        ratio = large[text] / small[text]
        worst = max(worst, ratio)
        print(f"{text:20} {small[text] * 1000:7.2f} ms  {large[text] * 1000:7.2f} ms  x{ratio:.2f}")
    ratio = statistics.mean(large.values()) / statistics.mean(small.values())
    print(f"patient search, {LARGE:,} against {SMALL:,}: x{ratio:.2f} on the mean (aim {AIM}), worst x{worst:.2f}")
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


def _grow(hospital_id: UUID, start: int, count: int, rng: random.Random) -> None:
    from app.core.db import db

    with db.engine.begin() as connection:
        for first in range(start, start + count, PART):
            fill(connection, hospital_id, min(PART, start + count - first), rng, first)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE patients")


def _measure() -> dict[str, float]:
    """Give the median seconds of a search for each text, as a coordinator of the hospital's group asks it."""
    from app.core.access.actor import acting_as, system_actor
    from app.core.db import db
    from app.organizations.queries import search_patients

    found: dict[str, float] = {}
    with acting_as(system_actor("measure")) as actor:
        for text in LOOKED_FOR:
            spans: list[float] = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                search_patients(text, actor=actor)
                spans.append(time.perf_counter() - begun)
                db.session.rollback()
            found[text] = statistics.median(spans)
    return found


def _entry() -> Any:
    raise SystemExit(main())


if __name__ == "__main__":
    _entry()
