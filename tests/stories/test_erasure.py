"""A patient is erased after the whole loop: nothing in the database names them any more, and every count and seal holds."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.complaints.casework import filing
from app.complaints.explanations.services import Question, ask
from app.complaints.inquiries.services import receiving as inquiry_receiving
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.models import Complaint
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.promises import services as promises
from app.complaints.promises.services import PromiseFacts
from app.complaints.services import receiving, writing
from app.complaints.services.receiving import ComplaintFacts
from app.core import files
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import passage
from app.core.attachments import keeping
from app.core.db import db, unit_of_work
from app.core.events import sealer
from app.core.sla import clocks, extensions
from app.core.time import clock
from app.integrations.models import InboundEvent
from app.notifications.enums import MessageClass
from app.notifications.models import Message
from app.notifications.services import messages
from app.organizations.models import Patient
from app.organizations.services import patients
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening, working
from app.surveys.enums import REMINDER
from app.surveys.models import SurveyAnswer, SurveyInstance
from app.surveys.rules.coarsening import LEAST_ALIKE
from tests.conftest import NOON
from tests.integrations.hl7.door import post
from tests.integrations.hl7.messages import message
from tests.stories.test_main_loop import answer_badly, everything, work

SYSTEM = system_actor("test")
PID = (
    "PID|1||MRN90817^^^NAKHEEL^MR~1010101010^^^MOI^NI||شمسان^برهوم^^^^^L~Zebediah^Quillon^^^^^L||19620413|M|||"
    "^^RIYADH||^PRN^CP^^966^50^9876123||ar" + "|" * 13 + "SAU"
)
VISIT = "VISIT777123"
WORDS = "انا شمسان Zebediah، رقمي 0509876123 وملفي MRN90817"
# the person as anything could still name them: names in both scripts, phone, file number, identity number
SECRETS = ("شمسان", "برهوم", "Zebediah", "Quillon", "509876123", "MRN90817", "1010101010", "1962-04-13")
# the one thing that may stay, and why
ALLOWED = {
    (
        "journeys",
        "encounter",
    ): "the visit's own number: a later message about the visit must find it, and it leads to nobody",
    ("inbound_events", "encounter"): "the same number, by which the queue of the intake shows what a visit is made of",
}


def places_of(*secrets: str) -> set[tuple[str, str]]:
    """Every table and column of the database with a row that holds one of these, in any case, as text, JSON or bytes."""
    forms = {form for each in secrets for form in (each.lower(), each[::-1].lower(), each.encode().hex())}
    found = set()
    connection = db.session.connection()
    tables = connection.exec_driver_sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ).scalars()
    looked_at = 0
    with passage("every table is searched, whoever owns its rows"):
        for table in tables.all():
            statement = (
                f'SELECT DISTINCT c.key FROM "{table}" t, jsonb_each_text(to_jsonb(t)) c'
                " WHERE lower(c.value) LIKE ANY (%s::text[])"
            )
            rows = connection.exec_driver_sql(statement, ([f"%{form}%" for form in forms],))
            found |= {(table, column) for column in rows.scalars()}
            looked_at += 1
    assert looked_at > 80
    return found


def write_of(cast: Any, people: tuple[Actor, Actor, UUID], patient: Patient, action: PxAction) -> None:
    """Everything that staff write about a patient: on the action and one of their own, a complaint, an inquiry."""
    manager, officer, physician_id = people
    with acting_as(manager):
        working.add_note(action.id, f"call: {WORDS}", kind="call", actor=manager)
        owned = working.move(action.id, "start", version=action.version, actor=manager)
        due = clocks.of_subject(action.id)[0]
        extensions.ask(due.id, due.due_at + timedelta(days=1), WORDS, actor=manager)
        working.move(action.id, "submit", version=owned.version, actor=manager, outcome=WORDS)
    with acting_as(officer):
        opening.open_by_hand(
            hospital_id=cast.a.id, title=WORDS, severity="low", department_id=None, patient_id=patient.id, actor=officer
        )
        complaint = receiving.receive(
            hospital_id=cast.a.id,
            facts=ComplaintFacts(
                words=WORDS, patient_id=patient.id, contact_name="Zebediah", contact_phone="0509876123", channel="desk"
            ),
            actor=officer,
        )
        point = points.add(complaint.id, PointFacts(WORDS, department_id=cast.er.id), actor=officer)
        changed = PointFacts(f"{WORDS} 2", department_id=cast.er.id)
        points.change(complaint.id, point.id, changed, version=point.version, actor=officer)
        writing.add_note(complaint.id, WORDS, actor=officer)
        ask(complaint.id, physician_id, Question(WORDS, WORDS), actor=officer)
        sheet = FileStorage(io.BytesIO(f"%PDF-1.4 {WORDS}".encode()), "Zebediah.pdf", content_type="application/pdf")
        filing.attach("complaint", complaint.id, keeping.look_at([sheet]), actor=officer)
        until = clock.now() + timedelta(days=1)
        promises.make("complaint", complaint.id, PromiseFacts("call", WORDS, until), actor=officer)
        inquiry_receiving.receive(
            hospital_id=cast.a.id,
            facts=InquiryFacts(
                words=WORDS, patient_id=patient.id, contact_name="Quillon", contact_phone="0509876123", channel="desk"
            ),
            actor=officer,
        )


def test_after_an_erasure_nothing_in_the_database_names_the_person_and_all_counts_and_seals_hold(
    client: Any,
    reference_data: Any,
    provider: Any,
    drain: Any,
    source_key: str,
) -> None:
    cast, admin = reference_data, reference_data.actor("hospital_admin")
    people = (admin, cast.actor("px_coordinator"), cast["physician"].id)
    for number, kind in enumerate(("ADT^A04", "ADT^A03", "ADT^A60")):  # the last says nothing to the portal
        assert post(client, source_key, message(kind, control=f"C-{number}", visit=VISIT, pid=PID)).code == "AA"
    work(drain)
    with clock.frozen(NOON + timedelta(hours=3)):
        work(drain)
        path = re.search(r"/s/\S+", provider.arrived[0]["body"]).group(0)
        answer_badly(client, path, WORDS)
        work(drain)
        [patient], [action] = everything(Patient), everything(PxAction)
        write_of(cast, people, patient, action)
        work(drain)
        asked = alike_ones()
        assert {(each["sex"], each["age_years"]) for each in facts_of(patient)} == {("M", 64)}
        before = figures()
        held = {table for table, _ in places_of(*SECRETS)}
        assert {"patients", "survey_answers", "messages", "px_actions", "action_notes", "sla_extensions"} <= held
        assert {"complaints", "complaint_points", "event_details", "inquiries", "attachments", "case_promises"} <= held
        assert "inbound_events" in held
        bytes_of_files = [each for each in files.data_dir().rglob("*") if each.is_file()]
        assert [each for each in bytes_of_files if b"Zebediah" in each.read_bytes()]

        with acting_as(admin):
            patients.erase(patient.id, actor=admin)
        work(drain)

        assert places_of(*SECRETS) == set()
        assert places_of(*SECRETS, VISIT) == set(ALLOWED)
        assert not [each for each in files.data_dir().rglob("*") if each.is_file() and b"Zebediah" in each.read_bytes()]
        assert {event.raw for event in everything(InboundEvent)} == {
            None
        }  # the ignored message too: it was by number only
        assert figures() == before
        assert {(each["sex"], each["age_band"], each.get("age_years")) for each in facts_of(patient)} == {
            ("M", "60-74", None)
        }, "an age band and the sex stay as statistics among ten others alike"
        assert not [each for each in everything(SurveyInstance) if each.id not in asked and "guardian" in each.context]
        sealer.seal_events()
        assert sealer.verify().is_whole


def facts_of(patient: Patient) -> list[dict[str, Any]]:
    """What the surveys of a patient know of the person and the visit."""
    return [each.context["facts"] for each in everything(SurveyInstance) if each.patient_id == patient.id]


def alike_ones(count: int = LEAST_ALIKE) -> set[UUID]:
    """Let others of the same department, age and sex have been asked as well; gives their surveys."""
    [survey] = everything(SurveyInstance)
    names = ("template_id", "once", "department_id", "state", "send_at", "context", "language")
    copied = {name: getattr(survey, name) for name in names}
    made = set()
    with acting_as(SYSTEM), unit_of_work():
        for number in range(count):
            other = Patient(hospital_id=survey.hospital_id, mrn=f"O-{number}", name_en="Other", name_ar="آخر")
            db.session.add(other)
            db.session.flush()
            row = SurveyInstance(
                hospital_id=survey.hospital_id, patient_id=other.id, handle=f"other{number:05}", revoked_at=clock.now(),
                **{**copied, "context": {**survey.context, "facts": {**survey.context["facts"], "age_years": 61}}},
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            made.add(row.id)
    return made


def test_who_was_rare_among_those_asked_leaves_neither_age_nor_sex(
    client: Any, reference_data: Any, provider: Any, drain: Any, source_key: str
) -> None:
    admin = reference_data.actor("hospital_admin")
    for number, kind in enumerate(("ADT^A04", "ADT^A03")):
        assert post(client, source_key, message(kind, control=f"C-{number}", visit=VISIT, pid=PID)).code == "AA"
    work(drain)
    with clock.frozen(NOON + timedelta(hours=3)):
        work(drain)
        [patient] = everything(Patient)
        alike_ones(LEAST_ALIKE - 1)
        with acting_as(admin):
            patients.erase(patient.id, actor=admin)
        work(drain)

    [facts] = facts_of(patient)
    assert facts.keys().isdisjoint({"age_years", "age_band", "sex"})
    assert facts["journey_type"], "what is of the visit stays"


def figures() -> Any:
    """What statistics count: surveys with their scores, actions, complaints and messages by what they are."""
    surveys = [(row.state, row.score, row.sections, row.is_negative) for row in everything(SurveyInstance)]
    actions = sorted((row.status, row.severity, row.source_kind, row.value) for row in everything(PxAction))
    complaints = [(row.status, row.severity, row.channel) for row in everything(Complaint)]
    answered = sa.select(sa.func.count(SurveyAnswer.value), sa.func.sum(SurveyAnswer.score))
    with acting_as(SYSTEM):
        answers = db.session.execute(answered).one()
    return surveys, actions, complaints, tuple(answers), len(everything(Message))


def test_an_open_survey_of_an_erased_person_takes_no_words_and_what_waits_is_never_sent(
    client: Any,
    reference_data: Any,
    provider: Any,
    drain: Any,
    source_key: str,
) -> None:
    admin = reference_data.actor("hospital_admin")
    for number, kind in enumerate(("ADT^A04", "ADT^A03")):
        assert post(client, source_key, message(kind, control=f"C-{number}", visit=VISIT, pid=PID)).code == "AA"
    work(drain)
    with clock.frozen(NOON + timedelta(hours=3)):
        work(drain)
        path = re.search(r"/s/\S+", provider.arrived[0]["body"]).group(0)
        [survey], [patient] = everything(SurveyInstance), everything(Patient)
        with acting_as(SYSTEM):
            waiting = messages.send(
                REMINDER,
                to=messages.Recipient(language="ar", phone="+966509876123", patient_id=patient.id),
                params={"hospital": "A"},
                once="a reminder that waits",
                hospital_id=patient.hospital_id,
                about=("survey", survey.id),
                message_class=MessageClass.REMINDER,
                not_before=clock.now() + timedelta(hours=1),
                actor=SYSTEM,
            )
        with acting_as(admin):
            patients.erase(patient.id, actor=admin)
        work(drain)

    with clock.frozen(NOON + timedelta(hours=5)):
        work(drain)
        assert len(provider.arrived) == 1
        with acting_as(SYSTEM):
            db.session.expire_all()
            states = db.session.execute(sa.select(Message.status, Message.phone).where(Message.id == waiting.id)).one()
            assert tuple(states) == ("suppressed", "")
            survey = db.session.get_one(SurveyInstance, survey.id)
            assert (survey.state, survey.revoked_at is not None) == ("cancelled", True)
        assert 'name="q-' not in client.get(path).get_data(as_text=True)
