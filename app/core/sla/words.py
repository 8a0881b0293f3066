"""The words with which clocks, rules and calendars stand on pages and in timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.core.sla.events import CalendarChanged, ClockExtensionMoved, ClockMoved, PolicyChanged
from app.core.sla.kinds import ClockKind
from app.core.sla.rules import GRAVITY

PERSON = "user:"

CAUSES: dict[str, Any] = {
    "started": _l("The clock started"),
    "resumed": _l("The pause ended"),
    "parted": _l("The merge was undone"),
    "uncancelled": _l("The cancellation was taken back"),
    "severity": _l("The severity was changed"),
    "source": _l("The source was changed"),
    "priority": _l("The priority was changed"),
    "extended": _l("More time was granted"),
    "calendar:week": _l("The weekly hours of the calendar were changed"),
    "calendar:holidays": _l("The holidays of the calendar were changed"),
    "calendar:periods": _l("The periods of the calendar were changed"),
    "calendar:year": _l("A year was added to the calendar"),
    "calendar:definition": _l("The calendar was changed"),
    "calendar:default": _l("Another calendar holds now"),
    "rule:made": _l("A rule was added"),
    "rule:changed": _l("The rule was changed"),
    "rule:archived": _l("The rule was archived"),
}
RUNGS: dict[str, Any] = {
    "department_manager": _l("the department's manager"),
    "hospital_admin": _l("the hospital's administrator"),
    "px_admin": _l("PX Admin"),
    "px_coordinator": _l("the PX office"),
}
WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
WEEK_ORDER = (6, 0, 1, 2, 3, 4, 5)  # the Saudi week begins on Sunday

describe(ClockMoved.kind, _l("The deadline moved"), "calendar")
describe(ClockExtensionMoved.kind, _l("A request for more time took a step"), "hourglass")
EXTENSIONS: dict[str, Any] = {
    "asked": _l("More time was asked for"),
    "granted": _l("More time was granted"),
    "refused": _l("More time was refused"),
    "withdrawn": _l("The request for more time was taken back"),
}
describe(CalendarChanged.kind, _l("The calendar was changed"), "calendar")
describe(PolicyChanged.kind, _l("The rule was changed"), "edit")


def cause_label(cause: str) -> str:
    """Name the cause of a clock's value in the reader's language."""
    if cause.startswith("paused:"):
        return _("A pause began")
    return str(CAUSES.get(cause, cause))


def filter_words(rung: Mapping[str, Any], kind: ClockKind | None) -> str:
    """Say which cases a rung is kept to: only critical; only high or graver, MOH 937. Empty where it is for every case."""
    said = []
    if least := rung.get("severity_at_least"):
        name = str(kind.words("severity", least) if kind else least)
        said.append(name if least == GRAVITY[0] else _("%(severity)s or graver", severity=name))
    said += [str(kind.words("source", code) if kind else code) for code in rung.get("sources", ())]
    return _("only %(cases)s", cases=_(", ").join(said)) if said else ""


def people_of(codes: Iterable[str]) -> list[UUID]:
    """Give the people among whom rungs tell."""
    return [UUID(code.removeprefix(PERSON)) for code in codes if code.startswith(PERSON)]


def rung_label(to: str, people: Mapping[UUID, str]) -> str:
    """Name whom a rung tells: a role, or the person."""
    if to.startswith(PERSON):
        return people.get(UUID(to.removeprefix(PERSON)), _("somebody who is gone"))
    return str(RUNGS.get(to, to))
