"""A small hospital with something of everything in it, reached by walking the services: what pages are looked at with."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from apiflask import APIFlask
from werkzeug.datastructures import FileStorage

from app.accounts.models import AccountLink
from app.accounts.services import credentials
from app.complaints import queries as complaint_queries
from app.complaints import sla
from app.complaints.casework import filing
from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question as Asked
from app.complaints.inquiries import queries as inquiry_queries
from app.complaints.inquiries.services import answering, converting
from app.complaints.inquiries.services import receiving as inquiry_receiving
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.inquiries.services.answering import Reply
from app.complaints.inquiries.services.converting import ConvertFacts
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.intake_links import services as intake_links
from app.complaints.intake_links.services import LinkFacts
from app.complaints.mail.imap import Fetched
from app.complaints.mail.services import handling, mailboxes, polling
from app.complaints.mail.services.mailboxes import MailboxFacts
from app.complaints.papers import services as papers
from app.complaints.points import people
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.promises import services as promises
from app.complaints.promises.services import PromiseFacts
from app.complaints.services import receiving, stepping, writing
from app.complaints.services.receiving import ComplaintFacts
from app.complaints.services.stepping import StepFacts
from app.complaints.taxonomy import drafts, importing
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.attachments import keeping
from app.core.db import db, unit_of_work
from app.core.events import outbox
from app.core.keys.links import new_handle
from app.core.resources import commands, imports
from app.core.resources.resource import resource_at
from app.core.saved_views import keeping as keeping_views
from app.core.saved_views.keeping import ViewFacts
from app.core.sla import clocks, extensions
from app.core.time import clock
from app.integrations.models import SourceSystem
from app.integrations.outbound.catalogue import KINDS
from app.integrations.outbound.enums import Problem as HookProblem
from app.integrations.outbound.models import WebhookEndpoint
from app.integrations.outbound.posting import Outcome
from app.integrations.outbound.services import endpoints
from app.integrations.outbound.services import sending as hooks
from app.integrations.outbound.services.endpoints import EndpointFacts
from app.integrations.services import processing
from app.notifications.services import contact_rules, dispatch
from app.organizations import queries as organizations
from app.px_action_center.services import opening
from app.surveys.models import SurveyInstance
from app.surveys.rules.questions import Question
from app.surveys.services import answering as survey_answering
from app.surveys.services import sending, sheets
from tests.cast import Cast

SYSTEM = system_actor("furnish a test")
DELAY = timedelta(hours=2, minutes=5)  # an invitation waits that long after a visit
ROW = {"csv": "number,name_en,name_ar\nE-900,Sami Ali,سامي علي\n,,\n"}


def work() -> None:
    """Do what the workers would: events, surveys that are due, messages."""
    for _turn in range(3):
        while processing.process_due():
            pass
        drain()
        sending.send_due()
        drain()
        while dispatch.send_due():
            pass
        drain()


def drain() -> None:
    """Deliver every due event."""
    while outbox.drain_batch():
        pass


def furnish(app: APIFlask, cast: Cast, key: str, *, first: int = 1, count: int = 3) -> None:
    """Write `count` of everything: visits under way and over, surveys waiting, answered and negative, actions, records, an import.

    Called again with a higher `first`, it adds as many again. The clock of the caller should stand DELAY later afterwards.
    """
    begun = clock.now()
    admin, officer = cast.actor("hospital_admin"), cast.actor("px_coordinator")
    for number in range(first, first + count):
        _visit(app, key, number)
        _records(cast, admin, number)
        _webhook(cast, admin, number)
    with acting_as(admin):
        stream = io.BytesIO(ROW["csv"].encode())
        imports.upload(resource_at("employees"), stream, name="staff.csv", hospital_id=cast.a.id, actor=admin)
        if first == 1:
            contact_rules.create(hospital_id=cast.a.id, facts=contact_rules.RuleFacts(), actor=admin)
        _view(cast, admin, first)
    _taxonomy(cast, first)
    with acting_as(SYSTEM):
        for purpose in (credentials.INVITE, credentials.RESET):
            _account_link(cast["nurse"].id, purpose)
    work()
    with clock.frozen(begun + DELAY):
        work()
        _answer(count)
        work()
        for number in range(first, first + count):
            _complaint(cast, officer, number)
            _inquiry(cast, officer, number)
            _mail(cast, admin, number)
        work()
        _refused_webhooks()


def _view(cast: Cast, admin: Actor, number: int) -> None:
    """Share a view of each queue, and keep one of one's own."""
    for place in ("complaints", "inquiries", "actions"):
        facts = ViewFacts(f"Late {number}", is_shared=True, position=number)
        keeping_views.keep(place, facts, {"tab": "overdue", "department": str(cast.er.id)}, actor=admin)
    keeping_views.keep("complaints", ViewFacts(f"Mine {number}"), {"tab": "mine"}, actor=admin)


def _taxonomy(cast: Cast, number: int) -> None:
    """Begin a draft of the taxonomy, and bring a file that waits for a yes."""
    keeper = cast.actor("px_admin")
    with acting_as(keeper):
        drafts.start(f"Draft {number}", actor=keeper)
        if number == 1:
            importing.upload(io.BytesIO(b"code,name_en\nX-1,Waiting\n"), name=f"File {number}", actor=keeper)


def _account_link(user_id: UUID, purpose: str) -> None:
    """Write a link as an invitation or a forgotten password does, without its message."""
    with unit_of_work():
        db.session.add(
            AccountLink(
                user_id=user_id,
                purpose=purpose,
                handle=new_handle(),
                expires_at=clock.now() + credentials.LIFE[purpose],
            )
        )


def _visit(app: APIFlask, key: str, number: int) -> None:
    """Tell of a visit that is over, one that goes on, and something that no one can read, as hospital systems do."""
    client = app.test_client()
    moments = (
        ("OPD_STAGE_1_REGISTRATION", f"V-{number}", 60),
        ("OPD_VISIT_COMPLETED", f"V-{number}", 5),
        ("EMS_ARRIVAL", f"W-{number}", 30),
        ("SOMETHING_ELSE", f"X-{number}", 20),
    )
    for code, encounter, minutes in moments:
        body = {
            "event_id": f"{code}-{number}",
            "code": code,
            "occurred_at": (clock.now() - timedelta(minutes=minutes)).isoformat(),
            "encounter": encounter,
            "patient": {"mrn": f"4{number:03}", "name_ar": "نورة العتيبي", "name_en": "Noura Alotaibi",
                        "phone": f"05066600{number:02}", "language": "ar"},
            "department_code": "ER",
        }  # fmt: skip
        answer = client.post("/api/integrations/events/", json=body, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 202, answer.text


def _records(cast: Cast, admin: Actor, number: int) -> None:
    names = {"name_en": f"Record {number}", "name_ar": f"سجل {number}"}
    with acting_as(admin):
        for path, field in (("physicians", "license_number"), ("employees", "number"), ("locations", "code")):
            commands.create(resource_at(path), {field: f"R-{number}", **names}, actor=admin)
        source_id = db.session.execute(sa.select(SourceSystem.id)).scalars().first()
        link = {"hospital_id": cast.a.id, "source_id": source_id, "port": 21_000 + number}
        commands.create(resource_at("links"), link, actor=admin)
        rule = {"hospital_id": cast.a.id, "code": f"R{number}", "name_en": "Rule", "name_ar": "قاعدة", "pool": "managers",
                "case": "inquiry", "channel": "whatsapp", "severity": "low"}  # fmt: skip
        commands.create(resource_at("assignment_rules"), rule, actor=admin)
        source = {
            "code": f"own{number}",
            "for_complaints": True,
            "for_inquiries": False,
            "hue": "pink",
            "position": 1,
            **names,
        }
        commands.create(resource_at("case_sources"), source, actor=cast.actor("px_admin"))
        mapping = {"kind": "event", "from_code": f"LOCAL_{number}", "to_code": "OPD_VISIT_COMPLETED"}
        commands.create(resource_at("mappings"), {"hospital_id": cast.a.id, **mapping}, actor=admin)
        row = commands.create(resource_at("departments"), {"code": f"D{number}", **names}, actor=admin)
        commands.update(resource_at("departments"), row.id, {"name_en": f"Renamed {number}"}, version=1, actor=admin)
        opening.open_by_hand(
            hospital_id=cast.a.id, title="Repair the lift", severity="high", department_id=cast.er.id,
            patient_id=None, actor=admin,
        )  # fmt: skip


def _webhook(cast: Cast, admin: Actor, number: int) -> None:
    """Tell a system outside of everything; nothing leaves, so that it all waits."""
    facts = EndpointFacts(f"Quality system {number}", f"https://hooks{number}.example.org/px360", tuple(KINDS))
    endpoints.create(hospital_id=cast.a.id, facts=facts, actor=admin)


def _refused_webhooks() -> None:
    """Let each receiver refuse the first of what waits for it, without a request that leaves."""
    refusal = Outcome(HookProblem.STATUS, 503, "Service Unavailable", took_ms=120)
    with acting_as(SYSTEM):
        for endpoint_id in db.session.execute(sa.select(WebhookEndpoint.id)).scalars().all():
            with unit_of_work():
                ticket = hooks.take(endpoint_id, actor=SYSTEM)
            if ticket is not None:
                hooks.settle(ticket, refusal, actor=SYSTEM)


def _complaint(cast: Cast, officer: Actor, number: int) -> None:
    """Take in a complaint of a patient and bring it as far as a question to the physician, and one of nobody known."""
    with acting_as(officer):
        patient = organizations.find_by_mrn(cast.a.id, f"4{number:03}")
        class_id = complaint_queries.options_classes()[0].id
        facts = ComplaintFacts(words="انتظرت ثلاث ساعات ولم يشرح لي أحد السبب", patient_id=patient.id if patient else None,
                               wish="اعتذار", place="Clinic 4", department_id=cast.er.id)  # fmt: skip
        complaint = receiving.receive(hospital_id=cast.a.id, facts=facts, actor=officer)
        activation = StepFacts(way="phone", statement="The patient waited for three hours.")
        stepping.move(complaint.id, "activate", activation, version=None, actor=officer)
        stepping.move(complaint.id, "start", StepFacts(), version=None, actor=officer)
        point = points.add(complaint.id, PointFacts("Waiting", class_id, cast.er.id, harm=1), actor=officer)
        for person in people.offered(cast.a.id, f"Record {number}"):
            people.name(complaint.id, point.id, person.id, actor=officer)
        writing.add_note(complaint.id, "Called the clinic.", actor=officer)
        running = clocks.open_clock(complaint.id, sla.RESOLUTION)
        if running is not None:
            extensions.ask(running.id, clock.now() + timedelta(days=20), "The file is on its way.", actor=officer)
        intake_links.send(cast.a.id, LinkFacts(phone=f"05077{number:05}"), actor=officer)
        promises.make("complaint", complaint.id, PromiseFacts(due_at=clock.now() + DELAY / 2), actor=officer)
        question = Asked("Why did it take so long?", "انتظرت ثلاث ساعات", cast.er.id, point.id)
        explaining.ask(complaint.id, cast["physician"].id, question, actor=officer)
        scan = FileStorage(io.BytesIO(b"%PDF-1.7 a bill"), filename="Noura Alotaibi.pdf")
        filing.attach("complaint", complaint.id, keeping.look_at([scan]), actor=officer)
        papers.make_pack(complaint.id, "en", actor=officer)
        unnamed = ComplaintFacts(words="The parking is full every day.", is_anonymous=True)
        receiving.receive(hospital_id=cast.a.id, facts=unnamed, actor=officer)


def _inquiry(cast: Cast, officer: Actor, number: int) -> None:
    """Take in a question of a patient that is worked on, one of a contact that was answered, and one that is a complaint now."""
    with acting_as(officer):
        patient = organizations.find_by_mrn(cast.a.id, f"4{number:03}")
        category_id = inquiry_queries.options_categories(actor=officer)[0].id
        asked = InquiryFacts(words="متى تكون نتيجة التحليل جاهزة؟", patient_id=patient.id if patient else None,
                             category_id=category_id, department_id=cast.er.id)  # fmt: skip
        contact = InquiryFacts(words="When may I visit the ward?", channel="email", contact_name="Huda",
                               contact_email="huda@example.org", contact_phone="0506660099")  # fmt: skip
        answered, became, worked_on = (
            inquiry_receiving.receive(hospital_id=cast.a.id, facts=facts, actor=officer)
            for facts in (contact, contact, asked)
        )
        inquiry_writing.add_note(worked_on.id, "Asked the laboratory.", actor=officer)
        promises.make("inquiry", worked_on.id, PromiseFacts(due_at=clock.now() + timedelta(days=1)), actor=officer)
        paper = FileStorage(io.BytesIO(b"%PDF-1.7 a request"), filename="Huda.pdf")
        filing.attach("inquiry", worked_on.id, keeping.look_at([paper]), actor=officer)
        answering.respond(answered.id, Reply("email", "From four to eight."), version=None, actor=officer)
        converting.convert(became.id, ConvertFacts(), version=became.version, actor=officer)


def _mail(cast: Cast, admin: Actor, number: int) -> None:
    """Set a mailbox up, and let an e-mail of a person and one of a machine come through it."""
    facts = MailboxFacts(f"office{number}@hospital.example", "127.0.0.1", "office", port=1, password="secret")
    with acting_as(admin):
        box = mailboxes.create(hospital_id=cast.a.id, facts=facts, actor=admin)
        for uid, head in ((1, ""), (2, "Auto-Submitted: auto-replied\r\n")):
            raw = f"From: Noura Alotaibi <n{number}@example.org>\r\nSubject: Waiting\r\n{head}\r\nI waited {number} hours.\r\n"
            found = Fetched(raw.encode(), len(raw), clock.now())
            with unit_of_work():
                polling.keep(hospital_id=cast.a.id, mailbox_id=box.id, uidvalidity=1, uid=uid, found=found)
    while handling.carry_out_next():
        pass


def _answer(count: int) -> None:
    """Answer all but the last of the surveys that wait, as badly as can be."""
    with acting_as(SYSTEM):
        query = sa.select(SurveyInstance.id, SurveyInstance.hospital_id).where(SurveyInstance.state == "sent")
        waiting = db.session.execute(query.order_by(SurveyInstance.id)).all()
    for survey_id, hospital_id in waiting[: max(count - 1, 1)]:
        _answer_one(survey_id, hospital_id)


def _answer_one(survey_id: UUID, hospital_id: UUID) -> None:
    from app.core.access.actor import token_actor

    actor = token_actor(survey_id, hospital_id, "survey link")
    with acting_as(actor):
        raw = {question.code: _worst(question) for question in sheets.sheet(actor).questions}
        survey_answering.submit(raw, actor=actor)


def _worst(question: Question) -> Any:
    return min(question.values, key=str) if question.values else "انتظرت طويلا"
