"""The REST door of surveys: list, send by hand, read with answers, check and send a list of visits, resend, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask_babel import gettext as _

from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.errors import Invalid
from app.core.web import current_actor, requires
from app.surveys import queries, sheet_queries
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm
from app.surveys.schemas import VersionIn
from app.surveys.schemas_instances import (
    CheckIn,
    InstanceDetailOut,
    PlannedOut,
    SurveyInstanceIn,
    SurveyInstanceOut,
    VerdictsOut,
)
from app.surveys.services import by_hand, resending, withdrawing
from app.surveys.sheet_queries import Line

bp = APIBlueprint("survey_instances_api", __name__, url_prefix="/api/surveys")


def _instant(text: str) -> datetime:
    """Read an instant with its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


INSTANCES = Listing(
    ordering={
        "created_at": SurveyInstance.created_at,
        "completed_at": SurveyInstance.completed_at,
        "score": SurveyInstance.score,
        "id": SurveyInstance.id,
    },
    default="-created_at",
    filters={
        "state": equals(SurveyInstance.state),
        "skip_reason": equals(SurveyInstance.skip_reason),
        "hospital_id": equals(SurveyInstance.hospital_id, uuid),
        "template_id": equals(SurveyInstance.template_id, uuid),
        "patient_id": equals(SurveyInstance.patient_id, uuid),
        "journey_id": equals(SurveyInstance.journey_id, uuid),
        "department_id": equals(SurveyInstance.department_id, uuid),
        "physician_id": equals(SurveyInstance.physician_id, uuid),
        "is_negative": equals(SurveyInstance.is_negative, truth),
        "wants_callback": equals(SurveyInstance.wants_callback, truth),
        "completed_from": lambda text: SurveyInstance.completed_at >= _instant(text),
        "completed_before": lambda text: SurveyInstance.completed_at < _instant(text),
    },
)


@bp.get("/instances/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(SurveyInstanceOut))
@documented(bp, "List surveys", "GET")
@requires(Perm.INSTANCE_READ)
def list_instances(query_data: ListQuery) -> dict[str, Any]:
    """Give the surveys that the caller may see."""
    return listing(queries.instances_query(current_actor), INSTANCES, query_data)


@bp.post("/instances/")
@bp.input(SurveyInstanceIn)
@bp.output(SurveyInstanceOut, status_code=201)
@documented(bp, "Send a survey by hand", "POST")
@requires(Perm.SEND)
def create_instance(json_data: SurveyInstanceIn) -> Any:
    """Send a survey now; 409 with the rule's code when a contact rule says no."""
    if (json_data.journey_id is None) == (json_data.patient_id is None):
        raise Invalid(journey_id=_("Give either a visit or a patient."))
    if json_data.journey_id is not None:
        return by_hand.send_to_visit(json_data.journey_id, template_id=json_data.template_id, actor=current_actor)
    assert json_data.patient_id is not None
    return by_hand.send_to_patient(json_data.patient_id, template_id=json_data.template_id, actor=current_actor)


@bp.post("/instances/check/")
@bp.input(CheckIn)
@bp.output(VerdictsOut)
@documented(bp, "Check who of a list of visits would be asked", "POST")
@requires(Perm.SEND)
def check_visits(json_data: CheckIn) -> dict[str, Any]:
    """Say for each visit whether its patient would be asked, and why not; nothing is stored."""
    found = by_hand.preview(json_data.journey_ids, template_id=json_data.template_id, actor=current_actor)
    return {
        "results": [
            {
                "journey_id": each.case.instance.journey_id,
                "reason": each.reason,
                "message": str(each.reason.label) if each.reason is not None else None,
            }
            for each in found
        ]
    }


@bp.post("/instances/bulk_create/")
@bp.input(CheckIn)
@bp.output(PlannedOut, status_code=202)
@documented(bp, "Send a survey to a list of visits", "POST")
@requires(Perm.SEND)
def create_instances(json_data: CheckIn) -> dict[str, Any]:
    """Plan a survey for every visit of the list whose patient may be asked; they leave in two minutes."""
    found = by_hand.send_to_many(json_data.journey_ids, template_id=json_data.template_id, actor=current_actor)
    return {"planned": found}


@bp.get("/instances/<uuid:instance_id>/")
@bp.output(InstanceDetailOut)
@documented(bp, "Read a survey with its answers", "GET")
@requires(Perm.INSTANCE_READ)
def read_instance(instance_id: UUID) -> dict[str, Any]:
    """Give one survey, question by question."""
    sheet = sheet_queries.get(instance_id, actor=current_actor)
    return {
        **SurveyInstanceOut.model_validate(sheet.instance).model_dump(),
        "answers": [_answer(line) for line in sheet.lines],
        "reasons": sheet.reasons,
    }


@bp.delete("/instances/<uuid:instance_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Withdraw a survey", "DELETE")
@requires(Perm.SEND)
def withdraw_instance(instance_id: UUID) -> tuple[str, int]:
    """Close the link, or take back a survey that has not left; one that has ended answers 409."""
    withdrawing.withdraw(instance_id, actor=current_actor)
    return "", 204


@bp.post("/instances/<uuid:instance_id>/cancel/")
@bp.input(VersionIn)
@bp.output(SurveyInstanceOut)
@documented(bp, "Withdraw a survey and read it", "POST")
@requires(Perm.SEND)
def cancel_instance(instance_id: UUID, json_data: VersionIn) -> Any:
    """Close the link, or take back a survey that has not left."""
    return withdrawing.withdraw(instance_id, version=json_data.version, actor=current_actor)


@bp.post("/instances/<uuid:instance_id>/resend/")
@bp.input(VersionIn)
@bp.output(SurveyInstanceOut)
@documented(bp, "Send the invitation again", "POST")
@requires(Perm.SEND)
def resend_instance(instance_id: UUID, json_data: VersionIn) -> Any:
    """Send the same link again; 409 when the survey has ended, a rule says no, or it was sent a short while ago."""
    return resending.resend(instance_id, version=json_data.version, actor=current_actor)


def _answer(line: Line) -> dict[str, Any]:
    question, answer = line.question, line.answer
    return {
        **{name: getattr(question, name) for name in ("code", "type", "text_en", "text_ar")},
        "question_id": question.id,
        "value": answer.value if answer is not None else None,
        "is_na": answer.is_na if answer is not None else False,
        "score": line.points,
        "words": line.words,
    }
