"""Patient search: both scripts, folded, by the end of a phone, by numbers of today and before; by index; never across hospitals."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.access.wall import passage
from app.core.db import db, unit_of_work
from app.core.text.fold import fold
from app.core.text.names import name_needles
from app.organizations import queries
from app.organizations.services import patients
from app.organizations.services.patients import PatientFacts
from bench.patient_search import fill
from tests.cast import Cast, sign_in


@pytest.fixture
def people(cast: Cast) -> dict[str, Any]:
    """Four patients of hospital A and a namesake in hospital B."""
    rows = {
        "1001": {"name_ar": "محمد بن عبد الله الحَربي", "name_en": "Mohammed Alharbi", "phone_e164": "+966501234567"},
        "1002": {"name_ar": "فاطمة آل أحمد", "national_id": "1000000008"},
        "1003": {"name_en": "Noor Al-Otaibi", "phone_e164": "+966557654321"},
        "A-77412": {"name_ar": "سارة", "name_en": "100% Sara_"},
    }
    actor = system_actor("hospital system", cast.a.id)
    found = {
        mrn: patients.apply_facts(cast.a.id, PatientFacts(mrn, given), actor=actor).id for mrn, given in rows.items()
    }
    patients.apply_facts(
        cast.b.id,
        PatientFacts("1001", {"name_ar": "محمد الحربي", "phone_e164": "+966501234567", "national_id": "1000000008"}),
        actor=system_actor("their system", cast.b.id),
    )
    return found


def ask(cast: Cast, text: str, name: str = "px_coordinator") -> list[str]:
    """Search as somebody; gives the file numbers found."""
    actor = cast.actor(name)
    with acting_as(actor):
        return [row.mrn for row in queries.search_patients(text, actor=actor)]


@pytest.mark.parametrize(
    ("typed", "mrn"),
    [
        ("محمد", "1001"),
        ("مُحَمَّد الحربى", "1001"),
        ("حربي محمد", "1001"),
        ("عبدالله", "1001"),
        ("Muhammad", "1001"),
        ("al harbi", "1001"),
        ("MOHAMMED", "1001"),
        ("فاطمه", "1002"),
        ("ال احمد", "1002"),
        ("nour otaibi", "1003"),
        ("0501234567", "1001"),
        ("+966 50 123 4567", "1001"),
        ("٠٥٠١٢٣٤٥٦٧", "1001"),
        ("4567", "1001"),
        ("654321", "1003"),
        ("1000000008", "1002"),
        ("١٠٠٠٠٠٠٠٠٨", "1002"),
        ("1002", "1002"),
        ("A-77412", "A-77412"),
        ("100%", "A-77412"),
        ("sara_", "A-77412"),
        ("no", "1003"),
        ("سا", "A-77412"),
    ],
)
def test_a_patient_is_found_by_what_people_type(cast: Cast, people: Any, typed: str, mrn: str) -> None:
    assert mrn in ask(cast, typed)


@pytest.mark.parametrize("typed", ["", " ", "م", "zzzz", "%%%", "___", "9999", "\\\\", "'; drop"])
def test_nothing_and_nonsense_find_nobody(cast: Cast, people: Any, typed: str) -> None:
    assert ask(cast, typed) == []


def test_two_letters_look_at_the_beginning_of_the_name_only(cast: Cast, people: Any) -> None:
    assert ask(cast, "حر") == []


@pytest.mark.parametrize("name", ["px_coordinator", "px_admin"])
@pytest.mark.parametrize("typed", ["محمد", "Mohammed", "حربي"])
def test_whose_name_begins_with_what_was_typed_comes_first_then_who_has_it_elsewhere(
    cast: Cast, people: Any, typed: str, name: str
) -> None:
    actor = system_actor("hospital system", cast.a.id)
    for mrn, given in {"2001": "أحمد محمد الحربي", "2002": "حربي محمد"}.items():
        patients.apply_facts(cast.a.id, PatientFacts(mrn, {"name_ar": given, "name_en": "Mohammed"}), actor=actor)

    found = [mrn for mrn in ask(cast, typed, name) if mrn in ("1001", "2001", "2002")]

    first = {"محمد": "1001", "حربي": "2002"}.get(typed, "2001")
    assert found[0] == first and sorted(set(found)) == ["1001", "2001", "2002"]


@pytest.mark.parametrize("typed", ["ab", "ab sara", "sar ab"])
def test_two_letters_are_looked_for_at_the_start_of_words(cast: Cast, people: Any, typed: str) -> None:
    actor = system_actor("hospital system", cast.a.id)
    names = {"3001": "Abir Sara", "3002": "Sara Abir", "3003": "Sara Rabi"}
    for mrn, given in names.items():
        patients.apply_facts(cast.a.id, PatientFacts(mrn, {"name_en": given}), actor=actor)

    assert ask(cast, typed) == (["3001"] if typed == "ab" else ["3001", "3002"])


@pytest.mark.parametrize("typed", ["محمد", "4567", "0501234567", "1000000008", "1001"])
def test_nobody_finds_patients_of_another_hospital(cast: Cast, people: Any, typed: str) -> None:
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        assert {row.hospital_id for row in queries.search_patients(typed, actor=actor)} == {cast.a.id}
    assert len(ask(cast, typed, "px_admin")) == 2


def test_an_old_number_finds_the_record_that_stays_and_the_merged_one_is_in_no_search(cast: Cast, people: Any) -> None:
    patients.merge(people["1001"], people["1003"], actor=cast.actor("px_coordinator"))

    assert ask(cast, "1001") == ["1003"]
    assert "1001" not in ask(cast, "محمد")


def test_those_who_may_not_identify_find_by_the_whole_file_number_only(cast: Cast, people: Any) -> None:
    assert ask(cast, "1001", "viewer") == ["1001"]
    for typed in ("محمد", "4567", "1000000008", "10"):
        assert ask(cast, typed, "viewer") == []


def test_a_viewer_sees_no_name_on_the_page(client: FlaskClient, cast: Cast, people: Any) -> None:
    browser = sign_in(client, cast["viewer"])

    text = browser.get("/patients/?q=1001").get_data(as_text=True)
    page = browser.get(f"/patients/{people['1001']}").get_data(as_text=True)

    assert "1001" in text
    for shown in (text, page):
        assert "الحربي" not in shown and "الحَربي" not in shown and "Alharbi" not in shown and "501234567" not in shown


@pytest.fixture
def thousands(cast: Cast) -> Cast:
    """Five thousand further patients of hospital A."""
    with acting_as(system_actor("fill")), unit_of_work(), passage("made-up patients of one hospital for a test"):
        fill(db.session.connection(), cast.a.id, 5_000, random.Random(7))
        db.session.execute(sa.text("ANALYZE patients"))
    return cast


@pytest.mark.parametrize("name", ["px_coordinator", "px_admin"])
@pytest.mark.parametrize(
    "typed",
    ["محمد الحربي", "Mohammed", "al harbi", "zzzz qqqq", "5012345", "0501234567", "MRN000123", "1000000008", "مح"],
)
def test_every_search_goes_by_index(thousands: Cast, name: str, typed: str) -> None:
    actor = thousands.actor(name)
    with acting_as(actor):
        query = queries.patients_query(typed, actor, 25)
        compiled = query.compile(db.engine, compile_kwargs={"render_postcompile": True})
        with passage("read a plan"):
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars().all()

    assert not any("Seq Scan" in line for line in plan), "\n".join(plan)


@pytest.mark.parametrize("typed", ["Mohammed", "محمد", "الحربي", "alharbi mohammed", "سا"])
def test_of_thousands_with_the_name_a_full_list_comes_in_order_and_each_once(thousands: Cast, typed: str) -> None:
    actor = thousands.actor("px_coordinator")
    with acting_as(actor):
        found = queries.search_patients(typed, actor=actor)

    begins = [row for row in found if row.search.startswith(fold(typed))]
    others = found[len(begins) :]
    assert len({row.id for row in found}) == queries.SEARCH_LIMIT
    assert begins == found[: len(begins)] == sorted(begins, key=lambda row: (row.search, row.id))
    assert others == sorted(others, key=lambda row: (row.search, row.id))
    assert all(any(all(word in row.search for word in way) for way in name_needles(typed)) for row in found)


def test_a_name_that_few_of_thousands_have_is_found_whole(thousands: Cast) -> None:
    actor = system_actor("hospital system", thousands.a.id)
    for number in range(30):
        facts = PatientFacts(f"R{number}", {"name_en": f"{chr(ord('z') - number % 26)} Rarename {number:02d}"})
        patients.apply_facts(thousands.a.id, facts, actor=actor)

    reader = thousands.actor("px_coordinator")
    with acting_as(reader):
        found = [row.search for row in queries.search_patients("rarename", actor=reader, limit=50)]

    assert len(found) == 30 and found == sorted(found)


def test_the_page_takes_as_many_statements_with_thousands_as_with_four(
    app: Flask, client: FlaskClient, cast: Cast, people: Any
) -> None:
    browser = sign_in(client, cast["px_coordinator"])
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    def statements() -> int:
        seen.clear()
        assert browser.get("/patients/?q=محمد").status_code == 200
        return len([each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        statements()
        few = statements()
        with acting_as(system_actor("fill")), unit_of_work(), passage("made-up patients of one hospital for a test"):
            fill(db.session.connection(), cast.a.id, 2_000, random.Random(7))
        assert statements() == few <= 12
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
