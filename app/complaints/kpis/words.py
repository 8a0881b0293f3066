"""Words of the KPIs: values with their units, verdicts with their tones, and the sentence that a page states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.kpis.arithmetic import LOW_SAMPLE, Figure, Verdict
from app.complaints.kpis.definitions import UNIT_WORDS, Kpi, Unit
from app.complaints.kpis.months import written
from app.core.i18n import number

VERDICTS: dict[Verdict, Any] = {
    Verdict.MET: _l("Target met"),
    Verdict.NEAR: _l("Target missed, threshold held"),
    Verdict.MISSED: _l("Threshold missed"),
    Verdict.WATCHED: _l("Watched, without a target"),
    Verdict.NONE: _l("Nothing to count"),
}
TONES: dict[Verdict, str] = {
    Verdict.MET: "success",
    Verdict.NEAR: "warning",
    Verdict.MISSED: "danger",
    Verdict.WATCHED: "neutral",
    Verdict.NONE: "neutral",
}


def value_text(kpi: Kpi, value: float | None, *, with_unit: bool = False) -> str:
    """Write a value: `82.5%`, `31.4`; a dash where nothing was counted. A percent sign always stands with its number."""
    if value is None:
        return "–"
    if kpi.unit is Unit.PERCENT:
        return f"{number(value, 1)}%"
    return f"{number(value, 1)} {UNIT_WORDS[kpi.unit]}" if with_unit else number(value, 1)


def target_text(kpi: Kpi) -> str:
    """Write target and threshold: `≥ 85% / ≥ 75%`; a dash for what is only watched."""
    if kpi.target is None or kpi.threshold is None:
        return "–"
    sign = "≥" if kpi.is_higher_better else "≤"
    return f"{sign} {kpi.target:g}% / {sign} {kpi.threshold:g}%"


def remarks(figure: Figure) -> list[str]:
    """Say what must be known to read a value: few records, or not final."""
    said = []
    if figure.is_low:
        said.append(_("few"))
    if figure.value is not None and figure.is_provisional:
        said.append(_("provisional"))
    return said


def finding(kpi: Kpi, months: Sequence[str], figures: Sequence[Figure]) -> str:
    """State the newest value that is final, else the newest one."""
    told = [(month, each) for month, each in zip(months, figures, strict=True) if each.value is not None]
    if not told:
        return _("There was nothing to count in these months")
    month, last = next((pair for pair in reversed(told) if not pair[1].is_provisional), told[-1])
    words: dict[str, Any] = {"value": value_text(kpi, last.value, with_unit=True), "month": written(month)}
    if last.verdict is Verdict.WATCHED:
        return _("%(value)s in %(month)s", **words)
    return _("%(value)s in %(month)s: %(verdict)s", verdict=VERDICTS[last.verdict], **words)


def low_note() -> str:
    """Explain the marks below the numbers."""
    return _(
        "n: records counted. Few: fewer than %(least)s, so the value jumps. Provisional: the month runs, or the time of some "
        "records is not over; those are left out. A dash: nothing to count.",
        least=LOW_SAMPLE,
    )
