"""The REST door of accounts: tokens, people, roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g, request
from sqlalchemy import select

from app.accounts import people_queries, queries
from app.accounts.door import SecondFactorDue
from app.accounts.labels import ROLE_LABELS
from app.accounts.models import User
from app.accounts.policy import Perm, may_grant
from app.accounts.schemas import (
    AssignmentOut,
    AssignRoleIn,
    ChangePasswordIn,
    MeOut,
    MePatch,
    MePut,
    RefreshIn,
    RoleOut,
    TokenIn,
    TokenOut,
    UserIn,
    UserOut,
    UserPatch,
    UserPut,
)
from app.accounts.services import credentials, login, people, roles, tokens
from app.core.access.actor import LEVEL, Role
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.db import db
from app.core.errors import Invalid, NotFound, NotSignedIn
from app.core.web import current_actor, public, requires, signed_in

bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/auth")


@bp.post("/token/")
@bp.input(TokenIn)
@bp.output(TokenOut)
@documented(bp, "Get a pair of tokens", "POST", open=True)
@public("programs get their tokens here", csrf=False)
def token(json_data: TokenIn) -> Any:
    """Give tokens for e-mail and password (and a code where the account has a second factor)."""
    try:
        passed = login.check_password(json_data.email, json_data.password, address=request.remote_addr or "")
        if passed.needs_code:
            login.check_code(passed.user_id, json_data.code)
    except Invalid as refusal:
        raise NotSignedIn(next(iter(refusal.fields.values()))[0], code="bad_credentials") from refusal
    user = db.session.get_one(User, passed.user_id)
    if not user.has_second_factor and queries.must_have_second_factor(user.id):
        raise SecondFactorDue()
    login.note_sign_in(user.id, actor=queries.actor_of(user))
    return tokens.issue(user)


@bp.post("/token/refresh/")
@bp.input(RefreshIn)
@bp.output(TokenOut)
@documented(bp, "Get a new pair for a refresh token", "POST", open=True)
@public("the refresh token is the credential", csrf=False)
def refresh(json_data: RefreshIn) -> Any:
    """Rotate: the old refresh token is good once."""
    return tokens.rotate(json_data.refresh)


@bp.post("/logout/")
@bp.output({}, status_code=204)
@documented(bp, "End these tokens", "POST")
@signed_in
def logout() -> tuple[str, int]:
    """Revoke the family of the access token that was sent."""
    family = g.get("token_family")
    if family is not None:
        tokens.revoke_family(family)
    return "", 204


PEOPLE = Listing(
    ordering={"name_en": User.name_en, "name_ar": User.name_ar, "created_at": User.created_at, "id": User.id},
    default="name_en",
    filters={
        "email": equals(User.email, str.lower),
        "is_active": equals(User.is_active, truth),
        "role": lambda code: people_queries.holds(Role(code), None),
        "hospital_id": lambda text: people_queries.holds("", uuid(text)),
        "archived": lambda text: User.archived_at.is_not(None) if truth(text) else User.archived_at.is_(None),
    },
    search=people_queries.matching,
)


@bp.get("/users/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(UserOut))
@documented(bp, "List people", "GET")
@requires(Perm.READ)
def list_users(query_data: ListQuery) -> dict[str, Any]:
    """Give the people of the caller's hospitals; archived ones only with `archived=true`."""
    base = select(User).where(queries.visible_people(current_actor))
    if "archived" not in (query_data.model_extra or {}):
        base = base.where(User.archived_at.is_(None))
    found = listing(base, PEOPLE, query_data)
    return {**found, "results": [_shown(user) for user in found["results"]]}


def _shown(user: User, schema: type[UserOut] = UserOut) -> dict[str, Any]:
    """A person as the caller may know them: with the roles in the caller's own hospitals."""
    own = user.id == current_actor.id
    held = user.assignments if own else people_queries.reached(user, current_actor)
    fields = {name: getattr(user, name) for name in schema.model_fields if name != "assignments"}
    return {**fields, "assignments": [AssignmentOut.model_validate(each) for each in held]}


@bp.post("/users/")
@bp.input(UserIn)
@bp.output(UserOut, status_code=201)
@documented(bp, "Invite a person", "POST")
@requires(Perm.WRITE)
def create_user(json_data: UserIn) -> Any:
    """Make a person with a first role and mail them the invitation."""
    user = people.invite(
        email=json_data.email,
        name_en=json_data.name_en,
        name_ar=json_data.name_ar,
        job_title=json_data.job_title,
        language=json_data.language,
        role=Role(json_data.role),
        hospital_id=json_data.hospital_id,
        department_id=json_data.department_id,
        actor=g.actor,
    )
    return _shown(user)


@bp.get("/users/<uuid:user_id>/")
@bp.output(UserOut)
@documented(bp, "Read a person", "GET")
@requires(Perm.READ)
def read_user(user_id: UUID) -> Any:
    """Give one person."""
    return _shown(queries.get_person(user_id, actor=current_actor))


@bp.put("/users/<uuid:user_id>/")
@bp.input(UserPut)
@bp.output(UserOut)
@documented(bp, "Replace a person", "PUT")
@requires(Perm.WRITE)
def replace_user(user_id: UUID, json_data: UserPut) -> Any:
    """Set every field that may change."""
    return _shown(people.update(user_id, actor=g.actor, **json_data.model_dump()))


@bp.patch("/users/<uuid:user_id>/")
@bp.input(UserPatch)
@bp.output(UserOut)
@documented(bp, "Change a person", "PATCH")
@requires(Perm.WRITE)
def update_user(user_id: UUID, json_data: UserPatch) -> Any:
    """Change what is named."""
    given = json_data.model_dump(exclude_unset=True)
    return _shown(people.update(user_id, version=given.pop("version"), actor=g.actor, **given))


@bp.delete("/users/<uuid:user_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a person", "DELETE")
@requires(Perm.WRITE)
def archive_user(user_id: UUID) -> tuple[str, int]:
    """Put the account away."""
    people.archive(user_id, actor=g.actor)
    return "", 204


@bp.post("/users/<uuid:user_id>/assign_role/")
@bp.input(AssignRoleIn)
@bp.output(UserOut)
@documented(bp, "Give a person their role", "POST")
@requires(Perm.GRANT)
def assign_role(user_id: UUID, json_data: AssignRoleIn) -> Any:
    """Replace the lasting role in the hospital."""
    user = roles.assign_role(
        user_id,
        role=Role(json_data.role),
        hospital_id=json_data.hospital_id,
        department_id=json_data.department_id,
        actor=g.actor,
    )
    return _shown(user)


@bp.get("/users/me/")
@bp.output(MeOut)
@documented(bp, "Read oneself", "GET")
@signed_in
def read_me() -> Any:
    """Give the caller's own record."""
    return _shown(_me(), MeOut)


@bp.put("/users/me/")
@bp.input(MePut)
@bp.output(MeOut)
@documented(bp, "Replace oneself", "PUT")
@signed_in
def replace_me(json_data: MePut) -> Any:
    """Set one's own names and preferences."""
    _me()
    return _shown(people.update_me(actor=g.actor, **json_data.model_dump()), MeOut)


@bp.patch("/users/me/")
@bp.input(MePatch)
@bp.output(MeOut)
@documented(bp, "Change oneself", "PATCH")
@signed_in
def update_me(json_data: MePatch) -> Any:
    """Change one's own names and preferences, those that are named."""
    _me()
    given = json_data.model_dump(exclude_unset=True)
    return _shown(people.update_me(version=given.pop("version"), actor=g.actor, **given), MeOut)


def _me() -> User:
    """The caller as a person. NotFound: a hospital system is none."""
    user = queries.get(current_actor.id) if current_actor.id else None
    if user is None:
        raise NotFound()
    return user


@bp.post("/users/change_password/")
@bp.input(ChangePasswordIn)
@bp.output({}, status_code=204)
@documented(bp, "Change one's password", "POST")
@signed_in
def change_password(json_data: ChangePasswordIn) -> tuple[str, int]:
    """Set a new password; other sessions and all tokens end."""
    _me()
    credentials.change_password(json_data.old_password, json_data.new_password, actor=g.actor)
    return "", 204


@bp.get("/roles/")
@bp.output(list[RoleOut])  # type: ignore[arg-type]
@documented(bp, "List the roles", "GET")
@requires(Perm.READ)
def list_roles() -> list[dict[str, Any]]:
    """Give the fixed roles, the highest first."""
    return [_role(role) for role in LEVEL]


@bp.get("/roles/<string(maxlength=30):code>/")
@bp.output(RoleOut)
@documented(bp, "Read a role", "GET")
@requires(Perm.READ)
def read_role(code: str) -> dict[str, Any]:
    """Give one role. NotFound: no such code."""
    if code not in LEVEL:
        raise NotFound()
    return _role(Role(code))


def _role(role: Role) -> dict[str, Any]:
    return {
        "code": role.value,
        "name": str(ROLE_LABELS[role]),
        "level": LEVEL[role],
        "may_grant": may_grant(current_actor, role),
    }
