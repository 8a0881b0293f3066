"""Files out of lists: CSV streamed, XLSX written row by row; no cell can act as a formula; who exported what is recorded."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Response, send_file, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from app.core.access.actor import Actor
from app.core.db import command
from app.core.events import record
from app.core.i18n import in_language, language
from app.core.resources import queries
from app.core.resources.fields import Choice, Flag, Reference
from app.core.resources.resource import Resource
from app.core.time import clock

ACTING = ("=", "+", "-", "@", "\t", "\r")
HARMLESS = re.compile(r"[+-]?[0-9 ]+")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def guarded(text: str) -> str:
    """Give a cell that a spreadsheet takes as text: what would begin a formula gets an apostrophe; plain numbers do not."""
    return f"'{text}" if text.startswith(ACTING) and not HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Give a cell without the apostrophe that `guarded` set, for files that come back."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in ACTING else text


def header(resource: Resource) -> list[str]:
    """Give the headings: the fields' labels in the reader's language."""
    return [str(each.label) for each in resource.all_fields]


def answer(resource: Resource, wanted: queries.Wanted, kind: str, *, actor: Actor) -> Response:
    """Give the file of everything that the list would show to this actor."""
    note_export(resource, actor=actor)
    name = f"{resource.path}-{clock.now():%Y%m%d-%H%M}.{kind}"
    rows = _cells(resource, wanted, actor, language())
    if kind == "xlsx":
        return send_file(_workbook(resource, rows), mimetype=XLSX, as_attachment=True, download_name=name)
    response = Response(stream_with_context(_csv(header(resource), rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@command
def note_export(resource: Resource, *, actor: Actor) -> None:
    """Record that this actor took these records out."""
    assert actor.id is not None
    reached = actor.hospital_ids
    hospital_id = next(iter(reached)) if reached is not None and len(reached) == 1 else None
    record(resource.event("exported")(actor.id, hospital_id), actor=actor)


def _cells(resource: Resource, wanted: queries.Wanted, actor: Actor, code: str) -> Iterator[list[str]]:
    masked = resource.is_masked(actor)
    for part in queries.all_rows(resource, wanted, actor=actor):
        with in_language(code):
            lines = [[_text(resource, row, each, part, masked) for each in resource.all_fields] for row in part.rows]
        yield from lines


def _text(resource: Resource, row: Any, each: Any, part: queries.Rows, masked: bool) -> str:
    value = resource.seen(row, each.name, masked=masked)
    if isinstance(each, Reference):
        return part.keys.get(value, "") if value else ""
    if isinstance(each, (Choice, Flag)):
        return each.text(value)
    return "" if value is None else str(value)


def _csv(first: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # spreadsheets read UTF-8 only when told
    writer.writerow(first)
    for number, row in enumerate(rows):
        writer.writerow([guarded(cell) for cell in row])
        if number % 200 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _workbook(resource: Resource, rows: Iterator[list[str]]) -> Any:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(resource.path[:31])
    sheet.sheet_view.rightToLeft = language() == "ar"
    sheet.append(header(resource))
    for row in rows:
        sheet.append([_as_text(sheet, cell) for cell in row])
    target = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - sent and closed by the server
    book.save(target)
    target.seek(0)
    return target


def _as_text(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell
