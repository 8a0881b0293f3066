"""What tests of the same change to many rows of a queue share: running it as a person, and looking at what became of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.bulk.deeds import Bulk
from app.core.db import db
from app.core.sla import clocks
from app.core.web.chosen import Outcome
from tests.cast import Cast, csrf

SYSTEM = system_actor("a test of many")
OF_A_CLOCK = (
    "kind", "cycle", "severity", "target_seconds", "started_at", "due_at", "look_at", "breached_at", "stopped_at",
)  # fmt: skip
R = TypeVar("R")


@dataclass(frozen=True)
class Hands:
    """The changes of one queue in the hands of people."""

    bulk: Bulk

    def run(
        self, cast: Cast, verb: str, *rows: Any, by: str = "px_coordinator", **given: str
    ) -> tuple[str, list[Outcome]]:
        """Change rows as a person who saw them as they are."""
        actor = cast.actor(by)
        with acting_as(actor):
            return self.bulk.run(verb, {row.id: row.version for row in rows}, given, actor=actor)

    def undo(self, cast: Cast, token: str, by: str = "px_coordinator") -> list[Outcome] | None:
        """Take a run back as a person."""
        actor = cast.actor(by)
        with acting_as(actor):
            return self.bulk.undo(token, actor=actor)


def now(row: R) -> R:
    """The row as it is now."""
    with acting_as(SYSTEM):
        db.session.refresh(row)
    return row


def clock_of(row: Any) -> dict[str, Any]:
    """What stands of the one clock of a row, and of the copy for lists."""
    with acting_as(SYSTEM):
        db.session.expire_all()
        (found,) = clocks.of_subject(row.id)
        return {name: getattr(found, name) for name in OF_A_CLOCK} | {"copied": row.due_at}


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    return client.post(path, data={"csrf_token": csrf(client.application, client), **data})
