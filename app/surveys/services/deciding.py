"""Deciding whether people may be asked: the facts of one case or of many, read in as many statements, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.core.time import clock
from app.journeys.enums import JourneyStatus
from app.surveys.enums import SkipReason
from app.surveys.models import ContactHold, ContactRecord, SurveyContactRule, SurveyInstance
from app.surveys.rules.contact import GAP, ContactFacts, why_not
from app.surveys.services.contacting import Case


def decide(case: Case) -> SkipReason | None:
    """Ask the contact rules about a case whose visit is frozen; None: the person may be asked."""
    return decide_many([case])[0]


def decide_many(cases: Sequence[Case]) -> list[SkipReason | None]:
    """Ask the contact rules about each case, in order; four statements whatever their number.

    Each case is decided alone: two cases of one phone may both be allowed here, and only one of them when they are sent.
    """
    if not cases:
        return []
    gaps = _gaps()
    asked, visits = _asked_before(cases)
    holds = _holds(cases)
    phones = _phones_asked(cases)
    return [
        why_not(
            _facts(case, asked, visits, phones, on_hold=_is_held(case, holds)),
            gaps.get(case.instance.hospital_id, gaps.get(None, GAP)),
        )
        for case in cases
    ]


def has_hold(case: Case) -> bool:
    """Tell whether another domain asks to wait with this patient or this visit."""
    return _is_held(case, _holds([case]))


def gap_of(hospital_id: UUID | None) -> timedelta:
    """Give how long a person is left alone after a survey: the hospital's rule, else the group's, else 30 days."""
    gaps = _gaps()
    return gaps.get(hospital_id, gaps.get(None, GAP))


Asked = dict[UUID | None, list[tuple[UUID, datetime]]]
Holds = set[tuple[UUID, UUID | None]]


def _facts(
    case: Case,
    asked: Asked,
    visits: dict[UUID | None, set[UUID]],
    phones: dict[bytes, datetime],
    *,
    on_hold: bool,
) -> ContactFacts:
    instance, person = case.instance, case.asked
    rests = instance.cause_id is None  # who complained wants to be heard, also a day after another survey
    before = [at for survey_id, at in asked.get(instance.patient_id, []) if rests and survey_id != instance.id]
    return ContactFacts(
        now=clock.now(),
        planned_for=instance.send_at,
        is_deceased=person.is_deceased,
        is_test=person.is_test,
        do_not_contact=person.do_not_contact,
        is_minor_without_guardian=case.contact.needs_guardian,
        visit_cancelled=case.journey is not None and case.journey.status == JourneyStatus.CANCELLED,
        visit_asked=bool(visits.get(instance.journey_id, set()) - {instance.id}),
        has_hold=on_hold,
        has_consent=case.has_consent,
        has_address=bool(case.channels),
        patient_asked_at=max(before, default=None),
        phone_asked_at=phones.get(case.digest) if rests and case.digest else None,
        has_questions=bool(instance.questions),
    )


def _gaps() -> dict[UUID | None, timedelta]:
    rows = db.session.execute(select(SurveyContactRule.hospital_id, SurveyContactRule.gap_days)).all()
    return {hospital_id: timedelta(days=days) for hospital_id, days in rows}


def _asked_before(cases: Sequence[Case]) -> tuple[Asked, dict[UUID | None, set[UUID]]]:
    """Give what was sent to these patients: (survey, instant) by patient, and surveys by visit."""
    rows = db.session.execute(
        select(
            SurveyInstance.patient_id, SurveyInstance.journey_id, SurveyInstance.id, SurveyInstance.invited_at
        ).where(
            SurveyInstance.patient_id.in_(_files(cases)),
            SurveyInstance.invited_at.is_not(None),
        )
    )
    asked: Asked = {}
    visits: dict[UUID | None, set[UUID]] = {}
    for patient_id, journey_id, survey_id, at in rows:
        if at is not None:
            asked.setdefault(patient_id, []).append((survey_id, at))
        if journey_id is not None:
            visits.setdefault(journey_id, set()).add(survey_id)
    return asked, visits


def _holds(cases: Sequence[Case]) -> Holds:
    rows = db.session.execute(
        select(ContactHold.patient_id, ContactHold.journey_id).where(
            ContactHold.patient_id.in_(_files(cases)), ContactHold.lifted_at.is_(None)
        )
    )
    return {(patient_id, journey_id) for patient_id, journey_id in rows}


def _is_held(case: Case, holds: Holds) -> bool:
    if case.patient is None:
        return False
    whole = (case.patient.id, None) in holds
    return whole or (case.journey is not None and (case.patient.id, case.journey.id) in holds)


def _files(cases: Sequence[Case]) -> set[UUID]:
    return {case.patient.id for case in cases if case.patient is not None}


def _phones_asked(cases: Sequence[Case]) -> dict[bytes, datetime]:
    digests = {case.digest for case in cases if case.digest is not None}
    rows = db.session.execute(
        select(ContactRecord.phone_digest, func.max(ContactRecord.asked_at))
        .where(ContactRecord.phone_digest.in_(digests))
        .group_by(ContactRecord.phone_digest)
    )
    return {bytes(digest): at for digest, at in rows}
