"""Commands on providers: set up, change, archive, and a test message; secrets go in and never come out."""

from __future__ import annotations

import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _

from app.core import throttle
from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.logging import get_logger
from app.core.time import clock
from app.notifications.enums import Channel
from app.notifications.events import ProviderChanged
from app.notifications.gateways import KINDS, SIMULATOR, Gateway, GatewayError, Outcome, OutcomeKind, Outgoing
from app.notifications.models import Provider
from app.notifications.policy import Perm
from app.notifications.services import providers

log = get_logger(__name__)

MOST_PER_MINUTE = 100_000
TEST_TEMPLATE = "px360_survey_invitation"


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What an administrator says of a provider. `secrets`: only those that are to change; none is ever given back."""

    name: str
    priority: int = 10
    rate_per_minute: int = 600
    price_per_part_halalas: int = 0
    is_active: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@command
def create(*, hospital_id: UUID | None, channel: str, kind: str, facts: ProviderFacts, actor: Actor) -> Provider:
    """Set up a provider for a hospital or (None) the group.

    Invalid: the kind does not carry the channel, is the simulator in production, or a setting is missing or unusable.
    """
    if not can_reach_hospital(actor, Perm.SETUP, hospital_id):
        raise NotAllowed()
    _check_kind(kind, channel)
    row = Provider(
        hospital_id=hospital_id,
        channel=Channel(channel),
        kind=kind,
        receipt_handle=providers.fresh_handle(),
        secrets=providers.sealed({}),
    )
    _write(row, facts)
    db.session.add(row)
    db.session.flush()
    record(ProviderChanged(row.id, hospital_id, "created"), actor=actor)
    return row


@command
def change(provider_id: UUID, facts: ProviderFacts, *, version: int, actor: Actor) -> Provider:
    """Change a provider; secrets that are not given stay. Raises as `create`, and Conflict."""
    row = _find(provider_id, version, actor)
    _check_kind(row.kind, row.channel)
    _write(row, facts)
    db.session.flush()
    record(ProviderChanged(row.id, row.hospital_id, "changed"), actor=actor)
    return row


@command
def archive(provider_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take a provider out of use; its receipts are still taken, and its messages keep it."""
    row = _find(provider_id, version, actor)
    row.archived_at, row.archived_by_id, row.is_active = clock.now(), actor.id, False
    record(ProviderChanged(row.id, row.hospital_id, "archived"), actor=actor)


def send_test(provider_id: UUID, to: str, *, actor: Actor) -> Outcome:
    """Send one test message to a number or address of one's own, at once; gives what came of it.

    Invalid: the setup can not be used. TooMany: too many tests.
    """
    throttle.hit("provider.test", str(actor.id))
    gateway, sender = _ready(provider_id, actor=actor)
    language = "ar" if actor.language == "ar" else "en"
    words = _("This is a test message of PX360.")
    outcome = gateway.send(
        Outgoing(
            reference=f"pxtest{chance.token_hex(8)}",
            to=to,
            subject=words,
            body=words,
            language=language,
            sender=sender,
            template=TEST_TEMPLATE,
            parameters=("PX360", current_app.config["SHORT_URL"]),
        )
    )
    _note_test(provider_id, outcome.kind, actor=actor)
    return outcome


@command
def _ready(provider_id: UUID, *, actor: Actor) -> tuple[Gateway, str]:
    row = _find(provider_id, None, actor)
    try:
        return providers.gateway(row), str(row.settings.get("sender", ""))
    except GatewayError as problem:
        log.warning("gateway_not_usable", provider=str(provider_id), problem=str(problem))
        raise Invalid(to=_("These settings can not be used. Complete them first.")) from problem


@command
def _note_test(provider_id: UUID, outcome: OutcomeKind, *, actor: Actor) -> None:
    row = _find(provider_id, None, actor)
    record(ProviderChanged(row.id, row.hospital_id, "tested", str(outcome)), actor=actor)


def _find(provider_id: UUID, version: int | None, actor: Actor) -> Provider:
    row = load(Provider, provider_id, actor=actor, needs=Perm.SETUP, sees=Perm.SETUP_READ, version=version, lock=True)
    if row.archived_at is not None:
        raise Conflict(_("This record is archived."), current=row)
    return row


def _check_kind(kind: str, channel: str) -> None:
    if channel not in KINDS.get(kind, {}):
        raise Invalid(kind=_("This kind of provider does not carry this channel."))
    if kind == SIMULATOR and current_app.config["SETTINGS"].is_production:
        raise Invalid(kind=_("The simulator is refused in production."))


def _write(row: Provider, facts: ProviderFacts) -> None:
    known = KINDS[row.kind][row.channel]
    settings = {
        name: value for name, value in facts.settings.items() if name in known.settings and value not in ("", None)
    }
    _check(facts, settings, known.needed)
    given = {name: value for name, value in facts.secrets.items() if name in known.secrets and value}
    if not all(value.isascii() and value.isprintable() and " " not in value for value in given.values()):
        raise Invalid(secrets=_("A secret holds only printable characters without spaces."))
    row.settings = settings
    row.secrets = providers.sealed({**providers.secrets_of(row), **given})
    row.name, row.priority, row.rate_per_minute = facts.name, facts.priority, facts.rate_per_minute
    row.price_per_part_halalas, row.is_active = facts.price_per_part_halalas, facts.is_active


def _check(facts: ProviderFacts, settings: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    wrong: dict[str, Any] = {name: _("This field is required.") for name in needed if not settings.get(name)}
    if not facts.name:
        wrong["name"] = _("This field is required.")
    if not 1 <= facts.rate_per_minute <= MOST_PER_MINUTE:
        wrong["rate_per_minute"] = _("Give a number from 1 to 100,000.")
    address = str(settings.get("base_url", ""))
    schemes = ("https://",) if current_app.config["SETTINGS"].is_production else ("https://", "http://")
    if address and not address.startswith(schemes):
        wrong["base_url"] = _("Give an address that begins with https://.")
    port = str(settings.get("port", "25"))
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        wrong["port"] = _("Give a port from 1 to 65535.")
    if wrong:
        raise Invalid(**wrong)
