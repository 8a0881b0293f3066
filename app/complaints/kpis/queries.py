"""Readers of the KPIs: every figure of a span of months in one statement, as far as the actor may count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union_all

from app.complaints.kpis.arithmetic import Counts, Figure, figure
from app.complaints.kpis.definitions import KPIS, Kpi
from app.complaints.kpis.months import month_at
from app.complaints.kpis.rows import ROWS, Wanted
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import Scope, scope_of
from app.core.db import db
from app.core.time import clock

Key = tuple[UUID | None, str, str]  # hospital (None: all together), code of the KPI, month


def shown_to(actor: Actor) -> dict[str, Kpi]:
    """Give the KPIs that make sense to an actor: a department's head is not measured by the work of the office."""
    whole = any(scope_of(each, Perm.KPI_READ) in (Scope.ALL, Scope.HOSPITAL) for each in actor.holdings)
    return {code: kpi for code, kpi in KPIS.items() if whole or not kpi.of_the_office}


def rows_of(codes: Iterable[str], wanted: Wanted) -> Any:
    """Give the records of these KPIs, of the wanted months only, as a subquery."""
    return union_all(*(make(code, wanted) for code in codes for make in ROWS[code])).subquery("rows")


def count(codes: Iterable[str], wanted: Wanted, *, by_hospital: bool = False) -> Mapping[Key, Counts]:
    """Count these KPIs by month, of every hospital by itself or of all together; one statement. Months without rows are missing."""
    rows = rows_of(codes, wanted)
    due = rows.c.pending.is_(False)
    keys = [rows.c.code, rows.c.month, *([rows.c.hospital_id] if by_hospital else [])]
    found = db.session.execute(
        select(
            *keys,
            func.coalesce(func.sum(rows.c.weight).filter(rows.c.met, due), 0).label("met"),
            func.coalesce(func.sum(rows.c.weight).filter(rows.c.counts, due), 0).label("counted"),
            func.count().filter(rows.c.pending).label("pending"),
            func.percentile_cont(0.5).within_group(rows.c.hours).label("median"),
            func.percentile_cont(0.9).within_group(rows.c.hours).label("ninetieth"),
        )
        .where(rows.c.month.in_(wanted.months))
        .group_by(*keys)
    ).all()
    return {
        (row.hospital_id if by_hospital else None, row.code, row.month): Counts(
            int(row.met), int(row.counted), row.pending, row.median, row.ninetieth
        )
        for row in found
    }


def figures(codes: Iterable[str], wanted: Wanted) -> dict[str, list[Figure]]:
    """Give the figures of all hospitals together by KPI, one for each wanted month in their order; one statement."""
    codes = list(codes)
    counted = count(codes, wanted)
    return {code: [_figure(KPIS[code], month, counted) for month in wanted.months] for code in codes}


def _figure(kpi: Kpi, month: str, counted: Mapping[Key, Counts]) -> Figure:
    return figure(kpi, counted.get((None, kpi.code, month), Counts()), is_running=is_running(kpi, month))


def is_running(kpi: Kpi, month: str) -> bool:
    """Tell whether a month may still change by itself: it runs, or its KPI settles only some days later."""
    return month >= month_at(clock.now() - timedelta(days=kpi.settles_in_days))
