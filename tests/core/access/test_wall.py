"""The tenant wall: nothing reaches another hospital's rows, whatever a query forgets."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.access.actor import Actor, ActorKind, Holding, Role, acting_as, system_actor
from app.core.access.wall import MOST_NARROWED, TenantWallBreach, _standing, passage, standing
from app.core.db import db, unit_of_work
from app.organizations.models import Department, Hospital


@pytest.fixture
def hospitals(app) -> tuple[Hospital, Hospital]:
    """Two hospitals with one department each."""
    with acting_as(system_actor("test")), unit_of_work():
        pair = tuple(Hospital(code=code, name_en=code, name_ar=code) for code in ("A", "B"))
        db.session.add_all(pair)
        db.session.flush()
        for hospital in pair:
            db.session.add(Department(hospital_id=hospital.id, code="ER", name_en=hospital.code, name_ar="ط"))
    db.session.expunge_all()
    return pair


def at(hospital: Hospital) -> Actor:
    """Somebody of one hospital."""
    return Actor(ActorKind.PERSON, None, (Holding(Role.PX_COORDINATOR, frozenset({hospital.id})),))


def names(statement: sa.Select) -> list[str]:
    """The names that a statement finds, in order."""
    return list(db.session.execute(statement.order_by(Department.name_en)).scalars())


def test_a_query_that_forgets_the_hospital_still_sees_only_the_actors(hospitals) -> None:
    with acting_as(at(hospitals[0])):
        assert names(sa.select(Department.name_en)) == ["A"]
    with acting_as(at(hospitals[1])):
        assert names(sa.select(Department.name_en)) == ["B"]


STANDING = standing(sa.select(Department.name_en).where(Department.code == sa.bindparam("code")))


def test_a_standing_statement_is_narrowed_for_each_actor_anew(hospitals) -> None:
    """Whoever ran it before, and whatever is built upon it."""
    first, second, everybody = at(hospitals[0]), at(hospitals[1]), system_actor("test")
    both = Actor(ActorKind.PERSON, None, (Holding(Role.PX_COORDINATOR, frozenset(each.id for each in hospitals)),))
    nowhere = Actor(ActorKind.PERSON, None, (Holding(Role.PX_COORDINATOR, frozenset()),))
    for _turn in range(2):
        for actor, wanted in (
            (first, ["A"]),
            (second, ["B"]),
            (everybody, ["A", "B"]),
            (both, ["A", "B"]),
            (nowhere, []),
        ):
            with acting_as(actor):
                assert sorted(db.session.execute(STANDING, {"code": "ER"}).scalars()) == wanted
                built = STANDING.where(Department.name_en != "A")
                assert list(db.session.execute(built, {"code": "ER"}).scalars()) == [
                    each for each in wanted if each == "B"
                ]
    assert len(_standing[STANDING]) == 4, "one form for each set of hospitals, none for who reaches all"
    with pytest.raises(TenantWallBreach):
        db.session.execute(STANDING, {"code": "ER"})


def test_a_standing_statement_remembers_a_bounded_number_of_forms(hospitals) -> None:
    statement = standing(sa.select(Department.name_en))
    for number in range(MOST_NARROWED + 1):
        holding = Holding(Role.PX_COORDINATOR, frozenset({UUID(int=number)}))
        with acting_as(Actor(ActorKind.PERSON, None, (holding,))):
            db.session.execute(statement)
    assert len(_standing[statement]) == 1


def test_the_system_sees_every_hospital(hospitals) -> None:
    with acting_as(system_actor("test")):
        assert names(sa.select(Department.name_en)) == ["A", "B"]


def test_aliases_subqueries_and_joins_are_narrowed_too(hospitals) -> None:
    other = aliased(Department)
    with acting_as(at(hospitals[0])):
        assert db.session.execute(sa.select(sa.func.count()).select_from(other)).scalar_one() == 1
        inside = sa.select(Department.id).where(Department.code == "ER").scalar_subquery()
        assert db.session.execute(sa.select(sa.func.count()).where(inside.is_not(None))).scalar_one() == 1
        joined = sa.select(Hospital.code).join(Department, Department.hospital_id == Hospital.id)
        assert list(db.session.execute(joined).scalars()) == ["A"]
        there = sa.select(Hospital.code).where(sa.exists().where(Department.hospital_id == Hospital.id))
        assert list(db.session.execute(there).scalars()) == ["A"]


def test_get_by_id_does_not_cross(hospitals) -> None:
    with acting_as(system_actor("test")):
        foreign = db.session.execute(sa.select(Department.id).where(Department.name_en == "B")).scalar_one()
    db.session.expunge_all()
    with acting_as(at(hospitals[0])):
        assert db.session.get(Department, foreign) is None


def test_update_and_delete_without_a_where_stay_at_home(hospitals) -> None:
    with acting_as(at(hospitals[0])), unit_of_work():
        assert db.session.execute(sa.update(Department).values(name_en="changed")).rowcount == 1
        assert db.session.execute(sa.delete(Department)).rowcount == 1
    with acting_as(system_actor("test")):
        assert names(sa.select(Department.name_en)) == ["B"]


def test_without_a_scope_nothing_runs(hospitals) -> None:
    with pytest.raises(TenantWallBreach):
        db.session.execute(sa.select(Department))
    with pytest.raises(TenantWallBreach), unit_of_work():
        db.session.add(Department(hospital_id=hospitals[0].id, code="X", name_en="X", name_ar="X"))


TABLE = Department.__table__
RAW = {
    "text that reads": sa.text("SELECT name_en FROM departments"),
    "text that changes": sa.text("UPDATE departments SET name_en = 'x'"),
    "text that writes": sa.text("INSERT INTO departments (id) VALUES (NULL)"),
    "a quoted name after a comma": sa.text('select 1 from hospitals, "departments"'),
    "a comma without a space": sa.text("SELECT d.id FROM hospitals h,departments d"),
    "ONLY": sa.text("SELECT name_en FROM ONLY departments"),
    "the schema's name": sa.text('SELECT name_en FROM public."departments"'),
    "a comment for a space": sa.text("SELECT name_en FROM/**/departments"),
    "TABLE": sa.text("TABLE departments"),
    "COPY": sa.text("COPY departments TO STDOUT"),
    "a schema statement that reads": sa.text("CREATE TEMPORARY TABLE stolen AS SELECT * FROM departments"),
    "a Core table": sa.select(TABLE.c.name_en),
    "a change of a Core table": sa.update(TABLE).values(name_en="x"),
    "a deletion from a Core table": sa.delete(TABLE),
    "a Core table beside a mapped class": sa.select(TABLE.c.name_en, Hospital.id).where(
        Hospital.id == TABLE.c.hospital_id
    ),
    "a Core table inside a condition": sa.select(Hospital.id).where(
        sa.exists().where(TABLE.c.hospital_id == Hospital.id)
    ),
    "text inside a condition": sa.select(Hospital.id).where(sa.text("EXISTS (SELECT 1 FROM departments)")),
    "mapped rows from text": sa.select(Department).from_statement(sa.text("SELECT * FROM departments")),
    "a mapped class beside its own Core table": sa.select(Department.id, TABLE.alias("d").c.name_en),
}


@pytest.mark.parametrize("statement", RAW.values(), ids=RAW.keys())
@pytest.mark.parametrize("through", ["session", "connection"])
def test_text_and_core_statements_on_a_tenant_table_are_refused(hospitals, statement, through: str) -> None:
    with acting_as(at(hospitals[0])), pytest.raises(TenantWallBreach):
        (db.session if through == "session" else db.session.connection()).execute(statement)


def test_driver_statements_and_bulk_methods_of_the_session_are_refused(hospitals) -> None:
    row = {"hospital_id": hospitals[0].id, "code": "X", "name_en": "X", "name_ar": "X"}
    with acting_as(at(hospitals[0])):
        with pytest.raises(TenantWallBreach):
            db.session.connection().exec_driver_sql("SELECT name_en FROM departments")
        with pytest.raises(TenantWallBreach):
            db.session().bulk_insert_mappings(sa.inspect(Department), [row])


def test_no_module_of_the_application_goes_around_the_engine() -> None:
    around = re.compile(r"\b(?:raw_connection|driver_connection|dbapi_connection|psycopg\.connect)\b")
    found = {str(each) for each in Path("app").rglob("*.py") if around.search(each.read_text())}
    assert found == {"app/portal/demo/bulk.py"}, "the wall stands at the engine: use db.session"  # COPY of the demo


def test_a_statement_passes_when_it_says_why(hospitals) -> None:
    with passage("this test counts both"):
        assert db.session.connection().execute(sa.text("SELECT count(*) FROM departments")).scalar_one() == 2


def test_a_row_of_another_hospital_is_not_written(hospitals) -> None:
    with acting_as(at(hospitals[0])), pytest.raises(TenantWallBreach), unit_of_work():
        db.session.add(Department(hospital_id=hospitals[1].id, code="X", name_en="X", name_ar="X"))


def test_a_row_can_not_be_moved_to_another_hospital(hospitals) -> None:
    with acting_as(at(hospitals[0])), pytest.raises(TenantWallBreach), unit_of_work():
        own = db.session.execute(sa.select(Department)).scalar_one()
        own.hospital_id = hospitals[1].id


def test_bulk_inserts_do_not_pass_by_themselves(hospitals) -> None:
    row = {"hospital_id": hospitals[1].id, "code": "X", "name_en": "X", "name_ar": "X"}
    with acting_as(at(hospitals[0])), pytest.raises(TenantWallBreach):
        db.session.execute(sa.insert(Department), [row])


def test_the_wall_is_up_again_after_a_failed_flush(hospitals) -> None:
    with acting_as(at(hospitals[0])), pytest.raises(sa.exc.IntegrityError), unit_of_work():
        db.session.add(Department(hospital_id=hospitals[0].id, code="ER", name_en="A", name_ar="A"))
    with acting_as(at(hospitals[0])), pytest.raises(TenantWallBreach):
        db.session.connection().execute(sa.text("SELECT 1 FROM departments"))
