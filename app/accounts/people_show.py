"""What the pages of people show: the list's filters, the choices of a form, one person with roles, sessions and history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts import people_queries, queries
from app.accounts.agents import name_of
from app.accounts.forms import FactorRuleForm, InviteForm, RoleForm
from app.accounts.frame import hospitals_of
from app.accounts.labels import ROLE_LABELS, STATE_ICONS, STATE_LABELS, STATE_TONES
from app.accounts.models import RoleAssignment, SecondFactorRule, User
from app.accounts.people_queries import STATES, Filters
from app.accounts.policy import Perm, may_grant
from app.accounts.queries import NEEDS_DEPARTMENT, TAKES_DEPARTMENT
from app.accounts.services import roles, second_factor, sessions
from app.core.access.actor import ASSIGNABLE, Role
from app.core.access.policy import can_reach_hospital
from app.core.errors import NotAllowed
from app.core.events import timeline
from app.core.i18n import named
from app.core.time import clock
from app.core.web import current_actor
from app.organizations import queries as organizations
from app.organizations.models import Hospital

FEW = 100  # choices up to this many are a plain select
WORDS = {
    "role_labels": ROLE_LABELS,
    "state_labels": STATE_LABELS,
    "state_tones": STATE_TONES,
    "state_icons": STATE_ICONS,
}


def listed(given: MultiDict[str, str]) -> dict[str, Any]:
    """Give what the list shows; what is no filter of it counts as not given."""
    filters = Filters(
        text=given.get("q", "")[:80],
        role=given.get("role", "") if given.get("role") in ASSIGNABLE else "",
        hospital_id=given.get("hospital", type=UUID),
        state=given.get("state", "") if given.get("state") in STATES else "",
    )
    found = people_queries.list_page(filters, actor=current_actor, after=given.get("after", type=UUID))
    kept = {name: value for name, value in given.items() if name != "after" and value}
    hospitals = _hospitals()
    return {
        **WORDS,
        "filters": filters,
        "found": found,
        "next_url": _address({**kept, "after": str(found.next_key)}) if found.next_key else None,
        "first_url": _address(kept) if given.get("after") else None,
        "role_options": [(role, ROLE_LABELS[role]) for role in ASSIGNABLE],
        "state_options": [(state, STATE_LABELS[state]) for state in STATES],
        "hospital_options": [(each.id, named(each)) for each in hospitals] if len(hospitals) > 1 else [],
    }


def _address(values: dict[str, str]) -> str:
    return f"{url_for('people.listed')}?{urlencode(values)}"


def choices(form: InviteForm | RoleForm) -> dict[str, Any]:
    """Give the roles that the actor may give, and where; more departments than fit a select are searched."""
    hospitals = _hospitals()
    departments = organizations.options_departments(actor=current_actor)
    by_hospital: dict[UUID, list[Any]] = {}
    for each in departments:
        by_hospital.setdefault(each.hospital_id, []).append(each)
    return {
        "role_options": [(role, ROLE_LABELS[role]) for role in reversed(ASSIGNABLE) if may_grant(current_actor, role)],
        "hospitals": hospitals,
        "all_departments": departments,
        "departments": by_hospital if len(departments) <= FEW else None,
        "department_shown": next((named(each) for each in departments if each.id == form.department_id.data), ""),
        "needs_department": [ROLE_LABELS[role] for role in ASSIGNABLE if role in NEEDS_DEPARTMENT],
        "takes_department": [ROLE_LABELS[role] for role in ASSIGNABLE if role in TAKES_DEPARTMENT],
    }


def _hospitals() -> list[Hospital]:
    """The hospitals where the reader looks now."""
    reached = current_actor.hospital_ids
    return [each for each in hospitals_of(current_actor) if reached is None or each.id in reached]


def role_form(user: User) -> RoleForm:
    """Give the form of the lasting role, filled with the one held now where the reader looks."""
    form = RoleForm(formdata=None)
    held = _lasting(user)
    if held is not None:
        form.role.data, form.hospital_id.data, form.department_id.data = held.role, held.hospital_id, held.department_id
    return form


def _lasting(user: User) -> RoleAssignment | None:
    now = clock.now()
    held = people_queries.reached(user, current_actor)
    return next((each for each in held if each.deputy_for_id is None and each.holds_at(now)), None)


def shown(user: User) -> dict[str, Any]:
    """Give one person: roles held and ended, sessions, history, and what the reader may do."""
    now = clock.now()
    chosen = choices(RoleForm(formdata=None))
    known = {each.id: each for each in (*chosen["hospitals"], *chosen["all_departments"])}
    places = people_queries.places_of([user], actor=current_actor, ended=True, known=known)[user.id]
    is_mine, is_wholly_mine = _may(user), _may(user, wholly=True)
    return {
        **WORDS,
        **chosen,
        "user": user,
        "now": now,
        "held": [place for place in places if place.held.holds_after(now)],
        "ended": [place for place in places if not place.held.holds_after(now)][:20],
        "holders": people_queries.holders(current_actor, but=user.id, known=known) if is_mine else [],
        "may_grant": lambda role: may_grant(current_actor, Role(role)),
        "may_manage": is_mine,
        "may_change": is_wholly_mine and user.archived_at is None,
        "may_archive": is_wholly_mine and user.id != current_actor.id,
        "sessions": sessions.of_user(user.id) if is_mine else [],
        "name_of": name_of,
        "must_have_factor": not user.has_second_factor and queries.must_have_second_factor(user.id),
        "entries": timeline.of_subject(user.id, actor=current_actor)[:50],
    }


def _may(user: User, *, wholly: bool = False) -> bool:
    try:
        roles.check_manageable(user, current_actor, wholly=wholly)
    except NotAllowed:
        return False
    return True


def factor_rules(refused: FactorRuleForm | None = None) -> dict[str, Any]:
    """Give the rules that the reader may see: the group's, and one for each hospital; only some of them may be changed."""
    hospitals = _hospitals()
    rules = queries.second_factor_rules([each.id for each in hospitals])
    lines = [_rule_line(None, _("Whole group"), rules)]
    lines += [_rule_line(each.id, named(each), rules) for each in hospitals]
    return {"lines": lines, "refused": refused, "role_labels": ROLE_LABELS, "in_group": set(lines[0]["chosen"])}


def _rule_line(hospital_id: UUID | None, label: str, rules: Mapping[UUID | None, SecondFactorRule]) -> dict[str, Any]:
    rule = rules.get(hospital_id)
    return {
        "hospital_id": hospital_id,
        "label": label,
        "roles": second_factor.roles_of_rule(hospital_id),
        "chosen": list(rule.roles) if rule else [],
        "version": rule.version if rule else 0,
        "may_write": can_reach_hospital(
            current_actor, Perm.FACTOR_RULES if hospital_id else Perm.GROUP_FACTOR_RULE, hospital_id
        ),
    }
