"""The demo's complaints: of visits that went badly some, each as far as the office has come, with its clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.complaints import queries, sla
from app.complaints.enums import ComplaintStatus as S
from app.complaints.enums import ExplanationStatus
from app.complaints.events import ComplaintMoved, ComplaintNoted, ComplaintReceived, ExplanationMoved, PointChanged
from app.complaints.models import Complaint, ComplaintNote, ComplaintPoint, Explanation
from app.complaints.points.models import PointPerson
from app.complaints.points.services import LEVELS
from app.complaints.promises.enums import PromiseState
from app.complaints.promises.events import ComplaintPromiseMoved
from app.complaints.promises.models import Promise
from app.complaints.promises.services import REMIND
from app.complaints.services.receiving import PLACED_BY
from app.complaints.services.stepping import SILENCE
from app.core.db import db
from app.core.references import next_reference
from app.core.sla.models import SlaPolicy
from app.core.sla.rules import choose
from app.core.text.scripts import looks_arabic
from app.core.time import calendar as working
from app.core.time import clock
from app.portal.demo import words
from app.portal.demo.bells import Bells
from app.portal.demo.bulk import Sheets
from app.portal.demo.clocks import Clocks
from app.portal.demo.log import Log
from app.portal.demo.organization import Group
from app.portal.demo.visits import Visit
from app.surveys.models import ContactHold, SurveyInstance

SHARE = 0.42  # of the visits that went badly
RECENT = timedelta(days=5)  # of which more complaints are in the queue, and some that nobody got to
HELD = timedelta(days=40)  # nobody of whom a complaint was open was asked in a survey: others complain
BAD = 0.72
KINDS = (sla.ACTIVATION, sla.FIRST_CONTACT, sla.RESOLUTION, sla.WITHIN_72_HOURS)
SEVERITIES = (("low", 22), ("medium", 50), ("high", 22), ("critical", 6))
CHANNELS = (("desk", 52), ("phone", 34), ("moh", 8), ("chi", 6), ("council", 4), ("minister", 1))
CLOSES = "nobody objected to the resolution for seven days"


class Desk:
    """The PX offices of the three hospitals and the complaints of their year."""

    def __init__(self, sheets: Sheets, log: Log, group: Group) -> None:
        """Know the people, the rules and the classes."""
        self.sheets, self.log, self.now, self.rng = sheets, log, clock.now(), sheets.rng
        self.bells = Bells(sheets, group)
        self.clocks = Clocks(sheets, log, self.bells)
        rules = db.session.execute(select(SlaPolicy)).scalars().all()
        self.rules = {kind: [rule for rule in rules if rule.clock == kind] for kind in (*KINDS, sla.ANSWER)}
        self.classes = {row.code: row for row in queries.options_classes()}

    def work(self, visits: Sequence[Visit]) -> int:
        """Take complaints in, in the order in which they came, and walk each as far as time allows; gives how many."""
        asked: dict[UUID, list[datetime]] = defaultdict(list)
        for survey in self.sheets.rows[SurveyInstance]:
            if survey.get("invited_at"):
                asked[survey["patient_id"]].append(survey["invited_at"])
        chosen = []
        for visit in visits:
            over = max((at for _stage, at in visit.happened), default=self.now)
            received = over + min(
                timedelta(hours=self.rng.uniform(2, 60)), (self.now - over) * self.rng.uniform(0.3, 1)
            )
            share = SHARE * (3 if over > self.now - RECENT else 1)
            is_held = any(received <= at <= received + HELD for at in asked[visit.patient.id])
            if visit.quality < BAD and self.rng.random() < share and received < self.now and not is_held:
                chosen.append((received, visit))
        for received, visit in sorted(chosen, key=lambda pair: pair[0]):
            self._walk(self._receive(received, visit), visit)
        return len(chosen)

    def _pick(self, table: Sequence[tuple[str, int]]) -> str:
        return self.rng.choices([code for code, _weight in table], [weight for _code, weight in table])[0]

    def _receive(self, at: datetime, visit: Visit) -> dict[str, Any]:
        hospital = visit.hospital
        text = self.rng.choice(words.COMPLAINTS[visit.kind])
        channel, severity = self._pick(CHANNELS), self._pick(SEVERITIES)
        with clock.frozen(at):
            reference = next_reference("CMP")
        language = "ar" if looks_arabic(text) else "en"
        department_id = hospital.departments[visit.place]
        row = self.sheets.add(
            Complaint, at, hospital_id=hospital.id, reference=reference, handle=self.sheets.handle(), title=_title(text),
            status=str(S.NEW),
            severity=severity, channel=channel, received_at=at, patient_id=visit.patient.id,
            outside_number=f"{channel.upper()}-{reference[4:]}" if channel in ("moh", "chi") else "",
            language=language, words=text, words_language=language,
            happened_on=clock.local_day(at - timedelta(hours=6), "Asia/Riyadh"), department_id=department_id,
            visit_kind=visit.kind, department_ids=[department_id], assignee_id=self.rng.choice(hospital.coordinators),
            created_by_id=self.rng.choice(hospital.coordinators),
        )  # fmt: skip
        event_id = self.log.say(
            ComplaintReceived(row["id"], hospital.id, reference, channel, severity, row["assignee_id"]),
            at,
            by=row["created_by_id"],
        )
        others = [each for each in hospital.coordinators if each != row["assignee_id"]]
        self.bells.ring(row, "complaints/received", others, at, event_id, of="complaint")
        return row

    def _walk(self, row: dict[str, Any], visit: Visit) -> None:
        """Activate, work, ask, judge, answer and close, as far as the pace of the office allows until now."""
        rule = self._rule(sla.RESOLUTION, row)
        hours = self.clocks.hours_of(row["hospital_id"])
        pace = rule.target_minutes * 60 * min(3.0, self.rng.lognormvariate(-0.55, 0.6))
        if row["received_at"] > self.now - RECENT and self.rng.random() < 0.4:
            pace *= 8
        if not rule.is_business:
            pace /= 3  # working hours out of the hours around the clock

        def at(share: float) -> datetime:
            return working.due(hours, row["received_at"], max(60, int(pace * share))) or row["received_at"]

        owner = row["assignee_id"]
        if at(0.12) < self.now:
            row |= {"first_contact_at": at(0.12), "activated_at": at(0.12), "contact_way": "phone"}
            self._note(row, self.rng.choice(words.STATEMENTS), owner, at(0.12), "statement")
            self._move(row, "activate", S.ACTIVATED, at(0.12), owner, "phone")
        if at(0.2) < self.now:
            self._move(row, "start", S.IN_PROGRESS, at(0.2), owner)
            point = self._point(row, visit, at(0.22))
            asked = self._ask(row, visit, point, (at(0.3), at(0.7), at(0.95))) if self.rng.random() < 0.6 else None
            if self.rng.random() < 0.7 and at(0.5) < self.now:
                self._note(row, self.rng.choice(words.FIRST_NOTES), owner, at(0.5), "call")
            if at(1) < self.now and (asked is None or asked["status"] == ExplanationStatus.ACCEPTED):
                self._resolve(row, point, at(1), owner)
        if row["status"] == S.IN_PROGRESS:
            self._promise(row, owner)
        self._end(row)

    def _promise(self, row: dict[str, Any], owner: UUID) -> None:
        """Somebody said that they would call: a few are late, most are due today or tomorrow."""
        chance = Random(row["reference"])  # noqa: S311 - made-up promises; its own, so that the rest of the story stays as it is
        if chance.random() < 0.5:
            return
        made = max(row["received_at"], self.now - timedelta(hours=6))
        due = self.now + timedelta(minutes=15 * chance.randint(-6, 90))
        broken = due <= self.now
        promise = self.sheets.add(
            Promise, made, hospital_id=row["hospital_id"], complaint_id=row["id"], kind="call",
            what=chance.choice(words.PROMISES), due_at=due, owner_id=owner, made_by_id=owner,
            state=PromiseState.BROKEN if broken else PromiseState.OPEN, look_at=None if broken else due - REMIND,
        )  # fmt: skip
        for verb, at, by in (("make", made, owner), ("break", due, None)):
            if verb == "make" or broken:
                about = (row["id"], row["hospital_id"], row["reference"], promise["id"], owner, promise["kind"])
                self.log.say(ComplaintPromiseMoved(*about, verb, due), at, by=by, reason=CLOSES)

    def _point(self, row: dict[str, Any], visit: Visit, at: datetime) -> dict[str, Any]:
        chosen = self.classes[words.CLASSES[visit.kind]]
        names = {f"{level}_{code}": getattr(chosen, f"{level}_{code}") for level in LEVELS for code in ("en", "ar")}
        point = self.sheets.add(
            ComplaintPoint, min(at, self.now), hospital_id=row["hospital_id"], complaint_id=row["id"], position=1,
            summary=row["title"], class_id=chosen.id, names={"code": chosen.code, **names},
            department_id=row["department_id"], harm=self.rng.choices((0, 1, 2, 3), (60, 25, 12, 3))[0],
        )  # fmt: skip
        about = (row["id"], row["hospital_id"], row["reference"], point["id"])
        self.log.say(PointChanged(*about, "added"), min(at, self.now), by=row["assignee_id"])
        self._person(row, visit, point)
        return point

    def _person(self, row: dict[str, Any], visit: Visit, point: dict[str, Any]) -> None:
        """Some complaints name the physician of the visit."""
        chance = Random(f"person {row['reference']}")  # noqa: S311 - its own, so that the rest of the story stays as it is
        if chance.random() > 0.3:
            return
        at, owner, physician = point["created_at"], row["assignee_id"], visit.row["physician_id"]
        self.sheets.add(
            PointPerson, at, hospital_id=row["hospital_id"], point_id=point["id"], physician_id=physician,
            named_by_id=owner,
        )  # fmt: skip
        about = (row["id"], row["hospital_id"], row["reference"], point["id"])
        self.log.say(PointChanged(*about, "person_named", physician), at, by=owner)

    def _ask(
        self, row: dict[str, Any], visit: Visit, point: dict[str, Any], times: tuple[datetime, datetime, datetime]
    ) -> dict[str, Any] | None:
        """Ask the head of the department; an answer that has come is accepted."""
        asked, answered, ruled_by = times
        if asked >= self.now:
            return None
        head, owner = visit.hospital.managers[visit.place], row["assignee_id"]
        explanation = self.sheets.add(
            Explanation, asked, handle=self.sheets.handle(),
            hospital_id=row["hospital_id"], complaint_id=row["id"], point_id=point["id"],
            department_id=row["department_id"], assignee_id=head, asked_by_id=owner,
            status=str(ExplanationStatus.REQUESTED), question=self.rng.choice(words.QUESTIONS), extract=row["words"],
        )  # fmt: skip
        steps = [("ask", asked, owner)]
        if answered < self.now:
            explanation |= {"status": str(ExplanationStatus.ANSWERED), "answered_at": answered, "version": 2,
                            "answer": self.rng.choice(words.EXPLANATIONS), "updated_at": answered}  # fmt: skip
            steps.append(("answer", answered, head))
        if ruled_by < self.now:
            ruled = answered + (ruled_by - answered) * self.rng.uniform(0.1, 0.9)
            explanation |= {"status": str(ExplanationStatus.ACCEPTED), "closed_at": ruled, "version": 3,
                            "updated_at": ruled}  # fmt: skip
            steps.append(("accept", ruled, owner))
        for verb, at, by in steps:
            about = (row["id"], row["hospital_id"], row["reference"], explanation["id"], head)
            event_id = self.log.say(ExplanationMoved(*about, verb), at, by=by)
            told = {**explanation, "reference": row["reference"]}
            people = [owner] if verb == "answer" else [head]
            self.bells.ring(told, f"explanations/{verb}", people, at, event_id, of="explanation")
        case = {**explanation, "severity": row["severity"], "reference": row["reference"]}
        rule = self._rule(sla.ANSWER, {**row, "channel": None})
        explanation["due_at"] = self.clocks.run(
            case, rule, kind=sla.ANSWER, of=sla.EXPLANATION, started=asked, ended=explanation.get("answered_at")
        )
        return explanation

    def _resolve(self, row: dict[str, Any], point: dict[str, Any], at: datetime, owner: UUID) -> None:
        answer = self.rng.choice(words.RESOLUTIONS[row["language"]])
        point |= {"finding": self.rng.choices(("upheld", "partly_upheld", "not_upheld"), (55, 30, 15))[0],
                  "answer": answer, "version": 2, "updated_at": at}  # fmt: skip
        self.log.say(
            PointChanged(row["id"], row["hospital_id"], row["reference"], point["id"], "changed"), at, by=owner
        )
        category = self.rng.choices(("full_action_taken", "partial_action_taken", "no_action_needed"), (60, 28, 12))[0]
        row |= {"resolution": answer, "resolution_category": category, "resolved_at": at, "first_resolved_at": at}
        self._move(row, "resolve", S.RESOLVED, at + timedelta(seconds=1), owner, category)
        if at + SILENCE < self.now:
            row["closed_at"] = row["first_closed_at"] = at + SILENCE + timedelta(minutes=self.rng.uniform(1, 14))
            self._move(row, "close_silent", S.CLOSED, row["closed_at"], None)

    def _end(self, row: dict[str, Any]) -> None:
        """Run the clocks, and hold surveys back as long as the complaint is open."""
        ends = {
            sla.ACTIVATION: row.get("activated_at"),
            sla.FIRST_CONTACT: row.get("first_contact_at"),
            sla.RESOLUTION: row.get("resolved_at"),
            sla.WITHIN_72_HOURS: row.get("resolved_at"),
        }
        for kind in KINDS:
            rule = self._rule(kind, row)
            due = self.clocks.run(row, rule, kind=kind, of=sla.COMPLAINT, started=row["received_at"], ended=ends[kind])
            if kind == sla.RESOLUTION and ends[kind] is None:
                row["due_at"] = due
        self.sheets.add(
            ContactHold, row["received_at"], hospital_id=row["hospital_id"], patient_id=row["patient_id"],
            placed_by=PLACED_BY, cause_id=row["id"], lifted_at=row.get("closed_at"),
        )  # fmt: skip

    def _rule(self, kind: str, row: dict[str, Any]) -> SlaPolicy:
        choice = choose(self.rules[kind], source=row["channel"], severity=row["severity"], priority=None)
        assert choice is not None
        found: SlaPolicy = choice.rule
        return found

    def _note(self, row: dict[str, Any], text: str, by: UUID, at: datetime, kind: str) -> None:
        note = self.sheets.add(
            ComplaintNote, at, hospital_id=row["hospital_id"], complaint_id=row["id"], author_id=by, kind=kind,
            body=text, text_language="ar" if looks_arabic(text) else "en",
        )  # fmt: skip
        if kind == "call":
            about = (row["id"], row["hospital_id"], row["reference"], note["id"])
            self.log.say(ComplaintNoted(*about, kind), at, by=by)

    def _move(self, row: dict[str, Any], verb: str, to: str, at: datetime, by: UUID | None, code: str = "") -> None:
        before, row["status"] = row["status"], str(to)
        about = (row["id"], row["hospital_id"], row["reference"])
        self.log.say(ComplaintMoved(*about, verb, before, str(to), code), at, by=by, reason=CLOSES)
        row["updated_at"], row["version"] = at, row.get("version", 1) + 1


def _title(text: str) -> str:
    return text if len(text) <= 90 else text[:90].rsplit(" ", 1)[0] + "…"
