"""Imports write rows together: by the rules of one, in few statements, each row with its own verdict and its own trace."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.events.models import Delivery, EventDetail, EventLog
from app.core.resources import commands, imports
from app.core.resources.models import ImportState
from app.core.resources.resource import resource_at
from app.core.time import clock
from app.organizations.models import Department, Patient
from app.organizations.services import patients as patient_services
from tests.cast import Cast, count
from tests.core.resources.test_imports import admin, last_run, long_file, patients, send, start, yes
from tests.guards.test_pages import counted

__all__ = ["admin"]

HEAD = "mrn,name_ar,name_en,phone,birth_date,sex,no_contact\n"
FIRST = (
    HEAD
    + "1,محمد الحربي,,0501234567,1990-04-25,M,no\n2,,Sara Alotaibi,,,,yes\n3,نورة القحطاني,,٠٥٠٧٦٥٤٣٢١,1410-09-30,أنثى,\n"
)
SECOND = HEAD + "1,محمد الحربي,,0559999999,,,no\n2,سارة العتيبي,,,1988-02-29,F,yes\n3,نورة القحطاني,,,,,\n"


def traces(hospital_id: Any) -> list[Any]:
    """What the log, its details and the outbox hold of a hospital's patients, without ids, salts and times."""
    with acting_as(system_actor("look")):
        query = (
            sa.select(Patient.mrn, EventLog.kind, EventLog.data, EventLog.actor_id, EventDetail.changes)
            .join(EventLog, EventLog.subject_id == Patient.id)
            .outerjoin(EventDetail, EventDetail.event_id == EventLog.id)
            .where(Patient.hospital_id == hospital_id)
        )
        rows = [tuple(row) for row in db.session.execute(query)]
        told = sa.select(Delivery.subscriber, sa.func.count()).where(Delivery.hospital_id_hint == hospital_id)
        rows += [tuple(row) for row in db.session.execute(told.group_by(Delivery.subscriber))]
    without_reason = [
        tuple({**part, "_reason": ""} if isinstance(part, dict) and "_reason" in part else part for part in row)
        for row in rows
    ]
    return sorted(map(repr, without_reason))


def rows_of(hospital_id: Any) -> dict[str, dict[str, Any]]:
    """A hospital's patients by file number, column by column, without ids and times."""
    apart = {"id", "hospital_id", "created_at", "updated_at"}
    names = [column.key for column in sa.inspect(Patient).columns if column.key not in apart]
    with acting_as(system_actor("look")):
        query = sa.select(Patient).where(Patient.hospital_id == hospital_id).execution_options(populate_existing=True)
        found = db.session.execute(query).scalars().all()
        return {row.mrn: {name: getattr(row, name) for name in names} for row in found}


def one_by_one(cast: Cast, lines: str) -> None:
    """Write the good rows of a file into hospital B as a form would: each alone, through the commands of one."""
    from app.core.resources.checking import Checker
    from app.core.resources.reading import columns_of, opened

    patients_resource, actor = resource_at("patients"), system_actor("a form", cast.b.id)
    with acting_as(actor):
        table = opened(lines.encode(), "text/csv")
        checker = Checker(patients_resource, cast.b.id, columns_of(patients_resource, table.header))
        for each in [each for part in checker.parts(table.rows) for each in part]:
            if each.existing_id is None:
                commands.create(patients_resource, each.values, actor=actor)
            else:
                commands.update(
                    patients_resource, each.existing_id, dict(each.values), version=each.existing_version, actor=actor
                )


def test_rows_written_together_are_what_each_alone_would_be(admin: FlaskClient, cast: Cast) -> None:
    for lines in (FIRST, SECOND):
        send(admin, lines)
        assert yes(admin).status_code == 303
        one_by_one(cast, lines)

    assert rows_of(cast.a.id) == rows_of(cast.b.id)
    person = repr(cast["hospital_admin"].id)
    assert [each.replace(person, "None") for each in traces(cast.a.id)] == traces(cast.b.id)
    assert rows_of(cast.a.id)["1"]["phone_tail"] == "559999999" and rows_of(cast.a.id)["3"]["version"] == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_five_hundred_rows_take_few_statements(
    admin: FlaskClient, cast: Cast, is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 1_000_000)  # checked while the reader waits, written by the worker
    for lines in (long_file(500), long_file(500).replace("1990-", "1991-"))[: 1 + is_known]:
        send(admin, lines)
        yes(admin)
        with counted() as statements:
            imports.go_on(last_run().id)

    assert last_run().rows_written == 500 and len(statements) <= 20
    assert {row.version for row in patients().values()} == {1 + is_known}


def test_a_number_of_a_merged_record_is_wrong_before_anything_is_written(admin: FlaskClient, cast: Cast) -> None:
    send(admin, HEAD + "1,محمد الحربي,,,,,\n2,محمد الحربي,,,,,\n")
    yes(admin)
    one, two = patients()["1"].id, patients()["2"].id
    patient_services.merge(one, two, actor=cast.actor("px_coordinator"))

    send(admin, HEAD + "1,غيره,,,,,\n7,سعد,,,,,\n")

    assert last_run().problems == [[2, "mrn", "taken"]]
    assert yes(admin).status_code == 422
    assert "7" not in patients()


def test_who_was_faster_keeps_the_number_and_the_others_are_written(
    admin: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(admin, FIRST)
    real = commands.judged

    def somebody_is_faster(resource: Any, wanted: Any, *, actor: Any) -> Any:
        passed = real(resource, wanted, actor=actor)
        db.session.add(Patient(hospital_id=cast.a.id, mrn="2", name_en="Faster"))
        db.session.flush()
        return passed

    monkeypatch.setattr(commands, "judged", somebody_is_faster)
    yes(admin)

    assert (last_run().state, last_run().rows_written) == (ImportState.DONE, 2)
    assert last_run().problems == [[3, "mrn", "refused"]]
    assert {mrn: row.name_en for mrn, row in patients().items()} == {"1": "", "2": "Faster", "3": ""}
    assert count(EventLog, kind="organizations.patient.created") == 2
    page = admin.get(f"/admin/patients/import/{last_run().id}").get_data(as_text=True)
    assert "This row could not be written." in page


def test_a_row_that_a_rule_forbids_leaves_the_others_of_its_file_alone(admin: FlaskClient, cast: Cast) -> None:
    head = "code,name_en,name_ar,parent_id\n"
    send(admin, head + "LAB,Laboratory,المختبر,\nMIC,Microbiology,الأحياء,LAB\n", path="departments")
    admin.post(f"/admin/departments/import/{last_run().id}")
    send(admin, head + "LAB,Lab,المختبر,MIC\nMIC,Microbes,الأحياء,LAB\nRAD,Radiology,الأشعة,\n", path="departments")
    admin.post(f"/admin/departments/import/{last_run().id}")

    with acting_as(system_actor("look")):
        query = sa.select(Department).execution_options(populate_existing=True)
        by_code = {row.code: row for row in db.session.execute(query).scalars() if row.code in ("LAB", "MIC", "RAD")}
    assert last_run().problems == [[2, "parent_id", "refused"]] and last_run().rows_written == 2
    assert (by_code["LAB"].name_en, by_code["LAB"].parent_id) == ("Laboratory", None)
    assert by_code["MIC"].name_en == "Microbes" and "RAD" in by_code


def test_a_worker_that_dies_with_a_part_half_written_leaves_nothing_of_it(
    admin: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start(admin, cast, 1_200)
    yes(admin)
    real = imports._write_rows

    def dies(checker: Any, rows: list[Any], actor: Any) -> None:
        real(checker, rows, actor)
        if rows[0].number > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(imports, "_write_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        imports.continue_import(str(run_id))
    monkeypatch.setattr(imports, "_write_rows", real)
    assert (count(Patient), count(EventLog, kind="organizations.patient.created")) == (500, 500)
    with clock.frozen(clock.now() + imports.STUCK * 2):
        imports.continue_stuck_imports()

    assert (last_run().state, last_run().rows_written, count(Patient)) == (ImportState.DONE, 1_200, 1_200)
    assert count(EventLog, kind="organizations.patient.created") == 1_200
