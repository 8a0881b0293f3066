"""The demo's inbound messages of the last days in every state, and those that will move the board in the next hour."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.keys.fields import encrypt
from app.core.keys.links import keyed_digest
from app.core.time import clock
from app.integrations.enums import EventState, Flag, Problem
from app.integrations.events import InboundGivenUp
from app.integrations.models import InboundEvent
from app.integrations.services.intake import RAW_CONTEXT, raw_kept
from app.journeys.models import StageTemplate
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.portal.demo.visits import Visit

SPAN = timedelta(hours=36)
SOON = timedelta(minutes=75)
TYPES = {
    "ARRIVAL": "ADT^A04", "REGISTRATION": "ADT^A04", "ADMISSION": "ADT^A01", "TRANSFER": "ADT^A02", "DISCHARGE": "ADT^A03",
    "CONSULTATION": "ADT^A03", "LAB": "ORU^R01", "RADIOLOGY": "ORU^R01", "PHARMACY": "RDS^O13", "MEDICATION": "RAS^O17",
    "BOOKING": "SIU^S12", "TRIAGE": "ADT^A08", "TREATMENT": "ADT^A08",
}  # fmt: skip


class Inbox:
    """What the hospital systems sent."""

    def __init__(self, sheets: Sheets, log: Log, sources: dict[str, UUID]) -> None:
        """Take the source system of each hospital, by the hospital's code."""
        self.sheets, self.log, self.sources, self.now, self.count = sheets, log, sources, clock.now(), 0

    def fill(self, visits: Sequence[Visit]) -> None:
        """Add the events of recent stages, of those to come soon, and some that went wrong."""
        troubled = [visit for visit in visits if visit.row["status"] == "active"]
        for visit in visits:
            for stage, at in visit.happened:
                if at > self.now - SPAN:
                    self._processed(visit, stage, at)
            self._to_come(visit)
        for number, visit in enumerate(self.sheets.rng.sample(troubled, 15)):
            self._trouble(visit, number)

    def _row(self, visit: Visit, at: datetime, code: str, **more: Any) -> dict[str, Any]:
        self.count += 1
        row = visit.row
        control = f"{visit.hospital.code}{self.count:07d}"
        raw = more.pop("raw", b"")
        return self.sheets.add(
            InboundEvent, at,
            **{
                "hospital_id": row["hospital_id"], "source_id": self.sources[visit.hospital.code], "format": "hl7",
                "external_id": control, "content_digest": keyed_digest("inbound", raw or control.encode()),
                "code": code, "codes": [code] if code else [], "encounter": row["encounter"],
                "mrn": visit.patient.mrn, "occurred_at": at, "received_at": at, "facts": _facts(visit),
                "raw": encrypt(raw, context=RAW_CONTEXT) if raw else None, "raw_until": at + raw_kept() if raw else None,
                "patient_id": visit.patient.id, "state": str(EventState.RECEIVED), **more,
            },
        )  # fmt: skip

    def _processed(self, visit: Visit, stage: StageTemplate, at: datetime) -> None:
        done = at + timedelta(seconds=self.sheets.rng.uniform(0.2, 4))
        event = self._row(
            visit, at, stage.trigger_codes[0], message_type=TYPES.get(stage.code, "ADT^A08"), journey_id=visit.row["id"],
            state=str(EventState.PROCESSED), processed_at=min(done, self.now), attempts=1,
        )  # fmt: skip
        visit.stage_rows[stage.code]["source_event_id"] = event["id"]

    def _to_come(self, visit: Visit) -> None:
        """Let what happens next wait at the door: the workers move the visit in the next hour as with any event.

        Nothing is told of the future: these things happened between the visit's last stage and now, and came late.
        """
        coming = [(stage, at) for stage, at in visit.coming if at < self.now + SOON]
        since = max(at for _stage, at in visit.happened)
        for number, (stage, at) in enumerate(coming, 1):
            self._row(
                visit, self.now, stage.trigger_codes[0], message_type=TYPES.get(stage.code, "ADT^A08"),
                occurred_at=since + (self.now - since) * number / (len(coming) + 1), next_try_at=at,
            )  # fmt: skip

    def _trouble(self, visit: Visit, number: int) -> None:
        at = self.now - timedelta(minutes=self.sheets.rng.uniform(10, 900))
        kind = number % 5
        if kind == 0:
            self._row(visit, at, "", message_type="ADT^A05", state=str(EventState.IGNORED))
        elif kind == 1:
            self._unmapped(visit, at)
        elif kind == 2:
            self._unknown(
                visit, at, attempts=4, state=str(EventState.FAILED), next_try_at=self.now + timedelta(hours=1)
            )
        elif kind == 3:
            event = self._unknown(visit, at, attempts=7, state=str(EventState.DEAD))
            said = InboundGivenUp(event["id"], event["hospital_id"], str(Problem.UNKNOWN_VISIT))
            self.log.say(said, at + timedelta(minutes=5), reason="process inbound events")
        else:
            self._row(
                visit, at, "LAB_ORDER_COMPLETED", message_type="ORU^R01", state=str(EventState.PROCESSED), attempts=1,
                processed_at=at, journey_id=visit.row["id"], flag=str(Flag.REUSED_ID),
            )  # fmt: skip

    def _unmapped(self, visit: Visit, at: datetime) -> None:
        """A local code that nobody has mapped yet: an administrator maps it and sends the event through again."""
        given = {
            "event_id": f"{visit.hospital.code}-J{self.count:05d}",
            "code": "ECG_DONE",
            "occurred_at": at.isoformat(),
            "encounter": visit.row["encounter"],
            "patient": {"mrn": visit.patient.mrn},
        }
        raw = json.dumps(given, sort_keys=True, ensure_ascii=False).encode()
        self._row(
            visit, at, "ECG_DONE", format="json", message_type="JSON", external_id=given["event_id"], raw=raw,
            state=str(EventState.FAILED), error_code=str(Problem.UNKNOWN_CODE), error_field="code", patient_id=None,
        )  # fmt: skip

    def _unknown(self, visit: Visit, at: datetime, **more: Any) -> dict[str, Any]:
        """A result of a visit that no message has begun."""
        return self._row(
            visit, at, "RADIOLOGY_REPORT_FINALIZED", message_type="ORU^R01", encounter=f"X{self.count:06d}",
            error_code=str(Problem.UNKNOWN_VISIT), **more,
        )  # fmt: skip


def _facts(visit: Visit) -> dict[str, Any]:
    return {
        "cause": "",
        "location": visit.row["location"],
        "department_id": str(visit.row["department_id"]),
        "physician_id": str(visit.row["physician_id"]),
    }
