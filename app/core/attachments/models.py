"""The table of attached files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.attachments.kinds import IMAGES
from app.core.db import Base, Record, Tenant, code_column


class FileState(StrEnum):
    """Whether a file may be had."""

    WAITING = "waiting"  # for the scanner
    CLEAN = "clean"
    UNSCANNED = "unscanned"  # this installation has no scanner
    QUARANTINED = "quarantined"
    ERASED = "erased"  # its bytes are gone; that it was there stays

    @property
    def label(self) -> Any:
        """The word for people."""
        return _LABELS[self]


_LABELS = {
    FileState.WAITING: _l("being checked for viruses"),
    FileState.CLEAN: _l("checked"),
    FileState.UNSCANNED: _l("not checked for viruses"),
    FileState.QUARANTINED: _l("held back: a virus was found"),
    FileState.ERASED: _l("erased"),
}
GIVEN_OUT = frozenset({FileState.CLEAN, FileState.UNSCANNED})
MOST_BYTES_OF_PREVIEW = 8_000_000  # of a picture that is read again each time somebody looks at the list


class Attachment(Tenant, Record, Base):
    """One file of a case: what it is, its hashes (as it came, and as it is kept), and whether it may be had."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_about_id", "about_id", "created_at"),
        Index("uq_attachments_content", "about_id", "received_sha256", unique=True),
        Index("ix_attachments_waiting", "created_at", postgresql_where=text("state = 'waiting'")),
        Index("uq_attachments_path", "path", unique=True, postgresql_where=text("path <> ''")),
    )

    about_type: Mapped[str] = mapped_column(code_column(20))
    about_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(code_column(140))
    media_type: Mapped[str] = mapped_column(code_column(100))
    size: Mapped[int]
    received_sha256: Mapped[str] = mapped_column(code_column(64))
    sha256: Mapped[str] = mapped_column(code_column(64))  # of what is kept: images without what their camera wrote
    path: Mapped[str]  # empty once erased
    state: Mapped[str] = mapped_column(code_column(12))
    added_by_id: Mapped[UUID | None]  # None: from outside
    checked_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def may_be_had(self) -> bool:
        """Whether its bytes are given out."""
        return self.state in GIVEN_OUT

    @property
    def has_preview(self) -> bool:
        """Whether a small copy of it is shown: pictures that the scanner found clean, none that nobody checked."""
        return self.state == FileState.CLEAN and self.media_type in IMAGES and self.size <= MOST_BYTES_OF_PREVIEW
