"""Readers of the taxonomy: editions with their counts, the classes of one, and what a draft would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select

from app.complaints.models import Complaint, ComplaintPoint
from app.complaints.policy import Perm
from app.complaints.taxonomy.models import TaxonomyClass, TaxonomyMapping, TaxonomyVersion
from app.core.access.actor import Actor
from app.core.access.policy import load, require, visible
from app.core.db import db
from app.core.errors import NotFound
from app.core.text.fold import fold

PAGE = 50


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition with its counts: classes in use, retired ones, and those in use by where their words are from."""

    edition: TaxonomyVersion
    in_use: int
    retired: int
    sources: tuple[tuple[str, int], ...]


def list_editions(*, actor: Actor) -> list[Edition]:
    """Give every edition, the newest first; two statements. NotAllowed."""
    require(actor, Perm.TAXONOMY_READ)
    editions = db.session.execute(select(TaxonomyVersion).order_by(TaxonomyVersion.id.desc())).scalars().all()
    counts = _counts()
    return [_counted(each, counts) for each in editions]


def get_edition(edition_id: UUID, *, actor: Actor) -> Edition:
    """Give one edition with its counts. NotAllowed, NotFound."""
    edition = load(TaxonomyVersion, edition_id, actor=actor, needs=Perm.TAXONOMY_READ)
    return _counted(edition, _counts(edition.id))


def _counts(edition_id: UUID | None = None) -> Sequence[Any]:
    retired = TaxonomyClass.retired_at.is_not(None)
    query = select(TaxonomyClass.taxonomy_id, TaxonomyClass.source, retired, func.count()).group_by(
        TaxonomyClass.taxonomy_id, TaxonomyClass.source, retired
    )
    if edition_id is not None:
        query = query.where(TaxonomyClass.taxonomy_id == edition_id)
    return db.session.execute(query).all()


def _counted(edition: TaxonomyVersion, counts: Sequence[Any]) -> Edition:
    mine = [row for row in counts if row[0] == edition.id]
    sources: Counter[str] = Counter()
    for _edition_id, source, is_retired, count in mine:
        if not is_retired:
            sources[source] += count
    retired = sum(row[3] for row in mine if row[2])
    return Edition(edition, sum(sources.values()), retired, tuple(sorted(sources.items())))


def classes_of(edition_id: UUID) -> Select[TaxonomyClass]:
    """Give the statement of the classes of an edition; the caller has found the edition."""
    return select(TaxonomyClass).where(TaxonomyClass.taxonomy_id == edition_id)


def matching(text: str) -> Any:
    """Give the condition that a code begins with the text, or that a name of any level holds it, in either language."""
    wanted = fold(text)
    names = ("name", "subcategory", "category")
    columns = [getattr(TaxonomyClass, f"{name}_{language}") for name in names for language in ("en", "ar")]
    return or_(
        TaxonomyClass.code.istartswith(text.strip(), autoescape=True),
        *(func.px_fold(each).contains(wanted, autoescape=True) for each in columns),
    )


def list_classes(
    edition_id: UUID, *, text: str = "", domain: str = "", number: int = 1
) -> tuple[list[TaxonomyClass], bool]:
    """Give one page of the classes of an edition in the order of their codes, and whether more follow."""
    query = classes_of(edition_id).order_by(TaxonomyClass.code)
    if text.strip():
        query = query.where(matching(text))
    if domain:
        query = query.where(TaxonomyClass.domain_code == domain)
    rows = db.session.execute(query.offset((number - 1) * PAGE).limit(PAGE + 1)).scalars().all()
    return list(rows[:PAGE]), len(rows) > PAGE


def options_domains(edition_id: UUID) -> Sequence[Any]:
    """Give the domains of an edition for the filter: code and names in both languages."""
    query = select(
        TaxonomyClass.domain_code,
        func.min(TaxonomyClass.domain_en).label("domain_en"),
        func.min(TaxonomyClass.domain_ar).label("domain_ar"),
    ).where(TaxonomyClass.taxonomy_id == edition_id)
    return db.session.execute(query.group_by(TaxonomyClass.domain_code).order_by(TaxonomyClass.domain_code)).all()


def get_class(class_id: UUID, *, actor: Actor) -> TaxonomyClass:
    """Give one class. NotAllowed, NotFound."""
    return load(TaxonomyClass, class_id, actor=actor, needs=Perm.TAXONOMY_READ)


class Fate(StrEnum):
    """What becomes of a class of the edition in force."""

    KEPT = "kept"  # the draft has its code
    MAPPED = "mapped"
    NONE = "none"  # decided: nothing
    MISSING = "missing"  # points are classified by it, and nobody has said what it becomes
    UNUSED = "unused"  # no point is classified by it

    @property
    def label(self) -> Any:
        """The word for people."""
        return FATES[self]


FATES: dict[Fate, Any] = {
    Fate.KEPT: _l("Keeps its code"),
    Fate.MAPPED: _l("Mapped"),
    Fate.NONE: _l("Becomes nothing"),
    Fate.MISSING: _l("To be decided"),
    Fate.UNUSED: _l("Not used"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A class of the edition in force: what a draft makes of it, and on how many points it stands."""

    old: TaxonomyClass
    new: TaxonomyClass | None
    fate: Fate
    open: int  # points of open complaints, which would move
    ended: int  # points of complaints that have ended, which stay


@dataclass(frozen=True, slots=True)
class Plan:
    """What making a draft current would do."""

    lines: tuple[Line, ...]
    has_classes: bool

    @property
    def missing(self) -> int:
        """How many classes nobody has decided on."""
        return sum(line.fate is Fate.MISSING for line in self.lines)

    @property
    def moving(self) -> int:
        """How many points of open complaints would get another class, or its edition's."""
        return sum(line.open for line in self.lines if line.new is not None)

    @property
    def losing(self) -> int:
        """How many points of open complaints would have no class any more."""
        return sum(line.open for line in self.lines if line.new is None)

    @property
    def staying(self) -> int:
        """How many points of complaints that have ended keep the class of their time."""
        return sum(line.ended for line in self.lines)


def plan_of(edition: TaxonomyVersion, *, actor: Actor) -> Plan:
    """Give what a draft makes of every class of the edition in force, by code; points as far as the actor may see them.

    Nothing for an edition that is or was in force: it changes nothing any more. Four statements.
    """
    if not edition.is_draft:
        return Plan((), False)
    olds = _classes_in_force()
    news = {row.id: row for row in db.session.execute(classes_of(edition.id)).scalars() if row.retired_at is None}
    decided = dict(
        db.session.execute(
            select(TaxonomyMapping.old_class_id, TaxonomyMapping.new_class_id).where(
                TaxonomyMapping.edition_id == edition.id
            )
        ).all()
    )
    by_code = {row.code: row for row in news.values()}
    used = _points_by_class([row.id for row in olds], actor)
    lines = [_line(old, by_code, news, decided, used.get(old.id, (0, 0))) for old in olds]
    return Plan(tuple(lines), bool(news))


def _classes_in_force() -> Sequence[TaxonomyClass]:
    query = (
        select(TaxonomyClass)
        .join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyClass.taxonomy_id)
        .where(TaxonomyVersion.is_current)
    )
    return db.session.execute(query.order_by(TaxonomyClass.code)).scalars().all()


def _line(
    old: TaxonomyClass,
    by_code: dict[str, TaxonomyClass],
    news: dict[UUID, TaxonomyClass],
    decided: dict[UUID, UUID | None],
    used: tuple[int, int],
) -> Line:
    if old.id in decided:
        target = decided[old.id]
        if target is None:
            return Line(old, None, Fate.NONE, *used)
        if target in news:
            return Line(old, news[target], Fate.MAPPED, *used)
    elif old.code in by_code:
        return Line(old, by_code[old.code], Fate.KEPT, *used)
    return Line(old, None, Fate.MISSING if sum(used) else Fate.UNUSED, *used)


def _points_by_class(class_ids: list[UUID], actor: Actor) -> dict[UUID, tuple[int, int]]:
    is_open = Complaint.closed_at.is_(None)
    query = (
        select(ComplaintPoint.class_id, func.count().filter(is_open), func.count().filter(~is_open))
        .join(Complaint, Complaint.id == ComplaintPoint.complaint_id)
        .where(ComplaintPoint.class_id.in_(class_ids), visible(Complaint, actor, Perm.READ))
        .group_by(ComplaintPoint.class_id)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query) if row[0] is not None}


def successors() -> dict[UUID, UUID | None]:
    """Give, for every class of an earlier edition, what it is in the one in force; None: nothing."""
    query = (
        select(TaxonomyMapping.old_class_id, TaxonomyMapping.new_class_id)
        .join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyMapping.edition_id)
        .where(TaxonomyVersion.is_current)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def line_of(edition: TaxonomyVersion, class_id: UUID, *, actor: Actor) -> Line:
    """Give what a draft makes of one class of the edition in force. NotFound: it is none of these."""
    found = next((line for line in plan_of(edition, actor=actor).lines if line.old.id == class_id), None)
    if found is None:
        raise NotFound()
    return found


def options_of(edition_id: UUID) -> list[TaxonomyClass]:
    """Give the classes of an edition that are in use, in the order of its levels."""
    query = classes_of(edition_id).where(TaxonomyClass.retired_at.is_(None)).order_by(TaxonomyClass.code)
    return list(db.session.execute(query).scalars())
