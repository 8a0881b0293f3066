"""The cases that contact rules decide about, and the visit frozen into a survey as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import lazyload
from sqlalchemy.sql.base import ExecutableOption

from app.core.db import db, take_turn
from app.core.keys.links import keyed_digest
from app.core.time import clock
from app.journeys.enums import StageStatus
from app.journeys.models import Journey
from app.organizations import queries as organizations
from app.organizations.identity import age_in_years
from app.organizations.models import Department, Hospital, Patient
from app.surveys.enums import CHANNEL_ORDER
from app.surveys.models import SurveyInstance, SurveyTemplate
from app.surveys.rules.logic import may_be_shown
from app.surveys.rules.questions import Value
from app.surveys.services import asking
from app.surveys.services.asking import AskedQuestion

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: how they are reached now, and what forbids it; their file where they have one."""

    contact: organizations.Contact
    patient: Patient | None = None
    is_deceased: bool = False
    do_not_contact: bool = False
    is_test: bool = False


NOBODY = Asked(organizations.Contact("", "", "ar", frozenset()), do_not_contact=True)
_WITHOUT_FILE: dict[str, Callable[[UUID], Asked]] = {}


def ask_without_file(case_type: str, find: Callable[[UUID], Asked]) -> None:
    """Let another domain say who is asked about its case where no patient is on file; addresses stay with that case alone."""
    _WITHOUT_FILE[case_type] = find


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one survey, planned or only thought of, that deciding and sending need."""

    instance: SurveyInstance
    template: SurveyTemplate
    questions: list[AskedQuestion]  # in force now, in order
    asked: Asked
    journey: Journey | None
    department: Department | None
    hospital: Hospital

    @property
    def contact(self) -> organizations.Contact:
        """How the person is reached now."""
        return self.asked.contact

    @property
    def patient(self) -> Patient | None:
        """The file of the person; None of who has none."""
        return self.asked.patient

    @property
    def digest(self) -> bytes | None:
        """The phone as it is known across the group; None without one."""
        return keyed_digest("phone", self.contact.phone.encode()) if self.contact.phone else None

    @property
    def channels(self) -> list[str]:
        """The channels that reach the person, in the order in which they are tried."""
        contact = self.contact
        return [str(channel) for channel in CHANNEL_ORDER if (contact.email if channel == "email" else contact.phone)]

    @property
    def has_consent(self) -> bool:
        """Whether the person agreed to at least one channel that reaches them."""
        return bool(set(self.channels) - self.contact.refuses)


def case_of(instance: SurveyInstance) -> Case:
    """Read what belongs to one survey."""
    return cases_of([instance])[0]


def cases_of(instances: Sequence[SurveyInstance]) -> list[Case]:
    """Read what belongs to each survey, in as many statements whatever their number."""
    patients = _by_id(Patient, (each.patient_id for each in instances))
    hospitals = _by_id(Hospital, (each.hospital_id for each in instances))
    journeys = _by_id(Journey, (each.journey_id for each in instances))
    departments = _by_id(Department, (each.department_id for each in instances))
    without_questions = lazyload(SurveyTemplate.questions)
    templates = _by_id(SurveyTemplate, (each.template_id for each in instances), without_questions)
    questions = asking.of_templates(templates.keys())
    now = clock.now()
    cases = []
    for each in instances:
        hospital = hospitals[each.hospital_id]
        cases.append(
            Case(
                instance=each,
                template=templates[each.template_id],
                questions=questions[each.template_id],
                asked=_asked(each, patients.get(each.patient_id), clock.local_day(now, hospital.zone)),
                journey=journeys.get(each.journey_id),
                department=departments.get(each.department_id),
                hospital=hospital,
            )
        )
    return cases


def as_on_file(patient: Patient, on: date) -> Asked:
    """Give how a patient on file is asked on a local day."""
    return Asked(
        organizations.contact_of(patient, on),
        patient,
        is_deceased=patient.deceased_at is not None,
        do_not_contact=patient.no_contact or patient.erased_at is not None,
        is_test=patient.is_test,
    )


def _asked(instance: SurveyInstance, patient: Patient | None, on: date) -> Asked:
    if patient is not None:
        return as_on_file(patient, on)
    find = _WITHOUT_FILE.get(instance.cause_type)
    return find(instance.cause_id) if find is not None and instance.cause_id is not None else NOBODY


def one_at_a_time(key: object) -> None:
    """Let two workers that decide about the same person or phone wait for each other."""
    take_turn(str(key), 361)


def freeze(case: Case) -> None:
    """Keep what the survey is about, as it is known now: stages that happened, department, language, questions."""
    instance, journey, department = case.instance, case.journey, case.department
    done = [stage.code for stage in journey.stages if stage.status == StageStatus.COMPLETED] if journey else None
    instance.language = case.contact.language
    instance.context = {
        "stages": done,
        "facts": _visit_facts(case),
        "department_en": department.name_en if department else "",
        "department_ar": department.name_ar if department else "",
        "visit_at": journey.started_at.isoformat() if journey else "",
        "guardian": case.contact.is_guardian,
    }
    context = instance.visit_context
    instance.questions = [str(each.id) for each in case.questions if may_be_shown(each.question, context)]


def _visit_facts(case: Case) -> dict[str, Value]:
    """What show-if conditions may ask of a visit (`logic.CONTEXT_FIELDS`); what is not known is left out."""
    patient = case.patient
    day = clock.local_day(clock.now(), case.hospital.zone)
    known: dict[str, Value | None] = {
        "journey_type": str(case.journey.kind) if case.journey else None,
        "language": case.contact.language,
        "sex": (patient.sex or None) if patient else None,
        "department_code": case.department.code if case.department else None,
        "age_years": age_in_years(patient.birth_date, day) if patient and patient.birth_date else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _by_id(model: type[M], ids: Iterable[UUID | None], *options: ExecutableOption) -> dict[Any, M]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(model).where(model.id.in_(wanted)).options(*options))  # type: ignore[attr-defined]
    return {row.id: row for row in rows.unique().scalars()}  # type: ignore[attr-defined]
