"""Readers of what governs sending: texts, providers, contact rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.notifications.gateways import OutcomeKind
from app.notifications.models import ContactRule, MessageTemplate, MessageTry, Provider
from app.notifications.policy import Perm
from app.organizations.models import Hospital


def rows(model: Any, *, actor: Actor) -> Select[Any]:
    """Give the statement from which every list of a kind of setup starts: the group's and those of the actor's hospitals."""
    return select(model).where(visible(model, actor, Perm.SETUP_READ), model.archived_at.is_(None))


def get_template(template_id: UUID, *, actor: Actor) -> MessageTemplate:
    """Find a text through the actor, archived or not."""
    return load(MessageTemplate, template_id, actor=actor, needs=Perm.SETUP_READ)


def get_provider(provider_id: UUID, *, actor: Actor) -> Provider:
    """Find a provider through the actor, archived or not."""
    return load(Provider, provider_id, actor=actor, needs=Perm.SETUP_READ)


def get_rule(rule_id: UUID, *, actor: Actor) -> ContactRule:
    """Find a contact rule through the actor, archived or not."""
    return load(ContactRule, rule_id, actor=actor, needs=Perm.SETUP_READ)


def list_templates(*, actor: Actor, code: str = "", channel: str = "") -> Sequence[tuple[MessageTemplate, Any]]:
    """Give the texts in use with their hospitals: by kind of message and channel, the group's first."""
    query = (
        rows(MessageTemplate, actor=actor)
        .add_columns(Hospital)
        .outerjoin(Hospital, Hospital.id == MessageTemplate.hospital_id)
        .order_by(MessageTemplate.code, MessageTemplate.channel, MessageTemplate.hospital_id.is_not(None))
        .limit(500)
    )
    if code:
        query = query.where(MessageTemplate.code == code)
    if channel:
        query = query.where(MessageTemplate.channel == channel)
    return [(template, hospital) for template, hospital in db.session.execute(query).all()]


def allowed_names(code: str) -> tuple[str, ...]:
    """Give the placeholders that the senders of a kind of message fill; empty for a kind that nobody sends."""
    found = db.session.execute(
        select(MessageTemplate.placeholders)
        .where(MessageTemplate.code == code, MessageTemplate.hospital_id.is_(None))
        .order_by(MessageTemplate.created_at)
        .limit(1)
    ).scalar_one_or_none()
    return tuple(found or ())


def copies_of(template: MessageTemplate, *, actor: Actor) -> dict[UUID, UUID]:
    """Give the hospitals that have their own copy of a text: hospital -> template."""
    query = rows(MessageTemplate, actor=actor).where(
        MessageTemplate.code == template.code,
        MessageTemplate.channel == template.channel,
        MessageTemplate.hospital_id.is_not(None),
    )
    return {row.hospital_id: row.id for row in db.session.execute(query).scalars()}


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """A provider with its hospital and how it did lately."""

    provider: Provider
    hospital: Any
    succeeded_at: datetime | None
    failed_at: datetime | None


def list_providers(*, actor: Actor) -> list[ProviderLine]:
    """Give the providers in use with their last success and failure: one statement, two index probes for each."""
    query = (
        rows(Provider, actor=actor)
        .add_columns(Hospital, _last(OutcomeKind.ACCEPTED), _last(*_FAILURES))
        .outerjoin(Hospital, Hospital.id == Provider.hospital_id)
        .order_by(Provider.channel, Provider.hospital_id.is_not(None), Provider.priority, Provider.name)
        .limit(200)
    )
    return [ProviderLine(*found) for found in db.session.execute(query).all()]


_FAILURES = (OutcomeKind.BUSY, OutcomeKind.REJECTED, OutcomeKind.UNKNOWN)


def _last(*outcomes: OutcomeKind) -> Any:
    return (
        select(MessageTry.created_at)
        .where(MessageTry.provider_id == Provider.id, MessageTry.outcome.in_([str(each) for each in outcomes]))
        .order_by(MessageTry.created_at.desc())
        .limit(1)
        .correlate(Provider)
        .scalar_subquery()
    )


def last_failure(provider: Provider) -> MessageTry | None:
    """Give the newest try of a provider that did not go well."""
    return db.session.execute(
        select(MessageTry)
        .where(MessageTry.provider_id == provider.id, MessageTry.outcome.in_([str(each) for each in _FAILURES]))
        .order_by(MessageTry.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def rules_by_hospital(*, actor: Actor) -> dict[UUID | None, ContactRule]:
    """Give the contact rules in use, by hospital (None: the group's)."""
    return {row.hospital_id: row for row in db.session.execute(rows(ContactRule, actor=actor)).scalars()}


def hospital(hospital_id: UUID | None) -> Hospital | None:
    """Give the hospital of a row for its page; None: the group."""
    return db.session.get(Hospital, hospital_id) if hospital_id else None
