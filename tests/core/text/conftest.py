"""A PostgreSQL with the two folding functions, asked for many strings in one statement."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from app.core.text.fold import PX_FOLD_SQL
from app.core.text.names import PX_FOLD_NAME_SQL
from devstack.testing import Servers

AskSql = Callable[[str, list[str]], list[str]]


@pytest.fixture(scope="module")
def ask_sql(servers: Servers) -> Iterator[AskSql]:
    """Give a function that asks PostgreSQL for `function(text)` of each text."""
    with psycopg.connect(servers.superuser_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA folding")
        connection.execute("SET search_path = folding")
        connection.execute(PX_FOLD_SQL)
        connection.execute(PX_FOLD_NAME_SQL)

        def ask(function: str, texts: list[str]) -> list[str]:
            query = f"SELECT {function}(t) FROM unnest(%s::text[]) WITH ORDINALITY AS given(t, n) ORDER BY n"
            return [row[0] for row in connection.execute(query, (texts,))]

        yield ask
        connection.execute("DROP SCHEMA folding CASCADE")
