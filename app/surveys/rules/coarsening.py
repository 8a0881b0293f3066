"""What statistics may keep of who answered once that person is erased: an age band instead of an age. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AGE, BAND, SEX = "age_years", "age_band", "sex"
PERSONAL = frozenset({AGE, BAND, SEX})  # of the facts of a visit, those that are about the person
# the bands of reports: grown up, and then a generation each; the last one is open
STARTS = (0, 18, 30, 45, 60, 75)
LEAST_ALIKE = 10  # other patients in the same department within a year, else what stays could tell who it was


def band_of(age_years: int) -> tuple[int, int | None]:
    """Give the first and the last age of the band in which an age lies; the last one ends nowhere."""
    at = max(number for number, start in enumerate(STARTS) if start <= max(age_years, 0))
    return STARTS[at], STARTS[at + 1] - 1 if at + 1 < len(STARTS) else None


def named(band: tuple[int, int | None]) -> str:
    """Give the code of a band: 18-29, 75+."""
    first, last = band
    return f"{first}+" if last is None else f"{first}-{last}"


def coarse(facts: Mapping[str, Any], *, alike: int) -> dict[str, Any]:
    """Give the facts of a visit without what could tell who it was; `alike` other patients have the same band and sex."""
    kept = {name: value for name, value in facts.items() if name not in PERSONAL}
    if alike < LEAST_ALIKE:
        return kept
    if AGE in facts:
        kept[BAND] = named(band_of(facts[AGE]))
    return kept | {name: facts[name] for name in (BAND, SEX) if name in facts}
