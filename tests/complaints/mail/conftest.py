"""What the tests of incoming e-mail share: the server, a mailbox of hospital A, and the workers' turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.services import handling, mailboxes, polling
from app.complaints.mail.services.mailboxes import MailboxFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.jobs import queues
from tests.cast import Cast
from tests.complaints.mail.postoffice import PASSWORD, USER, PostOffice, running

SYSTEM = system_actor("a test of incoming e-mail")


@pytest.fixture(scope="session")
def office() -> Iterator[PostOffice]:
    """One mail server for this test process."""
    with running() as found:
        yield found


def facts(office: PostOffice, folder: str, **more: Any) -> MailboxFacts:
    """What an administrator says of a folder of the server."""
    given = {
        "address": "office@hospital.example", "host": "127.0.0.1", "port": office.port, "security": "none",
        "user": USER, "password": PASSWORD, "folder": folder,
    }  # fmt: skip
    return MailboxFacts(**{**given, **more})


@pytest.fixture
def box(reference_data: Cast, office: PostOffice) -> Mailbox:
    """A mailbox of hospital A with a folder of its own."""
    queues.redis_client().flushdb()
    admin = reference_data.actor("hospital_admin")
    with acting_as(admin):
        return mailboxes.create(hospital_id=reference_data.a.id, facts=facts(office, office.folder()), actor=admin)


def due() -> None:
    """Let every mailbox be due."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.update(Mailbox).values(next_poll_at=sa.func.least(Mailbox.next_poll_at, Mailbox.created_at))
        )


def poll() -> None:
    """Read every mailbox once."""
    due()
    while polling.poll_next():
        pass


def work() -> None:
    """Do what the workers would with new e-mail."""
    poll()
    while handling.carry_out_next():
        pass


def every(model: type, *where: Any) -> list[Any]:
    """Every row of a table as it stands now, oldest first."""
    with acting_as(SYSTEM):
        query = sa.select(model).where(*where).order_by(model.created_at, model.id)  # type: ignore[attr-defined]
        return list(db.session.execute(query.execution_options(populate_existing=True)).scalars())


def mails(*where: Any) -> list[IncomingMail]:
    """Every incoming e-mail."""
    return every(IncomingMail, *where)


def arrives(office: PostOffice, box: Mailbox, *raws: bytes) -> IncomingMail:
    """Let e-mails arrive, do the work, and give the last of them."""
    office.deliver(box.folder, *raws)
    work()
    return max(mails(), key=lambda each: each.uid)
