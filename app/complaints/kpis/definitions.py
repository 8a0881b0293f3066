"""The KPIs as data: what is counted against what, what is left out, by which date and clock, and how good is good.

Formulas, targets and thresholds: domain.md section 4, the only place. The numbers are proposals but for MOH-3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Subject(StrEnum):
    """What kind of record a KPI counts."""

    COMPLAINT = "complaint"
    EXPLANATION = "explanation"
    SURVEY = "survey"


class Unit(StrEnum):
    """How a value is written."""

    PERCENT = "percent"
    HOURS = "hours"
    PER_VISITS = "per_visits"
    PER_DAYS = "per_days"


FACTOR: dict[Unit, int] = {Unit.PERCENT: 100, Unit.HOURS: 1, Unit.PER_VISITS: 10_000, Unit.PER_DAYS: 1_000}
UNIT_WORDS: dict[Unit, Any] = {
    Unit.PERCENT: "%",
    Unit.HOURS: _l("hours"),
    Unit.PER_VISITS: _l("per 10,000 visits"),
    Unit.PER_DAYS: _l("per 1,000 patient days"),
}

BY_RECEIPT = _l("Month of the receipt")
BY_CLOSING = _l("Month of the first closing")
AROUND_THE_CLOCK = _l("around the clock")
WORKING_TIME = _l("working time")
NO_CLOCK = _l("no time limit")
NO_DUPLICATES = _l("Duplicates, and what was entered in error.")
NO_WITHDRAWN = _l("Duplicates, what the patient withdrew, and what was entered in error.")
RECEIVED = _l("Complaints received")


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure. Without a target it is only watched; `is_higher_better` False: the target is a ceiling."""

    code: str
    name: Any
    numerator: Any
    denominator: Any
    left_out: Any
    month_of: Any
    clock: Any = NO_CLOCK
    target: float | None = None
    threshold: float | None = None
    unit: Unit = Unit.PERCENT
    is_higher_better: bool = True
    subject: Subject = Subject.COMPLAINT
    of_the_office: bool = False  # the office's own work: a department's head is not measured by it
    settles_in_days: int = 0  # for how long after the month its value may still change
    fact: str = "first_resolved_at"  # what the list of records shows beside each
    has_rest: bool = True  # whether the denominator is made of records of the same kind

    @property
    def unit_words(self) -> Any:
        """The unit in the reader's language."""
        return UNIT_WORDS[self.unit]


_ALL = (
    Kpi(
        "MOH-2", _l("72-hour resolution rate"), _l("First resolved within 72 hours of the receipt"), RECEIVED,
        NO_WITHDRAWN, BY_RECEIPT, AROUND_THE_CLOCK, 85, 75,
    ),
    Kpi(
        "MOH-3", _l("Overall satisfaction with resolution"), _l("Satisfied with the answer: 4 or 5 of 5, or yes"),
        RECEIVED, NO_DUPLICATES, BY_RECEIPT, NO_CLOCK, 80, 70,
    ),
    Kpi(
        "MOH-3-ANSWERED", _l("Satisfaction with resolution, of those who answered"),
        _l("Satisfied with the answer: 4 or 5 of 5, or yes"), _l("Complaints received whose survey says it"),
        NO_DUPLICATES, BY_RECEIPT, NO_CLOCK, 80, 70,
    ),
    Kpi(
        "N-PAD-001", _l("Resolution to patient complaints"), _l("Resolved, and not opened again since"), RECEIVED,
        NO_WITHDRAWN, BY_RECEIPT, NO_CLOCK, 95, 85, fact="resolved_at",
    ),
    Kpi(
        "Dep-KPI-4", _l("Department response rate"), _l("Explanations answered within their deadline"),
        _l("Explanations that fell due; a returned one counts again"), _l("Requests taken back before they fell due."),
        _l("Month of the deadline"), WORKING_TIME, 90, 80, subject=Subject.EXPLANATION, fact="answered_at",
    ),
    Kpi(
        "KPI-6", _l("Activation within 2 hours"), _l("Activated within 2 hours of the receipt"), RECEIVED,
        NO_DUPLICATES, BY_RECEIPT, AROUND_THE_CLOCK, 95, 85, of_the_office=True, fact="activated_at",
    ),
    Kpi(
        "KPI-6-WORKING", _l("Activation within its working-time deadline"),
        _l("Activated within the deadline of the activation clock"), RECEIVED, NO_DUPLICATES, BY_RECEIPT,
        WORKING_TIME, 95, 85, of_the_office=True, fact="activated_at",
    ),
    Kpi(
        "KPI-7", _l("Unactivated filled complaints"), _l("Not activated by the end of the month"), RECEIVED,
        NO_WITHDRAWN, BY_RECEIPT, NO_CLOCK, 5, 10, is_higher_better=False, of_the_office=True, fact="activated_at",
    ),
    Kpi(
        "X-1", _l("Acknowledged within 24 hours"), _l("First call or message of the office within 24 hours"), RECEIVED,
        NO_DUPLICATES, BY_RECEIPT, AROUND_THE_CLOCK, 95, 90, of_the_office=True, fact="first_contact_at",
    ),
    Kpi(
        "X-2", _l("Reopen rate"), _l("Opened again within 30 days of the first closing"),
        _l("Complaints answered and closed"), NO_DUPLICATES, BY_CLOSING, AROUND_THE_CLOCK, 5, 10,
        is_higher_better=False, fact="first_reopened_at", settles_in_days=30,
    ),
    Kpi(
        "X-3", _l("Overdue share"), _l("Past their deadline at the end of the month"),
        _l("Complaints unresolved at the end of the month"), NO_DUPLICATES, _l("End of the month"), WORKING_TIME,
        5, 10, is_higher_better=False, fact="due_at",
    ),
    Kpi(
        "X-4", _l("Complaint rate, outpatients"), _l("Complaints received about a visit to a clinic"),
        _l("Clinic visits that began"), NO_DUPLICATES, BY_RECEIPT, unit=Unit.PER_VISITS, is_higher_better=False,
        of_the_office=True, has_rest=False,
    ),
    Kpi(
        "X-4-INPATIENT", _l("Complaint rate, inpatients"), _l("Complaints received about a stay in hospital"),
        _l("Patient days"), NO_DUPLICATES, BY_RECEIPT, unit=Unit.PER_DAYS, is_higher_better=False,
        of_the_office=True, has_rest=False,
    ),
    Kpi(
        "X-5", _l("Median time to resolve"), _l("Hours from the receipt to the first resolution"),
        _l("Complaints first resolved"), NO_DUPLICATES, _l("Month of the first resolution"), AROUND_THE_CLOCK,
        unit=Unit.HOURS, is_higher_better=False, has_rest=False,
    ),
    Kpi(
        "X-6", _l("Response rate of surveys"), _l("Surveys completed"),
        _l("Surveys that arrived and whose link has ended"),
        _l("Surveys that did not arrive."), _l("Month in which it arrived"), NO_CLOCK, 20, 10,
        subject=Subject.SURVEY, fact="completed_at",
    ),
    Kpi(
        "X-7", _l("Closed loop within 48 hours"), _l("Patient called within 48 hours of the answer"),
        _l("Negative surveys"), _l("Surveys of nobody known."), _l("Month of the answer"), AROUND_THE_CLOCK, 90, 80,
        subject=Subject.SURVEY, fact="followed_up_at",
    ),
    Kpi(
        "X-8", _l("Escalation rate"), _l("Escalated at least once"), RECEIVED, NO_DUPLICATES, BY_RECEIPT,
        is_higher_better=False, fact="escalated_at",
    ),
)  # fmt: skip
KPIS: dict[str, Kpi] = {kpi.code: kpi for kpi in _ALL}
