"""What complaints and inquiries have in common as rows: who turns to the office and in which words, and what is written on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import code_column


class CaseFacts:
    """Columns of a case: how it came, who speaks, their words, the department that leads, and who works on it."""

    title: Mapped[str]
    channel: Mapped[str] = mapped_column(code_column(12))
    received_at: Mapped[datetime]

    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    contact_name: Mapped[str] = mapped_column(default="")  # who speaks, where it is not the patient's own file
    contact_phone: Mapped[str] = mapped_column(code_column(20), default="")
    contact_relation: Mapped[str] = mapped_column(code_column(12), default="patient")
    language: Mapped[str] = mapped_column(code_column(5), default="ar")  # in which the answer is written

    words: Mapped[str]  # their own
    words_language: Mapped[str] = mapped_column(code_column(5), default="")

    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)  # leads
    assignee_id: Mapped[UUID | None] = mapped_column(default=None)
    created_by_id: Mapped[UUID | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)  # of the clock while it runs, for lists


class CaseNote:
    """Columns of what somebody wrote on a case, or what a step asked to be said."""

    author_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(code_column(12), default="note")
    body: Mapped[str]
    text_language: Mapped[str] = mapped_column(code_column(5), default="")
    mentioned_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)  # colleagues who are named in it
