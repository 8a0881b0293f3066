"""The control panel of a resource, seen through departments: list, form, two versions, archive, history, search box."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.organizations.models import Department, Hospital
from tests.cast import Cast, sign_in

LIST = "/admin/departments/"


@pytest.fixture(autouse=True)
def _no_csrf(app: Flask) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    """Hospital A's administrator at a browser, reading English."""
    client.set_cookie("px_lang", "en")
    return sign_in(client, cast["hospital_admin"])


def row(code: str) -> Department:
    """The department with this code, as the database has it."""
    with acting_as(system_actor("look in a test")):
        query = sa.select(Department).where(Department.code == code).execution_options(populate_existing=True)
        return db.session.execute(query).scalar_one()


def many(cast: Cast, count: int) -> None:
    """Further departments of hospital A below the emergency department."""
    with acting_as(system_actor("fill")), unit_of_work():
        for number in range(count):
            db.session.add(
                Department(
                    hospital_id=cast.a.id,
                    code=f"X{number}",
                    name_en=f"Unit {number}",
                    name_ar=f"وحدة {number}",
                    parent_id=cast.er.id,
                )
            )


def statements(client: FlaskClient, path: str) -> int:
    """How many SQL statements a page takes."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    engine = sa.Engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_administrator_makes_a_department_and_finds_it_in_the_list(admin: FlaskClient, cast: Cast) -> None:
    answer = admin.post(
        "/admin/departments/new", data={"code": "ICU", "name_en": "Intensive care", "name_ar": "العناية"}
    )

    assert answer.status_code == 303
    assert row("ICU").hospital_id == cast.a.id
    assert "Intensive care" in admin.get(LIST).get_data(as_text=True)


def test_rows_of_another_hospital_are_in_no_list_search_filter_or_choice(admin: FlaskClient, cast: Cast) -> None:
    with acting_as(system_actor("fill")), unit_of_work():
        db.session.add(Department(hospital_id=cast.b.id, code="SEC", name_en="Secret unit", name_ar="وحدة سرية"))

    for path in (
        LIST,
        f"{LIST}?q=secret",
        f"{LIST}?hospital_id={cast.b.id}",
        f"{LIST}options?q=secret",
        f"{LIST}export.csv",
    ):
        assert "Secret unit" not in admin.get(path).get_data(as_text=True), path
    assert admin.get(f"{LIST}{cast.elsewhere.id}").status_code == 404
    assert admin.post(f"{LIST}{cast.elsewhere.id}", data={"version": 1}).status_code == 404
    assert admin.post(f"{LIST}{cast.elsewhere.id}/archive").status_code == 404


def test_a_parent_of_another_hospital_is_refused(admin: FlaskClient, cast: Cast) -> None:
    data = {"code": "N1", "name_en": "New", "name_ar": "جديد", "parent_id": str(cast.elsewhere.id)}

    answer = admin.post("/admin/departments/new", data=data)

    assert answer.status_code == 422
    assert "There is no such record here." in answer.get_data(as_text=True)


def test_an_empty_form_names_each_field_at_fault_and_keeps_what_was_typed(admin: FlaskClient) -> None:
    answer = admin.post("/admin/departments/new", data={"name_en": "Half a department"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#code"' in text and 'href="#name_ar"' in text
    assert 'value="Half a department"' in text


def test_a_code_in_use_is_refused_but_free_again_after_archiving(admin: FlaskClient, cast: Cast) -> None:
    data = {"code": "W1", "name_en": "Second ward", "name_ar": "الجناح"}
    assert admin.post("/admin/departments/new", data=data).status_code == 422

    admin.post(f"{LIST}{cast.ward.id}/archive")
    assert admin.post("/admin/departments/new", data=data).status_code == 303

    admin.post(f"{LIST}{cast.ward.id}/restore")
    with acting_as(system_actor("look")):
        assert db.session.get_one(Department, cast.ward.id, populate_existing=True).archived_at is not None


def test_the_slower_of_two_sees_both_versions_and_may_then_decide(admin: FlaskClient, cast: Cast) -> None:
    path = f"{LIST}{cast.ward.id}"
    mine = {"code": "W1", "name_en": "Ward One", "name_ar": "الجناح 1", "version": "1"}
    admin.post(path, data={**mine, "name_en": "Ward First"})

    answer = admin.post(path, data=mine)
    text = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert "Ward First" in text and 'value="Ward One"' in text
    version = re.search(r'name="version"[^>]*value="(\d+)"', text)
    assert version is not None and version.group(1) == "2"
    assert admin.post(path, data={**mine, "version": "2"}).status_code == 303
    assert row("W1").name_en == "Ward One"


def test_a_department_with_others_below_it_is_not_archived(admin: FlaskClient, cast: Cast) -> None:
    answer = admin.post(f"{LIST}{cast.er.id}/archive", follow_redirects=True)

    assert "Move or archive them first" in answer.get_data(as_text=True)


def test_history_names_what_was_changed(admin: FlaskClient, cast: Cast) -> None:
    admin.post(f"{LIST}{cast.ward.id}", data={"code": "W1", "name_en": "Ward A", "name_ar": "أ", "version": "1"})

    text = admin.get(f"{LIST}{cast.ward.id}/history").get_data(as_text=True)

    assert "Changed" in text
    assert "Name in English" in text


def test_search_is_folded_in_both_scripts(admin: FlaskClient, cast: Cast) -> None:
    latin = admin.get(f"{LIST}?q=EMERG", headers={"HX-Request": "true"}).get_data(as_text=True)
    arabic = admin.get(f"{LIST}?q=الجِناح", headers={"HX-Request": "true"}).get_data(as_text=True)

    assert f"r-{cast.er.id}" in latin and f"r-{cast.ward.id}" not in latin
    assert f"r-{cast.ward.id}" in arabic and f"r-{cast.er.id}" not in arabic


def test_filter_by_the_department_above(admin: FlaskClient, cast: Cast) -> None:
    text = admin.get(f"{LIST}?parent_id={cast.er.id}").get_data(as_text=True)

    assert f"r-{cast.triage.id}" in text
    assert f"r-{cast.ward.id}" not in text


def test_the_list_takes_as_many_statements_for_forty_rows_as_for_four(admin: FlaskClient, cast: Cast) -> None:
    statements(admin, LIST)  # the first visit also writes when the session was last seen
    few = statements(admin, LIST)
    many(cast, 40)

    assert statements(admin, LIST) == few <= 12


def test_pages_work_in_both_directions_and_nonsense_page_numbers_are_the_first(admin: FlaskClient, cast: Cast) -> None:
    many(cast, 40)

    second = admin.get(f"{LIST}?page=2").get_data(as_text=True)

    assert 'rel="prev"' in second and 'rel="next"' not in second
    assert admin.get(f"{LIST}?page=-1").status_code == admin.get(f"{LIST}?page=x").status_code == 200


def test_htmx_gets_only_the_rows(admin: FlaskClient) -> None:
    text = admin.get(LIST, headers={"HX-Request": "true"}).get_data(as_text=True)

    assert text.strip().startswith('<div id="rows">') and "<html" not in text


def test_hospital_admin_reads_hospitals_but_may_not_change_one(admin: FlaskClient, cast: Cast) -> None:
    assert "Al Noor" in admin.get("/admin/hospitals/").get_data(as_text=True)
    assert "Al Salam" not in admin.get("/admin/hospitals/").get_data(as_text=True)
    assert f'action="/admin/hospitals/{cast.a.id}"' not in admin.get(f"/admin/hospitals/{cast.a.id}").get_data(
        as_text=True
    )
    assert admin.post(f"/admin/hospitals/{cast.a.id}", data={"version": 1}).status_code == 403


def test_px_admin_must_name_the_hospital_of_a_new_record(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["px_admin"])
    data = {"code": "Z", "name_en": "Z", "name_ar": "ز"}

    assert client.post("/admin/departments/new", data=data).status_code == 422
    assert client.post("/admin/departments/new", data={**data, "hospital_id": str(cast.b.id)}).status_code == 303
    assert row("Z").hospital_id == cast.b.id


def test_a_hospital_in_an_unknown_time_zone_is_refused(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["px_admin"])
    data = {"code": "C", "name_en": "C", "name_ar": "ج", "zone": "Asia/Atlantis"}

    assert client.post("/admin/hospitals/new", data=data).status_code == 422
    assert client.post("/admin/hospitals/new", data={**data, "zone": "Asia/Dubai"}).status_code == 303
    with acting_as(system_actor("look")):
        assert db.session.execute(sa.select(Hospital.zone).where(Hospital.code == "C")).scalar_one() == "Asia/Dubai"


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    "path", ["/admin/", LIST, f"{LIST}new", f"{LIST}import", "/admin/patients/", "/admin/locations/new"]
)
def test_pages_are_whole_in_both_languages(admin: FlaskClient, language: str, path: str) -> None:
    admin.set_cookie("px_lang", language)

    answer = admin.get(path)
    text = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert f'lang="{language}"' in text
    assert text.count("<h1") == 1
    assert " style=" not in text and "<script>" not in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_first_page_of_administration_leads_to_rules_and_settings_too(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    sign_in(client, cast["hospital_admin"])
    html = client.get("/admin/").get_data(as_text=True).partition("<main")[2]
    for address in ("/admin/departments/", "/admin/calendars/", "/admin/sla/", "/admin/providers/", "/admin/audit/"):
        assert f'href="{address}"' in html, address
