"""Digits, invisible marks and telling two scripts apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text.digits import strip_marks, western_digits
from app.core.text.scripts import Script, looks_arabic, script_of, split_scripts


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("۰۱۲۳۴۵۶۷۸۹", "0123456789"), ("غرفة ٧ و 8", "غرفة 7 و 8"), ("", "")],
)
def test_arabic_and_persian_digits_become_western_and_nothing_else_changes(typed: str, plain: str) -> None:
    assert western_digits(typed) == plain


def test_direction_marks_of_a_pasted_number_vanish() -> None:
    assert strip_marks("\u200e\u202a+966 50\u202c\u2066\u2069\ufeff\u061c") == "+966 50"


@given(st.text())
def test_stripping_marks_only_ever_takes_away(text: str) -> None:
    stripped = strip_marks(text)

    assert strip_marks(stripped) == stripped
    assert len(stripped) <= len(text)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("محمد", Script.ARABIC),
        ("ﻣﺤﻤﺪ", Script.ARABIC),
        ("Mohammed", Script.LATIN),
        ("Éloïse", Script.LATIN),
        ("محمد Ali", Script.MIXED),
        ("12 ٣٤ + ،", Script.NONE),
        ("", Script.NONE),
        ("名前", Script.NONE),
    ],
)
def test_the_script_is_that_of_the_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


@pytest.mark.parametrize(
    ("text", "arabic"), [("الخدمة ممتازة OK", True), ("Good service شكرا", False), ("123", False), ("اب ab", False)]
)
def test_a_text_is_arabic_when_most_letters_are(text: str, arabic: bool) -> None:
    assert looks_arabic(text) is arabic


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("محمد الحربي Mohammed Alharbi", ("محمد الحربي", "Mohammed Alharbi")),
        ("Mohammed Alharbi محمد الحربي", ("محمد الحربي", "Mohammed Alharbi")),
        ("مبنى 3 Building 3", ("مبنى 3", "Building 3")),
        ("3 مبنى", ("3 مبنى", "")),
        ("Ward 7", ("", "Ward 7")),
        ("12", ("", "12")),
        ("", ("", "")),
    ],
)
def test_two_scripts_are_parted_in_order(text: str, parts: tuple[str, str]) -> None:
    assert split_scripts(text) == parts


@given(st.text(st.sampled_from("محمد ABC 12 "), max_size=30))
def test_parting_loses_no_word(text: str) -> None:
    arabic, latin = split_scripts(text)

    assert sorted((*arabic.split(), *latin.split())) == sorted(text.split())
