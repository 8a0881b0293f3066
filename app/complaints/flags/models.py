"""Table of the words that raise red flags."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Versioned, code_column


class RedFlagPhrase(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A word or phrase that raises a flag: of the group, or of one hospital beside it."""

    __tablename__ = "red_flag_phrases"
    __table_args__ = (
        Index(
            "uq_red_flag_phrases_phrase",
            "hospital_id",
            "flag",
            "phrase",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    flag: Mapped[str] = mapped_column(code_column(20))
    phrase: Mapped[str] = mapped_column(code_column(80))
    language: Mapped[str] = mapped_column(code_column(5))  # ar, en
