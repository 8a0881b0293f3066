"""Tables of saved views: the filters of a queue under a name, and with which of them a person's queue opens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, Versioned, code_column

NAME_MOST = 40  # signs


class SavedView(GroupOrTenant, Versioned, Record, Base):
    """Filters of one queue, kept by one person; of no hospital where its owner looks at several at once."""

    __tablename__ = "saved_views"
    __table_args__ = (
        Index(
            "uq_saved_views_name",
            "owner_id",
            "place",
            "name",
            "hospital_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_saved_views_shared", "hospital_id", "place", postgresql_where=text("is_shared")),
    )

    place: Mapped[str] = mapped_column(code_column(20))
    owner_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(code_column(NAME_MOST))
    filters: Mapped[dict[str, Any]]
    is_shared: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class ChosenColumns(Base):
    """Which columns of a queue a person shows, where it is not the usual ones; codes that are none any more count for nothing."""

    __tablename__ = "chosen_columns"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(code_column(20), primary_key=True)
    codes: Mapped[list[str]]


class StartView(Base):
    """With which view a queue opens for a person."""

    __tablename__ = "start_views"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(code_column(20), primary_key=True)
    view_id: Mapped[UUID] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), index=True)
