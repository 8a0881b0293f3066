"""The folding functions where they are used: in stored generated columns, in indexes, and while a backup is restored."""

from collections.abc import Iterator

import psycopg
import pytest

from app.core.text.fold import PX_FOLD_SQL, fold
from app.core.text.names import PX_FOLD_NAME_SQL, fold_name, name_needles
from devstack.testing import Servers

NAMES = ["عبد الله بن فهد الحربي", "Mohammed Al-Harbi", "فاطمة القحطاني", "Fāṭima Alqahtani"]


@pytest.fixture
def table(servers: Servers) -> Iterator[psycopg.Connection]:
    """Give a connection with a table of people whose search text is generated; all of it is rolled back."""
    with psycopg.connect(servers.superuser_dsn) as connection:
        connection.execute("CREATE SCHEMA folding_tables")
        connection.execute("SET LOCAL search_path = folding_tables")
        connection.execute(PX_FOLD_SQL)
        connection.execute(PX_FOLD_NAME_SQL)
        connection.execute(
            "CREATE TABLE people (name text, search text GENERATED ALWAYS AS"
            " (px_fold(name) || ' ' || px_fold_name(name)) STORED)"
        )
        connection.execute("CREATE INDEX ON people (px_fold(name))")
        yield connection
        connection.rollback()


def test_a_generated_column_holds_both_foldings(table: psycopg.Connection) -> None:
    table.cursor().executemany("INSERT INTO people (name) VALUES (%s)", [(name,) for name in NAMES])

    stored = dict(table.execute("SELECT name, search FROM people").fetchall())

    assert stored == {name: f"{fold(name)} {fold_name(name)}" for name in NAMES}


@pytest.mark.parametrize(
    ("typed", "found"),
    [("عبدالله الحربي", 0), ("harbi muhammad", 1), ("القحطانى", 2), ("قحطاني", 2), ("fatima al qahtani", 3)],
)
def test_a_search_finds_the_person_by_another_spelling(table: psycopg.Connection, typed: str, found: int) -> None:
    table.cursor().executemany("INSERT INTO people (name) VALUES (%s)", [(name,) for name in NAMES])
    ways = name_needles(typed)
    where = " OR ".join("(" + " AND ".join(["search LIKE %s"] * len(way)) + ")" for way in ways)

    rows = table.execute(f"SELECT name FROM people WHERE {where}", [f"%{word}%" for way in ways for word in way])

    assert [row[0] for row in rows] == [NAMES[found]]


def test_both_work_without_a_search_path_as_in_a_restore(table: psycopg.Connection) -> None:
    table.execute("SET LOCAL search_path = ''")

    table.execute("INSERT INTO folding_tables.people (name) VALUES ('الحَرْبي')")

    assert table.execute("SELECT search FROM folding_tables.people").fetchone() == ("الحربي حربي",)


def test_nothing_folds_to_nothing(table: psycopg.Connection) -> None:
    assert table.execute("SELECT px_fold(NULL), px_fold_name(NULL), px_fold(''), px_fold_name('')").fetchone() == (
        None, None, "", "",
    )  # fmt: skip


def test_both_are_immutable_and_parallel_safe(table: psycopg.Connection) -> None:
    kinds = table.execute(
        "SELECT provolatile, proparallel FROM pg_proc WHERE pronamespace = 'folding_tables'::regnamespace"
    ).fetchall()

    assert kinds == [("i", "s"), ("i", "s")]
