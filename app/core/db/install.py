"""What the database holds besides tables: extensions, functions and the application role's rights.

Migrations call this; so does the test template. `px_fold` must exist before the generated columns that use it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, text

from app.core.db.base import Base
from app.core.references import REFERENCE_SQL
from app.core.text.fold import PX_FOLD_SQL
from app.core.text.names import PX_FOLD_NAME_SQL

APP_ROLE = "px360_app"
EXTENSIONS = ("pg_trgm", "btree_gist")

# the log and its seals are written once: the application's role may not change or remove a row of them
WRITE_ONCE = ("event_log", "event_seals")
NOT_GIVEN_BACK = {"event_log": "UPDATE, DELETE, TRUNCATE", "event_seals": "UPDATE, DELETE, TRUNCATE"}


def import_models() -> None:
    """Import every `models.py` below the application, so that the metadata is whole."""
    import app

    root = Path(app.__file__).parent
    for path in sorted(root.rglob("models.py")):
        import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))


def install_functions(connection: Connection) -> None:
    """Make extensions (where the role may) and our SQL functions."""
    for extension in EXTENSIONS:
        connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    for statement in (PX_FOLD_SQL, PX_FOLD_NAME_SQL, REFERENCE_SQL):
        connection.exec_driver_sql(statement.replace("%", "%%") if "%" in statement else statement)


def grant_rights(connection: Connection) -> None:
    """Give the application's role what it needs and no more; nothing happens where that role does not exist."""
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": APP_ROLE}).scalar():
        return
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}"))
    connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}"))
    connection.execute(text(f"GRANT EXECUTE ON FUNCTION px_next_reference(text, integer) TO {APP_ROLE}"))
    for table, rights in NOT_GIVEN_BACK.items():
        connection.execute(text(f"REVOKE {rights} ON {table} FROM {APP_ROLE}"))


def install_everything(connection: Connection) -> None:
    """Make functions, all tables of the models, and rights (the test template before migrations are frozen)."""
    import_models()
    install_functions(connection)
    Base.metadata.create_all(connection)
    grant_rights(connection)
