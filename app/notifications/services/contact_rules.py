"""Commands on contact rules: quiet hours and the order of channels, of a hospital or the group."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.notifications.enums import Channel
from app.notifications.events import ContactRuleChanged
from app.notifications.models import ContactRule
from app.notifications.policy import Perm
from app.notifications.quiet import DAY

MOST_JITTER = 120


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """Minutes of the local day; empty ones: no later closing in Ramadan, no pause for the Friday prayer."""

    opens_minute: int = 9 * 60
    closes_minute: int = 21 * 60
    ramadan_closes_minute: int | None = None
    prayer_from_minute: int | None = 11 * 60 + 30
    prayer_until_minute: int | None = 13 * 60 + 30
    jitter_minutes: int = 10
    channels: tuple[str, ...] = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)


@command
def create(*, hospital_id: UUID | None, facts: RuleFacts, actor: Actor) -> ContactRule:
    """Give a hospital (None: the group) its own rule. Invalid: it has one, or the hours make no sense."""
    if not can_reach_hospital(actor, Perm.SETUP, hospital_id):
        raise NotAllowed()
    _check(facts)
    taken = select(ContactRule.id).where(
        ContactRule.hospital_id.is_not_distinct_from(hospital_id), ContactRule.archived_at.is_(None)
    )
    if db.session.execute(taken).first() is not None:
        raise Invalid(hospital_id=_("There is a rule for this hospital already."))
    row = ContactRule(hospital_id=hospital_id, **_columns(facts))
    db.session.add(row)
    db.session.flush()
    record(ContactRuleChanged(row.id, hospital_id, "created"), actor=actor)
    return row


@command
def change(rule_id: UUID, facts: RuleFacts, *, version: int, actor: Actor) -> ContactRule:
    """Change a rule; messages that wait already keep the time they were given. Invalid, Conflict as usual."""
    row = _find(rule_id, version, actor)
    _check(facts)
    for name, value in _columns(facts).items():
        setattr(row, name, value)
    change = Change.of(row)
    db.session.flush()
    record(ContactRuleChanged(row.id, row.hospital_id, "changed"), actor=actor, change=change)
    return row


@command
def archive(rule_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take a rule out of use: the group's, or the starting values, hold again."""
    row = _find(rule_id, version, actor)
    row.archived_at, row.archived_by_id = clock.now(), actor.id
    record(ContactRuleChanged(row.id, row.hospital_id, "archived"), actor=actor)


def facts_of(row: ContactRule) -> RuleFacts:
    """Give a rule as a value."""
    return RuleFacts(
        **{name: getattr(row, name) for name in RuleFacts.__slots__ if name != "channels"}, channels=tuple(row.channels)
    )


def _find(rule_id: UUID, version: int | None, actor: Actor) -> ContactRule:
    row = load(ContactRule, rule_id, actor=actor, needs=Perm.SETUP, sees=Perm.SETUP_READ, version=version, lock=True)
    if row.archived_at is not None:
        raise Conflict(_("This record is archived."), current=row)
    return row


def _columns(facts: RuleFacts) -> dict[str, Any]:
    return {**asdict(facts), "channels": [str(each) for each in facts.channels]}


def _check(facts: RuleFacts) -> None:
    wrong: dict[str, Any] = {}
    if not 0 <= facts.opens_minute < facts.closes_minute <= DAY:
        wrong["closes_minute"] = _("Closing comes after opening, on the same day.")
    late = facts.ramadan_closes_minute
    if late is not None and not facts.opens_minute < late <= DAY:
        wrong["ramadan_closes_minute"] = _("Closing comes after opening, on the same day.")
    start, end = facts.prayer_from_minute, facts.prayer_until_minute
    if (start is None) != (end is None) or (start is not None and end is not None and not 0 <= start < end <= DAY):
        wrong["prayer_until_minute"] = _("Give both ends of the pause, the earlier one first, or neither.")
    elif start is not None and end is not None and start <= facts.opens_minute and end >= facts.closes_minute:
        wrong["prayer_until_minute"] = _("The pause would close the whole of Friday.")
    if not 0 <= facts.jitter_minutes <= MOST_JITTER:
        wrong["jitter_minutes"] = _("Give a number from 0 to 120.")
    if not facts.channels or len(set(facts.channels)) != len(facts.channels) or not set(facts.channels) <= set(Channel):
        wrong["channels"] = _("Choose at least one channel, each once.")
    if wrong:
        raise Invalid(**wrong)
