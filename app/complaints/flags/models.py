"""Table of the words that raise red flags."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Versioned, code_column, unique_among


class RedFlagPhrase(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A word or phrase that raises a flag: of the group, or of one hospital beside it."""

    __tablename__ = "red_flag_phrases"
    __table_args__ = (unique_among("uq_red_flag_phrases_phrase", "flag", "phrase"),)

    flag: Mapped[str] = mapped_column(code_column(20))
    phrase: Mapped[str] = mapped_column(code_column(80))
    language: Mapped[str] = mapped_column(code_column(5))  # ar, en
