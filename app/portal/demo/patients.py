"""The demo's patients: five thousand made-up people, children with their guardians, households that share a phone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.core.time import clock
from app.organizations.models import Patient
from app.portal.demo.bulk import Sheets
from app.portal.demo.names import full_name, patient_name
from app.portal.demo.organization import DemoHospital

RELATIONS = ("father", "mother")
NO_GUARDIAN = {"guardian_name": "", "guardian_phone_e164": "", "guardian_relation": ""}


@dataclass(slots=True)
class Pool:
    """The patients of a hospital by the departments that see them."""

    adults: list[Patient] = field(default_factory=list)
    women: list[Patient] = field(default_factory=list)
    children: list[Patient] = field(default_factory=list)

    def for_place(self, rng: random.Random, place: str) -> Patient:
        """Draw somebody whom this department may see."""
        if place == "PED":
            return rng.choice(self.children)
        if place == "OBG":
            return rng.choice(self.women)
        is_child = place == "ER" and rng.random() < 0.25
        return rng.choice(self.children if is_child else self.adults)


def make_patients(sheets: Sheets, hospital: DemoHospital) -> Pool:
    """Add the patients of a hospital to the sheets."""
    rng, now, pool = sheets.rng, clock.now(), Pool()
    phone = ""
    for number in range(hospital.patients):
        born_days = rng.uniform(400, 17 * 365) if rng.random() < 0.22 else rng.uniform(18 * 365 + 6, 88 * 365)
        birth = now - timedelta(days=born_days)
        sex = rng.choice("MF")
        shares_phone = phone and rng.random() < 0.05
        phone = phone if shares_phone else f"5{rng.choice('0345689')}{rng.randrange(10**7):07d}"
        is_child = born_days < 18 * 365 + 6
        patient = _patient(sheets, hospital, number, birth, sex, phone, is_child)
        if is_child:
            pool.children.append(patient)
            continue
        pool.adults.append(patient)
        if sex == "F" and born_days < 50 * 365:
            pool.women.append(patient)
    return pool


def _patient(
    sheets: Sheets, hospital: DemoHospital, number: int, birth: datetime, sex: str, phone: str, is_child: bool
) -> Patient:
    rng, now = sheets.rng, clock.now()
    known = now - timedelta(days=rng.uniform(366, 1_500))
    name_en, name_ar, nationality = patient_name(rng, sex)
    refuses = rng.random() < 0.025
    values: dict[str, Any] = {
        "hospital_id": hospital.id,
        "mrn": f"{hospital.code}{100_000 + number}",
        "name_en": name_en if nationality != "SAU" or rng.random() < 0.8 else "",
        "name_ar": name_ar,
        "national_id": _identity(rng, nationality),
        "phone_e164": f"+966{phone}",
        "phone_tail": phone,
        "email": f"patient{hospital.code.lower()}{number}@example.org" if rng.random() < 0.2 else "",
        "birth_date": birth.date(),
        "sex": sex,
        "nationality": nationality,
        "language": "en" if nationality in ("PHL", "IND", "PAK", "GBR") or rng.random() < 0.05 else "ar",
        "consents": {"sms": {"given": False, "at": known.isoformat()}} if refuses else {},
        "no_contact": rng.random() < 0.008,
        "is_test": number < 2,
        **(_guardian(rng, phone, name_ar) if is_child and rng.random() < 0.92 else NO_GUARDIAN),
    }
    return Patient(**sheets.add(Patient, known, **values))


def _guardian(rng: random.Random, phone: str, name_ar: str) -> dict[str, str]:
    relation = rng.choice(RELATIONS)
    given = full_name(rng, "M" if relation == "father" else "F")[1].split()[0]
    return {
        "guardian_name": f"{given} {' '.join(name_ar.split()[1:])}",
        "guardian_phone_e164": f"+966{phone}",
        "guardian_relation": relation,
    }


def _identity(rng: random.Random, nationality: str) -> str:
    """Make a number of ten digits whose check digit fits (domain.md 1.3); it belongs to nobody that the demo knows."""
    first = ("1" if nationality == "SAU" else "2") + f"{rng.randrange(10**8):08d}"
    doubled = (int(digit) * 2 if place % 2 == 0 else int(digit) for place, digit in enumerate(first))
    total = sum(each - 9 if each > 9 else each for each in doubled)
    return f"{first}{-total % 10}"
