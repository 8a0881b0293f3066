"""Files out of the lists of records; who exported what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from app.core.access.actor import Actor
from app.core.db import command
from app.core.events import record
from app.core.i18n import in_language, language
from app.core.resources import queries
from app.core.resources.fields import Choice, Flag, Reference
from app.core.resources.resource import Resource
from app.core.web import sheets


def header(resource: Resource) -> list[str]:
    """Give the headings: the fields' labels in the reader's language."""
    return [str(each.label) for each in resource.all_fields]


def answer(resource: Resource, wanted: queries.Wanted, kind: str, *, actor: Actor) -> Response:
    """Give the file of everything that the list would show to this actor."""
    note_export(resource, actor=actor)
    return sheets.answer(resource.path, header(resource), _cells(resource, wanted, actor, language()), kind)


@command
def note_export(resource: Resource, *, actor: Actor) -> None:
    """Record that this actor took these records out."""
    assert actor.id is not None
    record(resource.event("exported")(actor.id, actor.only_hospital_id), actor=actor)


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
