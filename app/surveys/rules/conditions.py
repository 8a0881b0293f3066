"""Show-if conditions as rows that a person can fill in: "all of", "any of", and lines of "is", "is not", "at least".

A *subject* is a leaf of a condition without its comparator, with the value it is compared with. What the rows cannot say
(nesting, lists of values) stays as it is and is shown as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Mode(StrEnum):
    """How the rows hang together; ALWAYS: there is no condition. KEPT: a condition that rows cannot say."""

    ALWAYS = "always"
    ALL = "all"
    ANY = "any"
    KEPT = "kept"


class RowComparator(StrEnum):
    """What a row may say of its subject."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    @property
    def label(self) -> Any:
        """The words for people, in the reader's language."""
        return _LABELS[self]


_LABELS: dict[RowComparator, Any] = {
    RowComparator.IS: _l("is"),
    RowComparator.IS_NOT: _l("is not"),
    RowComparator.AT_LEAST: _l("is at least"),
    RowComparator.AT_MOST: _l("is at most"),
}
_OPS = {
    RowComparator.IS: "eq",
    RowComparator.IS_NOT: "ne",
    RowComparator.AT_LEAST: "gte",
    RowComparator.AT_MOST: "lte",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a condition; `subject` as `write_subject` gives it."""

    comparator: RowComparator
    subject: str


def write_subject(leaf: Mapping[str, Any]) -> str:
    """Give a subject as the text that stands for it in a form; equal subjects give equal texts."""
    return json.dumps(dict(leaf), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def build(mode: Mode, rows: Iterable[Row]) -> dict[str, Any] | None:
    """Give the condition that the rows say; None without any. Raises ValueError for a row that cannot be read."""
    parts = [_leaf(row) for row in rows]
    if mode is Mode.ALWAYS or not parts:
        return None
    return parts[0] if len(parts) == 1 else {str(mode): parts}


def read(condition: Mapping[str, Any] | None) -> tuple[Mode, list[Row]]:
    """Give a condition as rows; mode KEPT without rows for one that rows cannot say."""
    if not condition:
        return Mode.ALWAYS, []
    mode, parts = Mode.ALL, [condition]
    for each in (Mode.ALL, Mode.ANY):
        if set(condition) == {str(each)}:
            mode, parts = each, condition[str(each)]
    rows = [_row(part) for part in parts]
    if any(row is None for row in rows):
        return Mode.KEPT, []
    return mode, [row for row in rows if row is not None]


def _leaf(row: Row) -> dict[str, Any]:
    subject = json.loads(row.subject)
    if not isinstance(subject, dict):
        raise ValueError(row.subject)
    if "stage" in subject:
        return subject if row.comparator is RowComparator.IS else {"not": subject}
    if "answered" in subject:
        return {"question": subject["question"], "op": "answered", "value": row.comparator is RowComparator.IS}
    return {**subject, "op": _OPS[row.comparator]}


def _row(part: Any) -> Row | None:
    if not isinstance(part, Mapping):
        return None
    if set(part) == {"stage"}:
        return Row(RowComparator.IS, write_subject(part))
    if set(part) == {"not"} and isinstance(part["not"], Mapping) and set(part["not"]) == {"stage"}:
        return Row(RowComparator.IS_NOT, write_subject(part["not"]))
    if part.get("op") == "answered" and "question" in part:
        comparator = RowComparator.IS if part.get("value", True) else RowComparator.IS_NOT
        return Row(comparator, write_subject({"question": part["question"], "answered": True}))
    for comparator, op in _OPS.items():
        if part.get("op") == op and set(part) in ({"question", "op", "value"}, {"context", "op", "value"}):
            return Row(comparator, write_subject({name: value for name, value in part.items() if name != "op"}))
    return None
