"""Rules of the action center as administrators keep them: on pages, with history; the group's by PX Admin alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events.models import EventLog
from app.px_action_center import rule_queries
from app.px_action_center.models import ActionRule
from app.px_action_center.services import ruling
from app.px_action_center.services.ruling import RuleFacts
from tests.cast import Cast, bearer, csrf, sign_in
from tests.px_action_center.conftest import SYSTEM, open_for, signal

FACTS = RuleFacts("survey_low_score", at_or_below=40.0)


def make(cast: Cast, who: str, facts: RuleFacts = FACTS, *, group: bool = False) -> ActionRule:
    """Make a rule of hospital A, or of the group."""
    actor = cast.actor(who)
    with acting_as(actor):
        return ruling.create(None if group else cast.a.id, facts, actor=actor)


def test_an_administrators_rule_decides_at_once(reference_data: Cast) -> None:
    make(reference_data, "hospital_admin")

    assert open_for(signal(reference_data, "survey:1", value=41.0)) is None
    assert open_for(signal(reference_data, "survey:2", value=40.0)) is not None


def test_the_groups_rules_are_px_admins(reference_data: Cast) -> None:
    with pytest.raises(NotAllowed):
        make(reference_data, "hospital_admin", group=True)
    rule = make(reference_data, "px_admin", group=True)
    admin = reference_data.actor("hospital_admin")

    with acting_as(admin), pytest.raises(NotAllowed):
        ruling.change(rule.id, FACTS, version=rule.version, actor=admin)


def test_another_hospitals_rule_is_not_there(reference_data: Cast) -> None:
    rule = make(reference_data, "hospital_admin")
    outsider = reference_data.actor("outsider")

    with acting_as(outsider), pytest.raises(NotFound):
        ruling.change(rule.id, FACTS, version=rule.version, actor=outsider)
    with acting_as(outsider):
        assert {row.rule.hospital_id for row in rule_queries.listed(actor=outsider)} == {None}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (RuleFacts("weather"), "signal_kind"),
        (RuleFacts("survey_low_score", at_or_below=101.0), "at_or_below"),
        (RuleFacts("survey_low_score", at_or_below=-1.0), "at_or_below"),
        (RuleFacts("survey_low_score", severity="huge"), "severity"),
    ],
)
def test_a_rule_says_something_sensible(reference_data: Cast, facts: RuleFacts, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(reference_data, "hospital_admin", facts)

    assert field in refusal.value.fields


def test_the_department_is_one_of_the_rules_hospital(reference_data: Cast) -> None:
    with pytest.raises(Invalid):
        make(reference_data, "px_admin", RuleFacts("survey_low_score", department_id=reference_data.elsewhere.id))
    with pytest.raises(Invalid):
        make(reference_data, "px_admin", RuleFacts("survey_low_score", department_id=reference_data.er.id), group=True)


def test_a_change_is_logged_and_a_stale_one_refused(reference_data: Cast) -> None:
    rule = make(reference_data, "hospital_admin")
    stale, admin = rule.version, reference_data.actor("hospital_admin")
    with acting_as(admin):
        ruling.change(rule.id, RuleFacts("survey_low_score", severity="high"), version=stale, actor=admin)
        with pytest.raises(Conflict):
            ruling.change(rule.id, FACTS, version=stale, actor=admin)
        ruling.archive(rule.id, version=rule.version, actor=admin)
    with acting_as(SYSTEM):
        said = db.session.execute(
            sa.select(EventLog.data).where(EventLog.subject_id == rule.id).order_by(EventLog.id)
        ).scalars()
        assert [data["what"] for data in said] == ["created", "changed", "archived"]
    assert open_for(signal(reference_data, value=59.0)) is not None  # the group's rule applies again


def send(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form of the panel."""
    return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_panel_makes_changes_and_archives(reference_data: Cast, client: FlaskClient, language: str) -> None:
    cast = reference_data
    sign_in(client, cast["hospital_admin"])
    client.set_cookie("px_lang", language)
    given = {"hospital_id": str(cast.a.id), "signal_kind": "survey_low_score", "is_active": "y"}
    wrong = send(client, "/admin/action-rules/", **given, at_or_below="200")
    assert wrong.status_code == 422
    assert 'value="200' in wrong.get_data(as_text=True)
    assert send(client, "/admin/action-rules/", **given, at_or_below="35", severity="critical").status_code == 303

    with acting_as(SYSTEM):
        rule = db.session.execute(sa.select(ActionRule).where(ActionRule.hospital_id == cast.a.id)).scalar_one()
    assert (rule.at_or_below, rule.severity, rule.is_active) == (35.0, "critical", True)
    path = f"/admin/action-rules/{rule.id}"
    assert path in client.get("/admin/action-rules/").get_data(as_text=True)
    assert 'value="35' in client.get(path).get_data(as_text=True)
    emptied = {"signal_kind": "survey_low_score", "at_or_below": "", "severity": ""}
    assert send(client, path, version=rule.version, **emptied).status_code == 303
    assert (rule.at_or_below, rule.severity, rule.is_active) == (None, None, False)
    assert send(client, f"{path}/archive", version=rule.version).status_code == 303
    assert path not in client.get("/admin/action-rules/").get_data(as_text=True)


def test_the_office_reads_rules_and_changes_none(reference_data: Cast, client: FlaskClient) -> None:
    rule = make(reference_data, "hospital_admin")
    sign_in(client, reference_data["px_coordinator"])
    shown = client.get(f"/admin/action-rules/{rule.id}").get_data(as_text=True)

    assert "disabled" in shown
    assert "/archive" not in shown
    assert send(client, f"/admin/action-rules/{rule.id}", version=1, signal_kind="survey_low_score").status_code == 403


def test_another_system_keeps_the_rules_through_the_api(app: Flask, reference_data: Cast) -> None:
    client, admin = app.test_client(), bearer(reference_data["hospital_admin"])
    body = {"signal_kind": "survey_low_score", "at_or_below": 40, "severity": "high"}
    made = client.post("/api/actions/rules/", json=body, headers=admin)
    assert made.status_code == 201, made.text
    rule = made.get_json()
    assert rule["hospital_id"] == str(reference_data.a.id)
    where = f"/api/actions/rules/{rule['id']}/"

    eased = client.patch(where, json={"version": rule["version"], "severity": None, "is_active": False}, headers=admin)
    assert (eased.get_json()["severity"], eased.get_json()["is_active"], eased.get_json()["at_or_below"]) == (
        None,
        False,
        40,
    )
    stale = client.put(where, json={**body, "version": rule["version"]}, headers=admin)
    assert stale.status_code == 409
    wrong = client.post("/api/actions/rules/", json={**body, "at_or_below": 101}, headers=admin)
    assert wrong.status_code == 422

    found = client.get(
        "/api/actions/rules/?is_active=false", headers=bearer(reference_data["px_coordinator"])
    ).get_json()
    assert [each["id"] for each in found["results"]] == [rule["id"]]
    assert client.delete(where, headers=admin).status_code == 204
    assert client.get("/api/actions/rules/?is_active=false", headers=admin).get_json()["results"] == []
