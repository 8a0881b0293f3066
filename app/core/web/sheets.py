"""Files out of lists: CSV streamed, XLSX written row by row, from right to left in Arabic; no cell can act as a formula."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response, send_file, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from app.core.i18n import language
from app.core.time import clock

ACTING = ("=", "+", "-", "@", "\t", "\r")
HARMLESS = re.compile(r"[+-]?[0-9 ]+")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")
Row = Sequence[str]


def guarded(text: str) -> str:
    """Give a cell that a spreadsheet takes as text: what would begin a formula gets an apostrophe; plain numbers do not."""
    return f"'{text}" if text.startswith(ACTING) and not HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Give a cell without the apostrophe that `guarded` set, for files that come back."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in ACTING else text


def answer(name: str, header: Row, rows: Iterator[Row], kind: str, *, above: Iterable[Row] = ()) -> Response:
    """Give a list as a file, as it is read; `above` are lines before the headings (who took it out, when, why)."""
    named = f"{name}-{clock.now():%Y%m%d-%H%M}.{kind}"
    first = [*above, header]
    if kind == "xlsx":
        return send_file(_workbook(name, first, rows), mimetype=XLSX, as_attachment=True, download_name=named)
    response = Response(stream_with_context(_csv(first, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{named}"'
    return response


def _csv(first: Sequence[Row], rows: Iterator[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # spreadsheets read UTF-8 only when told
    writer.writerows([guarded(cell) for cell in row] for row in first)
    for number, row in enumerate(rows):
        writer.writerow([guarded(cell) for cell in row])
        if number % 200 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _workbook(name: str, first: Sequence[Row], rows: Iterator[Row]) -> Any:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.sheet_view.rightToLeft = language() == "ar"
    for row in first:
        sheet.append([_as_text(sheet, cell) for cell in row])
    for row in rows:
        sheet.append([_as_text(sheet, cell) for cell in row])
    target = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - sent and closed by the server
    book.save(target)
    target.seek(0)
    return target


def _as_text(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub("", value))
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell


_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what a sheet cannot hold
