"""Hospital A with a row of every kind, and for each route that takes ids the ids of such rows: what the walls are tried with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.accounts.models import LoginSession, RoleAssignment, User
from app.complaints.checklists.models import ChecklistItem
from app.complaints.flags.models import RedFlagPhrase
from app.complaints.inquiries.models import Inquiry, InquiryCategory
from app.complaints.intake_links.models import IntakeLink
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.models import Complaint, ComplaintPaper, ComplaintPoint, ComplaintSuggestion, Explanation
from app.complaints.promises.models import Promise
from app.complaints.sources.models import CaseSource
from app.complaints.taxonomy.models import TaxonomyClass, TaxonomyUpload, TaxonomyVersion
from app.complaints.texts.models import TextModule
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import passage
from app.core.attachments.models import Attachment
from app.core.db import Base, GroupOrTenant, Tenant, db, unit_of_work, uuid7
from app.core.events.models import Delivery, EventLog
from app.core.jobs import queues
from app.core.resources.models import ImportRun
from app.core.resources.resource import resource_at
from app.core.saved_views.models import SavedView
from app.core.sla.models import SlaClock, SlaExtension, SlaPolicy, WorkingCalendar
from app.core.time import clock
from app.integrations.models import CodeMapping, InboundEvent, MllpLink, SourceSystem
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.journeys.models import Journey, JourneyTemplate, StageTemplate
from app.notifications.models import ContactRule, Message, MessageTemplate, Notification, Provider
from app.organizations.models import Hospital
from app.organizations.patient_models import Patient
from app.portal.seeds import seed_reference_data
from app.px_action_center.models import ActionRule, PxAction
from app.px_action_center.services import opening
from app.surveys.models import SurveyInstance, SurveyQuestion, SurveyTemplate, SurveyTrigger
from tests.cast import Cast, assemble, bearer, sign_in
from tests.world import DELAY, furnish

SYSTEM = system_actor("furnish a test of the walls")
WARD_TITLE = "Quagga of the ward"
SECRETS = (
    "Al Noor Hospital",
    "مستشفى النور",
    "Noura Alotaibi",
    "نورة العتيبي",
    "5066600",
    "Repair the lift",
    WARD_TITLE,
)

# which table an id of an address means: by its name, and where one name means several, by the blueprint
TABLES: dict[str, Any] = {
    "action_id": PxAction,
    "assignment_id": RoleAssignment,
    "calendar_id": WorkingCalendar,
    "complaint_id": Complaint,
    "endpoint_id": WebhookEndpoint,
    "webhook_delivery_id": WebhookDelivery,
    "explanation_id": Explanation,
    "point_id": ComplaintPoint,
    "suggestion_id": ComplaintSuggestion,
    "inquiry_id": Inquiry,
    "mailbox_id": Mailbox,
    "mail_id": IncomingMail,
    "clock_id": SlaClock,
    "attachment_id": Attachment,
    "paper_id": ComplaintPaper,
    "delivery_id": Delivery,
    "hospital_id": Hospital,
    "instance_id": SurveyInstance,
    "journey_id": Journey,
    "line_id": Notification,
    "message_id": Message,
    "patient_id": Patient,
    "policy_id": SlaPolicy,
    "provider_id": Provider,
    "question_id": SurveyQuestion,
    "run_id": ImportRun,
    "session_id": LoginSession,
    "source_id": SourceSystem,
    "source_system_id": SourceSystem,
    "stage_id": StageTemplate,
    "text_id": MessageTemplate,
    "trigger_id": SurveyTrigger,
    "user_id": User,
    "view_id": SavedView,
    "audit.event_id": EventLog,
    "inbound.event_id": InboundEvent,
    "integrations_api.event_id": InboundEvent,
    "action_rules.rule_id": ActionRule,
    "action_rules_api.rule_id": ActionRule,
    "contact_rules.rule_id": ContactRule,
    "contact_rules_api.rule_id": ContactRule,
    "journeys_admin.template_id": JourneyTemplate,
    "journeys_api.template_id": JourneyTemplate,
    "message_texts.template_id": MessageTemplate,
    "survey_builder.template_id": SurveyTemplate,
    "surveys_api.template_id": SurveyTemplate,
    "actions.panel_of_survey.subject_id": SurveyInstance,
    "complaints.panel_of_files.subject_id": Complaint,
    "complaints.panel_of_contacts.subject_id": Complaint,
    "inquiries.panel_of_contacts.subject_id": Inquiry,
    "inquiries.panel_of_files.subject_id": Inquiry,
    "complaints.panel_of_links.subject_id": Complaint,
    "complaints.panel_of_patient.subject_id": Patient,
    "complaints.panel_of_similar.subject_id": Complaint,
    "complaints.panel_of_suggestions.subject_id": Complaint,
    "extension_id": SlaExtension,
    "extensions_api.list_clocks.subject_id": Complaint,
    "complaints.panel_of_survey.subject_id": SurveyInstance,
    "intake_links.link_id": IntakeLink,
    "intake_links_api.link_id": IntakeLink,
    "texts.of_complaint.subject_id": Complaint,
    "texts.of_inquiry.subject_id": Inquiry,
    "texts_api.list_of_complaint.case_id": Complaint,
    "texts_api.list_of_inquiry.case_id": Inquiry,
    "checklists.panel_of_checklist.subject_id": Complaint,
    "item_id": ChecklistItem,
    "edition_id": TaxonomyVersion,
    "class_id": TaxonomyClass,
    "upload_id": TaxonomyUpload,
    "promises.panel_of_complaint.subject_id": Complaint,
    "promises.panel_of_inquiry.subject_id": Inquiry,
    "promises.case_id": Complaint,
    "promises_api.list_of_complaint.case_id": Complaint,
    "promises_api.list_of_inquiry.case_id": Inquiry,
    "promises_api.make_on_complaint.case_id": Complaint,
    "promises_api.make_on_inquiry.case_id": Inquiry,
    "promise_id": Promise,
    "surveys.panel_of_visit.subject_id": Journey,
    "surveys.panel_of_patient.subject_id": Patient,
}
OF_THE_GROUP = (
    (JourneyTemplate, StageTemplate),
    (SurveyTemplate, SurveyQuestion, SurveyTrigger),
    (MessageTemplate,),
    (ActionRule,),
    (InquiryCategory,),
    (TextModule,),
    (ChecklistItem,),
    (RedFlagPhrase,),
    (WorkingCalendar,),
    (SlaPolicy,),
)
OF_ALL = (
    TaxonomyVersion,
    TaxonomyClass,
    TaxonomyUpload,
    CaseSource,
)  # of no hospital: the group's, read by every office
# bodies that the document alone does not give
BODIES: dict[str, dict[str, Any]] = {
    "sla_api.replace_calendar": {"version": 1, "name_en": "x", "name_ar": "x", "definition": {"always_open": True}},
    "sla_api.preview_calendar": {"version": 1, "definition": {"always_open": True}},
    "accounts_api.assign_role": {"role": "viewer"},
    "complaints_api.change_status": {"version": 1, "verb": "cancel"},
    "inquiries_api.change_status": {"version": 1, "verb": "cancel"},
    "patients.consent": {"version": 1, "channel": "sms", "said": "yes"},
}
OTHERS: dict[str, Any] = {
    "kind": "csv",
    "verb": "start",
    "part": "holidays",
    "place": 0,
    "code": "viewer",
    "kpi": "MOH-2",
    "case": "complaint",
}


@dataclass(eq=False)
class House:
    """The furnished application, its people at their browsers, and A's rows."""

    app: APIFlask
    cast: Cast
    actors: dict[str, Actor]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def document(self) -> dict[str, Any]:
        """Give the OpenAPI document; it is written anew at each access, which takes its time."""
        found = self.app.spec
        assert isinstance(found, dict)
        return found

    def ask(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Send a request of a person, each with a session of its own, as in production."""
        queues.redis_client().flushdb()  # limits have tests of their own
        is_api = path.startswith("/api/") and "docs" not in path
        more: dict[str, Any] = {"headers": self.tokens[name]} if is_api else {}
        if method != "GET":
            more |= {"json": body or {}} if is_api else {"data": body or {}}
        with self.app.app_context():
            return (self.app.test_client() if is_api else self.browsers[name]).open(path, method=method, **more)


def furnished(app: APIFlask) -> House:
    """Write the world: hospital A with a row of every kind and rows of two departments, B with a few of its own."""
    cast = assemble()
    actors = {name: cast.actor(name) for name in cast.people}
    seed_reference_data()
    furnish(app, cast, _source(cast), count=2)
    with acting_as(SYSTEM):
        for models in OF_THE_GROUP:
            _copied_to(cast.a.id, *models)
    _the_rest(cast, actors)
    house = House(app, cast, actors)
    with clock.frozen(clock.now() + DELAY):  # when the tests knock; sessions that rest so long would have ended
        for name, user in cast.people.items():
            house.browsers[name] = sign_in(app.test_client(), user)
            house.tokens[name] = bearer(user)
    return house


def _source(cast: Cast) -> str:
    from app.integrations.services import keys, sources

    with acting_as(SYSTEM) as actor:
        made = sources.create(hospital_id=cast.a.id, code="HIS", name_en="System", name_ar="نظام", actor=actor)
        return keys.rotate(made.id, actor=actor)


def _copied_to(hospital_id: UUID, parent: Any, *children: Any) -> None:
    """Give a hospital its own copy of a row of the group, with one row of each kind below it."""
    original = db.session.execute(sa.select(parent).where(parent.hospital_id.is_(None)).limit(1)).unique().scalar_one()
    with unit_of_work():
        copy = _copy(parent, original, hospital_id=hospital_id)
        for child in children:
            below = db.session.execute(sa.select(child).where(child.template_id == original.id).limit(1))
            row = (
                below.unique().scalar_one_or_none()
                or db.session.execute(sa.select(child).limit(1)).unique().scalar_one()
            )
            _copy(child, row, hospital_id=hospital_id, template_id=copy.id)


def _copy(model: Any, row: Any, **changed: Any) -> Any:
    columns = [each.key for each in sa.inspect(model).column_attrs if not each.columns[0].computed]
    copy = model(**{key: getattr(row, key) for key in columns} | {"id": uuid7(), **changed})
    db.session.add(copy)
    db.session.flush()
    return copy


def _the_rest(cast: Cast, actors: dict[str, Actor]) -> None:
    """A provider, a link, a mapping of A; an action and a visit of A's ward; and rows of B, so that B's pages are not empty."""
    source = first(SourceSystem, cast.a.id)
    journey, event = first(Journey, cast.a.id), first(EventLog, cast.a.id)
    with acting_as(SYSTEM), unit_of_work():
        db.session.add_all(
            [
                Provider(channel="sms", kind="null", name="Wall", receipt_handle="wallwall", hospital_id=cast.a.id),
                MllpLink(hospital_id=cast.a.id, source_id=source.id, port=26999),
                CodeMapping(hospital_id=cast.a.id, kind="event", from_code="WALL", to_code="EMS_ARRIVAL"),
                LoginSession(
                    user_id=cast["nurse"].id,
                    token_digest=b"wall",
                    last_seen_at=clock.now(),
                    expires_at=clock.now() + DELAY,
                ),
                Delivery(
                    event_id=event.id,
                    subscriber="wall",
                    subject_id=event.subject_id,
                    sequence=999,
                    due_at=clock.now(),
                    hospital_id_hint=cast.a.id,
                    parked_at=clock.now(),
                ),
            ]
        )
        for path in (
            "departments",
            "physicians",
            "locations",
            "patients",
            "inquiry_categories",
            "text_modules",
            "assignment_rules",
            "checklist_items",
        ):
            _copy(ImportRun, first(ImportRun, cast.a.id), resource=path)
        ward = _copy(Journey, journey, encounter="WARD-1", department_id=cast.ward.id)
        survey = db.session.execute(sa.select(SurveyInstance).limit(1)).unique().scalar_one()
        _copy(
            SurveyInstance, survey, journey_id=ward.id, department_id=cast.ward.id, handle="wallward", once="ward"
        )  # fmt: skip
    with acting_as(SYSTEM), unit_of_work():
        _cases_of_the_ward(cast)
    for actor, hospital, department, title in (
        (actors["hospital_admin"], cast.a, cast.ward, WARD_TITLE),
        (actors["outsider"], cast.b, cast.elsewhere, "B's own"),
    ):
        with acting_as(actor):
            opening.open_by_hand(
                hospital_id=hospital.id, title=title, severity="high", department_id=department.id, patient_id=None,
                actor=actor,
            )  # fmt: skip


def _cases_of_the_ward(cast: Cast) -> None:
    """A complaint with its explanation and an inquiry that only the office and the ward's head reach; older than all others."""
    ward = {"department_id": cast.ward.id, "created_by_id": cast["hospital_admin"].id, "title": WARD_TITLE}
    complaint = _copy(
        Complaint, first(Complaint, cast.a.id), id=UUID(int=1), reference="CMP-WARD", handle="wallcase", **ward
    )
    asked = {"department_id": cast.ward.id, "assignee_id": cast["hospital_admin"].id, "handle": "wallasked"}
    _copy(Explanation, first(Explanation, cast.a.id), id=UUID(int=2), complaint_id=complaint.id, point_id=None, **asked)
    _copy(Inquiry, first(Inquiry, cast.a.id), id=UUID(int=3), reference="INQ-WARD", **ward)


def first(model: Any, hospital_id: UUID | None = None, **where: Any) -> Any:
    """Give the newest row of a hospital; None when it has none."""
    where |= {"hospital_id": hospital_id} if hospital_id else {}
    with acting_as(SYSTEM):
        query = sa.select(model).filter_by(**where).order_by(model.id.desc()).limit(1)
        return db.session.execute(query).unique().scalars().first()


def takes_id(rule: Rule) -> bool:
    """Whether an address of the rule names a row."""
    return any(type(each).__name__ == "UUIDConverter" for each in rule._converters.values())


def table_of(endpoint: str, argument: str) -> Any:
    """Give the table that an id of an endpoint means. Fails for an argument that is new."""
    blueprint = endpoint.partition(".")[0]
    if argument == "row_id":
        return resource_at(blueprint.removeprefix("admin_").removesuffix("_api")).model
    found = (f"{endpoint}.{argument}", f"{blueprint}.{argument}", argument)
    known = next((TABLES[each] for each in found if each in TABLES), None)
    assert known is not None, f"say in tests/walls.py which table {argument} of {endpoint} means"
    return known


def row_of_a(house: House, endpoint: str, argument: str) -> Any:
    """Give a row of hospital A for an id of an address; None when the world has none.

    Of actions, visits and surveys it is one of the ward: out of the reach of the emergency department's people.
    """
    model, cast = table_of(endpoint, argument), house.cast
    if model is Hospital:
        return cast.a
    if model is User:
        return cast["nurse"]
    if model in OF_ALL:
        return first(model)
    if model in (RoleAssignment, LoginSession):
        return first(model, user_id=cast["nurse"].id)
    if model is Delivery:
        return first(model, subscriber="wall")
    if model is ImportRun:
        return first(model, cast.a.id, resource=endpoint.partition(".")[0].removeprefix("admin_"))
    return first(
        model, cast.a.id, **({"department_id": cast.ward.id} if model in (PxAction, Journey, SurveyInstance) else {})
    )


def address(house: House, rule: Rule, ids: dict[str, Any]) -> str:
    """Give an address of a rule with these ids."""
    with house.app.test_request_context():
        more = {name: OTHERS[name] for name in rule.arguments if name in OTHERS}
        return house.app.url_for(rule.endpoint, **more, **ids)


def body_for(house: House, rule: Rule, method: str, own: str = "") -> Any:
    """Give a body that the API's document allows, so that it is the row that is looked at; pages take what comes."""
    if rule.endpoint in BODIES:
        return BODIES[rule.endpoint]
    spec = house.document
    operation = spec["paths"].get(path_in_document(rule), {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _sample(content["schema"], spec, own) if content else None


def path_in_document(rule: Rule) -> str:
    """Give the address of a rule as the API's document writes it."""
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule)


def _sample(schema: dict[str, Any], spec: dict[str, Any], own: str) -> Any:
    if "$ref" in schema:
        return _sample(spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]], spec, own)
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return _sample(choices[0], spec, own)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {name: _sample(fields[name], spec, own) for name in schema.get("required", []) if name in fields}
    return _plain(schema, spec, own)


def _plain(schema: dict[str, Any], spec: dict[str, Any], own: str) -> Any:
    kind, shape = schema.get("type"), schema.get("format")
    if kind == "array":
        return [_sample(schema["items"], spec, own)] * schema.get("minItems", 0)
    return own if shape == "uuid" else plain(schema)


def plain(schema: dict[str, Any]) -> Any:
    """Give a value that a schema without parts allows."""
    kind, shape = schema.get("type"), schema.get("format")
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    shapes = {"email": "a@example.org", "date": "2026-11-24", "date-time": "2026-11-24T09:00:00Z"}
    return shapes.get(shape or "", "x" * max(schema.get("minLength", 1), 1))


def rows_for(house: House, rule: Rule) -> dict[str, Any]:
    """Give, for each id of a rule's addresses, a row of hospital A (None: the world has none)."""
    names = [name for name, each in rule._converters.items() if type(each).__name__ == "UUIDConverter"]
    return {name: row_of_a(house, rule.endpoint, name) for name in names}


def tenant_tables() -> list[Any]:
    """List the tables whose rows are of one hospital, or of one hospital or the group."""
    found = {each.local_table for each in Base.registry.mappers if issubclass(each.class_, (Tenant, GroupOrTenant))}
    return sorted(found, key=lambda each: str(each.name))


def fingerprint(hospital_id: UUID) -> dict[str, str]:
    """Give a digest of all rows that a hospital has in each table; and of all people and their roles."""
    said = {}
    with passage("the test compares every row before and after"):
        for table in tenant_tables():
            row = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table.name} t WHERE hospital_id = :id"
            said[table.name] = db.session.execute(sa.text(row), {"id": hospital_id}).scalar_one()
    for name in ("users", "role_assignments", "hospitals", "second_factor_rules"):
        row = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {name} t"
        said[name] = db.session.execute(sa.text(row)).scalar_one()
    return said


def ids_of(hospital_id: UUID, departments: tuple[UUID, ...] | None = None) -> set[str]:
    """List the ids of all rows of a hospital, or of its rows in these departments."""
    found: set[str] = set()
    with passage("the test looks for every id of the other hospital"):
        for table in tenant_tables():
            if departments is not None and "department_id" not in table.c:
                continue
            where = "hospital_id = :id" + (" AND department_id = ANY(:departments)" if departments is not None else "")
            rows = db.session.execute(
                sa.text(f"SELECT id FROM {table.name} WHERE {where}"),
                {"id": hospital_id, "departments": list(departments or ())},
            )
            found |= {str(each) for each in rows.scalars()}
    return found
