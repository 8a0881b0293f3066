"""The clocks of the demo's cases: due times by the calendar, and every reminder, breach and escalation that has passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.sla.calendars import default_calendar, parsed
from app.core.sla.events import ClockBreached, ClockEscalated, ClockReminded
from app.core.sla.models import SlaClock, SlaDecision, SlaPolicy, SlaRevision
from app.core.sla.rules import ClockStep, counting, steps
from app.core.time import calendar as working
from app.core.time import clock
from app.portal.demo.bells import Bells, plural
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.px_action_center import sla

SWEEPS = "sla sweep"
AROUND_THE_CLOCK = working.always_open("Asia/Riyadh")


class Clocks:
    """Runs clocks from the opening of a case to its end, or to now."""

    def __init__(self, sheets: Sheets, log: Log, bells: Bells) -> None:
        """Write into these sheets and this log."""
        self.sheets, self.log, self.bells, self.now = sheets, log, bells, clock.now()
        self._hours: dict[UUID, tuple[UUID | None, working.Calendar]] = {}

    def hours_of(self, hospital_id: UUID) -> working.Calendar:
        """Give the working hours of a hospital."""
        return self._calendar(hospital_id)[1]

    def _calendar(self, hospital_id: UUID) -> tuple[UUID | None, working.Calendar]:
        if hospital_id not in self._hours:
            row = default_calendar(hospital_id)
            self._hours[hospital_id] = (
                (row.id, parsed(row)) if row is not None else (None, working.always_open("Asia/Riyadh"))
            )
        return self._hours[hospital_id]

    def run(
        self,
        case: dict[str, Any],
        policy: SlaPolicy,
        *,
        kind: str = sla.KIND,
        of: str = sla.SUBJECT,
        started: datetime,
        ended: datetime | None,
    ) -> datetime | None:
        """Add a clock of a case, with what it has decided; gives its due time."""
        calendar_id, hours = self._calendar(case["hospital_id"])
        counts = hours if policy.is_business else AROUND_THE_CLOCK
        target = policy.target_minutes * 60
        due = working.due(counts, started, target)
        row = self.sheets.add(
            SlaClock, started, hospital_id=case["hospital_id"], kind=kind, subject_type=of,
            subject_id=case["id"], policy_id=policy.id, calendar_id=calendar_id if policy.is_business else None,
            severity=case.get("severity"), source=case.get("source_kind" if of == sla.SUBJECT else "channel"),
            target_seconds=target, pausable=policy.pausable, reminders=policy.reminders,
            ladder=policy.ladder, started_at=started, due_at=due, stopped_at=ended,
            breached_at=due if due and due <= (ended or self.now) else None,
        )  # fmt: skip
        self.sheets.add(
            SlaRevision, started, hospital_id=case["hospital_id"], clock_id=row["id"], cause="started",
            policy_id=policy.id, target_seconds=target, due_at=due,
        )  # fmt: skip
        decided = started
        ladder = counting(policy.ladder, severity=row["severity"], source=row["source"])
        for step in steps(target, policy.reminders, ladder):
            if step.in_business and not policy.is_business and due is not None:
                at = working.due(hours, due, step.after_seconds) or self.now
            else:
                at = working.due(counts, started, step.at_seconds) or self.now
            if at > (ended or self.now):
                row["look_at"] = at if ended is None else None
                break
            looked = at + timedelta(seconds=self.sheets.rng.uniform(0, 14))
            decided = min(self.now, max(looked, decided + timedelta(milliseconds=1)))
            self._decide(case, row, step, at, decided)
        return due

    def _decide(
        self, case: dict[str, Any], row: dict[str, Any], step: ClockStep, at: datetime, decided: datetime
    ) -> None:
        self.sheets.add(
            SlaDecision, decided, hospital_id=row["hospital_id"], clock_id=row["id"], step=step.code, due_at=at,
            decided_at=decided,
        )  # fmt: skip
        of = row["subject_type"]
        about = (case["id"], row["hospital_id"], of, row["id"], row["kind"], row["severity"])
        owner = [case["assignee_id"]] if case["assignee_id"] else []
        if step.sort == "reminder":
            percent = step.code.partition(":")[2]
            event_id = self.log.say(ClockReminded(*about, int(percent), at.isoformat()), decided, reason=SWEEPS)
            self.bells.ring(case, f"{plural(of)}/reminder", owner, decided, event_id, percent=percent, of=of)
        elif step.sort == "breach":
            event_id = self.log.say(ClockBreached(*about, at.isoformat()), decided, reason=SWEEPS)
            told = owner if row["ladder"] else []  # a clock that only reports need tells nobody
            self.bells.ring(case, f"{plural(of)}/breached", told, decided, event_id, is_urgent=True, of=of)
        else:
            event_id = self.log.say(ClockEscalated(*about, step.level, step.to, at.isoformat()), decided, reason=SWEEPS)
            if of == "complaint":
                case["escalated_at"] = min(decided, case.get("escalated_at") or decided)
            people = self.bells.rungs[case["department_id"], step.to]
            self.bells.ring(case, f"{plural(of)}/escalated", people, decided, event_id, is_urgent=True, of=of)
