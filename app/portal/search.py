"""One search for the top bar: cases by number, words and people, visits, patients, pages and commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints import queue as complaints
from app.complaints.inquiries import queries as inquiries
from app.complaints.policy import Perm as ComplaintPerm
from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.i18n import named
from app.core.text.fold import fold
from app.core.web.menu import menu_of
from app.journeys import lists as visits
from app.journeys.lists import ListFilters
from app.journeys.policy import Perm as JourneyPerm
from app.organizations import queries as organizations
from app.organizations.identity import mask_name
from app.organizations.policy import Perm as OrganizationPerm
from app.px_action_center import queries as actions
from app.px_action_center.policy import Perm as ActionPerm
from app.px_action_center.queries import Filters
from app.surveys.policy import Perm as SurveyPerm

MOST_OF_EACH = 6
LEAST_SIGNS = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    icon: str
    label: str
    note: str
    url: str


def find(text: str, actor: Actor) -> list[Hit]:
    """Find what the actor may see; eleven statements at most. Without a text: pages and commands."""
    hits = [*_pages(text, actor), *_commands(text, actor)]
    if len(text.strip()) < LEAST_SIGNS:
        return hits
    meant = organizations.ids_of_patients(text, actor=actor)
    cases = [each for look in (_complaints, _inquiries, _actions) for each in look(text, actor, meant)]
    return [*cases, *_visits(text, actor), *_patients(text, actor), *hits]


def _pages(text: str, actor: Actor) -> list[Hit]:
    wanted = fold(text)
    lines: list[dict[str, Any]] = [item for part in menu_of(actor) for item in part["items"]]
    return [
        Hit(_("Page"), str(line["icon"]), str(line["label"]), "", str(line["url"]))
        for line in lines
        if wanted in fold(str(line["label"]))
    ][:MOST_OF_EACH]


def _complaints(text: str, actor: Actor, meant: Sequence[UUID]) -> list[Hit]:
    if not can(actor, ComplaintPerm.READ):
        return []
    is_masked = not can(actor, ComplaintPerm.IDENTIFY)
    found = complaints.list_page(complaints.Filters(tab="all", text=text), actor=actor, limit=MOST_OF_EACH, meant=meant)
    return [
        Hit(
            _("Complaint"),
            "speakerphone",
            row.complaint.reference if is_masked else row.complaint.title,
            row.complaint.reference,
            url_for("complaints.show", complaint_id=row.complaint.id),
        )
        for row in found.rows
    ]


def _inquiries(text: str, actor: Actor, meant: Sequence[UUID]) -> list[Hit]:
    if not can(actor, ComplaintPerm.INQUIRY_READ):
        return []
    is_masked = not can(actor, ComplaintPerm.IDENTIFY)
    found = inquiries.list_page(inquiries.Filters(tab="all", text=text), actor=actor, limit=MOST_OF_EACH, meant=meant)
    return [
        Hit(
            _("Inquiry"),
            "help-circle",
            row.inquiry.reference if is_masked else row.inquiry.title,
            row.inquiry.reference,
            url_for("inquiries.show", inquiry_id=row.inquiry.id),
        )
        for row in found.rows
    ]


COMMANDS: tuple[tuple[Any, str, str, str, dict[str, Any]], ...] = (  # label, icon, endpoint, what it needs, address
    (_l("Enter a complaint"), "plus", "complaints.new", ComplaintPerm.CREATE, {}),
    (_l("Enter an inquiry"), "plus", "inquiries.new", ComplaintPerm.INQUIRY_CREATE, {}),
    (_l("Open an action"), "plus", "actions.new", ActionPerm.CREATE, {}),
    (_l("Show overdue actions"), "urgent", "actions.queue", ActionPerm.READ, {"tab": "overdue"}),
    (_l("Show actions without an owner"), "user-question", "actions.queue", ActionPerm.ASSIGN, {"tab": "unassigned"}),
    (_l("Show negative answers"), "alert-triangle", "surveys.listed", SurveyPerm.INSTANCE_READ, {"view": "negative"}),
    (_l("Make a rule for actions"), "bolt", "action_rules.new", ActionPerm.RULES, {}),
    (_l("Change my password"), "lock", "accounts.me", "", {}),
)


def _commands(text: str, actor: Actor) -> list[Hit]:
    wanted = fold(text)
    return [
        Hit(_("Command"), icon, str(label), "", url_for(endpoint, **address))
        for label, icon, endpoint, needs, address in COMMANDS
        if (not needs or can(actor, needs)) and wanted in fold(str(label))
    ][:MOST_OF_EACH]


def _visits(text: str, actor: Actor) -> list[Hit]:
    if not can(actor, JourneyPerm.READ) or not any(sign.isdigit() for sign in text):
        return []
    found = visits.list_page(ListFilters(text=text.strip()), actor=actor, limit=MOST_OF_EACH)
    return [
        Hit(
            _("Visit"),
            "route",
            row.Journey.encounter,
            str(row.Journey.kind_label),
            url_for("journeys.show", journey_id=row.Journey.id),
        )
        for row in found.rows
    ]


def _actions(text: str, actor: Actor, meant: Sequence[UUID]) -> list[Hit]:
    if not can(actor, ActionPerm.READ):
        return []
    found = actions.list_page(Filters(tab="all", text=text), actor=actor, limit=MOST_OF_EACH, meant=meant)
    return [
        Hit(
            _("Action"),
            "checklist",
            named(row.action, "title"),
            row.action.reference,
            url_for("actions.show", action_id=row.action.id),
        )
        for row in found.rows
    ]


def _patients(text: str, actor: Actor) -> list[Hit]:
    if not can(actor, OrganizationPerm.PATIENT_READ):
        return []
    is_masked = not organizations.may_identify(actor)
    return [
        Hit(
            _("Patient"),
            "user",
            mask_name(named(patient)) if is_masked else named(patient),
            patient.mrn,
            url_for("patients.show", patient_id=patient.id),
        )
        for patient in organizations.search_patients(text, actor=actor, limit=MOST_OF_EACH)
    ]
