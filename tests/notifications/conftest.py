"""What the tests of messages share: a provider on a real port, a message to send, and the worker's turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.events.models import EventLog
from app.notifications.enums import Channel, MessageClass
from app.notifications.models import Message, MessageTry
from app.notifications.models import Provider as ProviderRow
from app.notifications.seeds import seed_texts
from app.notifications.services import dispatch, messages, providers
from tests.provider import Provider, running_provider

SYSTEM = system_actor("test")
PHONE = "+966501234567"
LINK = messages.Link("survey", "abcdefgh", "/s/")
SECRETS = {"token": "t", "receipt_secret": "s", "app_secret": "a", "password": ""}


def make_provider(channel: str, base_url: str, kind: str = "http", **more: Any) -> UUID:
    """Set up a provider of the group, or of a hospital."""
    settings = {"base_url": base_url, "ask_path": "/messages/{reference}", **more.pop("settings", {})}
    secrets = more.pop("secrets", SECRETS)
    with acting_as(SYSTEM), unit_of_work():
        row = ProviderRow(
            channel=channel,
            kind=kind,
            name=more.pop("name", f"{kind} {channel}"),
            settings=settings,
            secrets=providers.sealed(secrets),
            receipt_handle=providers.fresh_handle(),
            price_per_part_halalas=5,
            **more,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def queue(
    sort: MessageClass = MessageClass.SURVEY,
    *,
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL),
    hospital_id: UUID | None = None,
    phone: str = PHONE,
    email: str = "noura@example.org",
    once: str = "",
    **more: Any,
) -> UUID:
    """Decide to send one invitation and give its id."""
    with acting_as(SYSTEM):
        made = messages.send(
            more.pop("template", "surveys/invitation"),
            to=messages.Recipient(language=more.pop("language", "ar"), phone=phone, email=email),
            params={"hospital": "مستشفى النور"},
            once=once or f"test:{uuid7()}",
            hospital_id=hospital_id,
            about=("case", more.pop("about_id", None) or uuid7()),
            message_class=sort,
            link=LINK,
            channels=channels,
            actor=SYSTEM,
            **more,
        )
        return made.id


def message(message_id: UUID) -> Message:
    """A message as the database has it."""
    with acting_as(SYSTEM):
        query = sa.select(Message).where(Message.id == message_id).execution_options(populate_existing=True)
        return db.session.execute(query).scalar_one()


def tries(message_id: UUID) -> list[MessageTry]:
    """Its tries, oldest first."""
    with acting_as(SYSTEM):
        query = sa.select(MessageTry).where(MessageTry.message_id == message_id).order_by(MessageTry.id)
        return list(db.session.execute(query.execution_options(populate_existing=True)).scalars())


def events_of(about_id: UUID) -> list[str]:
    """The kinds of the events of a case, oldest first."""
    with acting_as(SYSTEM):
        query = sa.select(EventLog.kind).where(EventLog.subject_id == about_id).order_by(EventLog.id)
        return list(db.session.execute(query).scalars())


def claimed() -> dispatch.Ticket:
    """Claim the message that is due, as a worker does before the first byte."""
    with acting_as(SYSTEM), unit_of_work():
        due = dispatch._next_due()
        ticket = dispatch._prepare(due, SYSTEM) if due is not None else None
    assert ticket is not None
    return ticket


def work() -> None:
    """Do the sender's turn until nothing is due."""
    while dispatch.send_due():
        pass


def sweep() -> None:
    """Do the turn of the sweep over what is open."""
    dispatch.resolve_unknown()


@pytest.fixture
def texts(app: Any) -> None:
    """The starting texts of the group."""
    with acting_as(SYSTEM):
        seed_texts(actor=SYSTEM)


@pytest.fixture
def sms(app: Any, texts: None) -> Iterator[Provider]:
    """An SMS provider on a real port, set up for the group."""
    with running_provider() as found:
        found.row_id = make_provider("sms", found.base_url)
        yield found


@pytest.fixture
def count_statements() -> Callable[[Callable[[], Any]], int]:
    """Give a function that counts the SQL statements of a call."""

    def counted(action: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            action()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return len(seen)

    return counted
