"""The demo's actions: one for every negative answer of the year, each as far as its people have come, with its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.references import next_reference
from app.core.sla.models import SlaPolicy
from app.core.text.scripts import looks_arabic
from app.core.time import calendar as working
from app.core.time import clock
from app.organizations.models import Department
from app.portal.demo import words
from app.portal.demo.bells import Bells
from app.portal.demo.bulk import Sheets
from app.portal.demo.clocks import Clocks
from app.portal.demo.log import Log
from app.portal.demo.organization import DemoHospital, Group
from app.portal.demo.visits import INSTANT
from app.px_action_center import sla
from app.px_action_center.enums import WRITTEN_BY_PEOPLE
from app.px_action_center.enums import ActionStatus as S
from app.px_action_center.events import ActionAssigned, ActionMoved, ActionNoted, ActionOpened
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.titles import title_of
from app.surveys.enums import InstanceState
from app.surveys.rules.scoring import severity_for

KIND = "survey_low_score"
TELLS, CLOSES = "the action center tells who is concerned", "approved actions are closed"
FORGOTTEN = 0.22  # of the actions of the last weeks: nobody gets to them, and they climb the ladder


@dataclass(slots=True)
class Case:
    """One action of the demo while it is told."""

    row: dict[str, Any]
    hospital: DemoHospital
    pace: float  # of the target: how long its people need
    hours: working.Calendar
    survey: dict[str, Any] | None = None  # whose answers opened it

    def at(self, share: float) -> datetime:
        """Give the instant at which this share of the work is done, in working time."""
        seconds = max(60, int(self.row["target"] * self.pace * share))
        return working.due(self.hours, self.row["created_at"], seconds) or self.row["created_at"]

    @property
    def about(self) -> tuple[UUID, UUID, str, UUID]:
        """What every event of an action says first."""
        return self.row["id"], self.row["hospital_id"], self.row["reference"], self.row["department_id"]


class Office:
    """The people who work on actions through the year."""

    def __init__(self, sheets: Sheets, log: Log, group: Group) -> None:
        """Know the hospitals and the rules."""
        self.sheets, self.log, self.now = sheets, log, clock.now()
        self.bells = Bells(sheets, group)
        self.clocks = Clocks(sheets, log, self.bells)
        self.hospitals = {hospital.id: hospital for hospital in group.hospitals}
        self.managers = {
            hospital.departments[code]: user_id
            for hospital in group.hospitals
            for code, user_id in hospital.managers.items()
        }
        self.departments = {
            department_id: Department(name_en=hospital.names[code][0], name_ar=hospital.names[code][1])
            for hospital in group.hospitals
            for code, department_id in hospital.departments.items()
        }
        rows = db.session.execute(select(SlaPolicy).where(SlaPolicy.clock == sla.KIND)).scalars()
        self.policies = {row.severity: row for row in rows}

    def work(self, surveys: Sequence[dict[str, Any]]) -> int:
        """Open an action for each negative answer, in the order in which they came; gives how many."""
        negative = [row for row in surveys if row["state"] == InstanceState.COMPLETED and row["is_negative"]]
        for survey in sorted(negative, key=lambda row: row["completed_at"]):
            case = self._open(survey)
            case.survey = survey
            self._walk(case)
        by_hand = [each for each in self.hospitals.values() for _one in words.BY_HAND]
        for hospital, titles in zip(by_hand, words.BY_HAND * len(self.hospitals), strict=True):
            self._walk(self._open_by_hand(hospital, *titles))
        return len(negative) + len(by_hand)

    def _walk(self, case: Case) -> None:
        if self._is_cancelled(case):
            self._cancel(case)
        else:
            self._handle(case)
        row = case.row
        row["due_at"] = self.clocks.run(
            row, self.policies[row["severity"]], started=row["created_at"], ended=row.get("closed_at")
        )
        del case.row["target"]

    def _open(self, survey: dict[str, Any]) -> Case:
        severity = severity_for(survey["score"])
        title_en, title_ar = title_of(KIND, self.departments[survey["department_id"]], survey["score"])
        at = survey["completed_at"] + timedelta(seconds=self.sheets.rng.uniform(1, 9))
        return self._case(
            min(at, self.now), self.hospitals[survey["hospital_id"]], severity, survey["department_id"],
            title_en=title_en, title_ar=title_ar, source_kind=KIND, source_id=survey["id"],
            cause_key=f"survey:{survey['id']}", value=survey["score"], patient_id=survey["patient_id"],
        )  # fmt: skip

    def _open_by_hand(self, hospital: DemoHospital, place: str, severity: str, title_en: str, title_ar: str) -> Case:
        at = self.now - timedelta(days=self.sheets.rng.uniform(0.1, 25))
        return self._case(
            at, hospital, severity, hospital.departments[place], title_en=title_en, title_ar=title_ar,
            source_kind="manual", by=self.sheets.rng.choice(hospital.coordinators),
        )  # fmt: skip

    def _case(
        self,
        at: datetime,
        hospital: DemoHospital,
        severity: str,
        department_id: UUID,
        *,
        by: UUID | None = None,
        **more: Any,
    ) -> Case:
        rng, owner = self.sheets.rng, self.managers[department_id]
        with clock.frozen(at):
            reference = next_reference("ACT")
        row = self.sheets.add(
            PxAction, at, **{
                "hospital_id": hospital.id, "reference": reference, "status": str(S.OPEN), "severity": severity,
                "department_id": department_id, "assignee_id": owner, "cause_key": f"manual:{reference}",
                "created_by_id": by, "target": self.policies[severity].target_minutes * 60, **more,
            },
        )  # fmt: skip
        is_late = at > self.now - timedelta(days=35) and rng.random() < FORGOTTEN
        pace = 12.0 if is_late else min(2.8, rng.lognormvariate(-0.2, 0.55))
        case = Case(row, hospital, pace, self.clocks.hours_of(hospital.id))
        event_id = self.log.say(ActionOpened(*case.about, severity, row["source_kind"], owner), at, by=by, reason=TELLS)
        self.bells.ring(row, "actions/assigned", [owner], at, event_id)
        self.bells.ring(row, "actions/opened", [each for each in hospital.coordinators if each != by], at, event_id)
        return case

    def _is_cancelled(self, case: Case) -> bool:
        return self.sheets.rng.random() < 0.05 and case.at(0.3) < self.now

    def _cancel(self, case: Case) -> None:
        at, by = case.at(0.3), self.sheets.rng.choice(case.hospital.coordinators)
        self._note(case, self.sheets.rng.choice(words.CANCELLATIONS), by, at, "cancel")
        self._move(case, "cancel", S.CANCELLED, at, by)
        case.row["closed_at"] = at

    def _handle(self, case: Case) -> None:
        """Walk the action as far as time allows: handed over, begun, written about, submitted, returned, approved."""
        rng, row = self.sheets.rng, case.row
        if rng.random() < 0.3 and case.at(0.12) < self.now:
            self._hand_over(case, case.at(0.12))
        owner = row["assignee_id"]
        if case.at(0.25) >= self.now:
            return
        self._move(case, "start", S.IN_PROGRESS, case.at(0.25), owner)
        for share, texts in ((0.3, words.FIRST_NOTES), (0.6, words.LATER_NOTES)):
            if case.at(share) < self.now and rng.random() < 0.75:
                self._write(case, rng.choice(texts), owner, case.at(share))
        if case.at(0.8) < self.now:
            self._submit(case, owner)

    def _hand_over(self, case: Case, at: datetime) -> None:
        row, previous = case.row, case.row["assignee_id"]
        row["assignee_id"] = self.sheets.rng.choice(case.hospital.coordinators)
        event_id = self.log.say(ActionAssigned(*case.about, row["assignee_id"], previous), at, by=previous)
        self.bells.ring(row, "actions/assigned", [row["assignee_id"]], at, event_id)
        self._touched(case, at)

    def _submit(self, case: Case, owner: UUID) -> None:
        row, approver, submitted = case.row, case.hospital.admins[0], case.at(0.8)
        if self.sheets.rng.random() < 0.08 and case.at(0.9) < self.now:
            self._move(case, "submit", S.PENDING_APPROVAL, case.at(0.7), owner)
            self._note(case, self.sheets.rng.choice(words.RETURNS), approver, case.at(0.75), "return")
            self._move(case, "return", S.IN_PROGRESS, case.at(0.75), approver)
        row |= {"outcome": self.sheets.rng.choice(words.OUTCOMES), "submitted_by_id": owner, "submitted_at": submitted}
        self._move(case, "submit", S.PENDING_APPROVAL, submitted, owner)
        if case.at(1) < self.now:
            self._move(case, "approve", S.APPROVED, case.at(1), approver)
            self._move(case, "close", S.CLOSED, case.at(1) + INSTANT, None)
            row |= {"approved_at": case.at(1), "closed_at": case.at(1) + INSTANT}

    def _move(self, case: Case, verb: str, to: str, at: datetime, by: UUID | None) -> None:
        before, case.row["status"] = case.row["status"], str(to)
        event_id = self.log.say(ActionMoved(*case.about, verb, before, str(to)), at, by=by, reason=CLOSES)
        if verb == "submit":
            self.bells.ring(case.row, "actions/to_approve", self._approvers(case), at, event_id)
        elif verb == "return":
            self.bells.ring(case.row, "actions/returned", [case.row["assignee_id"]], at, event_id)
        self._touched(case, at)

    def _approvers(self, case: Case) -> list[UUID]:
        manager = self.managers[case.row["department_id"]]
        return [manager] if manager != case.row["assignee_id"] else []

    def _write(self, case: Case, text: str, by: UUID, at: datetime) -> None:
        """Write a note; the first call with the patient closes the loop of the survey."""
        is_call = case.survey is not None and text in words.CALLS
        self._note(case, text, by, at, "call" if is_call else "note")
        if is_call and case.survey is not None:
            case.survey.setdefault("followed_up_at", at)

    def _note(self, case: Case, text: str, by: UUID, at: datetime, kind: str) -> None:
        note = self.sheets.add(
            ActionNote, at, hospital_id=case.row["hospital_id"], action_id=case.row["id"], author_id=by, kind=kind,
            body=text, text_language="ar" if looks_arabic(text) else "en",
        )  # fmt: skip
        if kind in WRITTEN_BY_PEOPLE:
            self.log.say(ActionNoted(*case.about, note["id"]), at, by=by)

    @staticmethod
    def _touched(case: Case, at: datetime) -> None:
        case.row["updated_at"] = at
        case.row["version"] = case.row.get("version", 1) + 1
