"""The pages on which administrators keep journey templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.journeys.models import JourneyTemplate, StageTemplate
from tests.cast import Cast, sign_in
from tests.journeys.conftest import SYSTEM

BASE = "/admin/journey-templates"
STAGE = {"code": "vitals", "name_en": "Vital signs", "name_ar": "العلامات الحيوية", "trigger_codes": "a_b\nc, a_b"}


@pytest.fixture
def plain_forms(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def admin(client: FlaskClient, templates: Cast, plain_forms: None) -> FlaskClient:
    """The browser of hospital A's administrator."""
    return sign_in(client, templates["hospital_admin"])


def rows(model: Any, **where: Any) -> list[Any]:
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).filter_by(**where)).unique().scalars())


def make_own(admin: FlaskClient, cast: Cast) -> JourneyTemplate:
    form = {"hospital_id": str(cast.a.id), "kind": "opd", "name_en": "Our clinics", "name_ar": "عياداتنا"}
    answer = admin.post(f"{BASE}/", data={**form, "is_active": "y"})
    assert answer.status_code == 303, answer.text
    (own,) = rows(JourneyTemplate, hospital_id=cast.a.id)
    return own


def codes(template: JourneyTemplate) -> list[str]:
    found = rows(StageTemplate, template_id=template.id, archived_at=None)
    return [stage.code for stage in sorted(found, key=lambda stage: stage.position)]


def test_the_list_shows_the_groups_templates_and_the_own_ones(admin: FlaskClient, templates: Cast) -> None:
    make_own(admin, templates)
    page = admin.get(f"{BASE}/").text
    assert "Our clinics" in page and "Emergency visit" in page and "Whole group" in page


def test_a_hospital_admin_sees_the_groups_template_without_buttons(admin: FlaskClient, templates: Cast) -> None:
    (group,) = rows(JourneyTemplate, kind="opd", hospital_id=None)
    page = admin.get(f"{BASE}/{group.id}")
    assert page.status_code == 200
    assert "Add stage" not in page.text and "Archive template" not in page.text
    assert admin.post(f"{BASE}/{group.id}", data={"name_en": "x", "name_ar": "x", "version": 1}).status_code == 403


def test_a_stage_is_added_with_codes_from_lines_and_commas(admin: FlaskClient, templates: Cast) -> None:
    own = make_own(admin, templates)
    assert admin.get(f"{BASE}/{own.id}/stages/new").status_code == 200
    assert admin.post(f"{BASE}/{own.id}/stages", data=STAGE).status_code == 303
    (stage,) = rows(StageTemplate, code="VITALS")
    assert (stage.trigger_codes, stage.position) == (["A_B", "C"], 7)


def test_a_refused_stage_keeps_what_was_typed_and_names_the_field(admin: FlaskClient, templates: Cast) -> None:
    own = make_own(admin, templates)
    answer = admin.post(f"{BASE}/{own.id}/stages", data={**STAGE, "code": "LAB"})
    assert answer.status_code == 422
    assert "Another stage of this template has this code." in answer.text
    assert "Vital signs" in answer.text


def test_stages_move_up_and_down_and_are_archived(admin: FlaskClient, templates: Cast) -> None:
    own = make_own(admin, templates)
    before = codes(own)
    (second,) = rows(StageTemplate, template_id=own.id, code=before[1])
    moved = admin.post(f"{BASE}/stages/{second.id}/position", data={"position": 1, "version": second.version})
    assert moved.status_code == 303
    assert codes(own) == [before[1], before[0], *before[2:]]
    assert admin.post(f"{BASE}/stages/{second.id}/archive", data={"version": 2}).status_code == 303
    assert codes(own) == [before[0], *before[2:]]


def test_a_stale_form_says_so_and_may_be_sent_again(admin: FlaskClient, templates: Cast) -> None:
    own = make_own(admin, templates)
    (stage,) = rows(StageTemplate, template_id=own.id, code="LAB")
    form = {**STAGE, "code": "LAB"}
    assert admin.post(f"{BASE}/stages/{stage.id}", data={**form, "version": 1}).status_code == 303
    stale = admin.post(f"{BASE}/stages/{stage.id}", data={**form, "name_en": "Second", "version": 1})
    assert stale.status_code == 409
    assert 'value="Second"' in stale.text and 'name="version" value="2"' in stale.text
    assert admin.post(f"{BASE}/stages/{stage.id}", data={**form, "name_en": "Second", "version": 2}).status_code == 303


def test_a_coordinator_reads_templates_and_changes_none(
    client: FlaskClient, templates: Cast, plain_forms: None
) -> None:
    office = sign_in(client, templates["px_coordinator"])
    (group,) = rows(JourneyTemplate, kind="opd", hospital_id=None)
    assert office.get(f"{BASE}/{group.id}").status_code == 200
    assert office.get(f"{BASE}/new").status_code == 403
    assert office.post(f"{BASE}/{group.id}/archive").status_code == 403


def test_another_hospitals_template_has_no_page(admin: FlaskClient, app: Flask, templates: Cast) -> None:
    own = make_own(admin, templates)
    stranger = sign_in(app.test_client(), templates["outsider"])
    assert stranger.get(f"{BASE}/{own.id}").status_code == 404
    assert stranger.get(f"{BASE}/stages/{rows(StageTemplate, template_id=own.id)[0].id}").status_code == 404
    assert stranger.post(f"{BASE}/{own.id}/archive").status_code == 404
    assert "Our clinics" not in stranger.get(f"{BASE}/").text


def test_an_archived_template_leaves_the_list(admin: FlaskClient, templates: Cast) -> None:
    own = make_own(admin, templates)
    assert admin.post(f"{BASE}/{own.id}/archive", data={"version": own.version}).status_code == 303
    assert "Our clinics" not in admin.get(f"{BASE}/").text
    assert admin.get(f"{BASE}/{own.id}").status_code == 404
