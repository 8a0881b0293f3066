"""The demo's surveys: who was asked under the contact rules, what came of the messages, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.keys.links import keyed_digest
from app.core.time import clock
from app.journeys.enums import JourneyStatus
from app.notifications import quiet
from app.organizations import queries as organizations
from app.portal.demo import story
from app.portal.demo.answers import answer
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.portal.demo.messages import Carried, Post
from app.portal.demo.visits import Visit
from app.surveys.enums import INVITATION, REMINDER, InstanceState
from app.surveys.events import (
    SurveyClosed,
    SurveyCompleted,
    SurveyInvited,
    SurveyOpened,
    SurveyPlanned,
    SurveySkipped,
)
from app.surveys.models import ContactRecord, SurveyInstance, SurveyTemplate
from app.surveys.rules.contact import ContactFacts, why_not
from app.surveys.rules.logic import VisitContext, visible
from app.surveys.rules.questions import Question
from app.surveys.rules.scoring import severity_for
from app.surveys.seeds import DELAY_MINUTES

ZONE = "Asia/Riyadh"
HOURS = quiet.Hours(zone=ZONE)
FOLLOWS, SENDS, TAKES = "surveys follow visits", "send surveys", "survey link"
REASK = timedelta(hours=48)


@dataclass
class Form:
    """A survey template with its questions as the rules read them."""

    template: SurveyTemplate

    @cached_property
    def questions(self) -> list[tuple[UUID, Question]]:
        """Each question with its id."""
        return [(row.id, row.as_value()) for row in self.template.questions]

    def asked(self, context: dict[str, Any]) -> list[tuple[UUID, Question]]:
        """Give the questions for a visit in which these stages happened."""
        seen = VisitContext(frozenset(context["stages"]), context["facts"])
        codes = {question.code for question in visible([each for _id, each in self.questions], {}, seen)}
        return [(row_id, each) for row_id, each in self.questions if each.code in codes]


def forms() -> dict[str, Form]:
    """Give the group's surveys by kind of visit."""
    found = db.session.execute(select(SurveyTemplate).where(SurveyTemplate.journey_kind.is_not(None))).scalars()
    return {str(row.journey_kind): Form(row) for row in found}


class Asking:
    """Asks the patients of all hospitals in the order of time: the contact rules look back across the group."""

    def __init__(self, sheets: Sheets, log: Log, post: Post) -> None:
        """Begin with nobody asked yet."""
        self.sheets, self.log, self.post, self.forms = sheets, log, post, forms()
        self.now = clock.now()
        self.asked_patient: dict[UUID, datetime] = {}
        self.asked_phone: dict[bytes, datetime] = {}

    def ask(self, visits: Sequence[Visit]) -> None:
        """Plan a survey for every finished visit, and decide those whose time has come."""
        finished = [visit for visit in visits if visit.row["status"] == JourneyStatus.COMPLETED]
        for visit in sorted(finished, key=self._send_at):
            self._one(visit)

    def _send_at(self, visit: Visit) -> datetime:
        ended: datetime = visit.row["ended_at"]
        return ended + timedelta(minutes=DELAY_MINUTES[visit.kind], seconds=self.spread(visit))

    @staticmethod
    def spread(visit: Visit) -> int:
        """The workers look every few seconds: no two surveys of a minute are decided at one instant."""
        return int(visit.row["id"].int % 37)

    def _one(self, visit: Visit) -> None:
        row, planned_for = visit.row, self._send_at(visit)
        form = self.forms[visit.kind]
        survey = self.sheets.add(
            SurveyInstance, row["ended_at"], hospital_id=row["hospital_id"], template_id=form.template.id,
            patient_id=row["patient_id"], journey_id=row["id"], once=f"visit:{form.template.id}",
            department_id=row["department_id"], physician_id=row["physician_id"], state=str(InstanceState.PENDING),
            handle=self.sheets.handle(), send_at=planned_for,
        )  # fmt: skip
        self.log.say(SurveyPlanned(*_about(survey)), row["ended_at"], reason=FOLLOWS)
        if planned_for > self.now:
            return
        self._freeze(survey, visit, form)
        contact = organizations.contact_of(visit.patient, clock.local_day(planned_for, ZONE))
        reason = why_not(self._facts(visit, contact, planned_for))
        if reason is not None:
            survey |= {"state": str(InstanceState.CANCELLED), "skip_reason": str(reason), "updated_at": planned_for}
            self.log.say(SurveySkipped(*_about(survey), str(reason)), planned_for, reason=SENDS)
            return
        self._invite(survey, visit, form, contact, planned_for)

    def _freeze(self, survey: dict[str, Any], visit: Visit, form: Form) -> None:
        name_en, name_ar = visit.hospital.names[visit.place]
        context = {
            "stages": visit.codes,
            "facts": {"journey_kind": visit.kind, "department_code": visit.place},
            "department_en": name_en,
            "department_ar": name_ar,
            "visit_at": visit.row["started_at"].isoformat(),
            "guardian": False,
        }
        survey |= {"context": context, "questions": [str(row_id) for row_id, _each in form.asked(context)]}

    def _facts(self, visit: Visit, contact: organizations.Contact, at: datetime) -> ContactFacts:
        patient = visit.patient
        digest = keyed_digest("phone", contact.phone.encode())
        reachable = {"sms"} if contact.phone else set()
        return ContactFacts(
            now=at,
            planned_for=at,
            is_deceased=patient.deceased_at is not None and patient.deceased_at <= at,
            is_test=bool(patient.is_test),
            do_not_contact=bool(patient.no_contact),
            is_minor_without_guardian=contact.needs_guardian,
            has_consent=bool(reachable - contact.refuses),
            has_address=bool(reachable),
            patient_asked_at=self.asked_patient.get(patient.id),
            phone_asked_at=self.asked_phone.get(digest),
        )

    def _invite(
        self, survey: dict[str, Any], visit: Visit, form: Form, contact: organizations.Contact, at: datetime
    ) -> None:
        digest = keyed_digest("phone", contact.phone.encode())
        self.asked_patient[visit.patient.id] = self.asked_phone[digest] = at
        self.sheets.add(ContactRecord, at, phone_digest=digest, asked_at=at, instance_id=survey["id"])
        leaves = quiet.opening_after(at, HOURS)
        survey["context"]["guardian"] = contact.is_guardian
        survey |= {
            "language": contact.language,
            "invited_at": at,
            "expires_at": leaves + timedelta(days=form.template.link_days),
            "remind_at": leaves + REASK,
            "updated_at": at,
        }
        self.log.say(SurveyInvited(*_about(survey)), at, reason=SENDS)
        carried = self.post.carry(INVITATION, survey, visit.patient, contact, at, leaves)
        survey |= {"sent_at": carried.sent_at, "delivered_at": carried.delivered_at, "state": carried.survey_state}
        if carried.delivered_at is not None:
            self._reply(survey, visit, form, contact, carried)
        elif carried.survey_state == InstanceState.FAILED:
            survey["remind_at"] = None

    def _reply(
        self, survey: dict[str, Any], visit: Visit, form: Form, contact: organizations.Contact, carried: Carried
    ) -> None:
        rng, arrived = self.sheets.rng, carried.delivered_at or self.now
        will_answer = rng.random() < story.ANSWER_SHARE
        waits = rng.lognormvariate(0.6, 1.2) if rng.random() < 0.75 else rng.uniform(49, 90)  # hours
        at = arrived + timedelta(hours=waits)
        reminded = survey["remind_at"]
        if reminded <= self.now:
            survey["remind_at"] = None
            if not (will_answer and at < reminded):
                leaves = quiet.opening_after(reminded, HOURS)
                self.post.carry(REMINDER, survey, visit.patient, contact, reminded, leaves)
        if will_answer and at < min(self.now, survey["expires_at"]):
            self._complete(survey, visit, form, at)
        elif rng.random() < 0.14 and at < min(self.now, survey["expires_at"]):
            self._begin(survey, visit, form, at, starts=rng.random() < 0.4)
        if survey["expires_at"] <= self.now and survey["state"] != InstanceState.COMPLETED:
            self._close(survey)

    def _complete(self, survey: dict[str, Any], visit: Visit, form: Form, at: datetime) -> None:
        done = at + timedelta(minutes=self.sheets.rng.uniform(1.5, 6))
        done = min(done, self.now)
        self.log.say(SurveyOpened(*_about(survey)), at, reason=TAKES)
        result = answer(self.sheets, survey, form.asked(survey["context"]), form.template, visit, done)
        wants = bool(result.negative) and self.sheets.rng.random() < 0.45
        severity = severity_for(survey["score"]) if result.negative else None
        survey |= {
            "state": str(InstanceState.COMPLETED), "opened_at": at, "started_at": at, "completed_at": done,
            "remind_at": None, "answered_channel": "link", "updated_at": done,
            "wants_callback": wants if result.negative else None,
        }  # fmt: skip
        completed = SurveyCompleted(
            *_about(survey), survey["physician_id"], survey["score"], result.negative, severity, wants
        )
        self.log.say(completed, done, reason=TAKES)

    def _begin(self, survey: dict[str, Any], visit: Visit, form: Form, at: datetime, *, starts: bool) -> None:
        """The link was opened, perhaps the first page answered, and no more."""
        self.log.say(SurveyOpened(*_about(survey)), at, reason=TAKES)
        survey |= {"state": str(InstanceState.OPENED), "opened_at": at}
        if starts:
            asked = form.asked(survey["context"])[:2]
            answer(self.sheets, survey, asked, form.template, visit, at, is_final=False)
            survey |= {"state": str(InstanceState.IN_PROGRESS), "started_at": at}

    def _close(self, survey: dict[str, Any]) -> None:
        is_begun = survey["state"] == InstanceState.IN_PROGRESS
        survey["state"] = str(InstanceState.ABANDONED if is_begun else InstanceState.EXPIRED)
        self.log.say(SurveyClosed(*_about(survey), survey["state"]), survey["expires_at"], reason="close surveys")


def _about(survey: dict[str, Any]) -> tuple[UUID, UUID, UUID, UUID, UUID]:
    return (
        survey["id"],
        survey["hospital_id"],
        survey["patient_id"],
        survey["journey_id"],
        survey["department_id"],
    )
