"""The REST door of the measures of suggestions."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.complaints.api import bp
from app.complaints.kpis.api import MONTH, wanted_months
from app.complaints.kpis.rows import Wanted
from app.complaints.kpis.suggestion_counts import BANDS, STATES, cells
from app.complaints.policy import Perm
from app.core.api import Out, documented, page_of
from app.core.web import current_actor, requires


class SuggestionMeasureQuery(Out):
    """Which months (local, YYYY-MM, both inclusive; by default the last twelve), which kind, and what it is narrowed to."""

    since: str | None = Field(None, pattern=MONTH)
    until: str | None = Field(None, pattern=MONTH)
    what: Literal["class", "department", "severity"] | None = None
    hospital_id: UUID | None = None
    department_id: UUID | None = None


class SuggestionMeasureOut(Out):
    """Suggestions of one kind and band of confidence in one month. `precision` is null where fewer than ten ended."""

    month: str
    what: str
    confidence_from: float
    confidence_to: float
    made: int
    accepted: int
    corrected: int
    ignored: int
    open: int
    precision: float | None


@bp.get("/kpis/suggestions/")
@bp.input(SuggestionMeasureQuery, location="query")
@bp.output(page_of(SuggestionMeasureOut))
@documented(bp, "Read how good suggestions were by month, kind and confidence", "GET")
@requires(Perm.KPI_READ)
def measure_suggestions(query_data: SuggestionMeasureQuery) -> dict[str, Any]:
    """Give every month, kind and band in which something was suggested, oldest month first."""
    months = wanted_months(query_data.since, query_data.until)
    wanted = Wanted(months, current_actor, query_data.hospital_id, query_data.department_id)
    found = []
    for (month, what, band), tally in sorted(cells(wanted).items()):
        if query_data.what not in (None, what):
            continue
        place = BANDS.index(band) + 1
        counts = {name: getattr(tally, name) for name in ("made", *STATES)}
        bounds = {"confidence_from": band, "confidence_to": BANDS[place] if place < len(BANDS) else 1.0}
        found.append({"month": month, "what": what, **bounds, **counts, "precision": tally.share})
    return {"count": len(found), "next": None, "previous": None, "results": found}
