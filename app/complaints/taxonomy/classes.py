"""Commands on the classes of a draft: added, changed, retired, taken back. An edition that was in force stays as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.policy import Perm
from app.complaints.taxonomy.drafts import said, touched, unlocked
from app.complaints.taxonomy.fields import FIELDS, cleaned
from app.complaints.taxonomy.models import TaxonomyClass, TaxonomyVersion
from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.events import Change
from app.core.time import clock


@command
def add(edition_id: UUID, facts: dict[str, Any], *, actor: Actor) -> TaxonomyClass:
    """Add a class to a draft from its fields (`fields.FIELDS`). Invalid by field; Conflict: the edition is no draft."""
    edition = unlocked(edition_id, actor=actor)
    given = cleaned({each.name: facts.get(each.name, "") for each in FIELDS})
    _must_be_free(edition, given["code"])
    row = TaxonomyClass(taxonomy_id=edition.id, **given)
    db.session.add(row)
    touched(edition)
    said(edition, "class_added", actor, code=row.code)
    return row


@command
def change(class_id: UUID, facts: dict[str, Any], *, version: int, actor: Actor) -> TaxonomyClass:
    """Change the named fields of a class. Invalid by field; Conflict: no draft, or changed since `version`."""
    row, edition = _found(class_id, actor, version)
    given = cleaned({name: value for name, value in facts.items() if value is not None})
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if not changed:
        return row
    if "code" in changed:
        _must_be_free(edition, changed["code"])
    for name, value in changed.items():
        setattr(row, name, value)
    told = Change.of(row)
    touched(edition)
    said(edition, "class_changed", actor, told, code=row.code)
    return row


@command
def retire(class_id: UUID, *, version: int, actor: Actor) -> TaxonomyClass:
    """Take a class out of a draft's choices; what is classified by it elsewhere must be mapped. Again is harmless."""
    return _turned(class_id, version, actor, is_retired=True)


@command
def bring_back(class_id: UUID, *, version: int, actor: Actor) -> TaxonomyClass:
    """Put a retired class back among a draft's choices. Again is harmless."""
    return _turned(class_id, version, actor, is_retired=False)


def _turned(class_id: UUID, version: int, actor: Actor, *, is_retired: bool) -> TaxonomyClass:
    row, edition = _found(class_id, actor, version)
    if (row.retired_at is not None) is is_retired:
        return row
    row.retired_at = clock.now() if is_retired else None
    touched(edition)
    said(edition, "class_retired" if is_retired else "class_returned", actor, code=row.code)
    return row


def _found(class_id: UUID, actor: Actor, version: int) -> tuple[TaxonomyClass, TaxonomyVersion]:
    """Find a class of a draft; the draft is locked first, so that two changes of one class come one after the other."""
    row = load(TaxonomyClass, class_id, actor=actor, needs=Perm.TAXONOMY_WRITE, sees=Perm.TAXONOMY_READ)
    edition = unlocked(row.taxonomy_id, actor=actor)
    db.session.refresh(row)
    if row.version != version:
        raise Conflict(current=row)
    return row, edition


def _must_be_free(edition: TaxonomyVersion, code: str) -> None:
    taken = select(TaxonomyClass.id).where(TaxonomyClass.taxonomy_id == edition.id, TaxonomyClass.code == code)
    if db.session.execute(taken).first() is not None:
        raise Invalid(code=_("Another class of this edition has this code."))
