"""The table of text modules."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Versioned, code_column, unique_among


class TextModule(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A text of the group, or of one hospital beside it. One side may be empty: it is then not offered in that language."""

    __tablename__ = "text_modules"
    __table_args__ = (
        unique_among("uq_text_modules_code", "code"),
        CheckConstraint("text_en <> '' OR text_ar <> ''", name="says_something"),
    )

    code: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    purpose: Mapped[str] = mapped_column(code_column(12))  # where it is written: see PURPOSES
    text_en: Mapped[str] = mapped_column(default="")
    text_ar: Mapped[str] = mapped_column(default="")
