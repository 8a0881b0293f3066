"""Drafts of an edition: begun as a copy of the one in force, renamed, mapped, given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.complaints.policy import Perm
from app.complaints.taxonomy.events import TaxonomyChanged
from app.complaints.taxonomy.fields import FIELDS
from app.complaints.taxonomy.models import TaxonomyClass, TaxonomyMapping, TaxonomyVersion
from app.core.access.actor import Actor
from app.core.access.policy import load, require
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import Change, record
from app.core.time import clock
from app.core.web.forms import clean_line

MOST_CLASSES = 2_000


@command
def start(name: str, *, actor: Actor) -> TaxonomyVersion:
    """Begin a draft as a copy of the edition in force, without its retired classes. Invalid: no name, or a taken one."""
    require(actor, Perm.TAXONOMY_WRITE)
    current = current_edition()
    copied = []
    if current is not None:
        query = select(TaxonomyClass).where(TaxonomyClass.taxonomy_id == current.id, TaxonomyClass.retired_at.is_(None))
        copied = list(db.session.execute(query.order_by(TaxonomyClass.code)).scalars())
    rows = [{each.name: getattr(row, each.name) for each in FIELDS} for row in copied]
    return made(name, rows, "started", actor=actor)


def made(name: str, rows: list[dict[str, str]], what: str, *, actor: Actor) -> TaxonomyVersion:
    """Write a draft with these classes, inside the caller's command. Invalid: no name, or a taken one."""
    current = current_edition()
    edition = TaxonomyVersion(name=_free(name), based_on_id=current.id if current else None)
    db.session.add(edition)
    db.session.flush()
    db.session.add_all(TaxonomyClass(taxonomy_id=edition.id, **row) for row in rows)
    db.session.flush()
    said(edition, what, actor)
    return edition


@command
def rename(edition_id: UUID, name: str, *, version: int, actor: Actor) -> TaxonomyVersion:
    """Give a draft another name. Invalid: no name, or a taken one; Conflict: no draft, or changed since `version`."""
    edition = unlocked(edition_id, version=version, actor=actor)
    edition.name = _free(name, edition.id)
    change = Change.of(edition)
    if change.fields:
        db.session.flush()
        said(edition, "renamed", actor, change)
    return edition


@command
def discard(edition_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Give a draft up: it goes with its classes and what was mapped; the log keeps that it was. Conflict: no draft."""
    edition = unlocked(edition_id, version=version, actor=actor)
    for model, column in ((TaxonomyMapping, TaxonomyMapping.edition_id), (TaxonomyClass, TaxonomyClass.taxonomy_id)):
        db.session.execute(delete(model).where(column == edition.id))
    db.session.delete(edition)
    db.session.flush()
    said(edition, "discarded", actor)


@command
def map_class(
    edition_id: UUID, old_class_id: UUID, new_class_id: UUID | None, *, version: int, actor: Actor
) -> TaxonomyMapping:
    """Say what a class of the edition in force becomes in a draft; None: nothing, its points lose their class.

    NotFound: no class of the edition in force. Invalid: the new one is none of the draft, or retired there. Conflict.
    """
    edition = unlocked(edition_id, version=version, actor=actor)
    old = _old_class(old_class_id)
    new = db.session.get(TaxonomyClass, new_class_id) if new_class_id else None
    if new_class_id and (new is None or new.taxonomy_id != edition.id or new.retired_at is not None):
        raise Invalid(new_class_id=_("Choose a class of this edition that is in use."))
    row = _mapping(edition, old) or TaxonomyMapping(edition_id=edition.id, old_class_id=old.id)
    row.new_class_id = new_class_id
    db.session.add(row)
    touched(edition)
    said(edition, "mapped", actor, code=old.code, to_code=new.code if new else "")
    return row


@command
def unmap_class(edition_id: UUID, old_class_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take back what was said of a class: it keeps its code where the draft has it. Again is harmless."""
    edition = unlocked(edition_id, version=version, actor=actor)
    old = _old_class(old_class_id)
    row = _mapping(edition, old)
    if row is not None:
        db.session.delete(row)
        touched(edition)
        said(edition, "unmapped", actor, code=old.code)


def unlocked(edition_id: UUID, *, version: int | None = None, actor: Actor) -> TaxonomyVersion:
    """Load and lock a draft for a change. NotFound, NotAllowed; Conflict: it was in force, or changed since `version`."""
    edition = load(
        TaxonomyVersion,
        edition_id,
        actor=actor,
        needs=Perm.TAXONOMY_WRITE,
        sees=Perm.TAXONOMY_READ,
        version=version,
        lock=True,
    )
    if not edition.is_draft:
        raise Conflict(
            _("An edition that is or was in force stays as it is. Start a new one."), code="in_force", current=edition
        )
    return edition


def current_edition() -> TaxonomyVersion | None:
    """Give the edition in force."""
    return db.session.execute(select(TaxonomyVersion).where(TaxonomyVersion.is_current)).scalar_one_or_none()


def touched(edition: TaxonomyVersion) -> None:
    """Raise the version of a draft whose classes or mapping changed, so that nobody makes current what they did not see."""
    edition.updated_at = clock.now()
    db.session.flush()


def said(edition: TaxonomyVersion, what: str, actor: Actor, change: Change | None = None, **codes: Any) -> None:
    """Put on record what was done to an edition."""
    record(TaxonomyChanged(edition.id, None, what, **codes), actor=actor, change=change)


def _free(name: str, own_id: UUID | None = None) -> str:
    plain = clean_line(name) or ""
    if not plain:
        raise Invalid(name=_("This field is required."))
    if len(plain) > 80:
        raise Invalid(name=_("This text is too long."))
    taken = select(TaxonomyVersion.id).where(TaxonomyVersion.name == plain)
    if own_id is not None:
        taken = taken.where(TaxonomyVersion.id != own_id)
    if db.session.execute(taken).first() is not None:
        raise Invalid(name=_("Another edition has this name."))
    return plain


def _old_class(class_id: UUID) -> TaxonomyClass:
    query = (
        select(TaxonomyClass)
        .join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyClass.taxonomy_id)
        .where(TaxonomyClass.id == class_id, TaxonomyVersion.is_current)
    )
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _mapping(edition: TaxonomyVersion, old: TaxonomyClass) -> TaxonomyMapping | None:
    query = select(TaxonomyMapping).filter_by(edition_id=edition.id, old_class_id=old.id)
    return db.session.execute(query).scalar_one_or_none()
