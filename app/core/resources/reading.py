"""Reading an uploaded table: CSV (UTF-8 with or without a mark, or windows-1256) and XLSX, as headings and rows of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, in_language
from app.core.resources.fields import Field
from app.core.resources.problems import MESSAGES
from app.core.resources.resource import Resource
from app.core.text.fold import fold
from app.core.web.sheets import unguarded

MOST_ROWS = 50_000
MOST_COLUMNS = 60
MOST_CELL = 1_000
DELIMITERS = (",", ";", "\t", "|")
BROKEN = (csv.Error, BadZipFile, KeyError, IndexError, ValueError, OSError, SyntaxError)  # SyntaxError: broken XML


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: its headings, and its rows (numbered as the file shows them, empty ones left out)."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def opened(data: bytes, media_type: str) -> Table:
    """Open a table. Raises Invalid (file): unreadable, or without headings."""
    lines = _read(_sheet(data) if "spreadsheet" in media_type else _lines(data))
    header = next(lines, [])
    if not any(header):
        raise _wrong("no_headings")
    return Table(header, _numbered(lines))


def _wrong(code: str) -> Invalid:
    return Invalid(file=MESSAGES[code], code=code)


def _read(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    """Give the lines; whatever way a file is broken, the reader is told the same."""
    try:
        yield from lines
    except BROKEN as problem:
        raise _wrong("unreadable") from problem


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    seen = 0
    for number, row in enumerate(lines, start=2):
        if not any(row):
            continue
        seen += 1
        if seen > MOST_ROWS:
            raise _wrong("too_many_rows")
        yield number, row


def _lines(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1256", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield [_cell(value) for value in row[:MOST_COLUMNS]]


def _sheet(data: bytes) -> Iterator[list[str]]:
    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size is not believed
    for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unguarded(str(value).strip()[:MOST_CELL])


def columns_of(resource: Resource, header: list[str]) -> list[str]:
    """Give, for each heading, the field of a resource that it means, or ""."""
    return columns_of_fields(resource.fields, header)


def columns_of_fields(fields: Iterable[Field], header: list[str]) -> list[str]:
    """Give, for each heading, the field that it means, or "". Headings may be names or labels in either language."""
    known: dict[str, str] = {}
    for each in fields:
        names = {each.name, each.name.removesuffix("_id"), *each.aliases}
        for code in LANGUAGES:
            with in_language(code):
                names.add(str(each.label))
        for name in names:
            known.setdefault(_plain(name), each.name)
    used: set[str] = set()
    columns = []
    for heading in header:
        name = known.get(_plain(heading), "")
        columns.append("" if name in used else name)
        used.add(name)
    return columns


def _plain(text: str) -> str:
    return fold(text).replace("_", " ").replace("-", " ").strip(" *:")
