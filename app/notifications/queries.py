"""Readers of the message log, and of what governs sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from app.core.access.actor import Actor
from app.core.access.policy import require, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.text.digits import western_digits
from app.notifications.contact import ContactPolicy
from app.notifications.models import ContactRule, Message, MessageTry, Provider, ReceiptRow
from app.notifications.policy import Perm
from app.notifications.quiet import DEFAULT_ZONE, Hours
from app.organizations.models import Hospital

PAGE = 40
COUNT_CAP = 10_000
TAIL = 4


@dataclass(frozen=True, slots=True)
class LogFilters:
    """What the log is narrowed to; days are local days of the reader's zone, both included."""

    status: str = ""
    channel: str = ""
    template: str = ""
    provider_id: UUID | None = None
    text: str = ""  # phone or its tail, our reference, the provider's id
    day_from: date | None = None
    day_until: date | None = None
    zone: str = DEFAULT_ZONE


def contact_rule(hospital_id: UUID | None) -> ContactPolicy:
    """Give the quiet hours and channel order of a hospital: its own rule, else the group's, else the starting values."""
    row = db.session.execute(
        select(ContactRule)
        .where(
            ContactRule.archived_at.is_(None),
            ContactRule.holds_in(hospital_id),
        )
        .order_by(ContactRule.hospital_id.is_(None))
        .limit(1)
    ).scalar_one_or_none()
    hospital = db.session.get(Hospital, hospital_id) if hospital_id else None
    zone = hospital.zone if hospital else DEFAULT_ZONE
    return ContactPolicy(hours_of(row, zone), tuple(row.channels)) if row else ContactPolicy(Hours(zone=zone))


def hours_of(row: ContactRule, zone: str) -> Hours:
    """Give a rule's quiet hours as a value."""
    return Hours(
        row.opens_minute,
        row.closes_minute,
        row.ramadan_closes_minute,
        row.prayer_from_minute,
        row.prayer_until_minute,
        row.jitter_minutes,
        zone,
    )


def log_query(actor: Actor) -> Select[Any]:
    """Give the statement from which every list of messages starts.

    Messages of no hospital (accounts' mails) are seen only by those who reach every hospital.
    """
    query = select(Message).where(visible(Message, actor, Perm.LOG_READ))
    return query if actor.hospital_ids is None else query.where(Message.hospital_id.is_not(None))


def list_page(
    *, actor: Actor, filters: LogFilters | None = None, before: tuple[datetime, UUID] | None = None
) -> Sequence[Message]:
    """Give messages, newest first, by key; one more than a page, so that the caller knows whether there is a next."""
    query = log_query(actor).order_by(Message.created_at.desc(), Message.id.desc()).limit(PAGE + 1)
    if filters is not None:
        query = query.where(*_narrowing(filters))
    if before is not None:
        query = query.where(tuple_(Message.created_at, Message.id) < before)
    return db.session.execute(query).scalars().all()


def counts(*, actor: Actor, filters: LogFilters) -> Mapping[str, int]:
    """Count the messages of each state under the other filters, of the 10,000 newest, in one statement."""
    newest = log_query(actor).with_only_columns(Message.status).where(*_narrowing(replace(filters, status="")))
    found = newest.order_by(Message.created_at.desc()).limit(COUNT_CAP).subquery()
    rows = db.session.execute(select(found.c.status, func.count()).group_by(found.c.status))
    return dict(rows.all())


def _narrowing(filters: LogFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Message.status, filters.status),
            (Message.channel, filters.channel),
            (Message.template, filters.template),
            (Message.provider_id, filters.provider_id),
        )
        if value
    ]
    zone = ZoneInfo(filters.zone)
    if filters.day_from:
        found.append(Message.created_at >= datetime.combine(filters.day_from, time(), zone))
    if filters.day_until:
        found.append(Message.created_at < datetime.combine(filters.day_until + timedelta(days=1), time(), zone))
    if filters.text:
        found.append(matching(filters.text))
    return found


def matching(text: str) -> ColumnElement[bool]:
    """Give the WHERE of a search in the log: by phone or its last four digits, our reference, or the provider's id."""
    plain = western_digits(text.strip())
    digits = "".join(char for char in plain if char.isdigit())
    by_try = select(MessageTry.message_id).where(
        or_(MessageTry.reference == plain, MessageTry.provider_reference == plain)
    )
    ways = [Message.id.in_(by_try), Message.provider_reference == plain]
    if len(digits) == TAIL:
        ways.append(Message.phone_tail == digits)
    elif len(digits) > TAIL and len(digits) == len(plain.lstrip("+").replace(" ", "")):
        same_end = Message.phone.endswith(digits.lstrip("0")[-9:], autoescape=True)
        ways.append(and_(Message.phone_tail == digits[-TAIL:], same_end))
    return or_(*ways)


def get(message_id: UUID, *, actor: Actor) -> Message:
    """Find one message through the actor. NotAllowed without the right; NotFound outside the scope."""
    require(actor, Perm.LOG_READ)
    found = db.session.execute(log_query(actor).where(Message.id == message_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def tries_of(message: Message) -> Sequence[tuple[MessageTry, Provider | None]]:
    """Give every try of a message with its provider, oldest first; the caller has found the message through the actor."""
    return [
        (attempt, provider)
        for attempt, provider in db.session.execute(
            select(MessageTry, Provider)
            .outerjoin(Provider, Provider.id == MessageTry.provider_id)
            .where(MessageTry.message_id == message.id)
            .order_by(MessageTry.created_at, MessageTry.id)
        ).all()
    ]


def receipts_of(message: Message) -> Sequence[ReceiptRow]:
    """Give every receipt of a message, oldest first; the caller has found the message through the actor."""
    return (
        db.session.execute(
            select(ReceiptRow)
            .where(ReceiptRow.message_id == message.id)
            .order_by(ReceiptRow.created_at, ReceiptRow.id)
            .limit(100)
        )
        .scalars()
        .all()
    )


def options_providers(*, actor: Actor) -> list[tuple[UUID, str]]:
    """Give the providers by which the log can be narrowed, archived ones too."""
    rows = db.session.execute(
        select(Provider.id, Provider.name).where(visible(Provider, actor, Perm.LOG_READ)).order_by(Provider.name)
    )
    return [(row_id, name) for row_id, name in rows]


def sent_outside(about_id: UUID) -> Sequence[tuple[Message, int]]:
    """Give the messages about a case to people outside with how often each was tried, oldest first, at most the first 200.

    The caller has found the case, and knows that the actor may read who is written to. One statement.
    """
    tries = select(func.count()).where(MessageTry.message_id == Message.id).scalar_subquery()
    query = select(Message, tries).where(Message.about_id == about_id, Message.user_id.is_(None))
    rows = db.session.execute(query.order_by(Message.created_at, Message.id).limit(200))
    return [(row[0], row[1]) for row in rows]


def subjects_of(references: Collection[str], about_types: Collection[str]) -> list[tuple[str, UUID]]:
    """Give what messages of ours were about (type and id), by the references under which they left; newest first."""
    if not references:
        return []
    rows = db.session.execute(
        select(Message.about_type, Message.about_id)
        .join(MessageTry, MessageTry.message_id == Message.id)
        .where(MessageTry.reference.in_(list(references)), Message.about_type.in_(about_types))
        .order_by(MessageTry.created_at.desc())
    )
    return list(dict.fromkeys((about, subject_id) for about, subject_id in rows))
