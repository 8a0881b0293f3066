"""Many rows in one statement: each with its own values, and only as they were read."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from app.core.access.actor import Actor, ActorKind, Holding, Role, acting_as, system_actor
from app.core.access.wall import TenantWallBreach
from app.core.db import add_many, db, unit_of_work, uuid7, write_many, write_one
from app.core.sla.models import SlaPolicy
from app.core.time import clock
from app.organizations.models import Hospital, Patient
from tests.guards.test_pages import counted

SYSTEM = system_actor("a test of many rows")


@pytest.fixture
def policies(app) -> list[SlaPolicy]:
    """Three rules of a hospital."""
    with acting_as(SYSTEM), unit_of_work():
        hospital = Hospital(code="A", name_en="A", name_ar="أ")
        db.session.add(hospital)
        db.session.flush()
        rows = [SlaPolicy(hospital_id=hospital.id, clock=f"test.{n}", target_minutes=60) for n in range(3)]
        db.session.add_all(rows)
        db.session.flush()
    return rows


def minutes(rows: list[SlaPolicy]) -> list[tuple[int, int]]:
    """Minutes and version of each, as they stand in the database."""
    with acting_as(SYSTEM):
        db.session.expire_all()
        return [(row.target_minutes, row.version) for row in rows]


def test_each_row_gets_its_own_values_in_one_statement(policies: list[SlaPolicy]) -> None:
    later = clock.now() + timedelta(hours=1)
    with acting_as(SYSTEM), clock.frozen(later), unit_of_work():
        for number, row in enumerate(policies):
            row.target_minutes = 100 + number
        with counted() as statements:
            write_many(policies)
            db.session.flush()
            assert [(row.version, row.clock) for row in policies] == [(2, "test.0"), (2, "test.1"), (2, "test.2")]

    assert len(statements) == 1  # nothing of the rows is read again
    assert minutes(policies) == [(100, 2), (101, 2), (102, 2)]
    assert {row.updated_at for row in policies} == {later}


def test_a_row_that_changed_since_it_was_read_stops_all(policies: list[SlaPolicy]) -> None:
    with acting_as(SYSTEM):
        with unit_of_work():
            db.session.execute(
                sa.update(SlaPolicy).where(SlaPolicy.id == policies[1].id).values(version=7),
                execution_options={"synchronize_session": False},
            )
        with pytest.raises(StaleDataError), unit_of_work():
            for row in policies:
                row.target_minutes = 1
            write_many(policies)

    assert minutes(policies) == [(60, 1), (60, 7), (60, 1)]


def test_rows_of_another_hospital_are_not_written(policies: list[SlaPolicy]) -> None:
    with acting_as(SYSTEM), unit_of_work():
        other = Hospital(code="B", name_en="B", name_ar="ب")
        db.session.add(other)
    stranger = Actor(ActorKind.PERSON, None, (Holding(Role.PX_ADMIN, frozenset({other.id})),))

    with acting_as(stranger), pytest.raises(StaleDataError), unit_of_work():
        policies[0].target_minutes = 1
        write_many(policies[:1])

    assert minutes(policies) == [(60, 1), (60, 1), (60, 1)]


def test_lists_are_left_to_the_flush(policies: list[SlaPolicy]) -> None:
    with acting_as(SYSTEM), unit_of_work():
        policies[0].reminders = [10]
        with counted() as statements:
            write_many(policies)
        assert statements == []

    with acting_as(SYSTEM):
        db.session.expire_all()
        assert policies[0].reminders == [10]


def test_one_row_is_written_in_one_statement_and_the_next_flush_does_not_look_at_it_again(
    policies: list[SlaPolicy],
) -> None:
    row, other = policies[0], policies[1]
    later = clock.now() + timedelta(hours=1)
    with acting_as(SYSTEM), clock.frozen(later), unit_of_work():
        row.target_minutes = 90
        row.reminders = [10, 20]
        with counted() as statements:
            write_one(row)
            db.session.flush()
        assert len(statements) == 1 and not db.session.dirty
        assert (row.version, row.target_minutes, row.reminders) == (2, 90, [10, 20])
        row.target_minutes = 91
        other.target_minutes = 61
    with acting_as(SYSTEM):
        db.session.expire_all()
        assert (row.version, row.target_minutes, row.reminders) == (3, 91, [10, 20])
        assert row.updated_at == later
        assert (other.version, other.target_minutes) == (2, 61)


def another(name: str, like: SlaPolicy) -> tuple[sa.Insert, dict[str, object]]:
    """An insert of one more rule like this one, of another clock."""
    columns = {column.name: column for column in SlaPolicy.__table__.columns}
    own = {"id": sa.func.gen_random_uuid(), "clock": sa.bindparam("its_clock", type_=sa.Text())}
    read = sa.select(*{**columns, **own}.values()).where(columns["id"] == sa.bindparam("its_like"))
    insert = sa.insert(SlaPolicy).from_select(list(columns), read, include_defaults=False)
    return insert, {"its_clock": name, "its_like": like.id}


def test_what_goes_along_with_one_row_is_written_in_the_same_statement_or_not_at_all(policies: list[SlaPolicy]) -> None:
    row = policies[0]
    with acting_as(SYSTEM), unit_of_work(), counted() as statements:
        row.target_minutes = 90
        write_one(row, along=another("test.along", row))
    assert len(statements) == 1 and minutes(policies)[0] == (90, 2)

    with acting_as(SYSTEM), pytest.raises(StaleDataError), unit_of_work():
        db.session.execute(sa.update(SlaPolicy).values(version=7).execution_options(synchronize_session=False))
        row.target_minutes = 91
        with db.session.no_autoflush:
            write_one(row, along=another("test.late", row))
    with acting_as(SYSTEM):
        kept = set(db.session.execute(sa.select(SlaPolicy.clock)).scalars())
        assert "test.along" in kept and "test.late" not in kept

    with acting_as(SYSTEM), pytest.raises(ValueError, match="nothing to write"):
        write_one(row, along=another("test.idle", row))


def test_what_is_told_along_with_one_row_is_as_it_stands_at_that_moment(policies: list[SlaPolicy]) -> None:
    others = sa.select(sa.func.count()).select_from(SlaPolicy.__table__.alias("other")).scalar_subquery()
    with acting_as(SYSTEM), unit_of_work(), counted() as statements:
        policies[0].target_minutes = 90
        assert write_one(policies[0], giving=others) == 3
        policies[0].target_minutes = 91
        assert write_one(policies[0]) is None
    assert len(statements) == 2 and minutes(policies)[0] == (91, 3)

    with acting_as(SYSTEM), pytest.raises(ValueError, match="nothing to write"):
        write_one(policies[0], giving=others)


def test_nothing_to_write_writes_nothing(policies: list[SlaPolicy]) -> None:
    with acting_as(SYSTEM), counted() as statements:
        write_one(policies[0])
    assert not statements and policies[0].version == 1


def test_one_row_with_another_version_is_not_written(policies: list[SlaPolicy]) -> None:
    with acting_as(SYSTEM), pytest.raises(StaleDataError), unit_of_work():
        db.session.execute(sa.update(SlaPolicy).values(version=7).execution_options(synchronize_session=False))
        policies[0].target_minutes = 90
        with db.session.no_autoflush:
            write_one(policies[0])
    assert minutes(policies)[0] == (60, 1)


def test_one_row_is_written_by_its_own_hospital_only(policies: list[SlaPolicy]) -> None:
    holding = Holding(Role.PX_COORDINATOR, frozenset({uuid7()}))
    with acting_as(Actor(ActorKind.PERSON, None, (holding,))), pytest.raises(TenantWallBreach), unit_of_work():
        policies[0].target_minutes = 90
        write_one(policies[0])
    with pytest.raises(TenantWallBreach), unit_of_work():
        policies[1].target_minutes = 90
        write_one(policies[1])
    assert minutes(policies) == [(60, 1)] * 3


def test_new_rows_are_written_in_one_statement_as_a_flush_would(policies: list[SlaPolicy]) -> None:
    hospital_id = policies[0].hospital_id
    with acting_as(SYSTEM), unit_of_work():
        alone = Patient(hospital_id=hospital_id, mrn="0", name_ar="نورة", consents={"sms": {"given": False}})
        db.session.add(alone)
        db.session.flush()
        rows = [
            Patient(hospital_id=hospital_id, mrn=f"{n}", name_ar="نورة", consents={"sms": {"given": False}})
            for n in (1, 2)
        ]
        with counted() as statements:
            add_many(rows)
        assert len(statements) == 1
        rows[0].name_en = "Noura"

    apart = {"id", "mrn", "created_at", "updated_at", "search", "name_en", "version"}
    with acting_as(SYSTEM):
        names = [name for name in dict(sa.inspect(Patient).columns) if name not in apart]
        found = db.session.execute(sa.select(Patient).execution_options(populate_existing=True)).scalars().all()
        assert len({repr([getattr(row, name) for name in names]) for row in found}) == 1
        assert {row.mrn: (row.name_en, row.version) for row in found} == {"0": ("", 1), "1": ("Noura", 2), "2": ("", 1)}
        assert all("نور" in row.search for row in found)


def test_new_rows_of_another_hospital_are_not_written(policies: list[SlaPolicy]) -> None:
    stranger = Actor(ActorKind.PERSON, None, (Holding(Role.PX_ADMIN, frozenset({policies[0].id})),))

    with acting_as(stranger), pytest.raises(TenantWallBreach), unit_of_work():
        add_many([Patient(hospital_id=policies[0].hospital_id, mrn=f"{n}", name_ar="نورة") for n in (1, 2)])


def test_new_rows_keep_their_lists(policies: list[SlaPolicy]) -> None:
    hospital_id = policies[0].hospital_id
    rows = [SlaPolicy(hospital_id=hospital_id, clock=f"list.{n}", target_minutes=60, reminders=[n]) for n in (1, 2)]
    with acting_as(SYSTEM), unit_of_work():
        add_many(rows)

    with acting_as(SYSTEM):
        db.session.expire_all()
        assert [row.reminders for row in rows] == [[1], [2]]
