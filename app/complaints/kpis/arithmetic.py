"""From counts to values: what a KPI is in a month, how good that is, and how far it may be trusted. No database here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.complaints.kpis.definitions import FACTOR, Kpi, Unit

LOW_SAMPLE = 30  # below that a share jumps (domain.md section 3)


class Verdict(StrEnum):
    """How good a value is; WATCHED: the KPI has no target; NONE: there is no value."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    WATCHED = "watched"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted for a KPI in a month. `pending`: records whose time is not over; they are left out of both."""

    numerator: int = 0
    denominator: int = 0
    pending: int = 0
    median: float | None = None
    ninetieth: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI in a month: its counts, its value (None: nothing to count) and what it says."""

    counts: Counts
    value: float | None
    verdict: Verdict
    is_provisional: bool

    @property
    def is_low(self) -> bool:
        """Whether so few records were counted that the value must be read with care."""
        return self.value is not None and self.counts.denominator < LOW_SAMPLE


def figure(kpi: Kpi, counts: Counts, *, is_running: bool) -> Figure:
    """Make the figure of a month; provisional while the month runs (`is_running`) or a record's time is not over."""
    value = value_of(kpi, counts)
    return Figure(counts, value, verdict_of(kpi, value), is_running or counts.pending > 0)


def value_of(kpi: Kpi, counts: Counts) -> float | None:
    """Give the value in the KPI's unit; None where nothing was counted, never 0 or 100."""
    if not counts.denominator:
        return None
    if kpi.unit is Unit.HOURS:
        return counts.median
    return FACTOR[kpi.unit] * counts.numerator / counts.denominator


def verdict_of(kpi: Kpi, value: float | None) -> Verdict:
    """Hold a value against target and threshold, both of which are good enough for their own colour."""
    if value is None:
        return Verdict.NONE
    if kpi.target is None or kpi.threshold is None:
        return Verdict.WATCHED
    sign = 1 if kpi.is_higher_better else -1
    if sign * value >= sign * kpi.target:
        return Verdict.MET
    return Verdict.NEAR if sign * value >= sign * kpi.threshold else Verdict.MISSED
