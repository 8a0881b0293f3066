"""What kills its worker outright each time is given up after the usual number of tries, and harms nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events import outbox
from app.core.events.models import Delivery
from app.core.time import clock
from app.integrations.models import InboundEvent, SourceSystem
from app.integrations.schemas import EventIn
from app.integrations.services import json_events, processing, senders
from app.journeys.models import Journey
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.conftest import environment
from tests.faults.forked import ROOT
from tests.faults.stack import Stack, running_stack

SYSTEM = system_actor("prepare a worker's death")
KILLED, ENDED = -9, 0


@pytest.fixture(scope="module")
def stack(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database of its own, and no worker: each test starts one that dies."""
    folder = tmp_path_factory.mktemp("dying")
    with running_stack(environment(servers, clone(), folder), folder, ()) as found:
        yield found


def ends_of(stack: Stack, what: str, subject: str, turns: int) -> list[int]:
    """How the turns of a worker ended that dies at one subject."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.faults.dying", what, subject, str(turns)],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return [int(line) for line in found.stdout.split()]


def opened(stack: Stack) -> UUID:
    """An action that was just opened: some handlers wait to tell of it."""
    with stack.app.app_context(), acting_as(SYSTEM):
        made = opening.open_by_hand(
            hospital_id=stack.cast.a.id,
            title="Dying",
            severity="low",
            department_id=None,
            patient_id=None,
            actor=SYSTEM,
        )
        return made.id


def test_a_delivery_that_kills_its_worker_each_time_is_parked_and_all_others_are_delivered(stack: Stack) -> None:
    killer, other = opened(stack), opened(stack)
    waiting = len(stack.rows(Delivery, subject_id=killer))
    assert waiting and stack.rows(Delivery, subject_id=other)

    turns = outbox.MOST_TRIES * waiting + 2
    ends = ends_of(stack, "outbox", str(killer), turns)

    assert ends.count(KILLED) == outbox.MOST_TRIES * waiting - (waiting - 1), (
        "what stood behind it was counted once too"
    )
    assert ends[-1] == ENDED
    left = stack.rows(Delivery)
    assert {(row.subject_id, row.last_error, row.attempts, row.parked_at is None) for row in left} == {
        (killer, "WorkerDied", outbox.MOST_TRIES, False)
    }
    assert len(left) == waiting and len(stack.rows(PxAction)) == 2


def test_an_inbound_event_that_kills_its_worker_each_time_is_given_up_and_all_others_are_carried_out(
    stack: Stack,
) -> None:
    stack.move_clock(timedelta(0))
    with stack.app.app_context(), acting_as(SYSTEM), unit_of_work():
        source = db.session.query(SourceSystem).one()
        for encounter in ("V-KILLS", "V-1", "V-2"):
            body = {
                "event_id": f"e-{encounter}",
                "code": "OPD_STAGE_1_REGISTRATION",
                "occurred_at": clock.now().isoformat(),
                "encounter": encounter,
                "patient": {"mrn": f"M-{encounter}"},
            }
            given = EventIn.model_validate(body)
            json_events.take(given, json_events.canonical(given), senders.of(source), actor=SYSTEM)

    ends = ends_of(stack, "inbound", "V-KILLS", processing.MOST_TRIES + 2)

    assert ends == [KILLED] * processing.MOST_TRIES + [ENDED] * 2
    found = {row.encounter: (row.state, row.error_code, row.attempts) for row in stack.rows(InboundEvent)}
    assert found.pop("V-KILLS") == ("dead", "killed", processing.MOST_TRIES)
    assert {state for state, _code, _tries in found.values()} == {"processed"}
    assert {row.encounter for row in stack.rows(Journey)} == {"V-1", "V-2"}
