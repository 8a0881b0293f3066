"""The declarative base and the mixins from which every table is made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    Uuid,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from app.core.db.ids import uuid7
from app.core.time import clock

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table. Times are aware UTC, JSON is JSONB, text is unbounded unless a length is given."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            list[str]: JSONB,
            UUID: Uuid(),
            str: Text,
            int: Integer,
        },
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": True},
)

BigInt = BigInteger


def code_column(length: int = 40) -> Any:
    """Give a short code column type (StrEnum values are stored as their text)."""
    return String(length)


class Timestamped:
    """When the row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Record(Timestamped):
    """A row with a UUIDv7 id and timestamps: what nearly every table is."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class Versioned:
    """Optimistic locking: the version travels through the form and back; every UPDATE raises it by one."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Tell SQLAlchemy which column counts."""
        return {"version_id_col": cls.__dict__.get("version") or cls.version}


class SoftDeleted:
    """Archived, not gone: the row leaves lists and unique keys (partial indexes) and can be restored."""

    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    archived_by_id: Mapped[UUID | None] = mapped_column(default=None)


class Tenant:
    """The row belongs to one hospital; the tenant wall narrows every statement on it."""

    index_by_hospital: ClassVar[bool] = True  # no: another index begins with it, or rows are found by their case alone

    @declared_attr
    @classmethod
    def hospital_id(cls) -> Mapped[UUID]:
        """Name the hospital that owns the row."""
        return mapped_column(ForeignKey("hospitals.id"), index=cls.index_by_hospital)


def unique_among(name: str, *columns: str) -> Index:
    """Give the index that keeps `columns` unique among a hospital's rows, and among the group's, while they are not archived."""
    return Index(
        name,
        "hospital_id",
        *columns,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("archived_at IS NULL"),
    )


class GroupOrTenant:
    """The row belongs to one hospital, or to the whole group when `hospital_id` is empty (read by all)."""

    index_by_hospital: ClassVar[bool] = True

    @declared_attr
    @classmethod
    def hospital_id(cls) -> Mapped[UUID | None]:
        """Name the hospital that owns the row, or nobody: the group's."""
        return mapped_column(ForeignKey("hospitals.id"), index=cls.index_by_hospital, default=None)

    @classmethod
    def holds_in(cls, hospital_id: UUID | None) -> ColumnElement[bool]:
        """Narrow to what holds in a hospital: its own rows and the group's."""
        return or_(cls.hospital_id == hospital_id, cls.hospital_id.is_(None))
