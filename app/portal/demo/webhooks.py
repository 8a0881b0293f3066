"""The demo's deliveries to the system that hears of events: most arrived, some after tries that failed, some never."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.access.actor import ActorKind
from app.core.db import db
from app.core.events import Entry
from app.core.time import clock
from app.integrations.outbound import catalogue
from app.integrations.outbound.enums import HookState, Problem
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from app.integrations.outbound.services.sending import PAUSES
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.portal.demo.organization import DemoHospital

SPAN = timedelta(days=3)  # longer than all the tries of one delivery take
Answer = tuple[str, int | None, str]  # problem, code, how the answer began
TAKEN: Answer = ("", 204, "")
BUSY: Answer = (Problem.STATUS, 503, "Service Unavailable: the queue is full, come again later.")
BAD: Answer = (Problem.STATUS, 500, '{"error": "unknown field: severity"}')
SLOW: Answer = (Problem.TIMEOUT, None, "")
AWAY: Answer = (Problem.UNREACHABLE, None, "")
LIMITED: Answer = (Problem.STATUS, 429, "Too many requests")

# how it went, and how often in a hundred; what failed last and has no tries left was given up, else it waits for the next
COURSES: tuple[tuple[tuple[Answer, ...], int], ...] = (
    ((TAKEN,), 70),
    ((BUSY, TAKEN), 8),
    ((SLOW, AWAY, TAKEN), 8),
    ((LIMITED, LIMITED, BUSY, TAKEN), 4),
    ((BAD,) * (len(PAUSES) + 1), 10),
)
WAITS: tuple[Answer, ...] = (AWAY, SLOW, BUSY, BUSY, BUSY)  # of the newest event


class Hooks:
    """The deliveries of the events of a hospital that were told outside."""

    def __init__(self, sheets: Sheets, log: Log) -> None:
        """Tell of the events of this log."""
        self.sheets, self.log, self.now = sheets, log, clock.now()

    def fill(self, hospital: DemoHospital) -> int:
        """Write the deliveries of the last days of a hospital that has an endpoint; gives how many."""
        endpoint = db.session.execute(
            select(WebhookEndpoint).where(WebhookEndpoint.hospital_id == hospital.id)
        ).scalar_one_or_none()
        if endpoint is None:
            return 0
        told = [(kind, entry) for entry in self._newest(hospital) if (kind := catalogue.kind_of(entry))]
        for number, (kind, entry) in enumerate(told):
            payload = catalogue.payload_of(entry, kind.code, kind.fields)
            self._deliver(endpoint, payload, entry, is_newest=number == 0)
        endpoint.created_at = self.now - SPAN - timedelta(days=1)
        return len(told)

    def _newest(self, hospital: DemoHospital) -> list[Entry]:
        names = ("id", "kind", "subject_type", "subject_id", "hospital_id", "actor_id", "at", "data")
        rows = [row for row in self.log.rows if row["hospital_id"] == hospital.id and row["at"] > self.now - SPAN]
        rows.sort(key=lambda row: (row["at"], row["id"]), reverse=True)
        return [Entry(**{name: row[name] for name in names}, actor_kind=ActorKind(row["actor_kind"])) for row in rows]

    def _deliver(self, endpoint: WebhookEndpoint, payload: dict[str, Any], entry: Entry, *, is_newest: bool) -> None:
        answers = WAITS if is_newest else self.sheets.rng.choices(*zip(*COURSES, strict=True))[0]
        begun = entry.at + timedelta(seconds=self.sheets.rng.uniform(1, 9))
        times = [begun]
        for pause in PAUSES[: len(answers) - 1]:
            times.append(times[-1] + pause + timedelta(seconds=self.sheets.rng.uniform(0, 5)))
        tries = [(at, answer) for at, answer in zip(times, answers, strict=True) if at < self.now]
        row = self.sheets.add(
            WebhookDelivery, entry.at, hospital_id=endpoint.hospital_id, endpoint_id=endpoint.id, event_id=entry.id,
            kind=payload["type"], payload=payload, occurred_at=entry.at, attempts=len(tries), **self._state(tries),
        )  # fmt: skip
        for at, answer in tries:
            took = 10_000 if answer == SLOW else int(self.sheets.rng.uniform(18, 240))
            self._tried(row, at, answer, took)

    def _state(self, tries: list[tuple[datetime, Answer]]) -> dict[str, Any]:
        """Say how far a delivery is: arrived, given up after its last try, or waiting for the next within the hour."""
        if not tries:
            return {"state": str(HookState.WAITING), "next_try_at": self.now}
        at, (problem, code, text) = tries[-1]
        said = {"tried_at": at, "problem": str(problem), "answer_code": code, "answer_text": text}
        if not problem:
            return {**said, "state": str(HookState.DELIVERED), "delivered_at": at}
        if len(tries) > len(PAUSES):
            return {**said, "state": str(HookState.DEAD)}
        soon = self.now + timedelta(minutes=self.sheets.rng.uniform(2, 60))
        return {**said, "state": str(HookState.RETRYING), "next_try_at": soon}

    def _tried(self, row: dict[str, Any], at: datetime, answer: Answer, took_ms: int) -> None:
        problem, code, text = answer
        row["took_ms"] = took_ms
        self.sheets.add(
            WebhookTry, at, hospital_id=row["hospital_id"], delivery_id=row["id"], begun_at=at, problem=str(problem),
            answer_code=code, answer_text=text, took_ms=took_ms,
        )  # fmt: skip
