"""Imports: what files are understood, what the check finds, that nothing is written unasked, and going on after a kill."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook

from app.core import files
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.resources import imports
from app.core.resources.models import ImportRun, ImportState
from app.core.resources.resource import resource_at
from app.core.time import clock
from app.organizations.models import Department, Patient
from tests.cast import Cast, count, sign_in

HEAD = "mrn,name_ar,phone,birth_date,sex\n"
GOOD = HEAD + "1001,محمد الحربي,0501234567,1990-04-25,M\n1002,نورة القحطاني,٠٥٠٧٦٥٤٣٢١,1410-09-30,أنثى\n"
BAD = GOOD + "1003,,050,1990-13-45,M\n1001,مكرر,,,\n"


@pytest.fixture
def admin(app: Flask, client: FlaskClient, cast: Cast) -> Any:
    """Hospital A's administrator at a browser, reading English."""
    app.config["WTF_CSRF_ENABLED"] = False
    client.set_cookie("px_lang", "en")
    yield sign_in(client, cast["hospital_admin"])
    app.config["WTF_CSRF_ENABLED"] = True


def send(browser: FlaskClient, data: bytes | str, name: str = "rows.csv", path: str = "patients") -> Any:
    """Upload a file; gives the answer."""
    raw = data.encode() if isinstance(data, str) else data
    return browser.post(f"/admin/{path}/import", data={"file": (io.BytesIO(raw), name)})


def last_run() -> ImportRun:
    """The newest import, as the database has it."""
    with acting_as(system_actor("look")):
        query = sa.select(ImportRun).order_by(ImportRun.created_at.desc(), ImportRun.id.desc()).limit(1)
        return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def patients() -> dict[str, Patient]:
    """Every patient by file number."""
    with acting_as(system_actor("look")):
        query = sa.select(Patient).execution_options(populate_existing=True)
        return {row.mrn: row for row in db.session.execute(query).scalars()}


def yes(browser: FlaskClient, **data: str) -> Any:
    """Confirm the newest import."""
    return browser.post(f"/admin/patients/import/{last_run().id}", data=data)


def test_a_good_file_is_shown_first_and_written_after_the_yes(admin: FlaskClient, cast: Cast) -> None:
    assert send(admin, GOOD).status_code == 303
    run = last_run()
    assert (run.state, run.rows_total, run.rows_new, run.rows_bad) == (ImportState.CHECKED, 2, 2, 0)
    assert patients() == {}

    assert yes(admin).status_code == 303
    found = patients()

    assert found["1001"].phone_e164 == "+966501234567" and found["1002"].phone_e164 == "+966507654321"
    assert found["1002"].birth_date == date(1990, 4, 25) and found["1002"].sex == "F"
    assert found["1001"].hospital_id == cast.a.id
    assert last_run().state == ImportState.DONE and last_run().rows_written == 2


def test_wrong_rows_are_named_in_the_readers_language_and_stop_everything(admin: FlaskClient) -> None:
    send(admin, BAD)

    text = admin.get(f"/admin/patients/import/{last_run().id}").get_data(as_text=True)
    refused = yes(admin)

    assert {tuple(line) for line in last_run().problems} == {
        (4, "phone_e164", "too_short"),
        (4, "birth_date", "date"),
        (5, "mrn", "repeated"),
    }
    assert "The number is too short." in text and "The same value stands in an earlier row of this file." in text
    assert refused.status_code == 422
    assert patients() == {}


def test_the_good_rows_alone_are_written_when_asked(admin: FlaskClient) -> None:
    send(admin, BAD)

    assert yes(admin, only_good="y").status_code == 303
    assert sorted(patients()) == ["1001", "1002"]
    assert patients()["1001"].name_ar == "محمد الحربي"


def test_a_known_number_changes_the_record_and_empty_cells_change_nothing(admin: FlaskClient) -> None:
    send(admin, GOOD)
    yes(admin)

    send(admin, "mrn,name_en,phone\n1001,Mohammed Alharbi,\n")
    assert (last_run().rows_new, last_run().rows_bad) == (0, 0)
    yes(admin)

    found = patients()
    assert (found["1001"].name_en, found["1001"].phone_e164) == ("Mohammed Alharbi", "+966501234567")
    assert len(found) == 2


def test_the_same_file_again_changes_nothing(admin: FlaskClient) -> None:
    for _ in range(2):
        send(admin, GOOD)
        yes(admin)

    assert {row.version for row in patients().values()} == {1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256"])
@pytest.mark.parametrize("head", ["رقم الملف;الاسم;الجوال", "MRN;name_ar;Mobile phone", "mrn;Name in Arabic;الجوال"])
def test_encodings_delimiters_and_headings_of_either_language_are_understood(
    admin: FlaskClient, encoding: str, head: str
) -> None:
    head = head.replace("رقم الملف", "mrn").replace("الاسم", "name_ar")

    send(admin, f"{head}\r\n77;سارة العتيبي;0551112223\r\n".encode(encoding))
    yes(admin)

    assert (patients()["77"].name_ar, patients()["77"].phone_e164) == ("سارة العتيبي", "+966551112223")


def test_a_workbook_with_numbers_and_dates_is_understood(admin: FlaskClient) -> None:
    book = Workbook()
    book.active.append(["mrn", "name_en", "phone", "birth_date"])
    book.active.append([5001, "Sara Alotaibi", 501234567, date(1988, 2, 29)])
    raw = io.BytesIO()
    book.save(raw)

    send(admin, raw.getvalue(), "rows.xlsx")
    yes(admin)

    assert (patients()["5001"].phone_e164, patients()["5001"].birth_date) == ("+966501234567", date(1988, 2, 29))


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"PK\x03\x04 broken", "a.xlsx"), (b"\x89PNG\r\n\x1a\n0000", "a.csv"), (b"", "a.csv"), (b"%PDF-1.7 x", "a.csv")],
)
def test_what_is_no_table_is_refused_whatever_its_name(admin: FlaskClient, data: bytes, name: str) -> None:
    assert send(admin, data, name).status_code == 422
    assert count(ImportRun) == 0


@pytest.mark.parametrize("data", ["\n\n", "mrn,name_ar\n"])
def test_a_file_without_headings_or_rows_is_told_so(admin: FlaskClient, data: str) -> None:
    send(admin, data)

    assert last_run().state == ImportState.REFUSED
    assert admin.get(f"/admin/patients/import/{last_run().id}").status_code == 200
    assert yes(admin).status_code == 409


def test_parents_may_stand_above_in_the_same_file(admin: FlaskClient, cast: Cast) -> None:
    rows = "code,name_en,name_ar,parent_id\nLAB,Laboratory,المختبر,\nMIC,Microbiology,الأحياء الدقيقة,LAB\nX,X,س,NONE\n"

    send(admin, rows, path="departments")
    assert [line[:2] for line in last_run().problems] == [[4, "parent_id"]]
    admin.post(f"/admin/departments/import/{last_run().id}", data={"only_good": "y"})

    with acting_as(system_actor("look")):
        by_code = {row.code: row for row in db.session.execute(sa.select(Department)).scalars()}
    assert by_code["MIC"].parent_id == by_code["LAB"].id
    assert "X" not in by_code


def test_the_import_of_another_hospital_is_not_found(admin: FlaskClient, app: Flask, cast: Cast) -> None:
    send(admin, GOOD)
    run_id = last_run().id
    outsider = sign_in(app.test_client(), cast["outsider"])

    assert outsider.get(f"/admin/patients/import/{run_id}").status_code == 404
    assert outsider.post(f"/admin/patients/import/{run_id}").status_code == 404
    assert admin.get(f"/admin/departments/import/{run_id}").status_code == 404


def test_the_uploaded_file_is_gone_when_the_import_is_done(admin: FlaskClient) -> None:
    send(admin, GOOD)
    path = last_run().file_path
    assert files.read(path)

    yes(admin)

    assert last_run().file_path == ""
    with pytest.raises(FileNotFoundError):
        files.read(path)


def long_file(rows: int) -> str:
    """A file that is checked and written by the worker."""
    return HEAD + "".join(f"{9000 + n},مريض رقم {n} الأول الثاني,05{n:08d},1990-01-01,M\n" for n in range(rows))


def start(admin: FlaskClient, cast: Cast, rows: int) -> UUID:
    """Upload a long file and let the worker check it."""
    answer = send(admin, long_file(rows))
    assert answer.status_code == 303 and last_run().state == ImportState.WAITING
    page = admin.get(f"/admin/patients/import/{last_run().id}").get_data(as_text=True)
    assert 'hx-trigger="every 2s"' in page
    imports.continue_import(str(last_run().id))
    return last_run().id


def test_a_long_file_is_left_to_the_worker(admin: FlaskClient, cast: Cast) -> None:
    run_id = start(admin, cast, 1_200)
    assert (last_run().state, last_run().rows_new) == (ImportState.CHECKED, 1_200)
    assert yes(admin).status_code == 303 and count(Patient) == 0

    imports.continue_import(str(run_id))

    assert (last_run().state, last_run().rows_written, count(Patient)) == (ImportState.DONE, 1_200, 1_200)


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    admin: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start(admin, cast, 1_200)
    yes(admin)
    real, parts = imports._write_part, []

    def dies_at_the_second_part(*args: Any) -> None:
        parts.append(1)
        if len(parts) == 2:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(imports, "_write_part", dies_at_the_second_part)
    with pytest.raises(KeyboardInterrupt):
        imports.continue_import(str(run_id))
    monkeypatch.setattr(imports, "_write_part", real)
    assert count(Patient) == 500
    with clock.frozen(clock.now() + imports.STUCK * 2):
        imports.continue_stuck_imports()

    assert (last_run().state, last_run().rows_written, count(Patient)) == (ImportState.DONE, 1_200, 1_200)


def test_the_log_names_the_person_behind_an_import(admin: FlaskClient, cast: Cast) -> None:
    from app.core.events.models import EventLog

    send(admin, GOOD)
    yes(admin)

    with acting_as(system_actor("look")):
        made = db.session.execute(sa.select(EventLog).where(EventLog.kind == "organizations.patient.created")).scalars()
        assert {row.actor_id for row in made} == {cast["hospital_admin"].id}


def test_what_was_exported_comes_back_unchanged_and_acts_as_no_formula(admin: FlaskClient) -> None:
    send(admin, 'mrn,name_en,phone\n1,"=HYPERLINK(""x"")",0501234567\n2,@sum,\n')
    yes(admin)

    text = admin.get("/admin/patients/export.csv").get_data(as_text=True)
    assert "'=HYPERLINK" in text and "'@sum" in text and ",+966501234567," in text
    send(admin, text)

    assert (last_run().rows_new, last_run().rows_bad) == (0, 0)
    yes(admin)
    assert {row.version for row in patients().values()} == {1}


def test_a_workbook_holds_text_only_and_the_export_is_logged(admin: FlaskClient, cast: Cast) -> None:
    from openpyxl import load_workbook

    from app.core.events.models import EventLog

    send(admin, 'mrn,name_en\n1,"=1+1"\n')
    yes(admin)

    raw = admin.get("/admin/patients/export.xlsx").data
    cells = [cell for line in load_workbook(io.BytesIO(raw)).active.iter_rows() for cell in line]

    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert count(EventLog, kind="organizations.patient.exported", actor_id=cast["hospital_admin"].id) == 1


def test_a_resource_knows_its_headings(admin: FlaskClient) -> None:
    text = admin.get("/admin/patients/import/headings.csv").get_data(as_text=True)

    send(admin, text + "\r\n")

    assert all(name for _heading, name in last_run().columns)
    assert len(last_run().columns) == len(resource_at("patients").fields)
