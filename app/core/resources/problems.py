"""Why a value is refused: stable codes, with words in the reader's language. Imports keep the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

MESSAGES: dict[str, Any] = {
    "missing": _l("This field is required."),
    "too_long": _l("This text is too long."),
    "email": _l("This is no e-mail address."),
    "number": _l("This is no number within the bounds."),
    "choice": _l("This is none of the possible values."),
    "flag": _l("Give yes or no."),
    "date": _l("This is no date. Write it as 1990-04-25, or in Hijri as 1410-09-30."),
    "future": _l("The date lies in the future."),
    "unknown": _l("There is no such record here."),
    "repeated": _l("The same value stands in an earlier row of this file."),
    "taken": _l("Another record has this already."),
    "refused": _l("This row could not be written."),
    "unreadable": _l("This file can not be read. Save it as CSV or XLSX and try again."),
    "no_headings": _l("The first row of the file must hold the headings."),
    "no_rows": _l("The file holds no rows."),
    "too_many_rows": _l("The file has more than 50,000 rows. Please split it."),
}


class FieldProblem(ValueError):
    """A value can not be right: `code` says why, `message` tells the reader. The value itself is not kept."""

    def __init__(self, code: str) -> None:
        """Take the reason."""
        super().__init__(code)
        self.code = code
        self.message = MESSAGES[code]


def problem_of(error: ValueError) -> tuple[str, Any]:
    """Give code and message of an error that a field raised."""
    code = str(getattr(error, "code", "refused"))
    return code, getattr(error, "message", MESSAGES["refused"])


def add_messages(messages: Mapping[Any, Any]) -> None:
    """Add a domain's codes; a code that is known keeps its words."""
    for code, message in messages.items():
        MESSAGES.setdefault(str(code), message)
