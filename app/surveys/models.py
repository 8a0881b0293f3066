"""Tables of surveys: templates with their questions, who gets which, what was sent, what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column, unique_among
from app.surveys.enums import ENDED, InstanceState, QuestionType, Weighting
from app.surveys.rules.logic import VisitContext
from app.surveys.rules.questions import Option, Question


class SurveyTemplate(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A questionnaire in both languages, with the rules of its score."""

    __tablename__ = "survey_templates"
    __table_args__ = (unique_among("uq_survey_templates_code", "code"),)

    code: Mapped[str] = mapped_column(code_column())
    name_en: Mapped[str]
    name_ar: Mapped[str]
    intro_en: Mapped[str] = mapped_column(default="")
    intro_ar: Mapped[str] = mapped_column(default="")
    thanks_en: Mapped[str] = mapped_column(default="")
    thanks_ar: Mapped[str] = mapped_column(default="")
    journey_kind: Mapped[str | None] = mapped_column(code_column(), default=None)
    weighting: Mapped[str] = mapped_column(code_column(12), default="sections")  # or questions
    minimum_items: Mapped[int] = mapped_column(default=2)
    threshold: Mapped[float] = mapped_column(Float, default=60.0)
    link_days: Mapped[int] = mapped_column(default=10)
    reminder_hours: Mapped[int | None] = mapped_column(default=48)
    offers_callback: Mapped[bool] = mapped_column(default=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    questions: Mapped[list[SurveyQuestion]] = relationship(
        order_by="SurveyQuestion.position",
        lazy="selectin",
        primaryjoin="and_(SurveyQuestion.template_id == SurveyTemplate.id, SurveyQuestion.archived_at.is_(None))",
        viewonly=True,
    )

    @property
    def is_in_use(self) -> bool:
        """Whether surveys may be made of it."""
        return self.is_published and self.archived_at is None

    @property
    def score_weighting(self) -> Weighting:
        """How the overall score is made."""
        return Weighting(self.weighting)


class SurveyQuestion(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """One question; a changed meaning is a new edition (a new row with the same code), so that trends and answers hold.

    Words may be corrected in place. Once somebody was asked, a change of what an answer means (type, options, bounds,
    direction, section, stage, when it is shown) archives the row and writes its successor, which names it in `replaces_id`.
    """

    __tablename__ = "survey_questions"
    __table_args__ = (
        Index(
            "uq_survey_questions_code",
            "template_id",
            "code",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
        Index("ix_survey_questions_position", "template_id", "position"),
        Index("ix_survey_questions_replaces_id", "replaces_id"),
    )

    template_id: Mapped[UUID] = mapped_column(ForeignKey("survey_templates.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(code_column())
    type: Mapped[str] = mapped_column(code_column(20))
    section: Mapped[str] = mapped_column(code_column(60), default="")
    stage_code: Mapped[str | None] = mapped_column(code_column(), default=None)  # only if that stage happened
    dimension: Mapped[str] = mapped_column(code_column(60), default="")
    text_en: Mapped[str]
    text_ar: Mapped[str]
    help_en: Mapped[str] = mapped_column(default="")
    help_ar: Mapped[str] = mapped_column(default="")
    options: Mapped[list[Any]] = mapped_column(default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    allow_na: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[float] = mapped_column(Float, default=1.0)
    is_flagged: Mapped[bool] = mapped_column(default=False)  # an answer at or below 25 makes the survey negative
    positive_answer: Mapped[bool] = mapped_column(default=True)  # yes_no: which answer is the good one
    is_scored: Mapped[bool] = mapped_column(default=True)
    minimum: Mapped[int | None] = mapped_column(default=None)
    maximum: Mapped[int | None] = mapped_column(default=None)
    top_values: Mapped[list[Any]] = mapped_column(default=list)
    show_if: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    edition: Mapped[int] = mapped_column(default=1)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("survey_questions.id"), default=None)
    template: Mapped[SurveyTemplate] = relationship(lazy="select", viewonly=True)

    def as_value(self) -> Question:
        """Give the question as the rules read it."""
        return Question(
            code=self.code,
            type=QuestionType(self.type),
            text_en=self.text_en,
            text_ar=self.text_ar,
            help_en=self.help_en,
            help_ar=self.help_ar,
            options=tuple(Option.from_json(each) for each in self.options),
            required=self.is_required,
            weight=self.weight,
            order=self.position,
            section=self.section,
            stage=self.stage_code or "",
            show_if=self.show_if,
            allow_na=self.allow_na,
            flagged=self.is_flagged,
            scored=self.is_scored,
            positive_answer=self.positive_answer,
            minimum=self.minimum,
            maximum=self.maximum,
            top_values=frozenset(self.top_values),
        )


class SurveyTrigger(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """Which survey follows which stage, or the end of a visit, and how long after."""

    __tablename__ = "survey_triggers"
    __table_args__ = (Index("ix_survey_triggers_kind", "journey_kind", "stage_code"),)

    template_id: Mapped[UUID] = mapped_column(ForeignKey("survey_templates.id"), index=True)
    journey_kind: Mapped[str] = mapped_column(code_column())
    stage_code: Mapped[str | None] = mapped_column(code_column(), default=None)  # None: after the visit ended
    delay_minutes: Mapped[int] = mapped_column(default=120)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    sample_percent: Mapped[int] = mapped_column(default=100)
    is_active: Mapped[bool] = mapped_column(default=True)
    template: Mapped[SurveyTemplate] = relationship(lazy="joined", viewonly=True)


class SurveyInstance(Tenant, Versioned, Record, Base):
    """One survey for one person about one visit; its context is frozen when it is made."""

    __tablename__ = "survey_instances"
    index_by_hospital = False
    __table_args__ = (
        UniqueConstraint("journey_id", "once"),
        Index(
            "uq_survey_instances_cause", "cause_id", "once", unique=True, postgresql_where=text("cause_id IS NOT NULL")
        ),
        Index(
            "ix_survey_instances_due",
            "send_at",
            "id",
            postgresql_where=text("state = 'pending' AND invited_at IS NULL"),
        ),
        Index("ix_survey_instances_remind", "remind_at", "id", postgresql_where=text("remind_at IS NOT NULL")),
        Index(
            "ix_survey_instances_expiry",
            "expires_at",
            "id",
            postgresql_where=text("state IN ('pending', 'sent', 'delivered', 'opened', 'in_progress')"),
        ),
        Index("ix_survey_instances_hospital_id_created_at", "hospital_id", "created_at", "id"),
        Index("ix_survey_instances_patient_id_created_at", "patient_id", "created_at"),
        Index("ix_survey_instances_department_id", "department_id", "completed_at"),
        Index("ix_survey_instances_completed_at", "hospital_id", "completed_at"),
        Index("ix_survey_instances_arrived_at", "hospital_id", text("coalesce(delivered_at, opened_at)")),
        Index("ix_survey_instances_template_id", "template_id"),
        Index("ix_survey_instances_physician_id", "physician_id"),
    )

    template_id: Mapped[UUID] = mapped_column(ForeignKey("survey_templates.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    journey_id: Mapped[UUID | None] = mapped_column(ForeignKey("journeys.id"), default=None)
    once: Mapped[str] = mapped_column(code_column(80))  # <stage code>:<template>, visit:<template> or hand:<...>
    cause_type: Mapped[str] = mapped_column(code_column(20), default="")  # of a case that it asks about: complaint
    cause_id: Mapped[UUID | None] = mapped_column(default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    physician_id: Mapped[UUID | None] = mapped_column(ForeignKey("physicians.id"), default=None)
    state: Mapped[str] = mapped_column(code_column(12), default="pending")
    skip_reason: Mapped[str] = mapped_column(code_column(40), default="")
    language: Mapped[str] = mapped_column(code_column(5), default="ar")
    handle: Mapped[str] = mapped_column(code_column(12), unique=True)
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)  # kind, stages that happened, department, physician
    questions: Mapped[list[Any]] = mapped_column(default=list)  # the ids of what this person may be asked, in order
    send_at: Mapped[datetime]
    invited_at: Mapped[datetime | None] = mapped_column(default=None)  # the invitation was handed to the messages
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    remind_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_channel: Mapped[str] = mapped_column(code_column(12), default="")
    score: Mapped[float | None] = mapped_column(Float, default=None)
    nps: Mapped[int | None] = mapped_column(default=None)
    top_box: Mapped[float | None] = mapped_column(Float, default=None)
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_negative: Mapped[bool | None] = mapped_column(default=None)
    wants_callback: Mapped[bool | None] = mapped_column(default=None)
    followed_up_at: Mapped[datetime | None] = mapped_column(default=None)  # the first call with the patient about it
    answers: Mapped[list[SurveyAnswer]] = relationship(lazy="select")
    template: Mapped[SurveyTemplate] = relationship(lazy="select", viewonly=True)

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody sent it by hand."""
        return self.once.startswith("hand:")

    @property
    def visit_context(self) -> VisitContext:
        """What is known of the visit, as frozen."""
        stages = self.context.get("stages")
        return VisitContext(frozenset(stages) if stages is not None else None, dict(self.context.get("facts", {})))

    @property
    def is_closed(self) -> bool:
        """Whether the link takes no answers any more."""
        return self.revoked_at is not None or InstanceState(self.state) in ENDED


class SurveyAnswer(Tenant, Record, Base):
    """One answer; saved page by page, final when the instance is completed."""

    __tablename__ = "survey_answers"
    index_by_hospital = False
    __table_args__ = (
        UniqueConstraint("instance_id", "question_id"),
        Index("ix_survey_answers_question_id", "question_id"),
    )

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("survey_instances.id"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("survey_questions.id"))
    code: Mapped[str] = mapped_column(code_column())
    value: Mapped[str | None] = mapped_column(default=None)
    is_na: Mapped[bool] = mapped_column(default=False)
    score: Mapped[float | None] = mapped_column(Float, default=None)
    text_language: Mapped[str] = mapped_column(code_column(5), default="")


class SurveyContactRule(GroupOrTenant, Versioned, Record, Base):
    """How many days lie between two surveys to one person or phone: a hospital's own, else the group's, else 30."""

    __tablename__ = "survey_contact_rules"
    __table_args__ = (
        Index("uq_survey_contact_rules_hospital_id", "hospital_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    gap_days: Mapped[int]


class ContactHold(Tenant, Record, Base):
    """Another domain asks to wait with surveys about a visit or patient (an open complaint)."""

    __tablename__ = "contact_holds"
    __table_args__ = (
        UniqueConstraint("placed_by", "cause_id"),
        Index("ix_contact_holds_patient_id", "patient_id", postgresql_where=text("lifted_at IS NULL")),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    journey_id: Mapped[UUID | None] = mapped_column(ForeignKey("journeys.id"), index=True, default=None)
    placed_by: Mapped[str] = mapped_column(code_column())  # the domain
    cause_id: Mapped[UUID]
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)


class ContactRecord(Record, Base):
    """That a phone was asked, across the group: a keyed digest and an instant, nothing else."""

    __tablename__ = "contact_records"
    __table_args__ = (Index("ix_contact_records_phone_digest", "phone_digest", "asked_at"),)

    phone_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime]
    instance_id: Mapped[UUID]
