"""Identity and contact data of people: parsed from what is typed or sent, and masked for those who may not see it.

Pure rules. Source: domain.md 1.3 (phones, national ID and Iqama), issue 3 section 4.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Any

import phonenumbers
from flask_babel import lazy_gettext as _l
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from app.core.text.digits import strip_marks, western_digits

HOME_REGION = "SA"
MAJORITY = 18
SHORTEST = 3  # digits; the library calls anything less no number at all
MASK = "•"


class ProblemCode(StrEnum):
    """Why a phone number, identity number or birth date was refused."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_SUCH_NUMBER = "no_such_number"
    LENGTH = "length"
    FIRST_DIGIT = "first_digit"
    LUHN = "luhn"
    FUTURE = "future"


MESSAGES: dict[ProblemCode, Any] = {
    ProblemCode.EMPTY: _l("Nothing was given."),
    ProblemCode.CHARACTERS: _l("Only digits are expected here."),
    ProblemCode.TOO_SHORT: _l("The number is too short."),
    ProblemCode.TOO_LONG: _l("The number is too long. A foreign number begins with + and the country code."),
    ProblemCode.NO_SUCH_NUMBER: _l("There is no such phone number. Please check its first digits."),
    ProblemCode.LENGTH: _l("A national ID or Iqama number has 10 digits."),
    ProblemCode.FIRST_DIGIT: _l("A national ID begins with 1, an Iqama number with 2."),
    ProblemCode.LUHN: _l("The check digit does not fit. Please compare the number with the card."),
    ProblemCode.FUTURE: _l("The date lies in the future."),
}


class IdentityProblem(ValueError):
    """What was given cannot be right: `code` says why, `message` tells the reader. The text itself is not kept."""

    def __init__(self, code: ProblemCode) -> None:
        """Take the reason."""
        super().__init__(str(code))
        self.code = code
        self.message = MESSAGES[code]


class IdKind(StrEnum):
    """Which card an identity number belongs to."""

    CITIZEN = "citizen"
    RESIDENT = "resident"

    @property
    def label(self) -> Any:
        """The word for people, in the reader's language."""
        return _ID_KIND_LABELS[self]


_ID_KIND_LABELS = {IdKind.CITIZEN: _l("National ID"), IdKind.RESIDENT: _l("Iqama")}
_ID_KINDS = {"1": IdKind.CITIZEN, "2": IdKind.RESIDENT}

_SEPARATORS = re.compile(r"[\s\-.()/_\u2010-\u2015\u2212]")
_DIALLED = re.compile(r"\+?[0-9]+")
_TOO_SHORT = (ValidationResult.TOO_SHORT, ValidationResult.INVALID_LENGTH, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def phone_e164(text: str, region: str = HOME_REGION) -> str:
    """Give a phone number as E.164 (+966501234567), which is how it is stored.

    Takes 05.., 5.., 9665.., 009665.., the slip +966 05.., landlines, foreign numbers with + or 00, blanks, dashes,
    brackets, Arabic-Indic digits, direction marks and a plus that slipped behind the number. `region` is where a
    number without a country code belongs.
    Raises IdentityProblem: empty, characters, too_short, too_long, no_such_number.
    """
    dialled = _dialled(text)
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise IdentityProblem(_PARSE_PROBLEMS.get(error.error_type, ProblemCode.NO_SUCH_NUMBER)) from None
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise IdentityProblem(_length_problem(number))


_PARSE_PROBLEMS = {
    phonenumbers.NumberParseException.TOO_SHORT_NSN: ProblemCode.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: ProblemCode.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: ProblemCode.TOO_LONG,
}


def _dialled(text: str) -> str:
    """Give the digits to dial, with + before them where it was written before or, by right-to-left typing, behind."""
    plain = _SEPARATORS.sub("", western_digits(strip_marks(text))).replace("\uff0b", "+")
    if not plain:
        raise IdentityProblem(ProblemCode.EMPTY)
    if plain.endswith("+"):
        plain = "+" + plain[:-1]
    if not _DIALLED.fullmatch(plain):
        raise IdentityProblem(ProblemCode.CHARACTERS)
    if len(plain) < SHORTEST:
        raise IdentityProblem(ProblemCode.TOO_SHORT)
    return plain


def _length_problem(number: PhoneNumber) -> ProblemCode:
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.TOO_LONG:
        return ProblemCode.TOO_LONG
    return ProblemCode.TOO_SHORT if reason in _TOO_SHORT else ProblemCode.NO_SUCH_NUMBER


def phone_tail(text: str, length: int = 9) -> str:
    """Give the last `length` digits at most of what was typed, for search: 0501234567 and +966501234567 meet here.

    Nine digits are a Saudi mobile without its country code. No digits give an empty text.
    """
    return re.sub(r"[^0-9]", "", western_digits(text))[-length:]


def is_mobile(phone: str) -> bool:
    """Say whether an E.164 `phone` can receive a text message (where a country cannot tell, it can)."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in _MOBILE


def mask_phone(phone: str) -> str:
    """Give a phone number of which only the country code and the last two digits are read: +966•••••••67."""
    try:
        code = f"+{phonenumbers.parse(phone, None).country_code}"
    except phonenumbers.NumberParseException:
        code = ""
    return _masked(phone, len(code), 2)


def national_id(text: str) -> str:
    """Give a national ID or Iqama number as ten Western digits.

    First digit 1 or 2, check digit by Luhn. Raises IdentityProblem: empty, characters, length, first_digit, luhn.
    """
    digits = _SEPARATORS.sub("", western_digits(strip_marks(text)))
    if not digits:
        raise IdentityProblem(ProblemCode.EMPTY)
    if not (digits.isascii() and digits.isdigit()):
        raise IdentityProblem(ProblemCode.CHARACTERS)
    if len(digits) != 10:
        raise IdentityProblem(ProblemCode.LENGTH)
    if digits[0] not in _ID_KINDS:
        raise IdentityProblem(ProblemCode.FIRST_DIGIT)
    if luhn_digit(digits[:-1]) != digits[-1]:
        raise IdentityProblem(ProblemCode.LUHN)
    return digits


def luhn_digit(payload: str) -> str:
    """Give the check digit that completes `payload` (Western digits), also to make up numbers for the demo."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def id_kind(number: str) -> IdKind:
    """Give the kind of a number that `national_id` returned."""
    return _ID_KINDS[number[0]]


def mask_id(number: str) -> str:
    """Give an identity number or MRN of which only the first and the last two characters are read: 1•••••••08."""
    return _masked(number, 1, 2)


def mask_name(name: str) -> str:
    """Give the first letter of each part of a name; the dots are always three, so that lengths tell nothing."""
    return " ".join(f"{part[0]}{MASK * 3}" for part in strip_marks(name).split())


def _masked(text: str, head: int, tail: int) -> str:
    """Hide all but `head` and `tail` characters; a text too short to hide at least half is hidden whole."""
    hidden = len(text) - head - tail
    if hidden * 2 < len(text):
        return MASK * len(text)
    return text[:head] + MASK * hidden + text[len(text) - tail :]


def age_in_years(birth_date: date, on: date) -> int:
    """Give the full years lived on a local date; who was born on 29 February turns on 1 March in a common year.

    Raises IdentityProblem (future) when `on` lies before the birth.
    """
    if on < birth_date:
        raise IdentityProblem(ProblemCode.FUTURE)
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def is_minor(birth_date: date, on: date, majority: int = MAJORITY) -> bool:
    """Say whether a guardian is contacted in place of this person on the local date `on`."""
    return age_in_years(birth_date, on) < majority
