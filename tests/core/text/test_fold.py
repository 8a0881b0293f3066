"""Folding: which spellings meet, which do not, and that PostgreSQL says the same as Python."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.text.fold import PX_FOLD_SQL, fold
from app.core.text.fold_table import COMMON, LONGER, SELDOM

AskSql = Callable[[str, list[str]], list[str]]

SPELLINGS = [
    ("أحمد", "احمد"),
    ("إبراهيم", "ابراهيم"),
    ("آمال", "امال"),
    ("ٱلله", "الله"),
    ("مصطفى", "مصطفي"),
    ("فاطمة", "فاطمه"),
    ("لؤي", "لوي"),
    ("رائد", "رايد"),
    ("مُحَمَّدٌ", "محمد"),
    ("هٰذا", "هذا"),
    ("محـــمد", "محمد"),
    ("غرفة ١٢٣", "غرفه 123"),
    ("۴۵۶", "456"),
    ("ﻻ ﻷ ﻹ ﻵ", "لا لا لا لا"),
    ("ﻣﺤﻤﺪ", "محمد"),
    ("ﷲ", "الله"),
    ("علی کریم", "علي كريم"),
    ("José Müller", "jose muller"),
    ("Ḥasan Ṣāliḥ al-Shaʿrānī", "hasan salih al-sharani"),
    ("Straße Ærø Łódź", "strasse aero lodz"),
    ("  Two\t words\u00a0\u3000here \n", "two words here"),
    ("\u200f+966\u202c 50\u2069", "+966 50"),
]


@pytest.mark.parametrize(("written", "folded"), SPELLINGS)
def test_spellings_of_one_word_fold_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize("composed", ["أحمد", "إيمان", "آمنة", "لؤي", "رائد", "Málaga", "Ḥijāzī"])
def test_a_decomposed_hamza_or_accent_folds_like_the_composed_letter(composed: str) -> None:
    decomposed = unicodedata.normalize("NFD", composed)

    assert decomposed != composed
    assert fold(decomposed) == fold(composed)


@pytest.mark.parametrize(
    ("one", "other"), [("هناء", "هنا"), ("سعد", "سعيد"), ("حسن", "حسين"), ("كلب", "قلب"), ("نص", "نس")]
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_each_letter_stands_in_one_table_only() -> None:
    tables = [set(COMMON), set(SELDOM), set(LONGER)]

    assert sum(map(len, tables)) == len(set().union(*tables))


def test_the_statement_can_pass_through_text_with_bind_parameters_and_plain_ascii_clients() -> None:
    assert PX_FOLD_SQL.isascii()
    assert not set(":%") & set(PX_FOLD_SQL)


def test_postgresql_folds_every_character_of_the_basic_plane_like_python(ask_sql: AskSql) -> None:
    texts = [f"a{chr(code)}ب" for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]

    differing = [text for text, folded in zip(texts, ask_sql("px_fold", texts), strict=True) if folded != fold(text)]

    assert differing == []


_TROUBLE = [
    *COMMON,
    *LONGER,
    "ﺁ",
    "ﻼ",
    "ک",
    "\u0654",
    "\u0653",
    "\u0301",
    "\u0670",
    "ـ",
    "\u200f",
    "\u00a0",
    " ",
    "\n",
    "ا",
    "ل",
    "و",
]
TEXTS = st.text(
    st.one_of(
        st.sampled_from(_TROUBLE),
        st.characters(min_codepoint=0x0600, max_codepoint=0x06FF),
        st.characters(min_codepoint=1, max_codepoint=0x24F),
        st.characters(min_codepoint=1, exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=20, max_size=60))
def test_postgresql_folds_every_text_like_python(ask_sql: AskSql, texts: list[str]) -> None:
    assert ask_sql("px_fold", texts) == [fold(text) for text in texts]


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_a_folded_text_has_no_capital_no_mark_and_no_double_blank(text: str) -> None:
    folded = fold(text)

    assert "  " not in folded
    assert folded == folded.strip(" ")
    assert not any(char in folded for char in (*COMMON, *LONGER, *SELDOM, "\u0640", "\u0654", "\u064b", "\u200f"))
