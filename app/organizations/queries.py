"""Readers of the organization: choices for forms, how a patient is reached, patient search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, false, func, literal, or_, select, true, union, union_all

from app.core.access.actor import Actor
from app.core.access.policy import can, load, visible
from app.core.db import db
from app.core.i18n import named
from app.core.text.digits import strip_marks, western_digits
from app.core.text.fold import fold
from app.core.text.names import name_needles
from app.organizations.identity import is_minor, phone_tail
from app.organizations.models import Department, Hospital, Patient, PatientIdentifier, Physician
from app.organizations.policy import Perm

SEARCH_LIMIT = 25
LONGEST = 100  # signs of a search that are looked at
MOST_CANDIDATES = 200  # who have the words of a search: so many are put in order
TAIL_DIGITS = 9
MOST_MEANT = 200
LEAST_SIGNS = 2
AT = "@"
LEAST_DIGITS = 4
LEAST_LETTERS = 3  # below that only the beginning of a name is looked for


@dataclass(frozen=True, slots=True)
class Contact:
    """How a patient is reached: their own address, or the guardian's for a minor."""

    phone: str
    email: str
    language: str
    refuses: frozenset[str]
    is_guardian: bool = False
    needs_guardian: bool = False  # a minor of whom no guardian is known: nobody may be written to


def contact_of(patient: Patient, on: date) -> Contact:
    """Give whom to write to about a patient on a local day: a minor's guardian, else the patient."""
    refuses = patient.refuses
    if patient.birth_date is not None and is_minor(patient.birth_date, on):
        phone = patient.guardian_phone_e164
        return Contact(phone, "", patient.language, refuses, is_guardian=True, needs_guardian=not phone)
    return Contact(patient.phone_e164, patient.email, patient.language, refuses)


def patients_at_phone(hospital_id: UUID, phone: str) -> Sequence[Patient]:
    """Give the patients of a hospital whose own phone this is (E.164), for contact rules; empty without a phone."""
    if not phone:
        return []
    query = select(Patient).where(
        Patient.phone_reversed == phone_tail(phone)[::-1],
        Patient.phone_e164 == phone,
        Patient.hospital_id == hospital_id,
        Patient.archived_at.is_(None),
    )
    return db.session.execute(query).scalars().all()


def may_identify(actor: Actor) -> bool:
    """Tell whether the actor sees who a patient is; viewers do not."""
    return can(actor, Perm.PATIENT_IDENTIFY)


def may_find_patients(actor: Actor) -> bool:
    """Tell whether the actor may look patients up by who they are, to choose one in a form."""
    return can(actor, Perm.PATIENT_READ) and may_identify(actor)


def is_hospital(hospital_id: UUID) -> bool:
    """Tell whether a hospital of this id is in use."""
    found = db.session.get(Hospital, hospital_id)
    return found is not None and found.archived_at is None


def is_department_of(hospital_id: UUID, department_id: UUID) -> bool:
    """Tell whether a department in use belongs to a hospital."""
    found = db.session.get(Department, department_id)
    return found is not None and found.hospital_id == hospital_id and found.archived_at is None


def is_patient_of(hospital_id: UUID, patient_id: UUID) -> bool:
    """Tell whether a patient on file belongs to a hospital."""
    found = db.session.get(Patient, patient_id)
    return found is not None and found.hospital_id == hospital_id and found.archived_at is None


def options_hospitals(*, actor: Actor) -> Sequence[Hospital]:
    """Give the hospitals that the actor works in."""
    return db.session.execute(hospitals_query(actor.hospital_ids)).scalars().all()


def hospitals_query(hospital_ids: frozenset[UUID] | None) -> Select[Hospital]:
    """Give the statement of these hospitals (None: all) as far as they are in use, by their names."""
    query = select(Hospital).where(Hospital.archived_at.is_(None)).order_by(Hospital.name_en)
    return query if hospital_ids is None else query.where(Hospital.id.in_(hospital_ids))


def chosen_hospital(chosen: UUID | None, *, actor: Actor) -> UUID | None:
    """Give the hospital that a form names; where it names none, the only one that the actor works in."""
    if chosen is not None:
        return chosen
    hospitals = options_hospitals(actor=actor)
    return hospitals[0].id if len(hospitals) == 1 else None


def options_departments(*, actor: Actor) -> Sequence[Department]:
    """Give the departments of the actor's hospitals, for a choice in a form."""
    return db.session.execute(_departments()).scalars().all()


@cache
def _departments() -> Select[Department]:
    return select(Department).where(Department.archived_at.is_(None)).order_by(Department.name_en).limit(300)


def department_names(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Give departments' names in the reader's language, in one statement."""
    rows = db.session.execute(select(Department).where(Department.id.in_(set(ids)))).scalars()
    return {row.id: named(row) for row in rows}


def patient_names(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Give patients' names in the reader's language, in one statement; only for who chose among them."""
    rows = db.session.execute(select(Patient).where(Patient.id.in_(set(ids)))).scalars()
    return {row.id: named(row) for row in rows}


def options_physicians(*, actor: Actor) -> Sequence[Physician]:
    """Give the physicians of the actor's hospitals, for a choice in a form."""
    query = select(Physician).where(visible(Physician, actor, Perm.READ), Physician.archived_at.is_(None))
    return db.session.execute(query.order_by(Physician.name_en, Physician.id).limit(300)).scalars().all()


def find_department(department_id: UUID, *, actor: Actor) -> Department | None:
    """Find a department that the actor may know of; None for any other id."""
    query = select(Department).where(Department.id == department_id, visible(Department, actor, Perm.READ))
    return db.session.execute(query).scalar_one_or_none()


def get_patient(patient_id: UUID, *, actor: Actor) -> Patient:
    """Find a patient through the actor. NotFound outside the scope."""
    return load(Patient, patient_id, actor=actor, needs=Perm.PATIENT_READ)


def find_by_mrn(hospital_id: UUID, mrn: str) -> Patient | None:
    """Find a patient by a file number of today or of a record merged into theirs."""
    query = select(Patient).where(Patient.id == record_of(hospital_id, mrn))
    return db.session.execute(query).scalar_one_or_none()


def record_of(hospital_id: Any, mrn: Any) -> ColumnElement[UUID]:
    """Give the id of the record that has a file number today, else of the one into which that record was merged."""
    today = select(Patient.id).where(
        Patient.hospital_id == hospital_id, Patient.mrn == mrn, Patient.archived_at.is_(None)
    )
    merged = select(PatientIdentifier.patient_id).where(
        PatientIdentifier.hospital_id == hospital_id, PatientIdentifier.mrn == mrn
    )
    return func.coalesce(today.scalar_subquery(), merged.scalar_subquery())


def identifiers_of(patient: Patient) -> Sequence[PatientIdentifier]:
    """Give the file numbers that the patient had before records were merged."""
    query = select(PatientIdentifier).where(PatientIdentifier.patient_id == patient.id)
    return db.session.execute(query.order_by(PatientIdentifier.mrn)).scalars().all()


def search_patients(text: str, *, actor: Actor, limit: int = SEARCH_LIMIT) -> Sequence[Patient]:
    """Find patients by name in either script, phone, e-mail address, file number or identity number; two statements, by index.

    First who has the number, then whose name begins with the text, then who has its words anywhere; each in the order of
    names. Where more than `MOST_CANDIDATES` have the words, they are the first that the index gives: then it takes a
    longer text to find one. Nobody is found by less than two signs, and those who may not identify patients find them by
    file number only.
    """
    wanted = " ".join(text.split())[:LONGEST]
    if len(wanted) < LEAST_SIGNS:
        return []
    return db.session.execute(patients_query(wanted, actor, limit)).scalars().all()


def patients_query(text: str, actor: Actor, limit: int) -> Select[Patient]:
    """Give the statement of a patient search. What it costs follows `limit`, not how many patients match.

    Each way is a list of its own with its own index and end; one OR of them all would sort every match. A later list is
    read only where those before it leave room.
    """
    ways = _ways(text, actor)
    lists: list[Select[Any]] = [select(_beginning(0, ways.number, actor, limit).subquery())]
    room: ColumnElement[bool] = true()
    if ways.beginning is not None:
        begins = _beginning(1, ways.beginning, actor, limit).cte("begins")
        lists.append(select(begins))
        room = _rows(begins) < limit
    for way in ways.words:
        # materialized: planned for all matches (by the index of words), read only as far as the limit asks
        words = _list(2, way, actor).cte().prefix_with("MATERIALIZED", dialect="postgresql")
        some = select(words).where(room).limit(MOST_CANDIDATES).cte()
        lists.append(select(some))
        room = and_(room, _rows(some) < MOST_CANDIDATES)
    found = union_all(*lists).subquery("found")
    place = func.min(found.c.place).label("place")
    best = select(found.c.id, place).group_by(found.c.id, found.c.search).order_by(place, found.c.search, found.c.id)
    chosen = best.limit(limit).subquery("chosen")
    query = select(Patient).join(chosen, chosen.c.id == Patient.id)
    return query.order_by(chosen.c.place, Patient.search, Patient.id)


def _rows(listed: CTE) -> ColumnElement[int]:
    return select(func.count()).select_from(listed).scalar_subquery()


def _beginning(place: int, way: ColumnElement[bool], actor: Actor, limit: int) -> Select[UUID, str, int]:
    return _list(place, way, actor).order_by(Patient.search, Patient.id).limit(limit)


def _list(place: int, way: ColumnElement[bool], actor: Actor) -> Select[UUID, str, int]:
    return select(Patient.id, Patient.search, literal(place).label("place")).where(*_on_file(actor), way)


def _on_file(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return visible(Patient, actor, Perm.PATIENT_READ), Patient.archived_at.is_(None)


def meant_patients(text: str, actor: Actor) -> Select[UUID]:
    """Give the statement of who may be meant by a text in a search of cases, at most 200; by index."""
    now = select(Patient.id).where(_any_way(_ways(text, actor, with_former=False)))
    query = union(now, _former(_number_in(text))) if may_identify(actor) else now
    return cast("Select[UUID]", query.limit(MOST_MEANT))


def ids_of_patients(text: str, *, actor: Actor) -> Sequence[UUID]:
    """Give who may be meant by a text in a search of cases, at most 200; one statement, by index."""
    return db.session.execute(meant_patients(text, actor)).scalars().all()


def patient_clause(text: str, actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of a patient search: what this actor may search by. Every way in it has its own index."""
    return _any_way(_ways(text, actor))


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a text may be: a number, the beginning of a name, words of a name."""

    number: ColumnElement[bool]
    beginning: ColumnElement[bool] | None = None
    words: tuple[ColumnElement[bool], ...] = ()  # alternatives


def _any_way(ways: _Ways) -> ColumnElement[bool]:
    if ways.beginning is None:
        return ways.number
    return or_(ways.number, *(ways.words or (ways.beginning,)))


def _number_in(text: str) -> str:
    return western_digits(strip_marks(" ".join(text.split())[:LONGEST]))


def _ways(text: str, actor: Actor, *, with_former: bool = True) -> _Ways:
    wanted, number = " ".join(text.split())[:LONGEST], _number_in(text)
    if not may_identify(actor):
        return _Ways(Patient.mrn == number)
    by_number = Patient.mrn == number
    if with_former:  # asked first, since a subquery inside an OR would read every patient
        by_number = or_(by_number, Patient.id.in_(db.session.execute(_former(number)).scalars().all()))
    if AT in wanted:
        return _Ways(or_(by_number, _by_email(wanted.lower())))
    digits = "".join(sign for sign in number if sign.isdigit())
    if len(digits) >= LEAST_DIGITS and not any(sign.isalpha() for sign in number):
        return _Ways(or_(by_number, _by_phone(digits), Patient.national_id == digits))
    folded = fold(wanted)
    beginning = Patient.search.like(f"{_escaped(folded)}%")
    if len(folded) < LEAST_LETTERS:
        return _Ways(by_number, beginning)
    return _Ways(by_number, beginning, tuple(_by_words(wanted)))


def _former(number: str) -> Select[UUID]:
    """Give the statement of who had this file number before a merge."""
    return select(PatientIdentifier.patient_id).where(PatientIdentifier.mrn == number)


def _by_phone(digits: str) -> ColumnElement[bool]:
    """Compare the end of the number from behind, so that the index serves any number of digits."""
    tail = digits[-TAIL_DIGITS:][::-1]
    if len(tail) == TAIL_DIGITS:
        return Patient.phone_reversed == tail
    return Patient.phone_reversed.like(f"{tail}%")


def _by_email(typed: str) -> ColumnElement[bool]:
    """Compare the beginning of the address, at least its name and the sign after it."""
    if typed.startswith(AT):
        return false()
    return and_(Patient.email != "", func.lower(Patient.email).like(f"{_escaped(typed)}%"))


def _by_words(wanted: str) -> list[ColumnElement[bool]]:
    return [and_(*(_has(_escaped(word), len(word)) for word in way if word)) for way in name_needles(wanted)]


def _has(escaped: str, letters: int) -> ColumnElement[bool]:
    """Look for a word anywhere; for one of less than three letters, which no index finds inside, at the start of words."""
    if letters < LEAST_LETTERS:
        return or_(Patient.search.like(f"{escaped}%"), Patient.search.like(f"% {escaped}%"))
    return Patient.search.like(f"%{escaped}%")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
