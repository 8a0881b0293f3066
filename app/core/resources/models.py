"""The table of imports: what was uploaded, what the check found, how far the writing is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.access.policy import Scope
from app.core.db import Base, Record, Tenant, code_column


class ImportState(StrEnum):
    """Where an import stands."""

    WAITING = "waiting"  # uploaded, to be checked
    CHECKED = "checked"  # the preview is ready; nothing is written
    WRITING = "writing"  # confirmed
    DONE = "done"
    REFUSED = "refused"  # the file as a whole can not be read

    @property
    def label(self) -> Any:
        """The word for people."""
        return _LABELS[self]


_LABELS = {
    ImportState.WAITING: _l("being checked"),
    ImportState.CHECKED: _l("checked, not written yet"),
    ImportState.WRITING: _l("being written"),
    ImportState.DONE: _l("done"),
    ImportState.REFUSED: _l("refused"),
}


class ImportRun(Tenant, Record, Base):
    """One uploaded file of rows for one hospital. Problems are codes, so that each reader reads them in their language."""

    __tablename__ = "import_runs"
    __table_args__ = (Index("ix_import_runs_state", "state", "created_at"),)
    scope_columns = {Scope.OWN: "created_by_id"}

    resource: Mapped[str] = mapped_column(code_column(40))
    file_name: Mapped[str] = mapped_column(code_column(200))
    file_path: Mapped[str]  # empty once the file is removed
    media_type: Mapped[str] = mapped_column(code_column(100))
    state: Mapped[str] = mapped_column(code_column(12), default=ImportState.WAITING)
    created_by_id: Mapped[UUID | None]
    only_good: Mapped[bool] = mapped_column(default=False)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_bad: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_seen: Mapped[int] = mapped_column(default=0)  # how far the check or the writing is
    rows_written: Mapped[int] = mapped_column(default=0)
    columns: Mapped[list[Any]] = mapped_column(default=list)  # [header of the file, field or ""]
    problems: Mapped[list[Any]] = mapped_column(default=list)  # [row, field, code], the first few hundred
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
