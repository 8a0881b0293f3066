"""Codes of journeys, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext


class JourneyKind(StrEnum):
    """The kinds of visit (product.md section 3)."""

    EMS = "ems"
    INPATIENT = "inpatient"
    OPD = "opd"
    DAY_CASE = "day_case"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return KIND_LABELS[self]


KIND_LABELS: dict[JourneyKind, Any] = {
    JourneyKind.EMS: _l("Emergency"),
    JourneyKind.INPATIENT: _l("Inpatient"),
    JourneyKind.OPD: _l("Outpatient clinic"),
    JourneyKind.DAY_CASE: _l("Day case"),
}


class JourneyStatus(StrEnum):
    """The states of a journey (product.md section 5)."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return {
            JourneyStatus.ACTIVE: _l("Under way"),
            JourneyStatus.COMPLETED: _l("Completed"),
            JourneyStatus.CANCELLED: _l("Cancelled"),
        }[self]


class StageStatus(StrEnum):
    """The states of a stage (product.md section 5)."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return {
            StageStatus.PENDING: pgettext("stage", "Not yet"),
            StageStatus.IN_PROGRESS: pgettext("stage", "Now"),
            StageStatus.COMPLETED: pgettext("stage", "Done"),
            StageStatus.SKIPPED: pgettext("stage", "Missing"),
            StageStatus.CANCELLED: pgettext("stage", "Cancelled"),
        }[self]


class VisitCode(StrEnum):
    """Event codes that move journeys (domain.md section 7); sites map their own codes to these."""

    EMS_ARRIVAL = "EMS_ARRIVAL"
    EMS_TRIAGE = "EMS_TRIAGE"
    EMS_TREATMENT = "EMS_TREATMENT"
    EMS_DISCHARGE = "EMS_DISCHARGE"
    INPATIENT_ADMISSION = "INPATIENT_ADMISSION"
    INPATIENT_TRANSFER = "INPATIENT_TRANSFER"
    INPATIENT_MEDICATION = "INPATIENT_MEDICATION"
    INPATIENT_DISCHARGE = "INPATIENT_DISCHARGE"
    INPATIENT_ADMISSION_CANCELLED = "INPATIENT_ADMISSION_CANCELLED"
    INPATIENT_DISCHARGE_CANCELLED = "INPATIENT_DISCHARGE_CANCELLED"
    OPD_STAGE_1_REGISTRATION = "OPD_STAGE_1_REGISTRATION"
    OPD_VISIT_COMPLETED = "OPD_VISIT_COMPLETED"
    OUTPATIENT_CONVERSION = "OUTPATIENT_CONVERSION"  # an inpatient goes on as an outpatient (HL7 A07)
    DAY_CASE_ADMISSION = "DAY_CASE_ADMISSION"
    DAY_CASE_PROCEDURE = "DAY_CASE_PROCEDURE"
    DAY_CASE_RECOVERY = "DAY_CASE_RECOVERY"
    DAY_CASE_DISCHARGE = "DAY_CASE_DISCHARGE"
    LAB_ORDER_COMPLETED = "LAB_ORDER_COMPLETED"
    RADIOLOGY_REPORT_FINALIZED = "RADIOLOGY_REPORT_FINALIZED"
    PHARMACY_DISPENSED = "PHARMACY_DISPENSED"
    APPOINTMENT_BOOKED = "APPOINTMENT_BOOKED"
    APPOINTMENT_RESCHEDULED = "APPOINTMENT_RESCHEDULED"
    APPOINTMENT_CANCELLED = "APPOINTMENT_CANCELLED"
    APPOINTMENT_NO_SHOW = "APPOINTMENT_NO_SHOW"


# the kind of visit that an event alone can begin, when no journey of the encounter is known yet
BEGINS: dict[str, JourneyKind] = {
    VisitCode.EMS_ARRIVAL: JourneyKind.EMS,
    VisitCode.EMS_TRIAGE: JourneyKind.EMS,
    VisitCode.EMS_TREATMENT: JourneyKind.EMS,
    VisitCode.EMS_DISCHARGE: JourneyKind.EMS,
    VisitCode.INPATIENT_ADMISSION: JourneyKind.INPATIENT,
    VisitCode.INPATIENT_TRANSFER: JourneyKind.INPATIENT,
    VisitCode.INPATIENT_MEDICATION: JourneyKind.INPATIENT,
    VisitCode.INPATIENT_DISCHARGE: JourneyKind.INPATIENT,
    VisitCode.OPD_STAGE_1_REGISTRATION: JourneyKind.OPD,
    VisitCode.OPD_VISIT_COMPLETED: JourneyKind.OPD,
    VisitCode.OUTPATIENT_CONVERSION: JourneyKind.OPD,
    VisitCode.APPOINTMENT_BOOKED: JourneyKind.OPD,
    VisitCode.DAY_CASE_ADMISSION: JourneyKind.DAY_CASE,
    VisitCode.DAY_CASE_PROCEDURE: JourneyKind.DAY_CASE,
    VisitCode.DAY_CASE_RECOVERY: JourneyKind.DAY_CASE,
    VisitCode.DAY_CASE_DISCHARGE: JourneyKind.DAY_CASE,
}

# events that end a visit, call it off, or take its end back
ENDS = frozenset(
    {
        VisitCode.EMS_DISCHARGE,
        VisitCode.INPATIENT_DISCHARGE,
        VisitCode.OPD_VISIT_COMPLETED,
        VisitCode.DAY_CASE_DISCHARGE,
    }
)
CANCELS = frozenset(
    {VisitCode.INPATIENT_ADMISSION_CANCELLED, VisitCode.APPOINTMENT_CANCELLED, VisitCode.APPOINTMENT_NO_SHOW}
)
REOPENS = frozenset({VisitCode.INPATIENT_DISCHARGE_CANCELLED})
# facts that show a called-off visit going on after all; a late laboratory result does not
REVIVES = frozenset(BEGINS) | {VisitCode.APPOINTMENT_RESCHEDULED}
