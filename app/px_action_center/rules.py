"""Pure decisions about actions: which rule wants one. No database, no request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.events.kinds import Signal


def rule_for(signal: Signal, rules: Iterable[Any]) -> Any:
    """Give the rule that opens an action for this signal, or None.

    A department's rules stand in place of its hospital's, and those in place of the group's, also when they say no: a
    hospital that acts on scores up to 40 only, or switches its rule off, is not overruled by the group. Of several
    thresholds of one place the lowest that fits wins, so that graver values may get a graver severity. A rule with a
    threshold does not fit a signal without a value.
    """
    here = [
        rule
        for rule in rules
        if rule.hospital_id in (None, signal.hospital_id) and rule.department_id in (None, signal.department_id)
    ]
    if not here:
        return None
    nearest = min(map(_distance, here))
    fitting = [rule for rule in here if _distance(rule) == nearest and rule.is_active and _reaches(rule, signal.value)]
    return min(fitting, key=lambda rule: float("inf") if rule.at_or_below is None else rule.at_or_below, default=None)


def _distance(rule: Any) -> int:
    if rule.department_id is not None:
        return 0
    return 1 if rule.hospital_id is not None else 2


def _reaches(rule: Any, value: float | None) -> bool:
    return rule.at_or_below is None or (value is not None and value <= rule.at_or_below)
