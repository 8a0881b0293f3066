"""What a mapping may stand for, by the kind of code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.integrations.enums import WITHOUT_VISIT, MappingKind
from app.integrations.hl7.visits import ARRIVALS, NOTHING
from app.integrations.services.lookups import place_of
from app.journeys.enums import VisitCode

EVENT_CODES = frozenset(VisitCode) | WITHOUT_VISIT


def check_target(kind: str, to_code: str, hospital_id: UUID | None) -> Any:
    """Say why a mapping of this kind can not stand for `to_code`, or None."""
    if kind in (MappingKind.EVENT, MappingKind.SECTION):
        good = to_code in EVENT_CODES or to_code == NOTHING
        return None if good else _l("This is no event code of the portal.")
    if kind == MappingKind.PATIENT_CLASS:
        return None if to_code in ARRIVALS else _l("Give I, E, O or D.")
    known = hospital_id is None or place_of(hospital_id, [to_code])[0] is not None
    return None if known else _l("No department of this hospital has this code.")
