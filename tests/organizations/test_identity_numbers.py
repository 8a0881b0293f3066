"""National ID, Iqama, ages, and what a masked value still tells."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.organizations.identity import (
    MASK,
    MESSAGES,
    IdentityProblem,
    IdKind,
    ProblemCode,
    age_in_years,
    id_kind,
    is_minor,
    luhn_digit,
    mask_id,
    mask_name,
    mask_phone,
    national_id,
)

VALID = st.builds(
    lambda first, rest: first + rest + luhn_digit(first + rest),
    st.sampled_from("12"),
    st.text("0123456789", min_size=8, max_size=8),
)


@pytest.mark.parametrize(
    "typed",
    [
        "1000000008",
        "١٠٠٠٠٠٠٠٠٨",
        "۱۰۰۰۰۰۰۰۰۸",
        "1000 000 008",
        "100-000-0008",
        "\u200f1000000008\u200e",
        " 1000000008\n",
    ],
)
def test_a_national_id_is_taken_however_it_is_typed(typed: str) -> None:
    assert national_id(typed) == "1000000008"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \u200f ", "empty"),
        ("A123456789", "characters"),
        ("²000000008", "characters"),
        ("100000000", "length"),
        ("10000000080", "length"),
        ("3000000004", "first_digit"),
        ("0000000000", "first_digit"),
        ("1000000000", "luhn"),
    ],
)
def test_a_wrong_national_id_is_refused_with_its_reason_and_without_the_number(typed: str, code: str) -> None:
    with pytest.raises(IdentityProblem) as refusal:
        national_id(typed)

    assert refusal.value.code == code
    assert str(refusal.value) == code


def test_every_reason_has_words_for_the_reader() -> None:
    assert set(MESSAGES) == set(ProblemCode)


@given(VALID)
def test_a_number_with_its_check_digit_is_valid_and_its_first_digit_tells_the_kind(number: str) -> None:
    assert national_id(number) == number
    assert id_kind(number) is (IdKind.CITIZEN if number.startswith("1") else IdKind.RESIDENT)


@given(VALID, st.integers(1, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, change: int) -> None:
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]

    with pytest.raises(IdentityProblem) as refusal:
        national_id(wrong)

    assert refusal.value.code is ProblemCode.LUHN


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 3, 1), date(2026, 2, 28), 17),
        (date(2008, 3, 1), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
        (date(1930, 12, 31), date(2026, 1, 1), 95),
    ],
)
def test_age_counts_full_years(born: date, on: date, years: int) -> None:
    assert age_in_years(born, on) == years
    assert is_minor(born, on) is (years < 18)


def test_the_age_of_majority_may_be_another() -> None:
    assert is_minor(date(2006, 1, 1), date(2026, 1, 1), majority=21)
    assert not is_minor(date(2006, 1, 1), date(2026, 1, 1), majority=20)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(IdentityProblem) as refusal:
        age_in_years(date(2026, 1, 2), date(2026, 1, 1))

    assert refusal.value.code is ProblemCode.FUTURE


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_as_days_pass(born: date, days: int) -> None:
    on = born + timedelta(days=days)

    assert 0 <= age_in_years(born, on + timedelta(days=1)) - age_in_years(born, on) <= 1


def test_masks_show_just_enough_to_recognise() -> None:
    assert mask_phone("+966501234567") == "+966•••••••67"
    assert mask_phone("+201001234567") == "+20••••••••67"
    assert mask_id("1000000008") == "1•••••••08"
    assert mask_name("محمد عبدالله الحربي") == "م••• ع••• ا•••"
    assert mask_name("Mohammed  Alharbi ") == "M••• A•••"


@pytest.mark.parametrize("short", ["", "1", "12", "123", "1234", "12345"])
def test_a_short_value_is_hidden_whole(short: str) -> None:
    assert mask_id(short) == MASK * len(short)


@given(st.text(max_size=30))
def test_a_mask_hides_at_least_half(text: str) -> None:
    for masked in (mask_id(text), mask_phone(text)):
        assert len(masked) == len(text)
        assert masked.count(MASK) * 2 >= len(text)


@given(st.text(max_size=30))
def test_a_masked_name_keeps_one_letter_of_a_part(name: str) -> None:
    assert all(len(part) == 4 for part in mask_name(name).split())
