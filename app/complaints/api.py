"""The REST door of complaints."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import abort
from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints import queries, queue
from app.complaints.explanations import queries as explanation_queries
from app.complaints.explanations import services as explaining
from app.complaints.models import Complaint, Explanation
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.policy import Perm
from app.complaints.schemas import (
    ClassOut,
    ComplaintAssignIn,
    ComplaintIn,
    ComplaintNoteIn,
    ComplaintNoteOut,
    ComplaintOut,
    ComplaintPatientIn,
    ComplaintSeverityIn,
    ComplaintSourceIn,
    ComplaintStepIn,
    ExplanationIn,
    ExplanationOut,
    ExplanationStepIn,
    PointIn,
    PointOut,
    PointPut,
)
from app.complaints.services import receiving, stepping, working, writing
from app.complaints.services.receiving import ComplaintFacts
from app.complaints.services.stepping import StepFacts
from app.complaints.sources.known import may_be_named
from app.complaints.workflow import COMPLAINT, EXPLANATION
from app.core.access.policy import can, visible
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.errors import Invalid
from app.core.severity import Severity
from app.core.web import current_actor, requires

bp = APIBlueprint("complaints_api", __name__, url_prefix="/api/complaints")

COMPLAINTS = Listing(
    ordering={
        "received_at": Complaint.received_at,
        "due_at": Complaint.due_at,
        "created_at": Complaint.created_at,
        "id": Complaint.id,
    },
    default="-received_at",
    filters={
        "status": equals(Complaint.status),
        "severity": equals(Complaint.severity, lambda text: str(Severity(text))),
        "channel": equals(Complaint.channel),
        "reference": equals(Complaint.reference),
        "outside_number": equals(Complaint.outside_number),
        "department_id": lambda text: Complaint.department_ids.contains([uuid(text)]),
        "assignee_id": equals(Complaint.assignee_id, uuid),
        "patient_id": equals(Complaint.patient_id, uuid),
    },
    search=lambda text: queue.search_clause(text, current_actor),
)
EXPLANATIONS = Listing(
    ordering={"due_at": Explanation.due_at, "created_at": Explanation.created_at, "id": Explanation.id},
    default="-created_at",
    filters={
        "status": equals(Explanation.status),
        "complaint_id": equals(Explanation.complaint_id, uuid),
        "assignee_id": equals(Explanation.assignee_id, uuid),
        "department_id": equals(Explanation.department_id, uuid),
    },
)
PERSONAL = ("title", "contact_name", "contact_phone", "contact_email", "words", "wish", "place", "resolution")


def _told(complaint: Complaint) -> dict[str, Any]:
    """Give a complaint as this caller may know it: what tells who complains is empty for those who may not."""
    told = {name: getattr(complaint, name) for name in ComplaintOut.model_fields}
    if not can(current_actor, Perm.IDENTIFY):
        told.update(dict.fromkeys(PERSONAL, ""), patient_id=None, red_flags=[])
    return told


@bp.get("/complaints/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(ComplaintOut))
@documented(bp, "List complaints", "GET")
@requires(Perm.READ)
def list_complaints(query_data: ListQuery) -> dict[str, Any]:
    """Give the complaints that the caller may see; `search` looks in numbers, words, names, phones, notes and points."""
    found = listing(select(Complaint).where(visible(Complaint, current_actor, Perm.READ)), COMPLAINTS, query_data)
    return {**found, "results": [_told(each) for each in found["results"]]}


@bp.post("/complaints/")
@bp.input(ComplaintIn)
@bp.output(ComplaintOut, status_code=201)
@documented(bp, "Enter a complaint", "POST")
@requires(Perm.CREATE)
def create(json_data: ComplaintIn) -> Any:
    """Take a complaint in; an outside body's number that is known already is a conflict."""
    if not may_be_named("complaint", json_data.channel):
        raise Invalid(channel=_("Choose one of the listed codes."))
    facts = ComplaintFacts(**json_data.model_dump(exclude={"hospital_id"}))
    return _told(receiving.receive(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor))


@bp.get("/complaints/<uuid:complaint_id>/")
@bp.output(ComplaintOut)
@documented(bp, "Read a complaint", "GET")
@requires(Perm.READ)
def read(complaint_id: UUID) -> Any:
    """Give one complaint."""
    return _told(queries.get(complaint_id, actor=current_actor))


@bp.post("/complaints/<uuid:complaint_id>/assign/")
@bp.input(ComplaintAssignIn)
@bp.output(ComplaintOut)
@documented(bp, "Name the owner of a complaint", "POST")
@requires(Perm.WORK)
def assign(complaint_id: UUID, json_data: ComplaintAssignIn) -> Any:
    """Hand the complaint over."""
    to, version = json_data.assignee_id, json_data.version
    return _told(working.assign(complaint_id, to=to, version=version, actor=current_actor))


@bp.post("/complaints/<uuid:complaint_id>/change_status/")
@bp.input(ComplaintStepIn)
@bp.output(ComplaintOut)
@documented(bp, "Take a step of a complaint's workflow", "POST")
@requires(Perm.READ)
def change_status(complaint_id: UUID, json_data: ComplaintStepIn) -> Any:
    """Activate, start, wait, resume, resolve_partly, go_on, resolve, close, unclose, reopen, cancel, merge or part."""
    given = json_data.model_dump(exclude={"verb", "version"})
    if not any(step.verb == json_data.verb and step.needs for step in COMPLAINT.steps):
        abort(404)
    return _told(
        stepping.move(complaint_id, json_data.verb, StepFacts(**given), version=json_data.version, actor=current_actor)
    )


@bp.post("/complaints/<uuid:complaint_id>/patient/")
@bp.input(ComplaintPatientIn)
@bp.output(ComplaintOut)
@documented(bp, "Say whose file a complaint belongs to", "POST")
@requires(Perm.WORK)
def identify(complaint_id: UUID, json_data: ComplaintPatientIn) -> Any:
    """Name the patient."""
    patient_id, version = json_data.patient_id, json_data.version
    return _told(working.identify(complaint_id, patient_id, version=version, actor=current_actor))


@bp.post("/complaints/<uuid:complaint_id>/severity/")
@bp.input(ComplaintSeverityIn)
@bp.output(ComplaintOut)
@documented(bp, "Judge the severity of a complaint anew", "POST")
@requires(Perm.WORK)
def severity(complaint_id: UUID, json_data: ComplaintSeverityIn) -> Any:
    """Change the severity; every deadline counts anew from the start."""
    return _told(
        working.change_severity(complaint_id, json_data.severity, version=json_data.version, actor=current_actor)
    )


@bp.post("/complaints/<uuid:complaint_id>/source/")
@bp.input(ComplaintSourceIn)
@bp.output(ComplaintOut)
@documented(bp, "Say where a complaint came from", "POST")
@requires(Perm.WORK)
def source(complaint_id: UUID, json_data: ComplaintSourceIn) -> Any:
    """Change the source; every deadline counts anew from the start."""
    return _told(
        working.change_source(
            complaint_id,
            json_data.channel,
            outside_number=json_data.outside_number,
            version=json_data.version,
            actor=current_actor,
        )
    )


@bp.post("/complaints/<uuid:complaint_id>/add_note/")
@bp.input(ComplaintNoteIn)
@bp.output(ComplaintNoteOut, status_code=201)
@documented(bp, "Write on a complaint", "POST")
@requires(Perm.WORK)
def add_note(complaint_id: UUID, json_data: ComplaintNoteIn) -> Any:
    """Write a note, or what was said in a call."""
    return writing.add_note(complaint_id, json_data.body, kind=json_data.kind, actor=current_actor)


@bp.get("/complaints/<uuid:complaint_id>/points/")
@bp.output(page_of(PointOut))
@documented(bp, "List the points of a complaint", "GET")
@requires(Perm.WORK)
def list_points(complaint_id: UUID) -> Any:
    """Give the points in their order."""
    found = queries.get_whole(complaint_id, actor=current_actor).complaint.points
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/complaints/<uuid:complaint_id>/points/")
@bp.input(PointIn)
@bp.output(PointOut, status_code=201)
@documented(bp, "Add a point to a complaint", "POST")
@requires(Perm.WORK)
def add_point(complaint_id: UUID, json_data: PointIn) -> Any:
    """Add a point; its department is concerned from now on."""
    return points.add(complaint_id, PointFacts(**json_data.model_dump()), actor=current_actor)


@bp.put("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/")
@bp.input(PointPut)
@bp.output(PointOut)
@documented(bp, "Change a point of a complaint", "PUT")
@requires(Perm.WORK)
def change_point(complaint_id: UUID, point_id: UUID, json_data: PointPut) -> Any:
    """Classify, judge or answer a point."""
    facts = PointFacts(**json_data.model_dump(exclude={"version"}))
    return points.change(complaint_id, point_id, facts, version=json_data.version, actor=current_actor)


@bp.get("/explanations/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(ExplanationOut))
@documented(bp, "List requests to explain", "GET")
@requires(Perm.EXPLANATION_READ)
def list_explanations(query_data: ListQuery) -> dict[str, Any]:
    """Give the requests that the caller may see."""
    seen = visible(Explanation, current_actor, Perm.EXPLANATION_READ)
    return listing(select(Explanation).where(seen), EXPLANATIONS, query_data)


@bp.post("/complaints/<uuid:complaint_id>/explanations/")
@bp.input(ExplanationIn)
@bp.output(ExplanationOut, status_code=201)
@documented(bp, "Ask somebody to explain", "POST")
@requires(Perm.ASK)
def ask(complaint_id: UUID, json_data: ExplanationIn) -> Any:
    """Ask a person of the hospital; their clock starts now."""
    question = explaining.Question(**json_data.model_dump(exclude={"assignee_id"}))
    return explaining.ask(complaint_id, json_data.assignee_id, question, actor=current_actor)


@bp.get("/explanations/<uuid:explanation_id>/")
@bp.output(ExplanationOut)
@documented(bp, "Read a request to explain", "GET")
@requires(Perm.EXPLANATION_READ)
def read_explanation(explanation_id: UUID) -> Any:
    """Give one request."""
    return explanation_queries.get_explanation(explanation_id, actor=current_actor)


@bp.post("/explanations/<uuid:explanation_id>/steps/<string(maxlength=20):verb>/")
@bp.input(ExplanationStepIn)
@bp.output(ExplanationOut)
@documented(bp, "Take a step of a request to explain", "POST")
@requires(Perm.EXPLANATION_READ)
def move_explanation(explanation_id: UUID, verb: str, json_data: ExplanationStepIn) -> Any:
    """Answer, accept, return or cancel."""
    if not any(step.verb == verb for step in EXPLANATION.steps):
        abort(404)
    return explaining.move(explanation_id, verb, version=json_data.version, text=json_data.text, actor=current_actor)


@bp.get("/taxonomy/")
@bp.output(page_of(ClassOut))
@documented(bp, "List the classifications of the current edition", "GET")
@requires(Perm.TAXONOMY_READ)
def taxonomy() -> Any:
    """Give every classification with its levels, in both languages."""
    found = queries.options_classes()
    return {"count": len(found), "next": None, "previous": None, "results": found}
