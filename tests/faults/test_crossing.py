"""Two who need the same rows at the same moment: neither waits for the other for ever, and nobody's work is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import command, db, unit
from app.core.events import record
from app.core.sla.events import ClockBreached
from app.core.sla.models import SlaClock
from app.organizations.models import Hospital
from app.portal.seeds import seed_reference_data
from app.px_action_center.services import opening, working
from app.settings import from_environment
from devstack.testing import Servers
from tests.cast import Cast, assemble
from tests.complaints.conftest import received, step
from tests.complaints.inquiring import asked, take
from tests.conftest import environment
from tests.meanwhile import while_held

SYSTEM = system_actor("test")


@pytest.fixture(scope="module")
def house(servers: Servers, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Cast]]:
    """An application on a database of its own, whose transactions are real, and its people."""
    folder: Path = tmp_path_factory.mktemp("crossing")
    app = create_app(from_environment(environment(servers, clone(), folder)))
    with app.app_context():
        cast = assemble()
        seed_reference_data()
        yield app, cast
        db.session.remove()
        db.engine.dispose()


def cross(app: Flask, cast: Cast, tries: list[str]) -> None:
    """Let two commands rename two hospitals, each beginning with the other's second one."""
    both = Barrier(2)

    @command
    def rename(name: str, first: UUID, second: UUID) -> None:
        tries.append(name)
        db.session.execute(sa.update(Hospital).where(Hospital.id == first).values(name_en=name))
        if len(tries) <= 2:
            both.wait(20)
        db.session.execute(sa.update(Hospital).where(Hospital.id == second).values(name_ar=name))

    def run(name: str, first: UUID, second: UUID) -> None:
        with app.app_context(), acting_as(SYSTEM):
            rename(name, first, second)

    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(run, "x", cast.a.id, cast.b.id), pool.submit(run, "y", cast.b.id, cast.a.id)]
        for each in ends:
            each.result(60)


def test_a_command_that_the_database_undid_for_another_begins_again(house: tuple[Flask, Cast]) -> None:
    app, cast = house
    tries: list[str] = []
    cross(app, cast, tries)

    assert len(tries) == 3
    with acting_as(SYSTEM):
        rows = db.session.execute(sa.select(Hospital.id, Hospital.name_en, Hospital.name_ar)).all()
    names = {row_id: (name_en, name_ar) for row_id, name_en, name_ar in rows}
    assert (names[cast.a.id], names[cast.b.id]) == (("x", "y"), ("y", "x")), "each wrote both of its own"


def test_after_the_last_try_it_is_told(house: tuple[Flask, Cast], monkeypatch: pytest.MonkeyPatch) -> None:
    app, cast = house
    monkeypatch.setattr(unit, "MOST_TRIES", 1)
    with pytest.raises(OperationalError) as told:
        cross(app, cast, [])
    assert unit.is_crossed(told.value)


@pytest.mark.parametrize(("path", "status"), [("/complaints/", 409), ("/api/complaints/", 503)])
def test_who_asked_is_told_to_come_again_and_not_that_the_portal_restarts(
    house: tuple[Flask, Cast], monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    app, _cast = house
    crossed = OperationalError("UPDATE", {}, DeadlockDetected())
    monkeypatch.setattr(app, "preprocess_request", lambda *_args: (_ for _ in ()).throw(crossed))

    answer = app.test_client().get(path, headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "1")
    assert "nothing was saved" in answer.text and "restarting" not in answer.text


def a_complaint(cast: Cast) -> tuple[UUID, Callable[[], Any]]:
    """A new complaint, and how it ends."""
    row = received(cast)
    return row.id, lambda: step(cast, row, "cancel")


def a_duplicate(cast: Cast) -> tuple[UUID, Callable[[], Any]]:
    """The same, ended by a merge."""
    row, other = received(cast), received(cast)
    return row.id, lambda: step(cast, row, "merge", other=other.reference)


def an_inquiry(cast: Cast) -> tuple[UUID, Callable[[], Any]]:
    """A question that is cancelled."""
    row = asked(cast)
    return row.id, lambda: take(cast, row, "cancel")


def an_action(cast: Cast) -> tuple[UUID, Callable[[], Any]]:
    """An action that is cancelled."""
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        row = opening.open_by_hand(
            hospital_id=cast.a.id, title="Long wait", severity="high", department_id=cast.er.id, patient_id=None, actor=actor
        )  # fmt: skip
    row_id, version = row.id, row.version

    def cancel() -> None:
        with acting_as(actor):
            working.move(row_id, "cancel", version=version, reason="seen to", actor=actor)

    return row_id, cancel


@pytest.mark.parametrize("made", [a_complaint, a_duplicate, an_inquiry, an_action])
def test_a_case_that_ends_while_the_sweep_decides_its_clock_waits_for_it_and_neither_is_undone(
    house: tuple[Flask, Cast], monkeypatch: pytest.MonkeyPatch, made: Callable[[Cast], tuple[UUID, Callable[[], Any]]]
) -> None:
    app, cast = house
    case_id, end = made(cast)
    monkeypatch.setattr(unit, "MOST_TRIES", 1)

    def hold() -> None:
        """As the sweep takes the clocks that are due."""
        clocks.extend(db.session.execute(sa.select(SlaClock).filter_by(subject_id=case_id).with_for_update()).scalars())

    def ended() -> None:
        with app.app_context():
            end()

    def say() -> None:
        first = clocks[0]
        first.breached_at, first.look_at = first.due_at, None
        told = ClockBreached(case_id, cast.a.id, first.subject_type, first.id, first.kind, first.severity, "")
        record(told, actor=SYSTEM)

    clocks: list[SlaClock] = []
    with acting_as(SYSTEM):
        while_held(hold, ended, say)
        db.session.expire_all()
        assert clocks and all(each.stopped_at is not None for each in clocks)
