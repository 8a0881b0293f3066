"""What a message tells of the patient: PID and NK1, MRG for merges. Only what is said; `""` is None (take away).

A broken birth date stops the message; a phone, e-mail or identity number that can not be read is left out and noted, since
a visit must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.text.digits import western_digits
from app.core.text.scripts import Script, script_of, split_scripts
from app.integrations.hl7.reader import Field, Message, Segment
from app.integrations.hl7.times import birth_date
from app.organizations.identity import IdentityProblem, is_mobile, national_id, phone_e164

FILE_NUMBER_TYPES = ("MR", "PI", "PT", "")
NATIONAL_TYPES = frozenset({"NI", "NNSAU", "PRC", "SS", "NIIP"})
SEXES = {"M": "M", "F": "F"}
LANGUAGES = {"AR": "ar", "ARA": "ar", "ARABIC": "ar", "EN": "en", "ENG": "en", "ENGLISH": "en"}
RELATIONS = {"FTH": "father", "MTH": "mother", "GRD": "guardian", "PAR": "parent", "SPO": "spouse", "BRO": "brother",
             "SIB": "sibling", "GRP": "grandparent"}  # fmt: skip
NOT_OWN_NAMES = frozenset({"A", "N", "S", "M", "B", "P"})  # alias, nickname, pseudonym, maiden, at birth, partner's
NOT_FOR_CALLS = frozenset({"FX", "MD", "X.400", "TDD"})
WORK = "WPN"


@dataclass(frozen=True, slots=True)
class Person:
    """What PID and its neighbours say: the file number, what was told (None: taken away), and what could not be read."""

    mrn: str
    told: dict[str, Any] = field(default_factory=dict)
    is_dead: bool | None = None  # None: not said
    died: str = ""  # PID-29 as it stands
    unreadable: tuple[str, ...] = ()


def person_of(message: Message, today: date) -> Person:
    """Give the patient of a message. Raises Unreadable (PID-7, PID-29)."""
    pid = message.first("PID")
    if pid is None:
        return Person("")
    told: dict[str, Any] = {}
    missed: list[str] = []
    _names(pid, told)
    _contact(pid, told, missed)
    _identity(pid, told, missed)
    _rest(pid, told, today)
    _guardian(message.first("NK1"), told, missed)
    return Person(file_number(pid), told, *_death(pid), tuple(missed))


def file_number(pid: Segment) -> str:
    """Give the file number of PID-3: the one typed MR, else an untyped one; PID-2 in the oldest versions."""
    return _number(pid.repeats(3)) or western_digits(pid.text(2))


def merged_numbers(message: Message) -> Iterator[tuple[str, str]]:
    """Give (old number, staying number) of each PID and MRG pair of an A40."""
    staying = ""
    for segment in message.segments:
        if segment.name == "PID":
            staying = file_number(segment)
        elif segment.name == "MRG":
            yield _number(segment.repeats(1)), staying


def _number(repeats: list[Field]) -> str:
    for wanted in FILE_NUMBER_TYPES:
        for each in repeats:
            if each.text(5).upper() == wanted and each.text():
                return western_digits(each.text())
    return ""


def _names(pid: Segment, told: dict[str, Any]) -> None:
    repeats = pid.repeats(5)
    if repeats and all(each.is_deleted for each in repeats):
        told.update(name_ar=None, name_en=None)
        return
    for each in repeats:
        if each.text(7).upper() in NOT_OWN_NAMES:
            continue
        full = _full_name(each)
        script = script_of(full)
        arabic, latin = split_scripts(full) if script is Script.MIXED else (full, full)
        if arabic and script in (Script.ARABIC, Script.MIXED):
            told.setdefault("name_ar", arabic)
        if latin and script in (Script.LATIN, Script.MIXED):
            told.setdefault("name_en", latin)


def _full_name(name: Field) -> str:
    """Given, further, family: the order in which people are called in both languages."""
    return " ".join(part for part in (name.text(2), name.text(3), name.text(1)) if part)


def _contact(pid: Segment, told: dict[str, Any], missed: list[str]) -> None:
    repeats = pid.repeats(13) or pid.repeats(40)
    if repeats and all(each.is_deleted for each in repeats):
        told["phone_e164"] = None
        return
    phones, is_unread = _phones(repeats)
    if phones:
        told["phone_e164"] = phones[0]
    elif is_unread:
        missed.append("PID-13")
    mail = next((found for each in repeats if (found := _mail(each))), "")
    if mail:
        told["email"] = mail


def _phones(repeats: Iterable[Field]) -> tuple[list[str], bool]:
    """Give the numbers that can be read, mobiles first, and whether one could not."""
    found: list[str] = []
    is_unread = False
    for each in repeats:
        typed = _typed_phone(each)
        if not typed:
            continue
        try:
            found.append(phone_e164(typed))
        except IdentityProblem:
            is_unread = True
    numbers = list(dict.fromkeys(found))
    return sorted(numbers, key=lambda phone: not is_mobile(phone)) if len(numbers) > 1 else numbers, is_unread


def _typed_phone(phone: Field) -> str:
    if phone.text(3).upper() in NOT_FOR_CALLS or phone.text(2).upper() == WORK or _mail(phone):
        return ""
    plain = phone.text(12) or phone.text(1)
    if plain:
        return plain
    country, area, local = phone.text(5), phone.text(6), phone.text(7)
    if not local:
        return ""
    return f"+{country.lstrip('+0')}{area.lstrip('0')}{local}" if country.strip("+0") else f"{area}{local}"


def _mail(phone: Field) -> str:
    for number in (4, 1):
        text = phone.text(number)
        if "@" in text and " " not in text:
            return text.lower()
    return ""


def _identity(pid: Segment, told: dict[str, Any], missed: list[str]) -> None:
    typed = [(each.text(), "PID-3") for each in pid.repeats(3) if each.text(5).upper() in NATIONAL_TYPES]
    if pid.text(19):
        typed.append((pid.text(19), "PID-19"))
    for text, place in typed:
        try:
            told["national_id"] = national_id(text)
            return
        except IdentityProblem:
            missed.append(place)


def _rest(pid: Segment, told: dict[str, Any], today: date) -> None:
    born = pid.repeats(7)
    if born and born[0].is_deleted:
        told["birth_date"] = None
    elif born:
        known = birth_date(born[0].text(), today, "PID-7")
        if known is not None:
            told["birth_date"] = known
    if pid.text(8):
        told["sex"] = SEXES.get(pid.text(8).upper(), "U")
    spoken = LANGUAGES.get((pid.text(15) or "").upper().split("-")[0])
    if spoken:
        told["language"] = spoken
    nation = (pid.text(28) or pid.text(26)).upper()
    if len(nation) in (2, 3) and nation.isascii() and nation.isalpha():
        told["nationality"] = nation


def _death(pid: Segment) -> tuple[bool | None, str]:
    """Say whether PID-30 or PID-29 tells a death, and when; `N` or a deleted time takes an earlier report back."""
    said, time = pid.text(30).upper(), pid.text(29)
    if said == "Y" or (time and said != "N"):
        return True, time
    if said == "N" or pid.value(29) == '""':
        return False, ""
    return None, ""


def _guardian(kin: Segment | None, told: dict[str, Any], missed: list[str]) -> None:
    if kin is None:
        return
    names = [_full_name(each) for each in kin.repeats(2)]
    named = next((name for name in names if script_of(name) is Script.ARABIC), names[0] if names else "")
    if named:
        told["guardian_name"] = named
        told["guardian_relation"] = RELATIONS.get(kin.text(3).upper(), kin.text(3).lower()[:20])
    phones, is_unread = _phones(kin.repeats(5))
    if phones:
        told["guardian_phone_e164"] = phones[0]
    elif is_unread:
        missed.append("NK1-5")
