"""The question bank: starting question sets that come with PX360, read into values."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.rules.answers import NOT_APPLICABLE
from app.surveys.rules.questions import Option, Question, Value

_DATA = Path(__file__).parent.parent / "data"
QUESTION_BANK = _DATA / "question-bank.csv"
SECTION_NAMES = _DATA / "sections.csv"

_TEXT_LIMIT = re.compile(r"free text, max (\d+)")
_RANGE = re.compile(r"(\d+)-(\d+)")


class BankError(ValueError):
    """A row of the bank cannot be read; the message names the question and the column."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a survey, named in both languages."""

    code: str
    label_en: str
    label_ar: str


@dataclass(frozen=True, slots=True)
class BankSet:
    """One starting set: its journey (opd, inpatient, ems, day_case, complaint_resolution, call_center) and questions."""

    journey: str
    questions: tuple[Question, ...]
    dimensions: Mapping[str, str]  # question code -> what it measures


def read_bank(path: Path = QUESTION_BANK) -> dict[str, BankSet]:
    """Give the sets of the bank by journey, questions in the order of the file.

    Raises BankError for a row that cannot be read or a code given twice.
    """
    rows: dict[str, list[Mapping[str, str]]] = {}
    seen: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"] in seen:
                raise BankError(f"{row['code']}: code given twice")
            seen.add(row["code"])
            rows.setdefault(row["journey"], []).append(row)
    return {
        journey: BankSet(
            journey,
            tuple(_question(row, order) for order, row in enumerate(found, start=1)),
            {row["code"]: row["dimension"] for row in found},
        )
        for journey, found in rows.items()
    }


def read_sections(path: Path = SECTION_NAMES) -> dict[str, Section]:
    """Give the sections that the bank's questions stand in, by code."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: Section(row["code"], row["label_en"], row["label_ar"]) for row in csv.DictReader(file)}


def section_code(stage: str) -> str:
    """Give the code of a stage's name: "MD Consultation" is md_consultation."""
    return re.sub(r"[^a-z0-9]+", "_", stage.lower()).strip("_")


def _question(row: Mapping[str, str], order: int) -> Question:
    code = row["code"]
    try:
        kind = QuestionType(row["type"])
    except ValueError:
        raise BankError(f"{code}: type {row['type']!r} is unknown") from None
    options, allow_na = _options(code, row["scale"]) if "=" in row["scale"] else ((), False)
    minimum, maximum = (None, None) if options else _limits(code, kind, row["scale"])
    top_values = _top_values(code, row["top_box"])
    return Question(
        code=code,
        type=kind,
        text_en=row["text_en"],
        text_ar=row["text_ar"],
        options=tuple(_graded(option, kind) for option in options),
        order=order,
        section=section_code(row["stage"]),
        allow_na=allow_na,
        scored=row["scored"] == "yes",
        positive_answer=kind is not QuestionType.YES_NO or 1 in top_values,
        minimum=minimum,
        maximum=maximum,
        top_values=top_values,
    )


def _options(code: str, scale: str) -> tuple[tuple[Option, ...], bool]:
    """Read "1=Very poor/سيئ جدًا;...;NA=Not applicable/لا ينطبق": the options, and whether NA is offered."""
    options = []
    allow_na = False
    for part in scale.split(";"):
        value, _equals, labels = part.partition("=")
        label_en, _slash, label_ar = labels.partition("/")
        if not label_en or not label_ar:
            raise BankError(f"{code}: scale {part!r} lacks a label")
        if value == NOT_APPLICABLE:
            allow_na = True
        elif value.isascii() and value.isdigit():
            options.append(Option(int(value), label_en, label_ar))
        else:
            raise BankError(f"{code}: scale value {value!r} is no number")
    return tuple(options), allow_na


def _graded(option: Option, kind: QuestionType) -> Option:
    """Grade the choices of a multiple choice by their value; the other types are graded by what they are."""
    if kind is not QuestionType.MULTIPLE_CHOICE or not isinstance(option.value, int):
        return option
    return Option(option.value, option.label_en, option.label_ar, score=option.value)


def _limits(code: str, kind: QuestionType, scale: str) -> tuple[int | None, int | None]:
    """Read "0-10" and "free text, max 1000": least and greatest number, or None and the most characters."""
    if kind in FREE_TEXT and (text := _TEXT_LIMIT.fullmatch(scale)):
        return None, int(text[1])
    if kind not in FREE_TEXT and (bounds := _RANGE.fullmatch(scale)):
        return int(bounds[1]), int(bounds[2])
    raise BankError(f"{code}: scale {scale!r} does not fit the type {kind}")


def _top_values(code: str, text: str) -> frozenset[Value]:
    """Read "5", "9-10" or nothing: the answers that are the best."""
    if not text:
        return frozenset()
    low, _dash, high = text.partition("-")
    try:
        return frozenset(range(int(low), int(high or low) + 1))
    except ValueError:
        raise BankError(f"{code}: top box {text!r} is no number") from None
