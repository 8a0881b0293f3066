"""The form of an SLA rule: it parses; rules are the commands'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaPolicy
from app.core.sla.panels.calendar_forms import GIVE, ProposalForm
from app.core.sla.policy_changes import MOST_RUNGS, PolicyFacts, Rung, rungs_of
from app.core.text.digits import western_digits
from app.core.web.forms import LineField, UuidField

MOST_HOURS = 366 * 24


@dataclass(frozen=True, slots=True)
class RungLine:
    """One line of the ladder's form, as typed."""

    number: int
    hours: str
    to: str
    in_business: bool
    severity_at_least: str = ""
    sources: tuple[str, ...] = ()


class PolicyForm(ProposalForm):
    """What a rule says. The ladder comes as after-<n>, to-<n>, business-<n>, severity-<n> and sources-<n>."""

    severity = LineField(_l("Severity"), most=40)
    priority = LineField(_l("Priority"), most=40)
    source = LineField(_l("Source"), most=40)
    category = LineField(_l("Category"), most=40)
    target_hours = DecimalField(
        _l("Time in hours"), [InputRequired(GIVE), NumberRange(min=Decimal("0.02"), max=MOST_HOURS)]
    )
    is_business = BooleanField(_l("Count working time only"), default=True)
    pausable = BooleanField(_l("The clock may be paused"), default=True)
    reminders = LineField(_l("Reminders at so many percent of the time"), most=40, default="50, 90")

    def facts(self, clock: str) -> PolicyFacts:
        """Give what was typed."""
        return PolicyFacts(
            clock=clock,
            target_minutes=round((self.target_hours.data or 0) * 60),
            severity=self.severity.data or None,
            priority=self.priority.data or None,
            source=self.source.data or None,
            category=self.category.data or None,
            is_business=bool(self.is_business.data),
            pausable=bool(self.pausable.data),
            reminders=percents(self.reminders.data or ""),
            ladder=typed_rungs(),
        )


class NewPolicyForm(PolicyForm):
    """Make a rule: of which deadline, and whose."""

    hospital_id = UuidField(_l("Hospital"))
    clock = SelectField(_l("Deadline"), [DataRequired(GIVE)])

    def __init__(self, **kwargs: Any) -> None:
        """Offer the deadlines that the domains have declared."""
        super().__init__(**kwargs)
        self.clock.choices = [SelectChoice(kind.code, kind.label) for kind in KINDS.values()]


def values_of(row: SlaPolicy) -> dict[str, Any]:
    """Give a rule as the form shows it."""
    names = ("version", "severity", "priority", "source", "category", "is_business", "pausable")
    return {
        **{name: getattr(row, name) for name in names},
        "target_hours": Decimal(row.target_minutes) / 60,
        "reminders": ", ".join(str(percent) for percent in row.reminders),
    }


def percents(text: str) -> tuple[int, ...]:
    """Read `50, 90`; what is no number counts as 0, which the rule refuses."""
    parts = [part for part in re.split(r"[\s,;،%٪]+", western_digits(text)) if part]
    return tuple(sorted({int(part) if part.isascii() and part.isdigit() else 0 for part in parts}))


def typed_rungs() -> tuple[Rung, ...]:
    """Read the ladder of the request; lines without a person or role are left out."""
    found = []
    for line in typed_lines():
        if line.to:
            found.append(
                Rung(
                    _minutes(line.hours),
                    line.to,
                    line.in_business,
                    line.severity_at_least or None,
                    line.sources,
                )
            )
    return tuple(found)


def typed_lines() -> list[RungLine]:
    """Give the lines of the ladder as they were typed."""
    numbers = range(MOST_RUNGS + 1)
    return [
        RungLine(
            number,
            request.form.get(f"after-{number}", ""),
            request.form.get(f"to-{number}", ""),
            f"business-{number}" in request.form,
            request.form.get(f"severity-{number}", ""),
            tuple(request.form.getlist(f"sources-{number}")),
        )
        for number in numbers
        if f"to-{number}" in request.form
    ]


def lines_of(row: SlaPolicy | None) -> list[RungLine]:
    """Give the lines of a rule's ladder and an empty one."""
    rungs = rungs_of(row.ladder) if row else ()
    lines = [
        RungLine(
            number,
            f"{rung.after_minutes / 60:g}",
            rung.to,
            rung.in_business,
            rung.severity_at_least or "",
            rung.sources,
        )
        for number, rung in enumerate(rungs)
    ]
    return [*lines, RungLine(len(lines), "", "", False)]


def _minutes(hours: str) -> int:
    try:
        return round(float(western_digits(hours) or 0) * 60)
    except (ValueError, OverflowError):
        return -1  # refused by the rule, with the field named
