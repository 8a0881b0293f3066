"""The REST door of the KPIs."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from flask_babel import gettext as _
from pydantic import Field

from app.complaints.api import bp
from app.complaints.kpis import months, queries
from app.complaints.kpis.arithmetic import Verdict, figure
from app.complaints.kpis.definitions import Kpi
from app.complaints.kpis.rows import Wanted
from app.complaints.policy import Perm
from app.core.api import Out, documented, page_of
from app.core.errors import Invalid
from app.core.time import clock
from app.core.web import current_actor, requires

MOST_MONTHS = 24
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class KpiQuery(Out):
    """Which months (local, YYYY-MM, both inclusive; by default the last twelve), and what they are narrowed to."""

    since: str | None = Field(None, pattern=MONTH)
    until: str | None = Field(None, pattern=MONTH)
    code: str | None = Field(None, max_length=20)
    hospital_id: UUID | None = None
    department_id: UUID | None = None


class KpiOut(Out):
    """One KPI of one hospital in one month. `value` is null where nothing was counted."""

    code: str
    hospital_id: UUID
    month: str
    numerator: int
    denominator: int
    pending: int
    value: float | None
    ninetieth: float | None
    unit: Literal["percent", "hours", "per_visits", "per_days"]
    target: float | None
    threshold: float | None
    is_higher_better: bool
    verdict: Verdict
    is_low_sample: bool
    is_provisional: bool


@bp.get("/kpis/")
@bp.input(KpiQuery, location="query")
@bp.output(page_of(KpiOut))
@documented(bp, "Read the KPIs by hospital and month", "GET")
@requires(Perm.KPI_READ)
def list_kpis(query_data: KpiQuery) -> dict[str, Any]:
    """Give every KPI of every hospital and month in which something was counted, oldest month first."""
    kpis = queries.shown_to(current_actor)
    if query_data.code is not None:
        if query_data.code not in kpis:
            raise Invalid(code=_("There is no such KPI."))
        kpis = {query_data.code: kpis[query_data.code]}
    wanted = Wanted(
        wanted_months(query_data.since, query_data.until),
        current_actor,
        query_data.hospital_id,
        query_data.department_id,
    )
    counted = queries.count(kpis, wanted, by_hospital=True)
    found = [
        _told(kpis[code], hospital_id, month, counts)
        for (hospital_id, code, month), counts in sorted(counted.items(), key=lambda each: (each[0][2], str(each[0])))
    ]
    return {"count": len(found), "next": None, "previous": None, "results": found}


def wanted_months(since: str | None, until: str | None) -> tuple[str, ...]:
    """Give the months from one to another, by default the last twelve. Invalid: none, or too many."""
    until = until or months.month_at(clock.now())
    since = since or months.months_until(until)[0]
    count = (int(until[:4]) - int(since[:4])) * 12 + int(until[5:]) - int(since[5:]) + 1
    if not 1 <= count <= MOST_MONTHS:
        raise Invalid(since=_("Ask for 1 to %(most)s months.", most=MOST_MONTHS))
    return months.months_until(until, count)


def _told(kpi: Kpi, hospital_id: UUID | None, month: str, counts: Any) -> dict[str, Any]:
    made = figure(kpi, counts, is_running=queries.is_running(kpi, month))
    return {
        "code": kpi.code,
        "hospital_id": hospital_id,
        "month": month,
        "numerator": counts.numerator,
        "denominator": counts.denominator,
        "pending": counts.pending,
        "value": made.value,
        "ninetieth": counts.ninetieth,
        "unit": kpi.unit,
        "target": kpi.target,
        "threshold": kpi.threshold,
        "is_higher_better": kpi.is_higher_better,
        "verdict": made.verdict,
        "is_low_sample": made.is_low,
        "is_provisional": made.is_provisional,
    }
