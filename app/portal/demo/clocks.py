"""The clocks of the demo's actions: due times by the calendar, and every reminder, breach and escalation that has passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.sla.calendars import default_calendar, parsed
from app.core.sla.events import ClockBreached, ClockEscalated, ClockReminded
from app.core.sla.models import SlaClock, SlaDecision, SlaPolicy, SlaRevision
from app.core.sla.rules import ClockStep, steps
from app.core.time import calendar as working
from app.core.time import clock
from app.portal.demo.bells import Bells
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.px_action_center import sla

SWEEPS = "sla sweep"


class Clocks:
    """Runs the clock of each action from its opening to its end, or to now."""

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

    def run(self, action: dict[str, Any], policy: SlaPolicy, hours: working.Calendar) -> None:
        """Add the clock of an action, with what it has decided, and copy its due time to the action."""
        opened, ended, target = action["created_at"], action.get("closed_at"), policy.target_minutes * 60
        due = working.due(hours, opened, target)
        action["due_at"] = due
        row = self.sheets.add(
            SlaClock, opened, hospital_id=action["hospital_id"], kind=sla.KIND, subject_type=sla.SUBJECT,
            subject_id=action["id"], policy_id=policy.id, calendar_id=self._calendar(action["hospital_id"])[0],
            severity=action["severity"], target_seconds=target, pausable=policy.pausable, reminders=policy.reminders,
            ladder=policy.ladder, started_at=opened, due_at=due, stopped_at=ended,
            breached_at=due if due and due <= (ended or self.now) else None,
        )  # fmt: skip
        self.sheets.add(
            SlaRevision, opened, hospital_id=action["hospital_id"], clock_id=row["id"], cause="started",
            policy_id=policy.id, target_seconds=target, due_at=due,
        )  # fmt: skip
        decided = opened
        for step in steps(target, policy.reminders, policy.ladder):
            at = working.due(hours, opened, step.at_seconds) or self.now
            if at > (ended or self.now):
                row["look_at"] = at if ended is None else None
                return
            looked = at + timedelta(seconds=self.sheets.rng.uniform(0, 14))
            decided = min(self.now, max(looked, decided + timedelta(milliseconds=1)))
            self._decide(action, row, step, at, decided)

    def _decide(
        self, action: dict[str, Any], row: dict[str, Any], step: ClockStep, at: datetime, decided: datetime
    ) -> None:
        self.sheets.add(
            SlaDecision, decided, hospital_id=row["hospital_id"], clock_id=row["id"], step=step.code, due_at=at,
            decided_at=decided,
        )  # fmt: skip
        about = (action["id"], row["hospital_id"], sla.SUBJECT, row["id"], sla.KIND, row["severity"])
        owner = [action["assignee_id"]] if action["assignee_id"] else []
        if step.sort == "reminder":
            percent = step.code.partition(":")[2]
            event_id = self.log.say(ClockReminded(*about, int(percent), at.isoformat()), decided, reason=SWEEPS)
            self.bells.ring(action, "actions/reminder", owner, decided, event_id, percent=percent)
        elif step.sort == "breach":
            event_id = self.log.say(ClockBreached(*about, at.isoformat()), decided, reason=SWEEPS)
            self.bells.ring(action, "actions/breached", owner, decided, event_id, is_urgent=True)
        else:
            event_id = self.log.say(ClockEscalated(*about, step.level, step.to, at.isoformat()), decided, reason=SWEEPS)
            people = self.bells.rungs[action["department_id"], step.to]
            self.bells.ring(action, "actions/escalated", people, decided, event_id, is_urgent=True)
