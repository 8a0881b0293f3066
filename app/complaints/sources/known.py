"""The sources as they stand now, read once for a request: their names, which are offered, and which a new case may have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Text, cast, func, select
from wtforms.fields.choices import SelectChoice

from app.complaints.sources.built_in import BUILT_IN, BY_API, BY_STAFF, COMPLAINT, INQUIRY
from app.complaints.sources.models import CaseSource
from app.core.db import db
from app.core.i18n import named


@dataclass(frozen=True, slots=True)
class Source:
    """One source, retired or not."""

    code: str
    name_en: str
    name_ar: str
    hue: str
    position: int
    for_complaints: bool
    for_inquiries: bool
    is_system: bool
    is_retired: bool

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return named(self)

    def takes(self, kind: str) -> bool:
        """Tell whether cases of a kind come from it (empty: of any)."""
        return {COMPLAINT: self.for_complaints, INQUIRY: self.for_inquiries}.get(kind, True)


KEPT = "px360.case_sources"
_kept: ContextVar[Mapping[str, Source] | None] = ContextVar("px360_case_sources", default=None)


def known() -> Mapping[str, Source]:
    """Give every source by code in the administrators' order; one statement for a request, or for each call outside of one."""
    kept = _kept.get()
    if kept is not None:
        return kept
    if not has_request_context():
        return _read()
    if KEPT not in request.environ:
        request.environ[KEPT] = _read()
    found: Mapping[str, Source] = request.environ[KEPT]
    return found


@contextmanager
def kept() -> Iterator[None]:
    """Read the sources once for what is done inside the block, such as writing many lines of a file."""
    token = _kept.set(_read())
    try:
        yield
    finally:
        _kept.reset(token)


def _columns() -> tuple[Any, ...]:
    row = CaseSource
    names = (row.code, row.name_en, row.name_ar, row.hue, row.position, row.for_complaints, row.for_inquiries)
    return (*names, row.is_system, row.archived_at.is_not(None))


def as_column() -> Any:
    """Give all sources as one text, for a statement that a page runs anyway; `remember` reads it."""
    lines = func.jsonb_agg(func.jsonb_build_array(*_columns()))
    return select(cast(lines, Text)).scalar_subquery()


def remember(text: str | None) -> None:
    """Keep for this request what `as_column` gave."""
    if has_request_context():
        request.environ.setdefault(KEPT, _by_code(json.loads(text or "[]")))


def _read() -> dict[str, Source]:
    return _by_code(db.session.execute(select(*_columns())))


def _by_code(lines: Iterable[Any]) -> dict[str, Source]:
    rows = sorted((Source(*line) for line in lines), key=lambda each: (each.position, each.code))
    found = {each.code: each for each in rows}
    return found | {code: _first(code) for code in BUILT_IN if code not in found}


def _first(code: str) -> Source:
    """Give a source of the system as it is before the starting data are written."""
    start = BUILT_IN[code]
    kinds = (COMPLAINT in start.kinds, INQUIRY in start.kinds)
    return Source(code, start.name_en, start.name_ar, start.hue, list(BUILT_IN).index(code), *kinds, True, False)


def of_kind(kind: str) -> list[Source]:
    """Give every source of a kind of case, retired ones last: for lists of what came."""
    return sorted((each for each in known().values() if each.takes(kind)), key=lambda each: each.is_retired)


def is_open(kind: str, code: str) -> bool:
    """Tell whether a new case of a kind may come from a source now."""
    source = known().get(code)
    return source is not None and source.takes(kind) and not source.is_retired


def may_be_named(kind: str, code: str, by: Mapping[str, frozenset[str]] = BY_API) -> bool:
    """Tell whether a door may name a source for a new case: the administrators' own, and of the system's those of the door."""
    return is_open(kind, code) and (code in by[kind] or not known()[code].is_system)


def was_named(code: str, by: frozenset[str]) -> bool:
    """Tell whether somebody chose a source, now retired or not: the administrators' own, and of the system's those of `by`."""
    source = known().get(code)
    return code in by or (source is not None and not source.is_system)


def choices_of(kind: str) -> list[SelectChoice]:
    """Give what people choose from who enter a case."""
    return [SelectChoice(each.code, each.label) for each in of_kind(kind) if may_be_named(kind, each.code, BY_STAFF)]


class Labels(Mapping[str, Any]):
    """Codes and names of the sources of a kind of case (empty: of any), read when they are asked for."""

    def __init__(self, kind: str = "") -> None:
        """Keep the kind."""
        self.kind = kind

    def __getitem__(self, code: str) -> str:
        """Give a name. KeyError: no such source of this kind."""
        source = known()[code]
        if not source.takes(self.kind):
            raise KeyError(code)
        return source.label

    def __iter__(self) -> Iterator[str]:
        """Give the codes in order, retired ones last."""
        return iter([each.code for each in of_kind(self.kind)])

    def __len__(self) -> int:
        """Count them."""
        return len(of_kind(self.kind))
