"""What a message says happened: its event codes, its visit, and when. Tables by type and trigger; sites add their mappings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.integrations.hl7.reader import Message, Segment
from app.integrations.hl7.times import instant
from app.journeys.enums import VisitCode as V

NOTHING = "NONE"  # a site's mapping to this: its code is of no interest
PATIENT_UPDATED, PATIENT_MERGED = "PATIENT_UPDATED", "PATIENT_MERGED"
VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2")
BEFORE_2_4 = ("2.3", "2.3.1")

ARRIVALS = {"I": V.INPATIENT_ADMISSION, "E": V.EMS_ARRIVAL, "O": V.OPD_STAGE_1_REGISTRATION, "D": V.DAY_CASE_ADMISSION}
DEPARTURES = {"I": V.INPATIENT_DISCHARGE, "E": V.EMS_DISCHARGE, "O": V.OPD_VISIT_COMPLETED, "D": V.DAY_CASE_DISCHARGE}
TRANSFERS = {"I": V.INPATIENT_TRANSFER, "E": PATIENT_UPDATED, "O": PATIENT_UPDATED, "D": PATIENT_UPDATED}

# HL7 table 0074: the sections whose results end a laboratory or a radiology stage
LABORATORY = ["LAB", "CH", "HM", "MB", "BG", "BLB", "IMM", "SR", "SP", "CP", "TX", "VR", "MCB", "MYC", "CTG", "HH"]
RADIOLOGY = ["RAD", "RUS", "CUS", "CT", "NMR", "NMS", "OUS", "RX", "VUS", "XRC", "MR", "PET", "US"]
OTHER_SECTIONS = [
    "AU",
    "EC",
    "EN",
    "GE",
    "ICU",
    "IMG",
    "NRS",
    "OT",
    "OTH",
    "PAR",
    "PAT",
    "PF",
    "PHR",
    "PHY",
    "PT",
    "RC",
    "RT",
]  # no stage of ours
SECTIONS: Mapping[str, str] = {
    **dict.fromkeys(LABORATORY, V.LAB_ORDER_COMPLETED),
    **dict.fromkeys(RADIOLOGY, V.RADIOLOGY_REPORT_FINALIZED),
    **dict.fromkeys(OTHER_SECTIONS, ""),
}
REPORTED = frozenset({"F", "C"})  # final, corrected
EXPIRED = frozenset({"20", "40", "41", "42"})  # HL7 table 0112


@dataclass(frozen=True, slots=True)
class Site:
    """What one source's messages mean: its zone, and its own codes by kind (event, patient_class, section)."""

    zone: ZoneInfo
    mappings: Mapping[tuple[str, str], str]

    def code(self, kind: str, said: str) -> str | None:
        """Give what a site's own code stands for, or None when nobody mapped it."""
        return self.mappings.get((kind, said)) or self.mappings.get((kind, said.upper()))


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: codes (empty: nothing for the portal), visit number, time, place and physician."""

    codes: tuple[str, ...]
    encounter: str = ""
    occurred_at: datetime | None = None
    place: str = ""  # PV1-3.1, by which the department is found
    service: str = ""  # PV1-10
    location: str = ""
    physician: str = ""
    scheduled_at: datetime | None = None
    is_expired: bool = False
    unknown: str = ""  # the field whose code nobody knows, as in PV1-2
    encounter_place: str = ""  # where visit number and time were found, as in PV1-19 and EVN-6
    time_place: str = ""


def happening_of(message: Message, site: Site) -> Happening:
    """Say what a message tells. Raises Unreadable for a time that can not be read."""
    codes, unknown = _codes(message, site)
    if unknown:
        return Happening((), unknown=unknown)
    if not codes:
        return Happening(())
    visit = message.first("PV1")
    encounter, encounter_place = visit_number(message)
    time, time_place = _first_said(message, (*_TIMES.get(message.header.text(9), ()), ("MSH", 7)))
    bed = [visit.text(3, part) for part in (1, 2, 3)] if visit else []
    return Happening(
        codes=codes,
        encounter=encounter[:80],
        occurred_at=instant(time, site.zone, time_place or "MSH-7"),
        place=bed[0] if bed else "",
        service=visit.text(10) if visit else "",
        location=" ".join(part for part in bed if part)[:200],
        physician=visit.text(7) if visit else "",
        scheduled_at=_appointment(message, site.zone),
        is_expired=visit is not None and visit.text(36) in EXPIRED,
        encounter_place=encounter_place,
        time_place=time_place,
    )


def _codes(message: Message, site: Site) -> tuple[tuple[str, ...], str]:
    """Give the event codes of a message, and the field at fault when its code is not known; a site's mapping comes first."""
    own = site.code("event", message.kind)
    if own:
        return ((own,) if own != NOTHING else ()), ""
    find = _FINDERS.get(_current(message))
    return find(message, site) if find else ((), "")


def _current(message: Message) -> str:
    """Give type and trigger as versions from 2.4 on write them; before, pharmacy messages came as O01."""
    kind, version = message.kind, message.header.text(12)
    if version in BEFORE_2_4:
        return {"RDS^O01": "RDS^O13", "RAS^O01": "RAS^O17"}.get(kind, "" if kind in ("RDS^O13", "RAS^O17") else kind)
    return "" if kind in ("RDS^O01", "RAS^O01") else kind


Finder = Callable[[Message, Site], tuple[tuple[str, ...], str]]


def _always(*codes: str) -> Finder:
    return lambda _message, _site: (codes, "")


def _by_class(table: Mapping[str, str]) -> Finder:
    def find(message: Message, site: Site) -> tuple[tuple[str, ...], str]:
        visit = message.first("PV1")
        said = visit.text(2) if visit else ""
        code = table.get((site.code("patient_class", said) or said).upper())
        return ((code,), "") if code else ((), "PV1-2")

    return find


def _by_section(message: Message, site: Site) -> tuple[tuple[str, ...], str]:
    found: list[str] = []
    for order in message.all("OBR"):
        if order.text(25).upper() not in REPORTED:
            continue
        said = order.text(24)
        code = site.code("section", said) if said else None
        if code is None:
            if said.upper() not in SECTIONS:
                return (), "OBR-24"
            code = SECTIONS[said.upper()]
        found += [code] if code and code != NOTHING else []
    return tuple(dict.fromkeys(found)), ""


_FINDERS: dict[str, Finder] = {
    "ADT^A01": _by_class(ARRIVALS),
    "ADT^A02": _by_class(TRANSFERS),
    "ADT^A03": _by_class(DEPARTURES),
    "ADT^A04": _by_class(ARRIVALS),
    "ADT^A06": _always(V.INPATIENT_ADMISSION),
    "ADT^A07": _always(V.OUTPATIENT_CONVERSION),
    "ADT^A08": _always(PATIENT_UPDATED),
    "ADT^A11": _always(V.INPATIENT_ADMISSION_CANCELLED),
    "ADT^A13": _always(V.INPATIENT_DISCHARGE_CANCELLED),
    "ADT^A28": _always(PATIENT_UPDATED),
    "ADT^A31": _always(PATIENT_UPDATED),
    "ADT^A40": _always(PATIENT_MERGED),
    "ORU^R01": _by_section,
    "RDS^O13": _always(V.PHARMACY_DISPENSED),
    "RAS^O17": _always(V.INPATIENT_MEDICATION),
    "SIU^S12": _always(V.APPOINTMENT_BOOKED),
    "SIU^S13": _always(V.APPOINTMENT_RESCHEDULED),
    "SIU^S14": _always(V.APPOINTMENT_RESCHEDULED),
    "SIU^S15": _always(V.APPOINTMENT_CANCELLED),
    "SIU^S17": _always(V.APPOINTMENT_CANCELLED),
    "SIU^S26": _always(V.APPOINTMENT_NO_SHOW),
}

# where the time of the event stands, in the order in which it is looked for; MSH-7 comes last for all
_TIMES: dict[str, tuple[tuple[str, int], ...]] = {
    "ADT": (("EVN", 6), ("EVN", 2)),
    "ORU": (("OBR", 22),),
    "RDS": (("RXD", 3),),
    "RAS": (("RXA", 3),),
    "SIU": (),
}


# where the number of the visit stands, in the order in which it is looked for
_ENCOUNTERS = (("PV1", 19), ("SCH", 2), ("SCH", 1), ("PID", 18))


def visit_number(message: Message) -> tuple[str, str]:
    """Give the number of the visit and the field where it stands; both empty when it is not said."""
    return _first_said(message, _ENCOUNTERS)


def _first_said(message: Message, places: tuple[tuple[str, int], ...]) -> tuple[str, str]:
    """Give the first of these fields that says something, and its name; both empty when none does."""
    for name, number in places:
        segment = _telling(message, name)
        text = segment.text(number) if segment else ""
        if text:
            return text, f"{name}-{number}"
    return "", ""


def _telling(message: Message, name: str) -> Segment | None:
    """Give the segment that tells the time: of several orders the first that is reported."""
    if name != "OBR":
        return message.first(name)
    return next((order for order in message.all("OBR") if order.text(25).upper() in REPORTED), None)


def _appointment(message: Message, zone: ZoneInfo) -> datetime | None:
    booking = message.first("SCH")
    text = booking.text(11, 4) if booking else ""
    return instant(text, zone, "SCH-11") if text else None
