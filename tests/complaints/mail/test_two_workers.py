"""Workers with connections of their own: no e-mail twice, and one that is killed between the commit and the server's mark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app import create_app
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.services import handling, mailboxes, polling
from app.complaints.models import Complaint
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.notifications.models import Message
from app.portal.seeds import seed_reference_data
from app.settings import from_environment
from tests.cast import assemble
from tests.complaints.mail.conftest import SYSTEM, facts
from tests.complaints.mail.postoffice import PostOffice, letter
from tests.conftest import environment

KILLED_BEFORE_THE_MARK = """
import os, signal
from app import create_app
from app.complaints.mail.imap import Box
from app.complaints.mail.services import polling

mark = Box.mark_seen
Box.mark_seen = lambda box, uids: os.kill(os.getpid(), signal.SIGKILL) if uids else None  # the row is committed
with create_app().app_context():
    polling.poll_next()
"""
KILLED_IN_THE_MIDDLE = """
import os, signal
from app import create_app
from app.complaints.mail.services import handling

handling.taking.take_files = lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL)  # the complaint is flushed
with create_app().app_context():
    handling.carry_out_next()
"""


@pytest.fixture
def outside(
    servers: Any, clone: Any, tmp_path: Path, office: PostOffice
) -> Iterator[tuple[APIFlask, dict[str, str], Mailbox]]:
    """An application on a database of its own, seen by other threads and processes, with a mailbox."""
    found = environment(servers, clone(), tmp_path)
    app = create_app(from_environment(found))
    with app.app_context():
        cast = assemble()
        seed_reference_data()
        with acting_as(SYSTEM):
            box = mailboxes.create(hospital_id=cast.a.id, facts=facts(office, office.folder()), actor=SYSTEM)
        yield app, found, box
        db.session.remove()
        db.engine.dispose()


def every(model: type) -> list[Any]:
    """Every row as it stands now."""
    db.session.rollback()
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).execution_options(populate_existing=True)).scalars())


def together(app: APIFlask, turn: Any, count: int = 4) -> None:
    """Let several workers do the same at once."""

    def work() -> None:
        with app.app_context():
            while turn():
                pass

    workers = [threading.Thread(target=work) for _number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)


def release() -> None:
    """Let the lease of a dead worker run out."""
    with acting_as(SYSTEM), unit_of_work():
        past = clock.now() - timedelta(seconds=1)
        db.session.execute(sa.update(Mailbox).values(leased_until=past, next_poll_at=past))


def killed(code: str, env: dict[str, str]) -> None:
    """Run a worker that dies."""
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **env}, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_four_workers_keep_and_carry_out_each_email_once(outside: Any, office: PostOffice) -> None:
    app, _environment, box = outside
    office.deliver(box.folder, *(letter(f"number {number}", sender=f"p{number}@example.org") for number in range(12)))

    together(app, polling.poll_next)
    assert len(every(IncomingMail)) == 12
    together(app, handling.carry_out_next)

    assert {each.state for each in every(IncomingMail)} == {"opened"}
    assert sorted(each.words for each in every(Complaint)) == sorted(f"number {number}" for number in range(12))
    assert len(every(Message)) == 12


def test_two_workers_that_read_one_mailbox_after_all_keep_each_email_once(outside: Any, office: PostOffice) -> None:
    app, _environment, box = outside
    office.deliver(box.folder, *(letter(f"number {number}") for number in range(8)))
    with acting_as(SYSTEM), unit_of_work():
        ticket = polling._claim()
    assert ticket is not None
    barrier = threading.Barrier(2)

    def work() -> None:
        with app.app_context(), acting_as(SYSTEM):
            barrier.wait(20)
            polling._read(ticket, SYSTEM)

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert len(every(IncomingMail)) == 8
    assert office.unseen(box.folder) == 0


def test_a_worker_killed_between_commit_and_mark_repeats_nothing(outside: Any, office: PostOffice) -> None:
    _app, env, box = outside
    office.deliver(box.folder, letter("one"), letter("two"))
    killed(KILLED_BEFORE_THE_MARK, env)
    assert (len(every(IncomingMail)), office.unseen(box.folder)) == (1, 2), (
        "the first is kept, the server knows nothing"
    )
    assert polling.poll_next() is False, "the dead worker's lease holds"

    release()
    assert polling.poll_next()
    while handling.carry_out_next():
        pass
    assert sorted(each.words for each in every(Complaint)) == ["one", "two"]
    assert office.unseen(box.folder) == 0


def test_a_worker_killed_while_it_carries_out_leaves_no_half_of_it_and_the_next_one_does_it(
    outside: Any, office: PostOffice
) -> None:
    _app, env, box = outside
    office.deliver(box.folder, letter("one"))
    polling.poll_next()
    killed(KILLED_IN_THE_MIDDLE, env)
    [mail] = every(IncomingMail)
    assert (mail.state, mail.attempts, every(Complaint), every(Message)) == ("received", 1, [], [])
    assert handling.carry_out_next() is False, "its pause has not passed"

    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(sa.update(IncomingMail).values(next_try_at=clock.now()))
    assert handling.carry_out_next()
    assert [each.words for each in every(Complaint)] == ["one"]
    assert len(every(Message)) == 1


def test_an_email_that_kills_its_worker_each_time_is_given_up(outside: Any, office: PostOffice) -> None:
    _app, _environment, box = outside
    office.deliver(box.folder, letter("one"))
    polling.poll_next()
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(sa.update(IncomingMail).values(attempts=handling.MOST_TRIES))

    assert handling.carry_out_next()
    assert [(each.state, each.reason) for each in every(IncomingMail)] == [("failed", "gave_up")]
