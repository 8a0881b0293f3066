"""The name key: what people write or leave out at will makes no difference, and another name does."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.text.fold import fold
from app.core.text.names import PX_FOLD_NAME_SQL, fold_name, name_needles

AskSql = Callable[[str, list[str]], list[str]]

SAME = [
    ["عبد الله", "عبدالله", "عَبْدُ الله", "عبد  اللّه"],
    ["محمد بن سلمان آل سعود", "محمد سلمان السعود", "محمد ابن سلمان ال سعود", "محمد سلمان سعود"],
    ["فهد الحربي", "فهد حربي", "فَهْد الحـربي"],
    ["نور الدين", "نورالدين"],
    ["أبو بكر العتيبي", "ابوبكر عتيبي"],
    ["Abdullah Al-Harbi", "abd allah alharbi", "Abdul Lah al Harbi", "ABDULLAH HARBI"],
    ["Mohammed bin Salman Al Saud", "Muhammad Salman Alsaud", "Mohamad Salman Aal Saud"],
    ["Abd al-Rahman", "Abdul Rahman", "Abdulrahman", "Abdelrahman", "Abdurrahman"],
    ["Noor Al-Sha'rani", "Nour Alsharani", "Nur al-Shaʿrani"],
    ["Saeed", "Said"],
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[-1])
def test_spellings_of_one_name_have_one_key(spellings: list[str]) -> None:
    assert {fold_name(name) for name in spellings} == {fold_name(spellings[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الهام", "هام"),
        ("الاء", "اء"),
        ("الياس", "ياس"),
        ("Mahmoud", "Mohammed"),
        ("Hamid", "Hamad"),
        ("Ali", "I"),
        ("محمد", "محمود"),
    ],
)
def test_other_names_keep_other_keys(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_a_name_that_is_only_the_article_is_kept() -> None:
    assert fold_name("ال") == "ال"
    assert fold_name("عبد") == "عبد"


def _finds(typed: str, stored: str) -> bool:
    """Search as a query does: on the column that holds both foldings."""
    column = f"{fold(stored)} {fold_name(stored)}"
    return any(all(word in column for word in way) for way in name_needles(typed))


@pytest.mark.parametrize("typed", ["عبد الله", "عبدالله الحربي", "حربي", "الحربي عبدالله", "الح", "عبد ال", "عبدال"])
@pytest.mark.parametrize("stored", ["عبد الله بن فهد الحربي", "عبدالله فهد الحَرْبي"])
def test_a_stored_name_is_found_however_it_is_typed_and_while_it_is_typed(typed: str, stored: str) -> None:
    assert _finds(typed, stored)


@pytest.mark.parametrize("typed", ["alharbi", "al-harbi", "Al Harbi", "mohamed harbi", "Muhammad", "moham", "harb"])
def test_a_latin_name_is_found_by_another_spelling(typed: str) -> None:
    assert _finds(typed, "Mohammed bin Fahd Al-Harbi")


def test_another_name_is_not_found() -> None:
    assert not _finds("عبد الرحمن", "عبد الله بن فهد الحربي")
    assert not _finds("Ahmed", "Mohammed Al-Harbi")


@pytest.mark.parametrize("typed", ["", "  ", "\u200f", "ـ"])
def test_nothing_typed_gives_nothing_to_ask_for(typed: str) -> None:
    assert name_needles(typed) == ()


def test_the_statement_can_pass_through_text_with_bind_parameters() -> None:
    assert PX_FOLD_NAME_SQL.isascii()
    assert not set(":%") & set(PX_FOLD_NAME_SQL)


_PIECES = [
    "عبد",
    "ال",
    "الله",
    "رب",
    "ابو",
    "أم",
    "بن",
    "ابن",
    "الدين",
    "آل",
    "الحربي",
    "الهام",
    "محمد",
    "abd",
    "ul",
    "al",
    "el",
    "Abdur",
    "bin",
    "Mohammed",
    "oo",
    "ee",
    "O'",
    "-",
    " ",
    " ",
    " ",
    ".",
    "l",
    "مد",
    "ahmed",
]
NAMES = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=20, max_size=60))
def test_postgresql_makes_the_same_key_as_python(ask_sql: AskSql, names: list[str]) -> None:
    assert ask_sql("px_fold_name", names) == [fold_name(name) for name in names]


def test_postgresql_makes_the_same_key_of_the_known_spellings(ask_sql: AskSql) -> None:
    names = list(itertools.chain.from_iterable(SAME))

    assert ask_sql("px_fold_name", names) == [fold_name(name) for name in names]
