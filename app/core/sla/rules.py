"""Pure decisions about clocks: which rule wins, and the steps that a clock will take. No database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.severity import Severity

GRAVITY = tuple(Severity)  # gravest first


class Rule(Protocol):
    """What `choose` reads of a policy row."""

    hospital_id: Any
    source: str | None
    severity: str | None
    priority: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that won and, for the page "why this deadline", every rule passed over with the code of its reason."""

    rule: Any
    passed_over: tuple[tuple[Any, str], ...]


def choose(
    rules: Iterable[Any],
    *,
    source: str | None,
    severity: str | None,
    priority: str | None,
    category: str | None = None,
) -> Choice | None:
    """Pick the most specific rule that fits: source, category, priority, severity, then default; the hospital's own first.

    Source: product.md section 6, domain.md section 6. None when no rule fits at all.
    """
    fitting: list[tuple[tuple[bool, ...], Any]] = []
    passed: list[tuple[Any, str]] = []
    given = {"source": source, "category": category, "priority": priority, "severity": severity}
    for rule in rules:
        misfit = next((name for name, value in given.items() if getattr(rule, name) not in (None, value)), None)
        if misfit:
            passed.append((rule, f"other_{misfit}"))
        else:
            rank = tuple(getattr(rule, name) is not None for name in given)
            fitting.append(((*rank, rule.hospital_id is not None), rule))
    if not fitting:
        return None
    fitting.sort(key=lambda pair: pair[0], reverse=True)
    passed += [(rule, "less_specific") for _rank, rule in fitting[1:]]
    return Choice(fitting[0][1], tuple(passed))


@dataclass(frozen=True, slots=True)
class ClockStep:
    """Something the sweep decides when the counted time reaches `at_seconds`: a reminder, the breach, an escalation."""

    code: str  # reminder:50, breach, escalation:2
    at_seconds: int
    level: int = 0
    to: str = ""
    after_seconds: int = 0  # of an escalation: since the due time
    in_business: bool = False  # these seconds are working time even where the clock counts around the clock

    @property
    def sort(self) -> str:
        """reminder, breach or escalation."""
        return self.code.partition(":")[0]


def counts(rung: Mapping[str, Any], *, severity: str | None, source: str | None) -> bool:
    """Whether a rung of a ladder holds for a case of this severity and source; a rung without filters holds for every case.

    A case without a severity or source is never among those that a filter names.
    """
    least, sources = rung.get("severity_at_least"), rung.get("sources")
    if least and (severity not in GRAVITY or GRAVITY.index(Severity(severity)) > GRAVITY.index(Severity(least))):
        return False
    return not sources or source in sources


def counting(ladder: Sequence[dict[str, Any]], *, severity: str | None, source: str | None) -> list[dict[str, Any]]:
    """Give the rungs of a ladder that hold for such a case; each keeps its level, so that what was decided stays known."""
    return [rung for rung in ladder if counts(rung, severity=severity, source=source)]


def steps(target_seconds: int, reminders: Sequence[int], ladder: Sequence[dict[str, Any]]) -> list[ClockStep]:
    """Give all steps of a clock in the order in which they fall, in seconds counted from its start."""
    line = [ClockStep(f"reminder:{percent}", target_seconds * percent // 100) for percent in sorted(reminders)]
    line.append(ClockStep("breach", target_seconds))
    line += [
        ClockStep(
            f"escalation:{rung['level']}",
            target_seconds + int(rung["after_minutes"]) * 60,
            level=int(rung["level"]),
            to=str(rung["to"]),
            after_seconds=int(rung["after_minutes"]) * 60,
            in_business=rung.get("in") == "business",
        )
        for rung in sorted(ladder, key=lambda rung: (rung["after_minutes"], rung["level"]))
    ]
    return sorted(line, key=lambda step: step.at_seconds)  # stable: breach before the escalation at due
