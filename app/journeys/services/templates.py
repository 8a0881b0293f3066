"""Commands on journey templates: what a kind of visit looks like at a hospital, or by default in the whole group."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Invalid, NotAllowed, NotFound
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.journeys.enums import JourneyKind
from app.journeys.events import JourneyTemplateChanged
from app.journeys.models import JourneyTemplate, StageTemplate
from app.journeys.policy import Perm
from app.organizations import queries as organizations


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a template says of itself."""

    name_en: str
    name_ar: str
    is_active: bool = True


@command
def create(*, hospital_id: UUID | None, kind: str, facts: TemplateFacts, actor: Actor) -> JourneyTemplate:
    """Make a template for a hospital (None: for the group). A hospital's begins with the stages of the group's.

    Raises NotAllowed (another hospital, or the group without the right) and Invalid (a name is missing, there is
    no such hospital, or it has an active template of this kind).
    """
    may_write(hospital_id, actor)
    if hospital_id is not None and not organizations.is_hospital(hospital_id):
        raise Invalid(hospital_id=_("Choose the hospital."))
    _check(facts)
    if facts.is_active:
        _must_be_alone(hospital_id, kind, None)
    template = JourneyTemplate(
        hospital_id=hospital_id,
        kind=JourneyKind(kind),
        name_en=facts.name_en,
        name_ar=facts.name_ar,
        is_active=facts.is_active,
    )
    db.session.add(template)
    db.session.flush()
    if hospital_id is not None:
        _copy_stages(kind, template)
    _said(template, "created", actor)
    db.session.refresh(template, ["stages"])
    return template


@command
def change(template_id: UUID, facts: TemplateFacts, *, version: int, actor: Actor) -> JourneyTemplate:
    """Rename a template or turn it on or off. Raises NotFound, NotAllowed, Conflict (`version`) and Invalid."""
    template = find(template_id, actor=actor, version=version)
    _check(facts)
    if facts.is_active and not template.is_active:
        _must_be_alone(template.hospital_id, template.kind, template.id)
    template.name_en, template.name_ar, template.is_active = facts.name_en, facts.name_ar, facts.is_active
    _said(template, "changed", actor, Change.of(template))
    return template


@command
def archive(template_id: UUID, *, actor: Actor, version: int | None = None) -> None:
    """Take a template out of use; visits that began with it keep their stages. Raises NotFound and NotAllowed."""
    template = find(template_id, actor=actor, version=version)
    template.archived_at, template.archived_by_id = clock.now(), actor.id
    _said(template, "archived", actor)


def find(template_id: UUID, *, actor: Actor, version: int | None = None) -> JourneyTemplate:
    """Load and lock a template that is in use, for a change. Raises NotFound (archived ones too), NotAllowed and Conflict."""
    template = load(
        JourneyTemplate,
        template_id,
        actor=actor,
        needs=Perm.TEMPLATE_WRITE,
        sees=Perm.TEMPLATE_READ,
        version=version,
        lock=True,
    )
    if template.archived_at is not None:
        raise NotFound()
    may_write(template.hospital_id, actor)
    return template


def may_write(hospital_id: UUID | None, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may change templates of this hospital; the group's are read by all, written by few."""
    if not can_reach_hospital(actor, Perm.TEMPLATE_WRITE, hospital_id):
        raise NotAllowed()


def _check(facts: TemplateFacts) -> None:
    missing = {name: _("This field is required.") for name in ("name_en", "name_ar") if not getattr(facts, name)}
    if missing:
        raise Invalid(**missing)


def _must_be_alone(hospital_id: UUID | None, kind: str, but: UUID | None) -> None:
    """One active template of a kind: otherwise nobody knows which one a visit follows (the unique index says the same)."""
    query = select(JourneyTemplate.id).where(
        JourneyTemplate.kind == kind,
        JourneyTemplate.hospital_id.is_not_distinct_from(hospital_id),
        JourneyTemplate.is_active,
        JourneyTemplate.archived_at.is_(None),
    )
    if but is not None:
        query = query.where(JourneyTemplate.id != but)
    if db.session.execute(query).first() is not None:
        raise Invalid(kind=_("There is an active template for this kind of visit already."))


def _copy_stages(kind: str, template: JourneyTemplate) -> None:
    group = db.session.execute(
        select(StageTemplate)
        .join(JourneyTemplate, JourneyTemplate.id == StageTemplate.template_id)
        .where(
            JourneyTemplate.kind == kind,
            JourneyTemplate.hospital_id.is_(None),
            JourneyTemplate.is_active,
            JourneyTemplate.archived_at.is_(None),
            StageTemplate.archived_at.is_(None),
        )
        .order_by(StageTemplate.position)
    ).scalars()
    for stage in group.all():
        db.session.add(
            StageTemplate(
                hospital_id=template.hospital_id,
                template_id=template.id,
                position=stage.position,
                code=stage.code,
                name_en=stage.name_en,
                name_ar=stage.name_ar,
                trigger_codes=list(stage.trigger_codes),
                is_optional=stage.is_optional,
                needs_department=stage.needs_department,
                needs_physician=stage.needs_physician,
                expected_minutes=stage.expected_minutes,
            )
        )
    db.session.flush()


def _said(template: JourneyTemplate, what: str, actor: Actor, change: Change | None = None) -> None:
    record(JourneyTemplateChanged(template.id, template.hospital_id, what), actor=actor, change=change)
