"""Facts of a patient as others tell them: which there are, and how they are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l

# what a hospital system may tell of a patient; values are clean already (identity.py)
TOLD = (
    "name_en",
    "name_ar",
    "national_id",
    "phone_e164",
    "email",
    "birth_date",
    "sex",
    "nationality",
    "language",
    "deceased_at",
    "guardian_name",
    "guardian_phone_e164",
    "guardian_relation",
)
EMPTY: dict[str, Any] = {**dict.fromkeys(("national_id", "birth_date", "deceased_at")), "language": "ar"}
UNTOLD = SimpleNamespace(**{name: EMPTY.get(name, "") for name in TOLD})  # a patient of whom nothing was told yet
MOST_TEXT = 200
ERASED = _l("What identified this patient was erased. The record can not be changed.")


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What was told: only the fields in `given` are touched; None deletes, what is not named stays.

    `dead_by` says that the patient has died by then, when the time of death itself was not told.
    """

    mrn: str
    given: Mapping[str, str | date | datetime | None] = field(default_factory=dict)
    dead_by: datetime | None = None


def changes(before: Any, facts: PatientFacts) -> dict[str, Any]:
    """Give what was told and is not so yet, by name, with what follows from it; `before` is a record or a row of `TOLD`.

    Text is bounded, whatever a hospital system sends.
    """
    changed: dict[str, Any] = {}
    given: dict[str, Any] = dict(facts.given)
    if facts.dead_by is not None and before.deceased_at is None:
        given["deceased_at"] = facts.dead_by
    for name in TOLD:
        if name not in given:
            continue
        value = given[name]
        if value is None:
            value = EMPTY.get(name, "")
        elif isinstance(value, str):
            value = value[:MOST_TEXT]
        if getattr(before, name) != value:
            changed[name] = value
    return changed
