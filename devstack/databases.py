"""The database of a cluster: two roles, the database and its extensions, made where they are missing."""

from __future__ import annotations

import psycopg
from psycopg import sql

from devstack.servers import HOST, SUPERUSER
from devstack.state import State

EXTENSIONS = ("pg_trgm", "btree_gist", "citext", "unaccent", "pgcrypto")  # made where the server has them
OWNER, APP, NAME = "px360_owner", "px360_app", "px360"


def prepare_database(state: State, *, anew: bool = False) -> None:
    """Make the roles, the database and its extensions where they are missing, and set the roles' passwords.

    With `anew` a database that is there is dropped first: the demo was cut off in its middle.
    """
    with _connect(state, "postgres") as server:
        for role, password in ((OWNER, state.passwords["owner"]), (APP, state.passwords["app"])):
            known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            server.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(password))
            )
        if anew:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone():
            server.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")
        server.execute(f"REVOKE ALL ON DATABASE {NAME} FROM PUBLIC")
        server.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {NAME} TO {APP}")
    with _connect(state, NAME) as database:
        there = {str(name) for (name,) in database.execute("SELECT name FROM pg_available_extensions")}
        for extension in EXTENSIONS:
            if extension in there:
                database.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def plain_url(url: str) -> str:
    """Give an address as the database driver alone understands it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def holds_rows(url: str, table: str) -> bool:
    """Tell whether a database has a table with rows in it. Raises psycopg.Error when it cannot be reached."""
    with psycopg.connect(plain_url(url), connect_timeout=10) as database:
        if database.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone() != (True,):
            return False
        found = database.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))).fetchone()
        return found == (True,)


def _connect(state: State, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=HOST,
        port=state.ports["postgres"],
        user=SUPERUSER,
        password=state.passwords["superuser"],
        dbname=database,
        autocommit=True,
    )
