"""Visits of a made-up hospital as the HL7 messages that its system would send, each with the minute at which it is sent. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.portal.demo.names import FAMILIES, MEN, WOMEN

ARRIVE_WITHIN = 6.0  # minutes between one arrival and the next, at most
LABORATORY, RADIOLOGY = "LAB", "RAD"


@dataclass(frozen=True, slots=True)
class Ward:
    """Where messages of a source go, and what its hospital has."""

    host: str
    port: int
    facility: str
    physicians: tuple[tuple[str, str], ...]  # license number, name


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up patient."""

    mrn: str
    arabic: tuple[str, str, str]  # given, father's, family
    latin: tuple[str, str, str]
    sex: str
    born: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a visit, `at` minutes after the start."""

    at: float
    ward: Ward
    person: Person
    visit: str
    trigger: str  # ADT^A04
    klass: str
    place: str
    physician: tuple[str, str]
    section: str = ""


# trigger, section, share of visits that have it, minutes since the step before
Course = tuple[tuple[str, str, float, float], ...]
CLASS = {"opd": "O", "ems": "E", "inpatient": "I"}
COURSES: dict[str, Course] = {
    "opd": (
        ("ADT^A04", "", 1.0, 0),
        ("ORU^R01", LABORATORY, 0.6, 25),
        ("ADT^A03", "", 1.0, 30),
        ("RDS^O13", "", 0.7, 15),
    ),
    "ems": (
        ("ADT^A04", "", 1.0, 0),
        ("ORU^R01", LABORATORY, 0.7, 40),
        ("ORU^R01", RADIOLOGY, 0.5, 35),
        ("ADT^A03", "", 1.0, 60),
    ),
    "inpatient": (
        ("ADT^A01", "", 1.0, 0),
        ("ORU^R01", LABORATORY, 0.9, 60),
        ("ADT^A02", "", 0.4, 90),
        ("ADT^A03", "", 1.0, 240),
    ),
}
PLACES = {"opd": ("IM", "PED", "OBG", "ORT"), "ems": ("ER",), "inpatient": ("W1", "W2")}


def plan(rng: random.Random, wards: list[Ward], visits: int) -> list[Step]:
    """Give the messages of so many visits in the order in which they are sent; visits overlap as in a hospital."""
    run = f"{rng.randrange(36**5):05X}"[-5:]
    steps: list[Step] = []
    begins = 0.0
    for number in range(visits):
        steps += _visit(rng, rng.choice(wards), begins, f"L{run}{number:04d}")
        begins += rng.uniform(0.5, ARRIVE_WITHIN)
    return sorted(steps, key=lambda step: step.at)


def _visit(rng: random.Random, ward: Ward, begins: float, name: str) -> Iterator[Step]:
    kind = rng.choices(list(COURSES), weights=(6, 3, 1))[0]
    person = _person(rng, name)
    place, physician = rng.choice(PLACES[kind]), rng.choice(ward.physicians or (("", ""),))
    at = begins
    for trigger, section, share, minutes in COURSES[kind]:
        if share < 1.0 and rng.random() > share:
            continue
        at += minutes * rng.uniform(0.6, 1.5)
        yield Step(at, ward, person, name, trigger, CLASS[kind], place, physician, section)


def _person(rng: random.Random, name: str) -> Person:
    sex = rng.choice("MF")
    given, father, family = rng.choice(WOMEN if sex == "F" else MEN), rng.choice(MEN), rng.choice(FAMILIES)
    born = f"{rng.randint(1945, 2004)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    return Person(
        mrn=f"M{name}",
        arabic=(given[1], father[1], family[1]),
        latin=(given[0], father[0], family[0]),
        sex=sex,
        born=born,
        phone=f"05{rng.randrange(10**8):08d}",
        language="ar" if rng.random() < 0.8 else "en",
    )


def message(step: Step, sent: datetime) -> str:
    """Write the message of a step as it is sent at this local time."""
    stamp = sent.strftime("%Y%m%d%H%M%S%z")
    control = f"{step.visit}-{step.trigger[-3:]}{step.section}"
    fields = {"PV1": _fields(19), "OBR": _fields(25), "RXD": _fields(3)}
    fields["PV1"] |= {
        1: "1",
        2: step.klass,
        3: f"{step.place}^{1 + len(step.place)}^1",
        7: _physician(step),
        19: step.visit,
    }
    fields["OBR"] |= {1: "1", 22: stamp, 24: step.section, 25: "F"}
    fields["RXD"] |= {1: "1", 3: stamp}
    wanted = ["PV1", *(["OBR"] if step.section else []), *(["RXD"] if step.trigger == "RDS^O13" else [])]
    lines = [
        f"MSH|^~\\&|HIS|{step.ward.facility}|PX360|GROUP|{stamp}||{step.trigger}|{control}|P|2.5||||||UNICODE UTF-8",
        *([f"EVN|{step.trigger[4:]}|{stamp}||||{stamp}"] if step.trigger.startswith("ADT") else []),
        _pid(step.person),
        *("|".join((name, *fields[name].values())) for name in wanted),
    ]
    return "\r".join(lines) + "\r"


def _fields(count: int) -> dict[int, str]:
    return dict.fromkeys(range(1, count + 1), "")


def _physician(step: Step) -> str:
    return f"{step.physician[0]}^{step.physician[1]}" if step.physician[0] else ""


def _pid(person: Person) -> str:
    names = "~".join(f"{family}^{given}^{father}^^^^L" for given, father, family in (person.arabic, person.latin))
    return f"PID|1||{person.mrn}^^^HIS^MR||{names}||{person.born}|{person.sex}|||||{person.phone}||{person.language}"
