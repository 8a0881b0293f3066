"""Tables of the taxonomy: editions, their classes, what became of the classes of an earlier edition, and files to look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, Versioned, code_column


class TaxonomyVersion(Versioned, Record, Base):
    """One edition of the group's classification; complaints keep the names of the edition that they were classified by."""

    __tablename__ = "taxonomy_versions"
    __table_args__ = (
        Index("uq_taxonomy_versions_current", "is_current", unique=True, postgresql_where=text("is_current")),
    )

    name: Mapped[str] = mapped_column(code_column(80), unique=True)
    is_current: Mapped[bool] = mapped_column(default=False)
    based_on_id: Mapped[UUID | None] = mapped_column(ForeignKey("taxonomy_versions.id"), index=True, default=None)
    made_current_at: Mapped[datetime | None] = mapped_column(default=None)  # None: a draft, which may still be edited
    made_current_by_id: Mapped[UUID | None] = mapped_column(default=None)

    @property
    def is_draft(self) -> bool:
        """Whether it was never in force."""
        return self.made_current_at is None


class TaxonomyClass(Versioned, Record, Base):
    """One classification with the three levels above it, each in both languages."""

    __tablename__ = "taxonomy_classes"
    __table_args__ = (Index("uq_taxonomy_classes_code", "taxonomy_id", "code", unique=True),)

    taxonomy_id: Mapped[UUID] = mapped_column(ForeignKey("taxonomy_versions.id"))
    code: Mapped[str] = mapped_column(code_column(24))
    domain_code: Mapped[str] = mapped_column(code_column(8))
    domain_en: Mapped[str]
    domain_ar: Mapped[str]
    category_en: Mapped[str]
    category_ar: Mapped[str]
    subcategory_en: Mapped[str]
    subcategory_ar: Mapped[str]
    name_en: Mapped[str]
    name_ar: Mapped[str]
    source: Mapped[str] = mapped_column(code_column(12), default="")  # found, hcat, expert: where its words are from
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class TaxonomyMapping(Record, Base):
    """What a class of an earlier edition is in this one. While the edition is a draft only what was decided by hand stands
    here; a class that is not named keeps its code. Made current, every class of every earlier edition stands here.
    """

    __tablename__ = "taxonomy_mappings"
    __table_args__ = (Index("uq_taxonomy_mappings_old_class", "edition_id", "old_class_id", unique=True),)

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("taxonomy_versions.id"))
    old_class_id: Mapped[UUID] = mapped_column(ForeignKey("taxonomy_classes.id"), index=True)
    new_class_id: Mapped[UUID | None] = mapped_column(ForeignKey("taxonomy_classes.id"), index=True, default=None)


class TaxonomyUpload(Record, Base):
    """A file that shall become an edition, read and checked, until its uploader says yes. One for each person."""

    __tablename__ = "taxonomy_uploads"

    name: Mapped[str] = mapped_column(code_column(80))
    created_by_id: Mapped[UUID] = mapped_column(unique=True)
    rows: Mapped[list[Any]] = mapped_column(default=list)  # the good ones: the facts of a class
    problems: Mapped[list[Any]] = mapped_column(default=list)  # row of the file, field, code of core.resources.problems
    rows_bad: Mapped[int] = mapped_column(default=0)
