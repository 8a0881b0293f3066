"""How many parts a text takes, and that no part ends inside a pair."""

from __future__ import annotations

import pytest

from app.notifications.seeds import TEXTS
from app.notifications.segments import EXTENSION, Segments, count


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("م" * 70, "UCS-2", 70, 1),
        ("م" * 71, "UCS-2", 71, 2),
        ("م" * 134, "UCS-2", 134, 2),
        ("م" * 135, "UCS-2", 135, 3),
        ("a" * 80 + "،", "UCS-2", 81, 2),  # one Arabic comma turns the whole text
        ("{}" * 40, "GSM-7", 160, 1),
        ("{}" * 40 + "a", "GSM-7", 161, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("é à ü ñ Ω", "GSM-7", 9, 1),
        ("ç", "UCS-2", 1, 1),  # only the capital stands in the alphabet
        ("\n\r", "GSM-7", 2, 1),
    ],
)
def test_parts_and_units(text: str, encoding: str, units: int, parts: int) -> None:
    assert count(text) == Segments(encoding, units, parts)


@pytest.mark.parametrize("char", sorted(EXTENSION))
def test_each_extension_character_costs_two(char: str) -> None:
    assert count(char) == Segments("GSM-7", 2, 1)


def test_an_escape_pair_is_never_cut_so_each_part_wastes_one_place() -> None:
    # 153 is odd: a part holds 76 pairs and one place stays empty, so that 153 pairs need three parts and not two
    assert count("€" * 152).parts == 2
    assert count("€" * 153).parts == 3


def test_a_surrogate_pair_is_never_cut() -> None:
    # 67 is odd: a part holds 33 pairs
    assert count("😀" * 66).parts == 2
    assert count("😀" * 67).parts == 3


def test_a_pair_that_would_straddle_the_border_begins_the_next_part() -> None:
    plain = "a" * 152 + "€" + "a" * 151
    assert (count(plain).units, count(plain).parts) == (305, 2)
    assert count(plain + "a").parts == 3, "306 units, but the pair left one place empty"


@pytest.mark.parametrize("text", [each for each in TEXTS if each.channel == "sms"], ids=lambda each: each.code)
def test_the_arabic_survey_texts_fit_one_part_beside_a_link_of_31(text: object) -> None:
    filled = text.body_ar.replace("{link}", "l" * 31).replace("{hospital}", "مستشفى النور")  # type: ignore[attr-defined]

    assert count(filled).parts == 1
