"""The table of sources."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, SoftDeleted, Versioned, code_column


class CaseSource(SoftDeleted, Versioned, Record, Base):
    """One source, of the whole group: a code means the same in every hospital, for as long as any case, rule or report has it.

    An archived one is retired: nothing new comes from it, and what came keeps its name.
    """

    __tablename__ = "case_sources"
    __table_args__ = (CheckConstraint("for_complaints OR for_inquiries", name="for_something"),)

    code: Mapped[str] = mapped_column(code_column(12), unique=True)  # also of archived ones: cases keep it
    name_en: Mapped[str]
    name_ar: Mapped[str]
    hue: Mapped[str] = mapped_column(code_column(12), default="slate")
    position: Mapped[int] = mapped_column(default=0)
    for_complaints: Mapped[bool] = mapped_column(default=True)
    for_inquiries: Mapped[bool] = mapped_column(default=False)
    is_system: Mapped[bool] = mapped_column(default=False)  # code and first rules know it
