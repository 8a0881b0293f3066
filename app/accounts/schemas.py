"""Input and output of the accounts API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.access.actor import ASSIGNABLE
from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import NO_NUL, Line, RequiredLine

Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NO_NUL)]
Language = Literal["ar", "en"]
Theme = Literal["auto", "light", "dark"]
Zone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=NO_NUL)]
RoleCode = Annotated[str, Field(pattern=f"^({'|'.join(ASSIGNABLE)})$", max_length=30)]


class TokenIn(In):
    """Who wants tokens; `code` when the account has a second factor."""

    email: Email
    password: Password
    code: Annotated[str, Field(max_length=40)] = ""


class RefreshIn(In):
    """A refresh token."""

    refresh: Annotated[str, Field(min_length=10, max_length=200)]


class TokenOut(Out):
    """A pair of tokens; `expires_in` in seconds is the access token's."""

    access: str
    refresh: str
    expires_in: int


class AssignmentOut(Out):
    """A role as held."""

    id: UUID
    role: str
    hospital_id: UUID | None
    department_id: UUID | None
    from_at: datetime
    until_at: datetime | None
    deputy_for_id: UUID | None


class UserOut(Out):
    """A person."""

    id: UUID
    email: str
    name_en: str
    name_ar: str
    job_title: str
    language: str
    is_active: bool
    has_second_factor: bool
    last_seen_at: datetime | None
    archived_at: datetime | None
    assignments: list[AssignmentOut]
    version: int


class MeOut(UserOut):
    """Oneself, with one's preferences; `zone` is empty where the hospital's counts."""

    theme: str
    zone: str


class UserIn(In):
    """A new person with a first role."""

    email: Email
    name_en: RequiredLine
    name_ar: RequiredLine
    job_title: Line = ""
    language: Language = "ar"
    role: RoleCode
    hospital_id: UUID | None = None
    department_id: UUID | None = None


class UserPatch(VersionedIn):
    """What changes of a person."""

    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    job_title: Line | None = None
    language: Language | None = None
    is_active: bool | None = None


class UserPut(VersionedIn):
    """A person, whole."""

    name_en: RequiredLine
    name_ar: RequiredLine
    job_title: Line
    language: Language
    is_active: bool


class MePatch(VersionedIn):
    """What changes of oneself."""

    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    language: Language | None = None
    theme: Theme | None = None
    zone: Zone | None = None


class MePut(VersionedIn):
    """Oneself, whole."""

    name_en: RequiredLine
    name_ar: RequiredLine
    language: Language
    theme: Theme
    zone: Zone


class ChangePasswordIn(In):
    """The present password and the new one."""

    old_password: Password
    new_password: Password


class AssignRoleIn(In):
    """The lasting role of a person in a hospital."""

    role: RoleCode
    hospital_id: UUID | None = None
    department_id: UUID | None = None


class RoleOut(Out):
    """One of the fixed roles."""

    code: str
    name: str
    level: int
    may_grant: bool
