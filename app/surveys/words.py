"""Words of surveys for templates."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.core.i18n import exact, named
from app.journeys.enums import JourneyKind
from app.surveys.enums import ENDED, RANK, InstanceState, QuestionType, SkipReason, Weighting
from app.surveys.models import SurveyInstance
from app.surveys.rules.bank import read_sections

TONES: dict[str, str] = {
    InstanceState.COMPLETED: "success",
    InstanceState.FAILED: "danger",
    InstanceState.ABANDONED: "warning",
    InstanceState.EXPIRED: "neutral",
    InstanceState.CANCELLED: "neutral",
    InstanceState.PENDING: "neutral",
}


def survey_label(state: str) -> Any:
    """Give the label of a state."""
    return InstanceState(state).label


def survey_tone(instance: SurveyInstance) -> str:
    """Give the tone of a survey's state; a negative answer is a warning."""
    if instance.is_negative:
        return "warning"
    return TONES.get(instance.state, "accent")


def skip_label(reason: str) -> Any:
    """Give why a survey was not sent."""
    return SkipReason(reason).label


def question_type_label(code: str) -> Any:
    """Give the label of a kind of question."""
    return QuestionType(code).label


def weighting_label(code: str) -> Any:
    """Give how the overall score is made."""
    return Weighting(code).label


def journey_kind_label(code: str) -> Any:
    """Give the label of a kind of visit."""
    return JourneyKind(code).label


def section_label(code: str) -> str:
    """Give the name of a section; one that is not of the bank is its own name."""
    known = read_sections()
    return named(known[code], "label") if code in known else code.replace("_", " ")


BANK_LABELS: dict[str, Any] = {
    "complaint_resolution": _l("Resolution of complaints"),
    "call_center": _l("Call center"),
}


def bank_label(journey: str) -> Any:
    """Give the name of a set of the question bank."""
    return BANK_LABELS.get(journey) or JourneyKind(journey).label


TEMPLATE_STEPS: dict[str, Any] = {
    "created": _l("Made"),
    "changed": _l("Settings changed"),
    "published": _l("Published"),
    "unpublished": _l("Taken out of use"),
    "archived": _l("Archived"),
    "restored": _l("Restored"),
    "copied": _l("Made as a copy"),
    "question_added": _l("Question added"),
    "question_changed": _l("Question changed"),
    "question_moved": _l("Order changed"),
    "question_archived": _l("Question archived"),
}


def template_step(what: str) -> Any:
    """Give what was done to a template."""
    return TEMPLATE_STEPS.get(what, what)


LINE: tuple[tuple[InstanceState, str], ...] = (
    (InstanceState.SENT, "sent_at"),
    (InstanceState.DELIVERED, "delivered_at"),
    (InstanceState.OPENED, "opened_at"),
    (InstanceState.IN_PROGRESS, "started_at"),
    (InstanceState.COMPLETED, "completed_at"),
)


def survey_steps(instance: SurveyInstance) -> list[dict[str, Any]]:
    """Give the life of a survey as a line of states with their times, for the page."""
    first = {"label": pgettext("survey", "Planned"), "state": "done", "time": exact(instance.created_at), "note": ""}
    steps: list[dict[str, Any]] = [first]
    for state, name in LINE:
        at = getattr(instance, name)
        skipped = at is None and RANK[InstanceState(instance.state)] > RANK[state]
        step = "done" if at else "skipped" if skipped else "ahead"
        steps.append({"label": state.label, "state": step, "time": exact(at) if at else "", "note": ""})
    if instance.state in (*ENDED - {InstanceState.COMPLETED}, InstanceState.FAILED):
        end = exact(instance.revoked_at) if instance.revoked_at else ""
        steps = [each for each in steps if each["state"] == "done"]
        steps.append(
            {"label": survey_label(instance.state), "state": "now", "time": end, "note": "", "tone": "warning"}
        )
    return steps


def init_app(app: Flask) -> None:
    """Give them to templates."""
    app.jinja_env.globals.update(
        bank_label=bank_label,
        journey_kind_label=journey_kind_label,
        question_type_label=question_type_label,
        section_label=section_label,
        skip_label=skip_label,
        survey_label=survey_label,
        survey_steps=survey_steps,
        survey_tone=survey_tone,
        template_step=template_step,
        weighting_label=weighting_label,
    )
