"""Statements past the session: they name their hospital, and it is one of the actor's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as
from app.core.access.wall import TenantWallBreach
from app.core.db import db, direct, uuid7
from app.organizations.models import Department
from tests.cast import Cast

OF_HOSPITAL = sa.select(Department.code).where(Department.hospital_id == sa.bindparam("hospital"))
NEW = sa.insert(Department)
ROW = {"code": "X1", "name_en": "New", "name_ar": "جديد"}


def test_a_statement_reads_and_writes_rows_of_the_actors_hospital(cast: Cast) -> None:
    with acting_as(cast.actor("hospital_admin")):
        before = set(direct.run(OF_HOSPITAL, cast.a.id).scalars())
        direct.insert_row(NEW, cast.a.id, {"id": uuid7(), **ROW})
        assert set(direct.run(OF_HOSPITAL, cast.a.id).scalars()) == before | {"X1"}
        (made,) = db.session.execute(sa.select(Department).where(Department.code == "X1")).scalars()
    assert made.hospital_id == cast.a.id and made.version == 1  # what was not given has its default


def test_another_hospital_is_refused(cast: Cast) -> None:
    with acting_as(cast.actor("hospital_admin")):
        with pytest.raises(TenantWallBreach):
            direct.run(OF_HOSPITAL, cast.b.id)
        with pytest.raises(TenantWallBreach):
            direct.insert_row(NEW, cast.b.id, {"id": uuid7(), **ROW})


def test_nothing_runs_outside_a_scope(cast: Cast) -> None:
    with pytest.raises(TenantWallBreach):
        direct.run(OF_HOSPITAL, cast.a.id)


def test_a_statement_that_names_no_hospital_is_refused(cast: Cast) -> None:
    with acting_as(cast.actor("hospital_admin")), pytest.raises(TenantWallBreach):
        direct.run(sa.select(Department.code), cast.a.id)
