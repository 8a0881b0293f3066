"""The code sets of surveys with their words for people, and the named groups of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from app.notifications.enums import Channel


class QuestionType(StrEnum):
    """The seven kinds of question (product.md section 7)."""

    RATING = "rating"
    NPS = "nps"
    YES_NO = "yes_no"
    MULTIPLE_CHOICE = "multiple_choice"
    LIKERT = "likert"
    TEXT = "text"
    TEXTAREA = "textarea"

    @property
    def label(self) -> Any:
        """The word for people, in the reader's language."""
        return _TYPE_LABELS[self]


FREE_TEXT = frozenset({QuestionType.TEXT, QuestionType.TEXTAREA})
SCORABLE = frozenset({QuestionType.RATING, QuestionType.LIKERT, QuestionType.MULTIPLE_CHOICE, QuestionType.YES_NO})


class Weighting(StrEnum):
    """How the overall score is made of the answered items."""

    SECTIONS = "sections"
    QUESTIONS = "questions"

    @property
    def label(self) -> Any:
        """The word for people, in the reader's language."""
        return _WEIGHTING_LABELS[self]


class InstanceState(StrEnum):
    """Where one survey to one patient stands (product.md section 5)."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        """The word for people, in the reader's language."""
        return _STATE_LABELS[self]


RANK: dict[InstanceState, int] = {
    InstanceState.PENDING: 0,
    InstanceState.SENT: 10,
    InstanceState.FAILED: 15,  # a late receipt or an opened link still proves that the message arrived
    InstanceState.DELIVERED: 20,
    InstanceState.OPENED: 30,
    InstanceState.IN_PROGRESS: 40,
    InstanceState.ABANDONED: 90,
    InstanceState.EXPIRED: 90,
    InstanceState.CANCELLED: 90,
    InstanceState.COMPLETED: 100,
}
"""The state only rises: a step is taken when its rank is above the present one and the present state is not an end."""

ENDED = frozenset(
    {InstanceState.COMPLETED, InstanceState.ABANDONED, InstanceState.EXPIRED, InstanceState.CANCELLED}
)  # FAILED is no end: see RANK
OPEN = frozenset(InstanceState) - ENDED - {InstanceState.FAILED}
NOT_STARTED = frozenset(InstanceState) - ENDED - {InstanceState.IN_PROGRESS}


def may_rise(present: InstanceState, to: InstanceState) -> bool:
    """Say whether a survey may go from `present` to `to`; steps may be skipped, none is taken back.

    Only a form in progress is abandoned, only one never started expires.
    """
    if to is InstanceState.ABANDONED and present is not InstanceState.IN_PROGRESS:
        return False
    if to is InstanceState.EXPIRED and present not in NOT_STARTED:
        return False
    return present not in ENDED and RANK[to] > RANK[present]


class SkipReason(StrEnum):
    """Why a patient was not asked (product.md section 7, domain.md section 3). Shown in the log of each skip."""

    NO_TEMPLATE = "no_template"
    NO_QUESTIONS = "no_questions"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"
    PATIENT_ASKED_RECENTLY = "patient_asked_recently"
    PHONE_ASKED_RECENTLY = "phone_asked_recently"
    VISIT_ALREADY_ASKED = "visit_already_asked"
    HOLD = "hold"
    DECEASED = "deceased"
    NO_GUARDIAN = "no_guardian"
    DO_NOT_CONTACT = "do_not_contact"
    TEST_PATIENT = "test_patient"
    VISIT_CANCELLED = "visit_cancelled"
    TOO_LATE = "too_late"

    @property
    def label(self) -> Any:
        """The sentence for people, in the reader's language."""
        return _SKIP_LABELS[self]


CHANNEL_ORDER = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL)
"""The order in which channels are tried where a hospital has set none; the next only after the one before failed."""

_TYPE_LABELS: dict[QuestionType, Any] = {
    QuestionType.RATING: _l("Rating, 1 to 5 stars"),
    QuestionType.NPS: _l("Recommendation, 0 to 10"),
    QuestionType.YES_NO: _l("Yes or no"),
    QuestionType.MULTIPLE_CHOICE: _l("Choice of one answer"),
    QuestionType.LIKERT: _l("Agreement, 1 to 5"),
    QuestionType.TEXT: _l("Short text"),
    QuestionType.TEXTAREA: _l("Long text"),
}

_WEIGHTING_LABELS: dict[Weighting, Any] = {
    Weighting.SECTIONS: _l("Mean of the sections"),
    Weighting.QUESTIONS: _l("Mean of the questions by weight"),
}

_STATE_LABELS: dict[InstanceState, Any] = {
    InstanceState.PENDING: lazy_pgettext("survey", "Pending"),
    InstanceState.SENT: lazy_pgettext("survey", "Sent"),
    InstanceState.DELIVERED: lazy_pgettext("survey", "Delivered"),
    InstanceState.OPENED: lazy_pgettext("survey", "Opened"),
    InstanceState.IN_PROGRESS: lazy_pgettext("survey", "In progress"),
    InstanceState.COMPLETED: lazy_pgettext("survey", "Completed"),
    InstanceState.ABANDONED: lazy_pgettext("survey", "Abandoned"),
    InstanceState.EXPIRED: lazy_pgettext("survey", "Expired"),
    InstanceState.FAILED: lazy_pgettext("survey", "Failed"),
    InstanceState.CANCELLED: lazy_pgettext("survey", "Cancelled"),
}

_SKIP_LABELS: dict[SkipReason, Any] = {
    SkipReason.NO_TEMPLATE: _l("No survey follows this stage."),
    SkipReason.NO_QUESTIONS: _l("No question fits the stages of this visit."),
    SkipReason.NO_CONSENT: _l("The patient has not agreed to be contacted."),
    SkipReason.OPTED_OUT: _l("The patient asked not to receive surveys."),
    SkipReason.NO_ADDRESS: _l("There is no phone number or e-mail address."),
    SkipReason.NO_CHANNEL: _l("No channel of the hospital reaches this patient."),
    SkipReason.PATIENT_ASKED_RECENTLY: _l("The patient was asked a short while ago."),
    SkipReason.PHONE_ASKED_RECENTLY: _l("This phone received a survey a short while ago."),
    SkipReason.VISIT_ALREADY_ASKED: _l("A survey for this visit was already sent."),
    SkipReason.HOLD: _l("Contact is on hold, for example while a complaint of the visit is open."),
    SkipReason.DECEASED: _l("The patient has died."),
    SkipReason.NO_GUARDIAN: _l("The patient is a minor and no guardian is known."),
    SkipReason.DO_NOT_CONTACT: _l("The patient is marked not to be contacted."),
    SkipReason.TEST_PATIENT: _l("This is a test patient."),
    SkipReason.VISIT_CANCELLED: _l("The visit was cancelled or did not take place."),
    SkipReason.TOO_LATE: _l("The invitation waited too long to be useful."),
}

# the templates of messages to who is asked
INVITATION, REMINDER = "surveys/invitation", "surveys/reminder"
INVITATIONS = {"complaint": "surveys/resolution"}  # where it asks about a case and not about a visit
ALL_INVITATIONS = (INVITATION, *INVITATIONS.values())
