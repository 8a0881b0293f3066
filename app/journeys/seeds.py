"""Reference data of journeys: the group's templates for the four kinds of visit. Repeatable."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.journeys.enums import JourneyKind, VisitCode
from app.journeys.models import JourneyTemplate, StageTemplate


class Stage(NamedTuple):
    """A stage to seed."""

    code: str
    name_en: str
    name_ar: str
    triggers: tuple[str, ...]
    minutes: int | None = None
    is_optional: bool = False


V = VisitCode
LAB = Stage("LAB", "Laboratory", "المختبر", (V.LAB_ORDER_COMPLETED,), 60, True)
RADIOLOGY = Stage("RADIOLOGY", "Radiology", "الأشعة", (V.RADIOLOGY_REPORT_FINALIZED,), 90, True)
PHARMACY = Stage("PHARMACY", "Pharmacy", "الصيدلية", (V.PHARMACY_DISPENSED,), 30, True)

TEMPLATES: dict[JourneyKind, tuple[str, str, tuple[Stage, ...]]] = {
    JourneyKind.EMS: (
        "Emergency visit",
        "زيارة الطوارئ",
        (
            Stage("ARRIVAL", "Arrival", "الوصول", (V.EMS_ARRIVAL,)),
            Stage("TRIAGE", "Triage", "الفرز", (V.EMS_TRIAGE,), 15, True),
            Stage("TREATMENT", "Treatment", "العلاج", (V.EMS_TREATMENT,), 60, True),
            LAB,
            RADIOLOGY,
            PHARMACY,
            Stage("DISCHARGE", "Discharge", "الخروج", (V.EMS_DISCHARGE,), 240),
        ),
    ),
    JourneyKind.INPATIENT: (
        "Inpatient stay",
        "التنويم",
        (
            Stage("ADMISSION", "Admission", "الدخول", (V.INPATIENT_ADMISSION,)),
            Stage("TRANSFER", "Transfer", "النقل بين الأقسام", (V.INPATIENT_TRANSFER,), None, True),
            LAB,
            RADIOLOGY,
            Stage("MEDICATION", "Medication", "الأدوية", (V.INPATIENT_MEDICATION, V.PHARMACY_DISPENSED), None, True),
            Stage("DISCHARGE", "Discharge", "الخروج", (V.INPATIENT_DISCHARGE,), 4320),
        ),
    ),
    JourneyKind.OPD: (
        "Outpatient clinic visit",
        "زيارة العيادات الخارجية",
        (
            Stage("BOOKING", "Booking", "الحجز", (V.APPOINTMENT_BOOKED, V.APPOINTMENT_RESCHEDULED), None, True),
            Stage("REGISTRATION", "Registration", "التسجيل", (V.OPD_STAGE_1_REGISTRATION,)),
            LAB,
            RADIOLOGY,
            Stage("CONSULTATION", "Doctor's consultation", "معاينة الطبيب", (V.OPD_VISIT_COMPLETED,), 45),
            PHARMACY,
        ),
    ),
    JourneyKind.DAY_CASE: (
        "Day case",
        "حالة اليوم الواحد",
        (
            Stage("ADMISSION", "Admission", "الدخول", (V.DAY_CASE_ADMISSION,)),
            Stage("PROCEDURE", "Procedure", "الإجراء", (V.DAY_CASE_PROCEDURE,), 120),
            Stage("RECOVERY", "Recovery", "الإفاقة", (V.DAY_CASE_RECOVERY,), 120, True),
            Stage("DISCHARGE", "Discharge", "الخروج", (V.DAY_CASE_DISCHARGE,), 120),
        ),
    ),
}


@command
def seed_templates(*, actor: Actor) -> None:
    """Make the group's templates that are not there yet; what an administrator changed stays."""
    for kind, (name_en, name_ar, stages) in TEMPLATES.items():
        known = db.session.execute(
            select(JourneyTemplate.id).where(JourneyTemplate.kind == kind, JourneyTemplate.hospital_id.is_(None))
        ).first()
        if known is not None:
            continue
        template = JourneyTemplate(kind=kind, name_en=name_en, name_ar=name_ar)
        db.session.add(template)
        db.session.flush()
        for position, stage in enumerate(stages, 1):
            db.session.add(
                StageTemplate(
                    template_id=template.id,
                    position=position,
                    code=stage.code,
                    name_en=stage.name_en,
                    name_ar=stage.name_ar,
                    trigger_codes=[str(code) for code in stage.triggers],
                    is_optional=stage.is_optional,
                    expected_minutes=stage.minutes,
                )
            )
        db.session.flush()
