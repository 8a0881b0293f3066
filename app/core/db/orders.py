"""Expressions by which queues are put in order, the same for indexes and queries: only so does the one serve the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, literal_column

from app.core.severity import Severity

FAR = datetime(9000, 1, 1, tzinfo=UTC)  # where in a queue what has no deadline stands: after all that has one
FAR_SQL = "'9000-01-01 00:00:00+00'::timestamptz"
DUE_SQL = f"COALESCE(due_at, {FAR_SQL})"
SEVERITIES = " ".join(each.value for each in Severity)  # the gravest first
RANKS = {
    each.value: SEVERITIES.index(each.value) + 1 for each in Severity
}  # where each stands in it, as the database counts
RANK_SQL = f"strpos('{SEVERITIES}', severity)"


def due_of(model: Any) -> Any:
    """Give the deadline of a table's rows, far away where there is none."""
    return func.coalesce(model.due_at, literal_column(FAR_SQL))


def rank_of(model: Any) -> Any:
    """Give the severity of a table's rows as a number, of the gravest the least."""
    return func.strpos(literal_column(f"'{SEVERITIES}'"), model.severity)
