"""Pages of administrators: people, their roles and deputies, and whose second factor is a must."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from app.accounts import people_show, queries
from app.accounts.forms import DeputyForm, FactorRuleForm, InviteForm, PersonForm, RoleForm
from app.accounts.models import User
from app.accounts.policy import Perm
from app.accounts.services import people, roles, second_factor
from app.core.access.actor import Role
from app.core.web import Answer, current_actor, page, requires, see_other

bp = Blueprint("people", __name__, url_prefix="/admin/people")


@bp.get("/")
@requires(Perm.READ)
def listed() -> Response:
    """List the people of the reader's hospitals."""
    return page("accounts/people/list.html", part="accounts/people/_rows.html", **people_show.listed(request.args))


@bp.get("/new")
@requires(Perm.WRITE)
def new() -> Response:
    """Show the form of an invitation."""
    form = InviteForm(formdata=None)
    form.hospital_id.data = current_actor.current_hospital_id
    return _new(form)


def _new(form: InviteForm, status: int = 200) -> Response:
    return page("accounts/people/new.html", form=form, status=status, **people_show.choices(form))


@bp.post("/")
@requires(Perm.WRITE)
def invite() -> Response:
    """Invite somebody: a mail with a link to choose a password follows."""
    form = InviteForm()
    answer = form.submit(
        lambda: people.invite(
            email=form.email.data or "",
            name_en=form.name_en.data or "",
            name_ar=form.name_ar.data or "",
            job_title=form.job_title.data or "",
            language=form.language.data,
            role=Role(form.role.data),
            hospital_id=form.hospital_id.data or current_actor.only_hospital_id,
            department_id=form.department_id.data,
            actor=g.actor,
        )
    )
    if not answer.ok:
        return _new(form, answer.status)
    return see_other(_address(answer.value.id), toast=_("The invitation is on its way."))


@bp.get("/<uuid:user_id>")
@requires(Perm.READ)
def show(user_id: UUID) -> Response:
    """Show one person: record, roles, deputies, sessions, history."""
    return _show(queries.get_person(user_id, actor=current_actor))


def _show(user: User, answer: Answer | None = None, **forms: Any) -> Response:
    return page(
        "accounts/people/show.html",
        status=answer.status if answer else 200,
        person_form=forms.get("person") or PersonForm(obj=user, formdata=None),
        role_form=forms.get("role") or people_show.role_form(user),
        deputy_form=forms.get("deputy") or DeputyForm(formdata=None),
        answer=answer,
        **people_show.shown(user),
    )


def _refused(user_id: UUID, answer: Answer, **forms: Any) -> Response:
    return _show(queries.get_person(user_id, actor=current_actor), answer, **forms)


@bp.post("/<uuid:user_id>")
@requires(Perm.WRITE)
def save(user_id: UUID) -> Response:
    """Save the record of a person."""
    form = PersonForm()
    names = people.CHANGES
    answer = form.submit(
        lambda: people.update(
            user_id, version=form.version.data or 0, actor=g.actor, **{name: form[name].data for name in names}
        )
    )
    if not answer.ok:
        return _refused(user_id, answer, person=form)
    return see_other(_address(user_id), toast=_("Saved."))


@bp.post("/<uuid:user_id>/role")
@requires(Perm.GRANT)
def role(user_id: UUID) -> Response:
    """Give the lasting role in a hospital in place of the one before."""
    form = RoleForm()
    answer = form.submit(
        lambda: roles.assign_role(
            user_id,
            role=Role(form.role.data),
            hospital_id=form.hospital_id.data or current_actor.only_hospital_id,
            department_id=form.department_id.data,
            actor=g.actor,
        )
    )
    if not answer.ok:
        return _refused(user_id, answer, role=form)
    return see_other(_address(user_id), toast=_("The role is given."))


@bp.post("/<uuid:user_id>/deputies")
@requires(Perm.GRANT)
def deputy(user_id: UUID) -> Response:
    """Let the person stand in for somebody, from a day until a day."""
    form = DeputyForm()

    def stand_in() -> Any:
        start, end = form.instants()
        wanted = form.assignment_id.data or user_id  # the form refuses an empty one before this runs
        return roles.add_deputy(user_id, assignment_id=wanted, from_at=start, until_at=end, actor=g.actor)

    answer = form.submit(stand_in)
    if not answer.ok:
        return _refused(user_id, answer, deputy=form)
    return see_other(_address(user_id), toast=_("The deputy is set."))


@bp.post("/<uuid:user_id>/roles/<uuid:assignment_id>/end")
@requires(Perm.GRANT)
def end_role(user_id: UUID, assignment_id: UUID) -> Response:
    """Take a role away at once."""
    roles.end_role(user_id, assignment_id, actor=g.actor)
    return see_other(_address(user_id), toast=_("The role has ended."))


@bp.post("/<uuid:user_id>/invitation")
@requires(Perm.WRITE)
def invite_again(user_id: UUID) -> Response:
    """Mail the invitation again."""
    people.invite_again(user_id, actor=g.actor)
    return see_other(_address(user_id), toast=_("The invitation is on its way."))


@bp.post("/<uuid:user_id>/sessions/end")
@requires(Perm.WRITE)
def end_sessions(user_id: UUID) -> Response:
    """Sign the person out everywhere."""
    people.end_sessions(user_id, actor=g.actor)
    return see_other(_address(user_id), toast=_("Every session was ended."))


@bp.post("/<uuid:user_id>/second-factor/removal")
@requires(Perm.WRITE)
def clear_second_factor(user_id: UUID) -> Response:
    """Take the second factor from somebody who lost phone and recovery codes."""
    people.clear_second_factor(user_id, actor=g.actor)
    return see_other(_address(user_id), toast=_("The second factor is off."))


@bp.post("/<uuid:user_id>/archive")
@requires(Perm.WRITE)
def archive(user_id: UUID) -> Response:
    """Put the account away."""
    people.archive(user_id, actor=g.actor)
    return see_other(url_for("people.listed"), toast=_("The account is archived."))


@bp.post("/<uuid:user_id>/restore")
@requires(Perm.WRITE)
def restore(user_id: UUID) -> Response:
    """Bring the account back."""
    people.restore(user_id, actor=g.actor)
    return see_other(_address(user_id), toast=_("The account is back."))


@bp.get("/second-factor")
@requires(Perm.FACTOR_RULES)
def factor_rules() -> Response:
    """Show whose second factor is a must: in the group, and in each hospital."""
    return page("accounts/people/factor_rules.html", **people_show.factor_rules())


@bp.post("/second-factor/<uuid:hospital_id>")
@requires(Perm.FACTOR_RULES)
def save_factor_rule(hospital_id: UUID) -> Response:
    """Save the rule of one hospital."""
    return _save_rule(hospital_id)


@bp.post("/second-factor/group")
@requires(Perm.GROUP_FACTOR_RULE)
def save_group_factor_rule() -> Response:
    """Save the rule of the whole group."""
    return _save_rule(None)


def _save_rule(hospital_id: UUID | None) -> Response:
    form = FactorRuleForm()
    answer = form.submit(
        lambda: second_factor.set_rule(
            hospital_id, form.roles.data or [], version=form.version.data or 0, actor=g.actor
        )
    )
    if not answer.ok:
        return page("accounts/people/factor_rules.html", status=answer.status, **people_show.factor_rules(form))
    return see_other(url_for("people.factor_rules"), toast=_("The rule holds from now on."))


def _address(user_id: UUID) -> str:
    return url_for("people.show", user_id=user_id)
