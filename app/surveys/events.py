"""What surveys say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event, Signal


@dataclass(frozen=True)
class SurveyEvent(Event):
    """Base: the survey instance is the subject."""

    subject_type: ClassVar[str] = "survey"
    patient_id: UUID | None
    journey_id: UUID | None
    department_id: UUID | None


@dataclass(frozen=True)
class SurveyPlanned(SurveyEvent):
    """A survey will be sent when its time comes."""

    kind: ClassVar[str] = "surveys.instance.planned"


@dataclass(frozen=True)
class SurveySkipped(SurveyEvent):
    """The contact rules said no; `reason` is the rule."""

    kind: ClassVar[str] = "surveys.instance.skipped"
    reason: str


@dataclass(frozen=True)
class SurveyInvited(SurveyEvent):
    """The invitation was handed to the messages."""

    kind: ClassVar[str] = "surveys.instance.invited"


@dataclass(frozen=True)
class SurveyOpened(SurveyEvent):
    """Somebody opened the link."""

    kind: ClassVar[str] = "surveys.instance.opened"


LOW_SCORES = {"complaint": "resolution_low_score"}


@dataclass(frozen=True)
class SurveyCompleted(SurveyEvent):
    """The first complete answer came; a negative one carries a signal."""

    kind: ClassVar[str] = "surveys.instance.completed"
    physician_id: UUID | None
    score: float | None
    is_negative: bool
    severity: str | None
    wants_callback: bool
    cause_type: str = ""  # of the case that it asks about
    cause_id: UUID | None = None

    @property
    def signal(self) -> Signal | None:
        """What the action center may act on."""
        if not self.is_negative or self.hospital_id is None:
            return None
        return Signal(
            kind=LOW_SCORES.get(self.cause_type, "survey_low_score"),
            cause_key=f"survey:{self.subject_id}",
            severity=self.severity or "medium",
            value=self.score,
            hospital_id=self.hospital_id,
            department_id=self.department_id,
            patient_id=self.patient_id,
        )


@dataclass(frozen=True)
class SurveyClosed(SurveyEvent):
    """The link ran out: abandoned (partial answers are kept) or never started."""

    kind: ClassVar[str] = "surveys.instance.closed"
    state: str


@dataclass(frozen=True)
class SurveyResent(SurveyEvent):
    """Somebody sent the invitation of an open survey again."""

    kind: ClassVar[str] = "surveys.instance.resent"


@dataclass(frozen=True)
class SurveyWithdrawn(SurveyEvent):
    """Somebody closed the link of a survey, or took back one that had not left."""

    kind: ClassVar[str] = "surveys.instance.withdrawn"


@dataclass(frozen=True)
class SurveyCallbackChosen(SurveyEvent):
    """After a low score the person said whether they want to be called."""

    kind: ClassVar[str] = "surveys.instance.callback_chosen"
    wants_callback: bool

    @property
    def signal(self) -> Signal | None:
        """A wish to be called back; it has the same cause as the low score before it, so both are one action."""
        if not self.wants_callback or self.hospital_id is None:
            return None
        return Signal(
            kind="survey_callback",
            cause_key=f"survey:{self.subject_id}",
            severity="medium",
            value=None,
            hospital_id=self.hospital_id,
            department_id=self.department_id,
            patient_id=self.patient_id,
        )


@dataclass(frozen=True)
class SurveyTemplateChanged(Event):
    """A template or one of its questions was made, changed, moved, published or archived; the template is the subject."""

    kind: ClassVar[str] = "surveys.template.changed"
    subject_type: ClassVar[str] = "survey_template"
    what: str  # created, changed, published, unpublished, archived, restored, copied, question_added, question_changed, ...
    question_id: UUID | None = None


@dataclass(frozen=True)
class SurveyTriggerChanged(Event):
    """What a survey follows was made, changed or archived; the trigger is the subject."""

    kind: ClassVar[str] = "surveys.trigger.changed"
    subject_type: ClassVar[str] = "survey_trigger"
    what: str


@dataclass(frozen=True)
class ContactRuleChanged(Event):
    """How long people are left alone between surveys was changed; the rule is the subject."""

    kind: ClassVar[str] = "surveys.contact_rule.changed"
    subject_type: ClassVar[str] = "survey_contact_rule"
    gap_days: int
