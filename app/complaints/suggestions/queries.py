"""Readers of suggestions: what is suggested for a complaint, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, select

from app.complaints.models import ComplaintSuggestion, TaxonomyClass
from app.core.db import db
from app.core.i18n import named
from app.core.severity import Severity
from app.organizations.models import Department


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion with the name of its value; empty: the value is gone."""

    suggestion: ComplaintSuggestion
    name: Any

    @property
    def percent(self) -> int:
        """The confidence for people."""
        return round(self.suggestion.confidence * 100)


def suggestions_of(complaint_id: UUID) -> list[ComplaintSuggestion]:
    """Give the suggestions of a complaint, severity first, the surest first; the caller has found the complaint."""
    order = case({"severity": 0, "class": 1, "department": 2}, value=ComplaintSuggestion.what, else_=3)
    query = (
        select(ComplaintSuggestion)
        .where(ComplaintSuggestion.complaint_id == complaint_id)
        .order_by(order, ComplaintSuggestion.confidence.desc(), ComplaintSuggestion.id)
    )
    return list(db.session.execute(query).scalars())


def in_words(suggestions: list[ComplaintSuggestion]) -> list[Suggested]:
    """Name the values in the reader's language; one statement for the classes, one for the departments."""
    names = _names([(each.what, each.value) for each in suggestions])
    return [Suggested(each, names.get(each.value, "")) for each in suggestions]


def choices_in_words(suggestions: list[ComplaintSuggestion]) -> list[Any]:
    """Name what was chosen instead of each, empty where nothing was; statements as `in_words`."""
    names = _names([(each.what, each.corrected_to) for each in suggestions if each.corrected_to])
    return [names.get(each.corrected_to, "") for each in suggestions]


def _names(values: list[tuple[str, str]]) -> dict[str, Any]:
    names: dict[str, Any] = {each.value: each.label for each in Severity}
    models: dict[str, Any] = {"class": TaxonomyClass, "department": Department}
    for kind, model in models.items():
        ids = {UUID(value) for what, value in values if what == kind}
        if ids:
            rows = db.session.execute(select(model).where(model.id.in_(ids))).scalars()
            names |= {str(row.id): named(row) for row in rows}
    return names
