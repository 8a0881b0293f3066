"""Commands on survey templates: make, change, publish, archive, and copy a group's template into a hospital's own."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.journeys.enums import JourneyKind
from app.surveys.enums import Weighting
from app.surveys.events import SurveyTemplateChanged
from app.surveys.models import SurveyQuestion, SurveyTemplate, SurveyTrigger
from app.surveys.policy import Perm
from app.surveys.rules.review import blocking, review

COPIED = (
    "position", "code", "type", "section", "stage_code", "dimension", "text_en", "text_ar", "help_en", "help_ar",
    "options", "is_required", "allow_na", "weight", "is_flagged", "positive_answer", "is_scored", "minimum", "maximum",
    "top_values", "show_if",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a template says of itself. Threshold 0-100; link in days, reminder in hours (None: no reminder)."""

    name_en: str
    name_ar: str
    intro_en: str = ""
    intro_ar: str = ""
    thanks_en: str = ""
    thanks_ar: str = ""
    journey_kind: str | None = None
    weighting: str = Weighting.SECTIONS
    minimum_items: int = 2
    threshold: float = 60.0
    link_days: int = 10
    reminder_hours: int | None = 48
    offers_callback: bool = True


def facts_of(template: SurveyTemplate) -> TemplateFacts:
    """Give what a template says of itself now, to change a part of it."""
    return TemplateFacts(**{name: getattr(template, name) for name in TemplateFacts.__dataclass_fields__})


@command
def create(*, hospital_id: UUID | None, facts: TemplateFacts, actor: Actor) -> SurveyTemplate:
    """Make an empty template of a hospital (None: of the group), not published.

    Raises NotAllowed (another hospital, or the group without the right) and Invalid.
    """
    may_write(hospital_id, actor)
    _check(facts)
    template = SurveyTemplate(hospital_id=hospital_id, code=_free_code(facts.name_en, hospital_id), **asdict(facts))
    db.session.add(template)
    db.session.flush()
    said(template, "created", actor)
    return template


@command
def change(template_id: UUID, facts: TemplateFacts, *, version: int, actor: Actor) -> SurveyTemplate:
    """Change what a template says of itself. Raises NotFound, NotAllowed, Conflict (`version`) and Invalid."""
    template = find(template_id, actor=actor, version=version)
    _check(facts)
    for name, value in asdict(facts).items():
        setattr(template, name, value)
    said(template, "changed", actor, Change.of(template))
    return template


@command
def publish(template_id: UUID, *, version: int | None = None, actor: Actor) -> SurveyTemplate:
    """Let surveys be made of a template.

    Raises NotFound, NotAllowed, Conflict and Invalid: the review found what would not work, by question code.
    """
    template = find(template_id, actor=actor, version=version)
    must_hold(template)
    template.is_published = True
    said(template, "published", actor)
    return template


@command
def unpublish(template_id: UUID, *, version: int | None = None, actor: Actor) -> SurveyTemplate:
    """Make no more surveys of a template; those that left stay open. Raises NotFound, NotAllowed and Conflict."""
    template = find(template_id, actor=actor, version=version)
    template.is_published = False
    said(template, "unpublished", actor)
    return template


@command
def archive(template_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take a template and what it follows out of use; its surveys and answers stay. Raises NotFound, NotAllowed, Conflict."""
    template = find(template_id, actor=actor, version=version)
    now = clock.now()
    template.archived_at, template.archived_by_id, template.is_published = now, actor.id, False
    triggers = db.session.execute(
        select(SurveyTrigger).where(SurveyTrigger.template_id == template.id, SurveyTrigger.archived_at.is_(None))
    ).scalars()
    for trigger in triggers:
        trigger.archived_at, trigger.archived_by_id = now, actor.id
    said(template, "archived", actor)


@command
def restore(template_id: UUID, *, actor: Actor) -> SurveyTemplate:
    """Bring an archived template back, not published. Raises NotFound, NotAllowed and Conflict (it is in use)."""
    template = find(template_id, actor=actor, archived=True)
    template.code = _free_code(template.code, template.hospital_id)
    template.archived_at, template.archived_by_id = None, None
    said(template, "restored", actor)
    return template


@command
def copy(template_id: UUID, *, hospital_id: UUID | None, actor: Actor) -> SurveyTemplate:
    """Copy a template that the actor may read, with its questions, into a hospital's own (None: the group's); unpublished.

    Raises NotFound and NotAllowed.
    """
    source = load(SurveyTemplate, template_id, actor=actor, needs=Perm.TEMPLATE_READ)
    may_write(hospital_id, actor)
    made = SurveyTemplate(
        hospital_id=hospital_id, code=_free_code(source.code, hospital_id), **asdict(facts_of(source))
    )
    if hospital_id == source.hospital_id:
        made.name_en, made.name_ar = f"{source.name_en} (2)", f"{source.name_ar} (2)"
    db.session.add(made)
    db.session.flush()
    for question in source.questions:
        values = {name: getattr(question, name) for name in COPIED}
        db.session.add(SurveyQuestion(template_id=made.id, hospital_id=hospital_id, **values))
    db.session.flush()
    said(made, "copied", actor)
    db.session.refresh(made, ["questions"])
    return made


def find(template_id: UUID, *, actor: Actor, version: int | None = None, archived: bool = False) -> SurveyTemplate:
    """Load and lock a template for a change. Raises NotFound (in use or archived, unless wanted), NotAllowed, Conflict."""
    template = load(
        SurveyTemplate,
        template_id,
        actor=actor,
        needs=Perm.TEMPLATE_WRITE,
        sees=Perm.TEMPLATE_READ,
        version=version,
        lock=True,
    )
    if archived and template.archived_at is None:
        raise Conflict(code="wrong_state")
    if not archived and template.archived_at is not None:
        raise NotFound()
    return template


def may_write(hospital_id: UUID | None, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may build surveys of this hospital; the group's are read by all, written by few."""
    if not can_reach_hospital(actor, Perm.TEMPLATE_WRITE, hospital_id):
        raise NotAllowed()


def must_hold(template: SurveyTemplate) -> None:
    """Raise Invalid, by question code, when patients could not be shown this template."""
    values = [question.as_value() for question in template.questions]
    found = blocking(review(values, minimum_items=template.minimum_items))
    if found:
        wrong: dict[str, list[Any]] = {}
        for each in found:
            wrong.setdefault(each.question or "questions", []).append(each.message)
        raise Invalid(_("Patients could not be shown this survey yet."), **wrong)


def said(
    template: SurveyTemplate, what: str, actor: Actor, change: Change | None = None, question_id: UUID | None = None
) -> None:
    """Record what became of a template or of one of its questions."""
    record(SurveyTemplateChanged(template.id, template.hospital_id, what, question_id), actor=actor, change=change)


def _check(facts: TemplateFacts) -> None:
    wrong: dict[str, Any] = {
        name: _("This field is required.") for name in ("name_en", "name_ar") if not getattr(facts, name)
    }
    bounds: dict[str, tuple[float, float]] = {
        "minimum_items": (1, 20), "threshold": (0, 100), "link_days": (1, 60), "reminder_hours": (1, 720),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        value = getattr(facts, name)
        if value is not None and not low <= value <= high:
            wrong[name] = _("Give a number from %(low)s to %(high)s.", low=low, high=high)
    if facts.reminder_hours is not None and facts.reminder_hours >= facts.link_days * 24:
        wrong["reminder_hours"] = _("The reminder must come before the link runs out.")
    if facts.journey_kind and facts.journey_kind not in set(JourneyKind):
        wrong["journey_kind"] = _("Choose one of the list.")
    if facts.weighting not in set(Weighting):
        wrong["weighting"] = _("Choose one of the list.")
    for one, other in (("intro_en", "intro_ar"), ("thanks_en", "thanks_ar")):
        if bool(getattr(facts, one)) != bool(getattr(facts, other)):
            empty = other if getattr(facts, one) else one
            wrong[empty] = _("Give the words in both languages, or in none.")
    if wrong:
        raise Invalid(**wrong)


def _free_code(name: str, hospital_id: UUID | None) -> str:
    """Give a short code that no template of this hospital has: from the name, with a number when it is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:32] or "survey"
    taken = set(
        db.session.execute(
            select(SurveyTemplate.code).where(
                SurveyTemplate.hospital_id.is_not_distinct_from(hospital_id),
                SurveyTemplate.archived_at.is_(None),
                SurveyTemplate.code.startswith(stem, autoescape=True),
            )
        ).scalars()
    )
    number = 2
    while stem in taken and f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}" if stem in taken else stem
