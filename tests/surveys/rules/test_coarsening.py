"""What statistics keep of who answered once that person is erased."""

from __future__ import annotations

import pytest

from app.surveys.rules.coarsening import LEAST_ALIKE, band_of, coarse, named

FACTS = {"journey_type": "OPD", "department_code": "ER", "language": "ar", "sex": "female", "age_years": 64}


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-17"), (17, "0-17"), (18, "18-29"), (44, "30-44"), (60, "60-74"), (75, "75+"), (119, "75+")]
)
def test_every_age_lies_in_one_band(age: int, band: str) -> None:
    assert named(band_of(age)) == band


def test_among_others_alike_a_band_and_the_sex_stay_and_no_age() -> None:
    kept = coarse(FACTS, alike=LEAST_ALIKE)
    assert kept == {
        "journey_type": "OPD",
        "department_code": "ER",
        "language": "ar",
        "sex": "female",
        "age_band": "60-74",
    }
    assert coarse(kept, alike=LEAST_ALIKE) == kept, "once more changes nothing"


def test_who_is_rare_leaves_neither() -> None:
    assert coarse(FACTS, alike=LEAST_ALIKE - 1) == {"journey_type": "OPD", "department_code": "ER", "language": "ar"}


def test_what_was_never_known_is_not_made_up() -> None:
    assert coarse({"language": "ar"}, alike=LEAST_ALIKE) == {"language": "ar"}
