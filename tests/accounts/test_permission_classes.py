"""The ten permission classes of the first version, as capabilities of the policy tables (docs/security.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app.accounts.models import LoginSession
from app.core.access.actor import LEVEL, Role, acting_as, system_actor
from app.core.access.policy import Scope, grants, scope_of
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.organizations.patient_models import Patient
from app.px_action_center.models import PxAction
from tests.cast import Cast, bearer, sign_in
from tests.litany import ADMINS, DOORS, EVERYONE, HEADS, OFFICE

# class of the first version -> a permission that stands for it, and who holds it
CLASSES: dict[str, tuple[str, frozenset[str]]] = {
    "PX Admin": ("organizations:hospital:write", frozenset({"px_admin"})),
    "hospital admin and above": ("accounts:user:write", ADMINS),
    "department manager and above, PX staff": ("surveys:instance:read", HEADS | {"viewer"}),
    "PX staff": ("organizations:patient:write", OFFICE),
}


def test_each_class_of_roles_is_a_line_of_the_table() -> None:
    for name, (permission, people) in CLASSES.items():
        assert {str(role) for role in grants()[permission] if role in LEVEL} == people, name


def test_authenticated_is_every_person_and_nobody_else() -> None:
    assert DOORS["accounts.me"] == EVERYONE == {str(role) for role in LEVEL}


def test_same_hospital_same_department_own_and_assigned_are_scopes(cast: Cast) -> None:
    table = grants()["actions:action:read"]
    named = {scope for by_role in grants().values() for scope in by_role.values()}
    assert {Scope.ALL, Scope.HOSPITAL, Scope.DEPARTMENT, Scope.ASSIGNED} <= named
    assert (table[Role.DEPARTMENT_MANAGER], table[Role.NURSE]) == (Scope.DEPARTMENT, Scope.ASSIGNED)
    manager = cast.actor("department_manager").holdings[0]
    assert manager.department_ids == {cast.er.id, cast.triage.id} and manager.hospital_ids == {cast.a.id}


def test_read_only_is_the_viewer_who_changes_nothing(cast: Cast) -> None:
    holding = cast.actor("viewer").holdings[0]
    held = {permission for permission in grants() if scope_of(holding, permission) is not None}
    assert held and all(permission.endswith(":read") for permission in held), held


@pytest.fixture
def rows(reference_data: Cast) -> dict[str, UUID]:
    """A row of each kind that is the asker's, and one that is not."""
    cast, now = reference_data, clock.now()
    made: dict[str, Any] = {
        "er": PxAction(**_action(cast.a.id, cast.er.id, 1), assignee_id=cast["nurse"].id),
        "ward": PxAction(**_action(cast.a.id, cast.ward.id, 2)),
        "patient": Patient(hospital_id=cast.a.id, mrn="1", name_en="Sara", name_ar="سارة"),
        "patient_b": Patient(hospital_id=cast.b.id, mrn="1", name_en="Huda", name_ar="هدى"),
        "session": LoginSession(user_id=cast["nurse"].id, token_digest=b"n", last_seen_at=now, expires_at=now + WEEK),
        "session_of_staff": LoginSession(
            user_id=cast["staff"].id, token_digest=b"s", last_seen_at=now, expires_at=now + WEEK
        ),
    }
    with acting_as(system_actor("test")), unit_of_work():
        db.session.add_all(made.values())
    ids = {name: row.id for name, row in made.items()}
    people = {name: cast[name].id for name in ("nurse", "outsider")}
    return ids | people | {"hospital": cast.a.id, "department": cast.er.id, "department_b": cast.elsewhere.id}


def _action(hospital_id: UUID, department_id: UUID, number: int) -> dict[str, Any]:
    return {
        "hospital_id": hospital_id, "department_id": department_id, "reference": f"ACT-2026-{number:06d}",
        "title_en": "Lift", "title_ar": "مصعد", "severity": "low", "source_kind": "manual", "cause_key": str(number),
    }  # fmt: skip


WEEK = timedelta(days=7)
SEVERE = {"version": 1, "severity": "high"}
RENAMED = {"version": 1, "name_en": "Sara Ali"}
# class of the first version -> who asks how for which row, and what comes of it
ASKED: dict[str, list[tuple[str, str, str, Any, int]]] = {
    "authenticated": [(name, "GET", "/api/auth/users/me/", None, 200) for name in sorted(EVERYONE)],
    "PX Admin": [
        ("px_admin", "PATCH", "/api/organizations/hospitals/{hospital}/", RENAMED, 200),
        ("hospital_admin", "PATCH", "/api/organizations/hospitals/{hospital}/", RENAMED, 403),
    ],
    "hospital admin and above": [
        ("hospital_admin", "GET", "/api/auth/users/{nurse}/", None, 200),
        ("hospital_admin", "GET", "/api/auth/users/{outsider}/", None, 404),
        ("px_coordinator", "GET", "/api/auth/users/{nurse}/", None, 403),
    ],
    "department manager and above": [
        ("department_manager", "POST", "/api/actions/{er}/severity/", SEVERE, 200),
        ("department_manager", "POST", "/api/actions/{ward}/severity/", SEVERE, 404),
        ("nurse", "POST", "/api/actions/{er}/severity/", SEVERE, 403),
    ],
    "PX staff": [
        ("px_coordinator", "PATCH", "/api/organizations/patients/{patient}/", RENAMED, 200),
        ("px_coordinator", "PATCH", "/api/organizations/patients/{patient_b}/", RENAMED, 404),
        ("department_manager", "PATCH", "/api/organizations/patients/{patient}/", RENAMED, 403),
    ],
    "same hospital": [
        ("viewer", "GET", "/api/organizations/departments/{department}/", None, 200),
        ("viewer", "GET", "/api/organizations/departments/{department_b}/", None, 404),
    ],
    "same department": [
        ("department_manager", "GET", "/api/actions/{er}/", None, 200),
        ("department_manager", "GET", "/api/actions/{ward}/", None, 404),
    ],
    "own object": [
        ("nurse", "POST", "/me/sessions/{session}/revocation", None, 303),
        ("nurse", "POST", "/me/sessions/{session_of_staff}/revocation", None, 404),
    ],
    "own or assigned": [
        ("nurse", "GET", "/api/actions/{er}/", None, 200),
        ("nurse", "GET", "/api/actions/{ward}/", None, 404),
        ("staff", "GET", "/api/actions/{er}/", None, 404),
    ],
    "read only": [
        ("viewer", "GET", "/api/organizations/patients/{patient}/", None, 200),
        ("viewer", "PATCH", "/api/organizations/patients/{patient}/", RENAMED, 403),
        ("viewer", "GET", "/api/organizations/patients/{patient_b}/", None, 404),
    ],
}


@pytest.mark.parametrize("name", ASKED)
def test_each_class_lets_through_what_is_theirs_and_nothing_else(
    app: Flask, cast: Cast, rows: dict[str, UUID], name: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for person, method, path, body, expected in ASKED[name]:
        address, client = path.format(**rows), app.test_client()
        headers = bearer(cast[person]) if path.startswith("/api/") else None
        if headers is None:
            sign_in(client, cast[person])
        answer = client.open(address, method=method, headers=headers, json=body if headers else None)
        assert answer.status_code == expected, f"{person} {method} {path}: {answer.status_code} {answer.text[:200]}"
    app.config["WTF_CSRF_ENABLED"] = True
