"""Phones: every way of writing one number gives one stored form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.organizations.identity import IdentityProblem, is_mobile, phone_e164, phone_tail

SAME_MOBILE = [
    "0501234567",
    "501234567",
    "966501234567",
    "00966501234567",
    "+966501234567",
    "+966 05 0123 4567",
    "+9660501234567",
    "00966 050 123 4567",
    "050-123-4567",
    "050 123 45 67",
    "(050) 123.4567",
    "٠٥٠١٢٣٤٥٦٧",
    "۰۵۰۱۲۳۴۵۶۷",
    "+٩٦٦٥٠١٢٣٤٥٦٧",
    "\u200e+966\u00a050\u202c 123\u2011 4567\u2069",
    "966501234567+",
    "\uff0b966501234567",
    "\t0501234567\n",
]


@pytest.mark.parametrize("typed", SAME_MOBILE)
def test_a_saudi_mobile_is_one_number_however_it_is_typed(typed: str) -> None:
    assert phone_e164(typed) == "+966501234567"


@pytest.mark.parametrize(
    ("typed", "stored", "mobile"),
    [
        ("011 234 5678", "+966112345678", False),
        ("٠١٢٦٥٤٣٢١٠", "+966126543210", False),
        ("920001234", "+966920001234", False),
        ("+20 100 123 4567", "+201001234567", True),
        ("0020 100 123 4567", "+201001234567", True),
        ("+971501234567", "+971501234567", True),
        ("+1 (202) 456-1111", "+12024561111", True),
        ("+44 20 7946 0018", "+442079460018", False),
    ],
)
def test_landlines_and_foreign_numbers_are_taken_and_told_from_mobiles(typed: str, stored: str, mobile: bool) -> None:
    assert phone_e164(typed) == stored
    assert is_mobile(stored) is mobile


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" - \u200f", "empty"),
        ("unknown", "characters"),
        ("0501234567 / 0551234567x", "characters"),
        ("05+01234567", "characters"),
        ("+", "characters"),
        ("++966501234567", "characters"),
        ("٠٥٠abc", "characters"),
        ("²501234567", "characters"),
        ("1", "too_short"),
        ("05012345", "too_short"),
        ("+96650123456", "too_short"),
        ("937", "too_short"),
        ("+9665012345678901", "too_long"),
        ("9" * 40, "too_long"),
        ("0401234567", "no_such_number"),
        ("05012345678", "no_such_number"),
        ("+999123456789", "no_such_number"),
        ("201001234567", "too_long"),
    ],
)
def test_what_is_no_phone_number_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(IdentityProblem) as refusal:
        phone_e164(typed)

    assert refusal.value.code == code


def test_the_home_region_decides_numbers_without_a_country_code() -> None:
    assert phone_e164("0501234567", region="AE") == "+971501234567"


@given(st.text("0123456789", min_size=7, max_size=7), st.sampled_from("0345689"))
def test_what_is_stored_reads_back_as_itself(rest: str, operator: str) -> None:
    stored = phone_e164(f"05{operator}{rest}")

    assert stored == f"+9665{operator}{rest}"
    assert phone_e164(stored) == stored
    assert is_mobile(stored)


@given(st.text(st.one_of(st.sampled_from("0123456789٠٥+- ()\u200f"), st.characters()), max_size=25))
def test_any_text_is_a_number_or_a_refusal_never_a_crash(text: str) -> None:
    try:
        stored = phone_e164(text)
    except IdentityProblem:
        return
    assert stored.startswith("+")
    assert stored[1:].isdigit()
    assert len(stored) <= 16


@pytest.mark.parametrize(
    ("typed", "tail"),
    [
        ("0501234567", "501234567"),
        ("+966501234567", "501234567"),
        ("٤٥٦٧", "4567"),
        ("12 34-567", "1234567"),
        ("no digits", ""),
    ],
)
def test_the_tail_of_a_typed_phone_is_its_last_digits(typed: str, tail: str) -> None:
    assert phone_tail(typed) == tail


def test_the_tail_may_be_shorter() -> None:
    assert phone_tail("+966501234567", length=4) == "4567"


@pytest.mark.parametrize("text", ["", "0501234567", "+", "abc"])
def test_what_is_not_stored_form_is_no_mobile(text: str) -> None:
    assert not is_mobile(text)
