"""Contact rules: may this person be asked now? Each no has its reason. Pure; source: product.md section 7, domain.md 3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.surveys.enums import SkipReason

GAP = timedelta(days=30)
OLDEST = timedelta(hours=72)  # an invitation that could not leave for so long asks about a visit half forgotten


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything that the rules look at, read by the caller."""

    now: datetime
    planned_for: datetime
    is_deceased: bool = False
    is_test: bool = False
    do_not_contact: bool = False
    is_minor_without_guardian: bool = False
    visit_cancelled: bool = False
    visit_asked: bool = False
    has_hold: bool = False
    has_consent: bool = True
    has_address: bool = True
    patient_asked_at: datetime | None = None
    phone_asked_at: datetime | None = None
    has_questions: bool = True


def why_not(facts: ContactFacts, gap: timedelta = GAP) -> SkipReason | None:
    """Give the first rule that forbids asking, in the order in which a person would want to know it; None: ask."""

    def recent(asked: datetime | None) -> bool:
        return asked is not None and facts.now - asked < gap

    rules: list[tuple[bool, SkipReason]] = [
        (facts.is_deceased, SkipReason.DECEASED),
        (facts.is_test, SkipReason.TEST_PATIENT),
        (facts.do_not_contact, SkipReason.DO_NOT_CONTACT),
        (facts.visit_cancelled, SkipReason.VISIT_CANCELLED),
        (facts.is_minor_without_guardian, SkipReason.NO_GUARDIAN),
        (facts.has_hold, SkipReason.HOLD),
        (facts.visit_asked, SkipReason.VISIT_ALREADY_ASKED),
        (recent(facts.patient_asked_at), SkipReason.PATIENT_ASKED_RECENTLY),
        (recent(facts.phone_asked_at), SkipReason.PHONE_ASKED_RECENTLY),
        (not facts.has_address, SkipReason.NO_ADDRESS),
        (not facts.has_consent, SkipReason.NO_CONSENT),
        (not facts.has_questions, SkipReason.NO_QUESTIONS),
        (facts.now - facts.planned_for > OLDEST, SkipReason.TOO_LATE),
    ]
    return next((reason for applies, reason in rules if applies), None)
