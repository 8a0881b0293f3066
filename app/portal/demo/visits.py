"""The demo's visits: a year of finished ones and those that are under way now, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.time import clock
from app.journeys.enums import JourneyStatus, StageStatus
from app.journeys.events import JourneyCancelled, JourneyCompleted, JourneyStarted, StageCompleted
from app.journeys.models import Journey, JourneyTemplate, Stage, StageTemplate
from app.organizations.models import Patient
from app.portal.demo import story
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.portal.demo.organization import DemoHospital
from app.portal.demo.patients import Pool

REASON = "process inbound events"
REPORTED = {"ems": ("TRIAGE", "TREATMENT"), "inpatient": ("MEDICATION",)}  # the demo's systems report these
LIVE = {"opd": 15, "ems": 11, "inpatient": 14, "day_case": 6}  # under way now, in each hospital
BOOKED = 4
INSTANT = timedelta(microseconds=1)  # what follows in one transaction stands after what it follows
ENDS_WITH = {"opd": "CONSULTATION"}  # else DISCHARGE
PLACES = {
    "ems": ("ER-O", "ER-T"), "inpatient": ("W1-A", "W1-B"), "opd": ("C-2",), "day_case": ("DC-1",),
}  # fmt: skip


@dataclass(slots=True)
class Visit:
    """One visit with what other parts of the demo need of it."""

    hospital: DemoHospital
    patient: Patient
    kind: str
    place: str
    template: JourneyTemplate
    quality: float
    happened: list[tuple[StageTemplate, datetime]]
    coming: list[tuple[StageTemplate, datetime]] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)
    stage_rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """The codes of the stages that happened, in the order of the template."""
        return [stage.code for stage, _at in sorted(self.happened, key=lambda each: each[0].position)]


def templates() -> dict[str, JourneyTemplate]:
    """Give the group's templates by kind, after its hospitals have made the stages that their systems report required."""
    found = {row.kind: row for row in db.session.execute(select(JourneyTemplate)).scalars()}
    for kind, codes in REPORTED.items():
        for stage in found[kind].stages:
            stage.is_optional = stage.is_optional and stage.code not in codes
    db.session.flush()
    return found


def make_visits(
    sheets: Sheets, log: Log, hospital: DemoHospital, pool: Pool, known: dict[str, JourneyTemplate]
) -> list[Visit]:
    """Add the visits of a hospital; gives them in the order in which they began."""
    rng, now = sheets.rng, clock.now()
    places = rng.choices(list(story.SHARES), list(story.SHARES.values()), k=hospital.visits)
    planned = sorted((story.start_of(rng, story.KIND_OF.get(place, "opd"), now), place) for place in places)
    made = [_past(sheets, hospital, pool, known, place, start) for start, place in planned]
    for kind, count in LIVE.items():
        made += [_live(sheets, hospital, pool, known[kind]) for _turn in range(count)]
    made += [_booked(sheets, hospital, pool, known["opd"]) for _turn in range(BOOKED)]
    visits = [visit for visit in made if visit is not None]
    for number, visit in enumerate(visits, 1):
        _write(sheets, log, visit, f"{hospital.code}-V{number:05d}")
    return visits


def _past(
    sheets: Sheets, hospital: DemoHospital, pool: Pool, known: dict[str, JourneyTemplate], place: str, start: datetime
) -> Visit | None:
    rng, now = sheets.rng, clock.now()
    kind = story.KIND_OF.get(place, "opd")
    patient = pool.for_place(rng, place)
    if patient.deceased_at is not None:
        return None
    share = story.share_of(start, now)
    visit = Visit(hospital, patient, kind, place, known[kind], story.quality(hospital.code, place, share), [])
    if kind == "opd" and rng.random() < 0.04:
        booking = next(stage for stage in visit.template.stages if stage.code == "BOOKING")
        visit.happened = [(booking, start - timedelta(days=rng.uniform(1, 12)))]
        visit.row = {"status": "cancelled", "ended_at": start, "cause": rng.choice(("no_show", "patient_request"))}
        return visit
    visit.happened = _walk(sheets, visit, start, story.slowness(hospital.code, place, share))
    ended = _end(visit)
    if ended > now - timedelta(minutes=1):
        visit.happened, visit.coming = _split(visit.happened, now)
        visit.row = {"status": "active", "ended_at": None}
        return visit
    visit.row = {"status": "completed", "ended_at": ended}
    visit.happened = [pair for pair in visit.happened if pair[1] <= now]
    if kind == "inpatient" and rng.random() < 0.012:
        _died(sheets, visit, ended)
    return visit


def _died(sheets: Sheets, visit: Visit, at: datetime) -> None:
    visit.patient.deceased_at = at
    next(row for row in sheets.rows[Patient] if row["id"] == visit.patient.id)["deceased_at"] = at


def _walk(sheets: Sheets, visit: Visit, start: datetime, slow: float) -> list[tuple[StageTemplate, datetime]]:
    """Let a visit happen: which stages, and when each was done."""
    rng, at, happened = sheets.rng, start, []
    for stage in visit.template.stages:
        chance, low, high = story.PACE[visit.kind][stage.code]
        if rng.random() > chance:
            continue
        if stage.code == "BOOKING":
            happened.append((stage, start - timedelta(days=rng.uniform(1, 14))))
            continue
        at += timedelta(minutes=story.minutes(rng, low, high, slow) if high else 0)
        happened.append((stage, at))
    return happened


def _end(visit: Visit) -> datetime:
    last = ENDS_WITH.get(visit.kind, "DISCHARGE")
    return next(at for stage, at in visit.happened if stage.code == last)


def _split(happened: list[Any], now: datetime) -> tuple[list[Any], list[Any]]:
    return [pair for pair in happened if pair[1] <= now], [pair for pair in happened if pair[1] > now]


def _live(sheets: Sheets, hospital: DemoHospital, pool: Pool, template: JourneyTemplate) -> Visit:
    """A visit that is somewhere in its middle now."""
    rng, now = sheets.rng, clock.now()
    place = rng.choice([code for code in story.SHARES if story.KIND_OF.get(code, "opd") == template.kind])
    patient = _alive(sheets, pool, place)
    visit = Visit(
        hospital, patient, template.kind, place, template, story.quality(hospital.code, place, 1.0), [],
        row={"status": "active", "ended_at": None},
    )  # fmt: skip
    walked = _walk(sheets, visit, now, story.slowness(hospital.code, place, 1.0))
    visit.happened = walked
    visit.happened, visit.coming = in_its_middle(walked, now, _end(visit), rng.uniform(0.01, 0.97))
    return visit


def in_its_middle(walked: list[Any], now: datetime, end: datetime, part: float) -> tuple[list[Any], list[Any]]:
    """Move a walk that starts now back until `part` of it lies behind, its first stage at the hospital in any case."""
    begun = min(at for _stage, at in walked if at >= now)  # a booking was made days ago
    back = begun - now + (end - begun) * part
    return _split([(stage, at - back) for stage, at in walked], now)


def _alive(sheets: Sheets, pool: Pool, place: str) -> Patient:
    while (patient := pool.for_place(sheets.rng, place)).deceased_at is not None or patient.is_test:
        pass
    return patient


def _booked(sheets: Sheets, hospital: DemoHospital, pool: Pool, template: JourneyTemplate) -> Visit:
    """A visit of the next days: only the appointment is known."""
    rng, now = sheets.rng, clock.now()
    place = rng.choice(("IM", "ORT", "OBG"))
    booking = next(stage for stage in template.stages if stage.code == "BOOKING")
    return Visit(
        hospital,
        _alive(sheets, pool, place),
        "opd",
        place,
        template,
        0.8,
        [(booking, now - timedelta(hours=rng.uniform(2, 60)))],
        row={"status": "active", "ended_at": None, "scheduled_at": now + timedelta(hours=rng.uniform(3, 70))},
    )


def _write(sheets: Sheets, log: Log, visit: Visit, encounter: str) -> None:
    rng, hospital, given = sheets.rng, visit.hospital, visit.row
    times = [at for _stage, at in visit.happened]
    entered, current = _entered(visit)
    if given["status"] != JourneyStatus.ACTIVE:
        current = None
    visit.row = sheets.add(
        Journey,
        min(times),
        hospital_id=hospital.id,
        patient_id=visit.patient.id,
        template_id=visit.template.id,
        encounter=encounter,
        kind=visit.kind,
        status=given["status"],
        department_id=hospital.departments[visit.place],
        physician_id=rng.choice(hospital.physicians[visit.place]),
        location=rng.choice(PLACES[visit.kind]),
        scheduled_at=given.get("scheduled_at"),
        started_at=min(times),
        ended_at=given["ended_at"],
        current_stage_id=current.id if current else None,
        stage_since=max(times),
    )
    reached = {stage.id: at for stage, at in visit.happened}
    for stage in visit.template.stages:
        row = _write_stage(sheets, visit, stage, reached.get(stage.id), is_current=stage is current)
        row["entered_at"] = entered.get(stage.id)
    _say(log, visit, given.get("cause", ""))


def _entered(visit: Visit) -> tuple[dict[UUID, datetime], StageTemplate | None]:
    """Give when each stage was entered, and the one that the patient is in: the first required stage after the furthest
    that is done, moved on by each event (as `stepping.place` has it)."""
    entered: dict[UUID, datetime] = {}
    current: StageTemplate | None = None
    done: set[UUID] = set()
    for stage, at in sorted(visit.happened, key=lambda each: each[1]):
        done.add(stage.id)
        if stage.code == ENDS_WITH.get(visit.kind, "DISCHARGE"):
            return entered, None
        furthest = max(each.position for each in visit.template.stages if each.id in done)
        before, current = (
            current,
            next((each for each in visit.template.stages if each.position > furthest and not each.is_optional), None),
        )
        if before is not None and before is not current and before.id not in done:
            del entered[before.id]
        if current is not None:
            entered[current.id] = at
    return entered, current


MISSED = {"active": StageStatus.PENDING, "completed": StageStatus.SKIPPED, "cancelled": StageStatus.CANCELLED}


def _write_stage(
    sheets: Sheets, visit: Visit, stage: StageTemplate, at: datetime | None, *, is_current: bool
) -> dict[str, Any]:
    row = visit.row
    status = StageStatus.COMPLETED if at else StageStatus.IN_PROGRESS if is_current else MISSED[row["status"]]
    visit.stage_rows[stage.code] = sheets.add(
        Stage,
        row["created_at"],
        hospital_id=row["hospital_id"],
        journey_id=row["id"],
        template_id=stage.id,
        position=stage.position,
        code=stage.code,
        status=str(status),
        completed_at=at,
        department_id=row["department_id"] if at else None,
        physician_id=row["physician_id"] if at else None,
        times_seen=int(at is not None),
    )
    return visit.stage_rows[stage.code]


def _say(log: Log, visit: Visit, cause: str) -> None:
    row = visit.row
    about = (row["id"], row["hospital_id"], row["patient_id"], visit.kind)
    log.say(JourneyStarted(*about), row["started_at"] - INSTANT, reason=REASON)
    for stage, at in visit.happened:
        done = visit.stage_rows[stage.code]
        said = StageCompleted(
            *about, done["id"], stage.code, stage.id, row["department_id"], row["physician_id"], at.isoformat()
        )
        log.say(said, at, reason=REASON)
    ended = row["ended_at"]
    if row["status"] == JourneyStatus.COMPLETED:
        completed = JourneyCompleted(*about, row["department_id"], row["physician_id"], ended.isoformat())
        log.say(completed, ended, reason=REASON)
    elif row["status"] == JourneyStatus.CANCELLED:
        log.say(JourneyCancelled(*about, cause), ended, reason=REASON)
