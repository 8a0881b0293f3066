"""Tables of complaints: the case, its points, what was written, and what others were asked to explain."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Float, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.complaints.casework.models import CaseFacts, CaseNote
from app.complaints.enums import ComplaintStatus, ExplanationStatus
from app.complaints.flags.models import RedFlagPhrase as RedFlagPhrase
from app.complaints.links.models import ClusterMember as ClusterMember
from app.complaints.links.models import ComplaintCluster as ComplaintCluster
from app.complaints.links.models import ComplaintLink as ComplaintLink
from app.complaints.mail.models import IncomingMail as IncomingMail
from app.complaints.mail.models import Mailbox as Mailbox
from app.complaints.points.models import PointPerson as PointPerson
from app.complaints.sources.models import CaseSource as CaseSource
from app.complaints.suggestions.models import ComplaintSuggestion as ComplaintSuggestion
from app.complaints.taxonomy.models import TaxonomyClass as TaxonomyClass
from app.complaints.taxonomy.models import TaxonomyMapping as TaxonomyMapping
from app.complaints.taxonomy.models import TaxonomyUpload as TaxonomyUpload
from app.complaints.taxonomy.models import TaxonomyVersion as TaxonomyVersion
from app.core.access.policy import Scope
from app.core.attachments.models import Attachment
from app.core.db import Base, Record, Tenant, Versioned, code_column
from app.core.db.orders import DUE_SQL, RANK_SQL
from app.core.keys.links import new_handle
from app.organizations.models import Department

REOPEN_WITHIN = timedelta(days=30)  # of its end (product.md section 5)
_AT_WORK = "closed_at IS NULL"

# the orders of the queue; as expressions, so that one index gives the order and the next page
QUEUE_PLACE, RANK = text(DUE_SQL), text(RANK_SQL)

# what the search of the queue looks in: all words of the case, name and address folded, the name's key, and the phone
SEARCH = (
    "px_fold(title || ' ' || words || ' ' || wish || ' ' || place || ' ' || resolution"
    " || ' ' || contact_name || ' ' || contact_email)"
    " || ' ' || px_fold_name(contact_name) || ' ' || contact_phone"
)

FOLDED = "px_fold(words)"  # what likeness of words is measured on
NOTE_FOLDED = "px_fold(body)"  # what the search finds of notes
POINT_FOLDED = "px_fold(summary || ' ' || answer)"  # of points
EXPLAINED_FOLDED = "px_fold(question || ' ' || extract || ' ' || answer)"  # and of requests to explain


class Complaint(CaseFacts, Tenant, Versioned, Record, Base):
    """One complaint: who complains of what, where it stands, and what became of it."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_open", "hospital_id", "due_at", "id", postgresql_where=text(_AT_WORK)),
        Index("ix_complaints_queue", QUEUE_PLACE, "id", postgresql_where=text(_AT_WORK)),
        Index("ix_complaints_open_received", "received_at", "id", postgresql_where=text(_AT_WORK)),
        Index("ix_complaints_open_severity", RANK, QUEUE_PLACE, "id", postgresql_where=text(_AT_WORK)),
        Index("ix_complaints_severity", RANK, QUEUE_PLACE, "id"),
        Index("ix_complaints_received_at", "received_at", "id"),
        Index("ix_complaints_hospital_id_received_at", "hospital_id", "received_at", "id"),
        Index("ix_complaints_department_ids", "department_ids", postgresql_using="gin"),
        Index(
            "ix_complaints_assignee_id",
            "assignee_id",
            postgresql_include=["hospital_id", "status", "due_at"],  # the tabs are counted from it alone
            postgresql_where=text(_AT_WORK),
        ),
        Index("ix_complaints_patient_id", "patient_id", "received_at"),
        Index("ix_complaints_created_by_id", "created_by_id", "received_at"),
        Index("ix_complaints_duplicate_of_id", "duplicate_of_id"),
        Index("ix_complaints_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_complaints_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
        Index(
            "ix_complaints_contact_phone",
            "contact_phone",
            "received_at",
            postgresql_where=text("contact_phone <> ''"),
        ),
        Index(
            "ix_complaints_contact_email",
            "contact_email",
            "received_at",
            postgresql_where=text("contact_email <> ''"),
        ),
        Index("ix_complaints_first_closed_at", "hospital_id", "first_closed_at"),
        Index("ix_complaints_first_resolved_at", "hospital_id", "first_resolved_at"),
        Index("ix_complaints_wait_until", "wait_until", postgresql_where=text("wait_until IS NOT NULL")),
        Index("ix_complaints_resolved", "resolved_at", "id", postgresql_where=text("status = 'resolved'")),
        Index("uq_complaints_survey_id", "survey_id", unique=True, postgresql_where=text("survey_id IS NOT NULL")),
        Index(
            "uq_complaints_outside_number",
            "hospital_id",
            "channel",
            "outside_number",
            unique=True,
            postgresql_where=text("outside_number <> ''"),
        ),
        CheckConstraint("status <> 'duplicate' OR duplicate_of_id IS NOT NULL", name="duplicate_names_another"),
    )
    scope_columns: ClassVar[dict[Scope, str]] = {Scope.DEPARTMENT: "department_ids"}

    reference: Mapped[str] = mapped_column(code_column(20), unique=True)
    handle: Mapped[str] = mapped_column(code_column(12), unique=True, default=new_handle)  # of the tracking link
    status: Mapped[str] = mapped_column(code_column(20), default=ComplaintStatus.NEW)
    severity: Mapped[str] = mapped_column(code_column(12))
    survey_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("survey_instances.id"), default=None
    )  # whose answer it was
    outside_number: Mapped[str] = mapped_column(code_column(60), default="")
    contact_email: Mapped[str] = mapped_column(default="")  # in small letters
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    red_flags: Mapped[list[str]] = mapped_column(default=list)  # codes of what its words warn of
    folded: Mapped[str] = mapped_column(
        Text(collation="C"), Computed(FOLDED, persisted=True), deferred=True
    )  # for likeness
    wish: Mapped[str] = mapped_column(default="")  # the outcome that is hoped for
    happened_on: Mapped[date | None] = mapped_column(default=None)
    place: Mapped[str] = mapped_column(default="")
    visit_kind: Mapped[str] = mapped_column(code_column(12), default="")  # what it is about; empty: not known
    search: Mapped[str] = mapped_column(Text(collation="C"), Computed(SEARCH, persisted=True), deferred=True)

    department_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)  # all that are concerned

    activated_at: Mapped[datetime | None] = mapped_column(default=None)
    first_contact_at: Mapped[datetime | None] = mapped_column(default=None)
    contact_way: Mapped[str] = mapped_column(code_column(12), default="")
    wait_reason: Mapped[str] = mapped_column(code_column(20), default="")
    wait_until: Mapped[datetime | None] = mapped_column(default=None)
    resolution: Mapped[str] = mapped_column(default="")  # for the patient, in the patient's language
    resolution_category: Mapped[str] = mapped_column(code_column(24), default="")
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    first_resolved_at: Mapped[datetime | None] = mapped_column(default=None)  # stays when it is reopened
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    first_closed_at: Mapped[datetime | None] = mapped_column(default=None)  # closed after an answer; stays
    first_reopened_at: Mapped[datetime | None] = mapped_column(default=None)  # the first time after that
    escalated_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  # the first time, whatever became of the deadline
    reopened_count: Mapped[int] = mapped_column(default=0)
    is_satisfied: Mapped[bool | None] = mapped_column(default=None)  # as the survey after it says; None: not said
    satisfaction: Mapped[float | None] = mapped_column(Float, default=None)  # score of that survey, 0 to 100
    judged_in_id: Mapped[UUID | None] = mapped_column(default=None)  # that survey
    cancel_reason: Mapped[str] = mapped_column(code_column(20), default="")
    duplicate_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"), default=None)
    status_before_merge: Mapped[str] = mapped_column(
        code_column(20), default=""
    )  # which it regains when they are parted

    @property
    def reopens_until(self) -> datetime | None:
        """Until when an answered complaint may be opened again; None while it was not answered."""
        ended = self.closed_at or self.resolved_at
        return ended + REOPEN_WITHIN if ended else None

    points: Mapped[list[ComplaintPoint]] = relationship(order_by="ComplaintPoint.position", lazy="raise")


class ComplaintPoint(Tenant, Versioned, Record, Base):
    """One matter within a complaint, judged and answered by itself."""

    __tablename__ = "complaint_points"
    __table_args__ = (
        Index(
            "ix_complaint_points_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}
        ),
    )

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"), index=True)
    position: Mapped[int]
    summary: Mapped[str]
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("taxonomy_classes.id"), index=True, default=None)
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the class, as they were when it was chosen
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    harm: Mapped[int | None] = mapped_column(default=None)  # 0 to 5; None: not judged yet
    finding: Mapped[str] = mapped_column(code_column(20), default="")
    answer: Mapped[str] = mapped_column(default="")
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(POINT_FOLDED, persisted=True), deferred=True)

    department: Mapped[Department | None] = relationship(lazy="raise", viewonly=True)
    people: Mapped[list[PointPerson]] = relationship(lazy="raise", viewonly=True, order_by="PointPerson.id")


class ComplaintNote(CaseNote, Tenant, Record, Base):
    """What somebody wrote on a complaint, or what a step asked to be said."""

    __tablename__ = "complaint_notes"
    __table_args__ = (
        Index("ix_complaint_notes_complaint_id", "complaint_id", "created_at"),
        Index("ix_complaint_notes_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"))
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(NOTE_FOLDED, persisted=True), deferred=True)


class Explanation(Tenant, Versioned, Record, Base):
    """A request to one person to explain, with the officer's question and only the extracts that were chosen for it."""

    __tablename__ = "explanations"
    __table_args__ = (
        Index("ix_explanations_assignee_id", "assignee_id", "status"),
        Index("ix_explanations_department_id", "department_id", "status"),
        Index("ix_explanations_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"), index=True)
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaint_points.id"), index=True, default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    assignee_id: Mapped[UUID]  # who is asked
    asked_by_id: Mapped[UUID | None]
    handle: Mapped[str] = mapped_column(code_column(12), unique=True, default=new_handle)  # of the link to answer by
    status: Mapped[str] = mapped_column(code_column(12), default=ExplanationStatus.REQUESTED)
    question: Mapped[str]
    extract: Mapped[str] = mapped_column(default="")  # of the complainant's words
    shows_patient: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[str] = mapped_column(default="")  # kept through the link
    answer: Mapped[str] = mapped_column(default="")
    returned_for: Mapped[str] = mapped_column(default="")  # what the last return asked for
    returns: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(default=None)  # copied from its clock
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(EXPLAINED_FOLDED, persisted=True), deferred=True)


class ComplaintPaper(Tenant, Record, Base):
    """A letter to who complained, or a pack of the whole case for MOH, CHI or accreditation: what it says, and its file.

    A letter keeps the points as they were when it was issued; its file is drawn by a job and hangs on the complaint.
    """

    __tablename__ = "complaint_papers"
    __table_args__ = (
        Index("uq_complaint_papers_number", "complaint_id", "kind", "number", unique=True),
        Index("ix_complaint_papers_waiting", "created_at", postgresql_where=text("state = 'waiting'")),
    )

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"))
    kind: Mapped[str] = mapped_column(code_column(8))  # letter, pack
    number: Mapped[int]
    language: Mapped[str] = mapped_column(code_column(5))
    says: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a letter: opening, points, closing, signatory
    state: Mapped[str] = mapped_column(code_column(8), default="waiting")  # waiting, ready, failed
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachments.id"), index=True, default=None)
    made_by_id: Mapped[UUID | None]
    made_at: Mapped[datetime]

    attachment: Mapped[Attachment | None] = relationship(lazy="raise", viewonly=True)
