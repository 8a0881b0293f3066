"""Pages of the KPIs: all by month, one with its definition, and the records behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.kpis import months, queries, words
from app.complaints.kpis.definitions import UNIT_WORDS, Kpi, Subject, Unit
from app.complaints.kpis.records import FACTS, SIDES, list_records
from app.complaints.kpis.rows import Wanted
from app.complaints.policy import Perm
from app.core.access.policy import can
from app.core.i18n import named
from app.core.time import clock
from app.core.web import current_actor, page, requires
from app.organizations import queries as organizations
from app.organizations.models import Department, Hospital
from app.surveys.policy import Perm as SurveyPerm

bp = Blueprint("kpis", __name__, url_prefix="/complaints/kpis")
EARLIEST = "2020-01"
SUBJECTS: dict[Subject, Any] = {
    Subject.COMPLAINT: _l("Complaint"),
    Subject.EXPLANATION: _l("Explanation"),
    Subject.SURVEY: _l("Survey"),
}


@bp.get("/")
@requires(Perm.KPI_READ)
def overview() -> Response:
    """Show every KPI by month."""
    wanted, kpis = wanted_of(), queries.shown_to(current_actor)
    return page(
        "complaints/kpis/overview.html",
        kpis=kpis,
        figures=queries.figures(kpis, wanted),
        **frame("kpis.overview", wanted),
    )


@bp.get("/<string(maxlength=20):kpi>")
@requires(Perm.KPI_READ)
def one(kpi: str) -> Response:
    """Show one KPI: what it is, how it went, and the counts of each month."""
    wanted, shown = wanted_of(), _find(kpi)
    figures = queries.figures([shown.code], wanted)[shown.code]
    return page(
        "complaints/kpis/one.html",
        kpi=shown,
        figures=figures,
        finding=words.finding(shown, wanted.months, figures),
        unit=UNIT_WORDS[shown.unit],
        top=100 if shown.unit is Unit.PERCENT else max((each.value or 0 for each in figures), default=0) or 1,
        **frame("kpis.one", wanted, kpi=shown.code),
    )


@bp.get("/<string(maxlength=20):kpi>/records")
@requires(Perm.KPI_READ)
def records(kpi: str) -> Response:
    """Show the records behind a number of a month."""
    shown, month = _find(kpi), request.args.get("month", "")
    side = request.args.get("side", "numerator")
    if side not in SIDES or not is_open(month):
        abort(404)
    wanted = wanted_of(month, 1)
    found = list_records(shown, side, wanted, key=request.args.get("after"))
    figure = queries.figures([shown.code], wanted)[shown.code][0]
    return page(
        "complaints/kpis/records.html",
        part="complaints/kpis/_records.html",
        kpi=shown,
        written_month=months.written(month),
        subject_label=SUBJECTS[shown.subject],
        rows=found.rows,
        next_url=_address("kpis.records", kpi=shown.code, after=found.next_key) if found.next_key else None,
        tabs=_sides(shown, side, figure.counts),
        fact=FACTS[shown.fact],
        is_masked=not can(current_actor, Perm.IDENTIFY),
        url_of=_url_of(shown),
        at_label=shown.month_of,
        all_url=_address("kpis.one", kpi=shown.code, month=None, side=None),
    )


def _find(code: str) -> Kpi:
    """Find a KPI that makes sense to the actor, or answer 404."""
    found = queries.shown_to(current_actor).get(code)
    if found is None:
        abort(404)
    return found


def is_open(month: str) -> bool:
    return months.is_month(month) and EARLIEST <= month <= months.month_at(clock.now())


def wanted_of(last: str = "", count: int = months.MONTHS) -> Wanted:
    """Read from the address which months are asked for and what they are narrowed to."""
    until = last or request.args.get("until", "")
    if not is_open(until):
        until = months.month_at(clock.now())
    return Wanted(
        months.months_until(until, count),
        current_actor,
        request.args.get("hospital", type=UUID),
        request.args.get("department", type=UUID),
    )


def frame(endpoint: str, wanted: Wanted, **values: Any) -> dict[str, Any]:
    """Give what both pages of months share: choices, addresses of the neighbours, and the words."""
    hospitals: Sequence[Hospital] = organizations.options_hospitals(actor=current_actor)
    departments: Sequence[Department] = organizations.options_departments(actor=current_actor)
    chosen = [
        (_("Hospital"), "hospital", next((each for each in hospitals if each.id == wanted.hospital_id), None)),
        (_("Department"), "department", next((each for each in departments if each.id == wanted.department_id), None)),
    ]
    earlier, later = _neighbours(wanted.months)
    return {
        "months": wanted.months,
        "wanted": wanted,
        "hospitals": hospitals if len(hospitals) > 1 else [],
        "departments": departments,
        "chips": [
            {"label": label, "value": named(row), "remove": _address(endpoint, **values, **{name: None})}
            for label, name, row in chosen
            if row is not None
        ],
        "earlier_url": _address(endpoint, **values, until=earlier) if earlier else None,
        "later_url": _address(endpoint, **values, until=later) if later else None,
        "action": url_for(endpoint, **values),
        "words": words,
        "month_words": months,
        "link": _address,
    }


def _neighbours(shown: tuple[str, ...]) -> tuple[str, str]:
    """Give the last months of the year before and after what is shown; empty where there is none."""
    earlier, now = months.months_until(shown[0], 2)[0], months.month_at(clock.now())
    later = min(f"{int(shown[-1][:4]) + 1:04d}{shown[-1][4:]}", now)
    return earlier if earlier >= EARLIEST else "", later if later > shown[-1] else ""


def _address(endpoint: str, **changed: Any) -> str:
    kept = {name: request.args[name] for name in ("hospital", "department", "until") if name in request.args}
    if endpoint == "kpis.records":
        kept |= {name: request.args[name] for name in ("month", "side") if name in request.args}
    return url_for(endpoint, **{**kept, **changed})


def _sides(kpi: Kpi, side: str, counts: Any) -> list[dict[str, Any]]:
    """Give a tab for each side, with its number where records are what is counted."""
    numbers = {"numerator": counts.numerator, "pending": counts.pending}
    if kpi.has_rest:
        numbers["rest"] = counts.denominator - counts.numerator
    return [
        {
            "label": SIDES[name],
            "url": _address("kpis.records", kpi=kpi.code, side=name),
            "count": numbers[name],
            "active": name == side,
        }
        for name in SIDES
        if name in numbers
    ]


def _url_of(kpi: Kpi) -> Any:
    """Give the function that leads from a record to its page, as far as the actor may go."""
    if kpi.subject is Subject.COMPLAINT:
        return lambda row: url_for("complaints.show", complaint_id=row.subject.id)
    if kpi.subject is Subject.EXPLANATION:
        if can(current_actor, Perm.EXPLANATION_READ):
            return lambda row: url_for("explanations.show", explanation_id=row.subject.id)
        return lambda row: url_for("complaints.show", complaint_id=row.subject.complaint_id)
    may_open = can(current_actor, SurveyPerm.INSTANCE_READ)
    return lambda row: url_for("surveys.show", instance_id=row.subject.id) if may_open else ""
