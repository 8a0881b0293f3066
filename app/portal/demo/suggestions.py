"""The demo's suggestions: what PX360 would have said of each complaint at its receipt, and what the office's choice made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.complaints import queries
from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.core.severity import Severity
from app.portal.demo.bulk import Sheets

AFTER = timedelta(seconds=20)  # the receipt
OF_SEVERITY = 0.3  # of the complaints


def fill(sheets: Sheets) -> None:
    """Add a class for every complaint, right about as often as it is sure, and another severity for some."""
    points = {row["complaint_id"]: row for row in sheets.rows[ComplaintPoint]}
    classes = [each.id for each in queries.options_classes()]
    for row in sheets.rows[Complaint]:
        _class(sheets, row, points.get(row["id"]), classes)
        if sheets.rng.random() < OF_SEVERITY:
            _severity(sheets, row)


def _class(sheets: Sheets, row: dict[str, Any], point: dict[str, Any] | None, classes: list[Any]) -> None:
    sure = sheets.rng.uniform(0.28, 0.92)
    chosen = point["class_id"] if point else None
    is_right = chosen is not None and sheets.rng.random() < sure
    value = chosen if is_right else sheets.rng.choice([each for each in classes if each != chosen])
    made = _add(sheets, row, "class", str(value), sure)
    if point:
        made |= {"state": "accepted" if is_right else "corrected", "corrected_to": "" if is_right else str(chosen),
                 "judged_at": point["created_at"], "judged_by_id": row["assignee_id"]}  # fmt: skip


def _severity(sheets: Sheets, row: dict[str, Any]) -> None:
    other = sheets.rng.choice([each.value for each in Severity if each.value != row["severity"]])
    made = _add(sheets, row, "severity", other, sheets.rng.uniform(0.5, 0.9))
    if row.get("resolved_at"):
        made |= {"state": "ignored", "judged_at": row["resolved_at"], "judged_by_id": row["assignee_id"]}


def _add(sheets: Sheets, row: dict[str, Any], what: str, value: str, sure: float) -> dict[str, Any]:
    return sheets.add(
        ComplaintSuggestion, row["received_at"] + AFTER, hospital_id=row["hospital_id"], complaint_id=row["id"],
        what=what, value=value, confidence=round(sure, 3), made_from={"cases": sheets.rng.randint(1, 6)},
    )  # fmt: skip
