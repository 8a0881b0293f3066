"""Workers with connections of their own: no message twice, and one that is killed between commit and first byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app import create_app
from app.core.access.actor import acting_as
from app.core.db import db
from app.notifications.enums import Channel, MessageClass
from app.notifications.models import Message, MessageTry
from app.notifications.seeds import seed_texts
from app.notifications.services import dispatch
from app.settings import from_environment
from tests.conftest import environment
from tests.notifications.conftest import SYSTEM, make_provider, queue
from tests.provider import Provider, running_provider

KILLED = """
import os, signal
from app import create_app
from app.notifications.services import dispatch

def dies(_ticket):
    os.kill(os.getpid(), signal.SIGKILL)  # `sending` is committed; the first byte has not left

dispatch._hand_over = dies
with create_app().app_context():
    dispatch.send_due()
"""


@pytest.fixture
def outside(servers: Any, clone: Any, tmp_path: Path) -> Iterator[tuple[APIFlask, dict[str, str], Provider]]:
    """An application on a database of its own, seen by other threads and processes."""
    found = environment(servers, clone(), tmp_path)
    app = create_app(from_environment(found))
    with running_provider() as provider, app.app_context():
        with acting_as(SYSTEM):
            seed_texts(actor=SYSTEM)
        make_provider("sms", provider.base_url)
        yield app, found, provider
        db.session.remove()
        db.engine.dispose()


def every(model: type) -> list[Any]:
    """Every row as it stands now."""
    db.session.rollback()
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).execution_options(populate_existing=True)).scalars())


def test_four_workers_send_each_message_once(outside: Any) -> None:
    app, _environment, provider = outside
    for number in range(24):
        queue(MessageClass.SERVICE, channels=(Channel.SMS,), phone=f"+9665000000{number:02d}")

    def turn() -> None:
        with app.app_context():
            while dispatch.send_due(3):
                pass

    workers = [threading.Thread(target=turn) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    phones = [each["to"] for each in provider.arrived]
    assert len(phones) == len(set(phones)) == 24
    assert {each.status for each in every(Message)} == {"sent"}
    assert len(every(MessageTry)) == 24


def test_a_worker_killed_between_commit_and_first_byte_leaves_sending_and_nothing_goes_twice(outside: Any) -> None:
    _app, env, provider = outside
    queue(MessageClass.SERVICE, channels=(Channel.SMS,))
    code = subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, **env}, check=False).returncode
    assert code == -signal.SIGKILL

    [row] = every(Message)
    [attempt] = every(MessageTry)
    assert (row.status, attempt.outcome) == ("sending", "")
    dispatch.send_due()
    dispatch.resolve_unknown()
    assert provider.arrived == [], "another worker leaves it alone: bytes might have left"
    assert every(Message)[0].status == "sending"
