"""The fixed cast: the people of two hospitals, one per role, and how they sign in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import passwords, queries
from app.accounts.models import LoginSession, RoleAssignment, User
from app.accounts.services import sessions, tokens
from app.core.access.actor import Actor, Role, acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.time import clock
from app.organizations.models import Department, Hospital

PASSWORD = "a fine long phrase for tests"
_HASH: list[str] = []

# name -> (role, hospital or None for all, department or None)
PEOPLE: dict[str, tuple[Role, str | None, str | None]] = {
    "px_admin": (Role.PX_ADMIN, None, None),
    "hospital_admin": (Role.HOSPITAL_ADMIN, "a", None),
    "department_manager": (Role.DEPARTMENT_MANAGER, "a", "er"),
    "px_coordinator": (Role.PX_COORDINATOR, "a", None),
    "physician": (Role.PHYSICIAN, "a", "er"),
    "nurse": (Role.NURSE, "a", "er"),
    "staff": (Role.STAFF, "a", "er"),
    "viewer": (Role.VIEWER, "a", None),
    "source_user": (Role.SOURCE_USER, "a", None),
    "outsider": (Role.HOSPITAL_ADMIN, "b", None),
}


@dataclass
class Cast:
    """Hospital A and B, A's departments, and everybody by name."""

    a: Hospital
    b: Hospital
    er: Department
    triage: Department  # below the emergency department
    ward: Department
    elsewhere: Department  # of hospital B
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, name: str) -> User:
        """Give a person by their part."""
        return self.people[name]

    def actor(self, name: str) -> Actor:
        """Give a person as actor."""
        return queries.actor_of(self.people[name])


def assemble() -> Cast:
    """Write the cast into the database of the test."""
    if not _HASH:
        _HASH.append(passwords.hashed(PASSWORD))
    with acting_as(system_actor("assemble the cast")), unit_of_work():
        a = Hospital(code="A", name_en="Al Noor Hospital", name_ar="مستشفى النور")
        b = Hospital(code="B", name_en="Al Salam Hospital", name_ar="مستشفى السلام")
        db.session.add_all([a, b])
        db.session.flush()
        er = Department(hospital_id=a.id, code="ER", name_en="Emergency", name_ar="الطوارئ")
        ward = Department(hospital_id=a.id, code="W1", name_en="Ward 1", name_ar="الجناح 1")
        elsewhere = Department(hospital_id=b.id, code="ER", name_en="Emergency", name_ar="الطوارئ")
        db.session.add_all([er, ward, elsewhere])
        db.session.flush()
        triage = Department(hospital_id=a.id, code="TR", name_en="Triage", name_ar="الفرز", parent_id=er.id)
        db.session.add(triage)
        cast = Cast(a, b, er, triage, ward, elsewhere)
        for name, (role, hospital, department) in PEOPLE.items():
            cast.people[name] = _person(cast, name, role, hospital, department)
        db.session.flush()
    return cast


def at_hand() -> Cast:
    """Give the cast of a database in which it was assembled before."""
    with acting_as(system_actor("call the cast")):
        hospitals = {each.code: each for each in db.session.execute(sa.select(Hospital)).scalars()}
        a, b = hospitals["A"], hospitals["B"]
        departments = {
            (each.hospital_id, each.code): each for each in db.session.execute(sa.select(Department)).scalars()
        }
        users = {each.email: each for each in db.session.execute(sa.select(User)).scalars()}
    return Cast(
        a,
        b,
        er=departments[a.id, "ER"],
        triage=departments[a.id, "TR"],
        ward=departments[a.id, "W1"],
        elsewhere=departments[b.id, "ER"],
        people={name: users[email_of(name)] for name in PEOPLE},
    )


def email_of(name: str) -> str:
    """Give the address with which a person of the cast signs in."""
    return f"{name.replace('_', '.')}@example.org"


def _person(cast: Cast, name: str, role: Role, hospital: str | None, department: str | None) -> User:
    user = User(
        id=uuid7(),
        email=email_of(name),
        name_en=name.replace("_", " ").title(),
        name_ar=f"شخص {name}",
        password_hash=_HASH[0],
        language="en",
    )
    db.session.add(user)
    db.session.flush()
    db.session.add(
        RoleAssignment(
            user_id=user.id,
            role=role,
            hospital_id=getattr(cast, hospital).id if hospital else None,
            department_id=getattr(cast, department).id if department else None,
            from_at=clock.now(),
        )
    )
    return user


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Sign a person in on this browser, without the form (the form has its own tests)."""
    token = secrets.token_urlsafe(16)
    with unit_of_work():
        now = clock.now()
        db.session.add(
            LoginSession(
                user_id=user.id,
                token_digest=sessions.digest(token),
                last_seen_at=now,
                expires_at=now + sessions.LIFE,
            )
        )
    with client.session_transaction() as cookie:
        cookie["sid"] = token
    return client


def bearer(user: User) -> dict[str, str]:
    """Give the headers with which a program calls the API for a person."""
    return {"Authorization": f"Bearer {tokens.issue(user).access}"}


def csrf(app: Flask, client: FlaskClient) -> str:
    """Give the CSRF token of the browser's session."""
    import re

    page = client.get("/login").get_data(as_text=True) or ""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(
        r'name="csrf-token" content="([^"]+)"', client.get("/ui/").get_data(as_text=True)
    )
    assert found, "no CSRF token on the page"
    return found.group(1)


def count(model: type, **where: object) -> int:
    """Count rows of a table, whatever the hospital."""
    with acting_as(system_actor("count in a test")):
        return db.session.execute(sa.select(sa.func.count()).select_from(model).filter_by(**where)).scalar_one()


def ids(rows: list[UUID]) -> list[str]:
    """Give ids as texts."""
    return [str(row) for row in rows]
