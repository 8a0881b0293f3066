"""An edition from a file: read and checked first, written as a draft when its uploader says yes.

The file is a table in the shape of `app/complaints/data/taxonomy.csv`; it holds nothing personal and is not kept, only what
was read from it, one file for each person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.complaints.policy import Perm
from app.complaints.taxonomy.drafts import MOST_CLASSES, made
from app.complaints.taxonomy.fields import FIELDS
from app.complaints.taxonomy.models import TaxonomyUpload, TaxonomyVersion
from app.core import files
from app.core.access.actor import Actor
from app.core.access.policy import require
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.resources.problems import MESSAGES, problem_of
from app.core.resources.reading import columns_of_fields, opened
from app.core.web.forms import clean_line

MOST_BYTES = 2 * files.MEGABYTE
KEPT_PROBLEMS = 300


@dataclass(slots=True)
class Checked:
    """What a file holds: the facts of its good rows, and what is wrong with the others (row, field, code)."""

    rows: list[dict[str, str]] = field(default_factory=list)
    problems: list[list[Any]] = field(default_factory=list)
    bad: int = 0


@command
def upload(stream: BinaryIO, *, name: str, actor: Actor) -> TaxonomyUpload:
    """Read a file and keep what it would write; an earlier one of the same person goes. Invalid: no name, no such table."""
    require(actor, Perm.TAXONOMY_WRITE)
    plain = clean_line(name) or ""
    if not plain or len(plain) > 80:
        raise Invalid(name=MESSAGES["too_long" if plain else "missing"])
    if db.session.execute(select(TaxonomyVersion.id).filter_by(name=plain)).first() is not None:
        raise Invalid(name=_("Another edition has this name."))
    stored = files.store(stream, folder="imports", allowed=files.TABLES, most=MOST_BYTES)
    try:
        table = opened(files.read(stored.path), stored.media_type)
        found = check(table.header, table.rows)
    finally:
        files.remove(stored.path)
    if not found.rows and not found.bad:
        raise Invalid(file=MESSAGES["no_rows"])
    db.session.execute(delete(TaxonomyUpload).where(TaxonomyUpload.created_by_id == actor.id))
    row = TaxonomyUpload(
        name=plain,
        created_by_id=actor.id,
        rows=found.rows,
        problems=found.problems[:KEPT_PROBLEMS],
        rows_bad=found.bad,
    )
    db.session.add(row)
    db.session.flush()
    return row


def check(header: list[str], rows: Iterable[tuple[int, list[str]]]) -> Checked:
    """Check the rows of a table: every field by its own rule, no code twice. Invalid: more rows than an edition may have."""
    columns, found, seen = columns_of_fields(FIELDS, header), Checked(), set[str]()
    for number, cells in rows:
        facts, problems = _parsed(columns, cells)
        if facts.get("code") in seen:
            problems.append(("code", "repeated"))
        if "code" in facts:
            seen.add(facts["code"])
        if problems:
            found.bad += 1
            found.problems += [[number, name, code] for name, code in problems]
        else:
            found.rows.append(facts)
        if len(found.rows) + found.bad > MOST_CLASSES:
            raise Invalid(file=_("An edition has at most %(most)s classes.", most=MOST_CLASSES))
    return found


def _parsed(columns: list[str], cells: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    given = {name: text for name, text in zip(columns, cells, strict=False) if name}
    facts: dict[str, str] = {}
    problems = []
    for each in FIELDS:
        try:
            facts[each.name] = each.parse(given.get(each.name, ""))
        except ValueError as error:
            problems.append((each.name, problem_of(error)[0]))
    return facts, problems


def find(upload_id: UUID, *, actor: Actor) -> TaxonomyUpload:
    """Give a file that waits for its uploader's yes. NotAllowed; NotFound: another person's, or gone."""
    require(actor, Perm.TAXONOMY_WRITE)
    query = select(TaxonomyUpload).where(TaxonomyUpload.id == upload_id, TaxonomyUpload.created_by_id == actor.id)
    row = db.session.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def waiting(*, actor: Actor) -> TaxonomyUpload | None:
    """Give the file that waits for this person's yes."""
    query = select(TaxonomyUpload).where(TaxonomyUpload.created_by_id == actor.id)
    return db.session.execute(query).scalar_one_or_none()


@command
def confirm(upload_id: UUID, *, only_good: bool, actor: Actor) -> TaxonomyVersion:
    """Write the draft. Invalid: rows are wrong and `only_good` is not set, none is good, or the name was taken meanwhile."""
    row = find(upload_id, actor=actor)
    if row.rows_bad and not only_good:
        raise Invalid(only_good=_("Some rows are wrong. Correct the file, or take the good rows only."))
    if not row.rows:
        raise Invalid(only_good=_("No row of this file can be written."))
    edition = made(row.name, row.rows, "imported", actor=actor)
    db.session.delete(row)
    return edition
