"""Sources of cases as administrators own them: kept, coloured, retired; offered and named everywhere; rules go by their codes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.complaints import sla
from app.complaints.models import CaseSource, Complaint
from app.complaints.services import working
from app.complaints.sources.built_in import BUILT_IN
from app.complaints.sources.seeds import seed_sources
from app.complaints.sources.usage import Usage, usage
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid
from app.core.events.models import EventLog
from app.core.resources import commands
from app.core.resources.resource import resource_at
from app.core.sla.models import SlaClock, SlaExtension, SlaPolicy
from app.core.time import clock
from app.core.web.marks import HUES
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import received, step
from tests.complaints.inquiring import asked, take

SYSTEM = system_actor("a test of sources")
API = "/api/complaints/sources/"
PANEL = "/admin/case_sources/"
COUNCIL = {
    "code": "council",
    "name_en": "Patient council",
    "name_ar": "مجلس المرضى",
    "hue": "purple",
    "position": 5,
    "for_complaints": True,
    "for_inquiries": True,
}
STYLES = Path(__file__).parents[2] / "static" / "css"


def made(cast: Cast, **changed: Any) -> CaseSource:
    """A source that the group's administrator adds."""
    actor = cast.actor("px_admin")
    with acting_as(actor):
        row: CaseSource = commands.create(resource_at("case_sources"), {**COUNCIL, **changed}, actor=actor)
    return row


def row_of(code: str) -> CaseSource:
    """The row of a code."""
    return db.session.execute(sa.select(CaseSource).filter_by(code=code)).scalar_one()


def rows(model: Any, **where: Any) -> list[Any]:
    """The rows of a table, in the order of their ids."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).filter_by(**where).order_by(model.id)).scalars())


def retire(cast: Cast, code: str) -> None:
    """Archive a source as the group's administrator."""
    actor = cast.actor("px_admin")
    with acting_as(actor):
        commands.archive(resource_at("case_sources"), row_of(code).id, actor=actor)


def page(client: FlaskClient, path: str, language: str = "en") -> str:
    """A page in a language."""
    client.set_cookie("px_lang", language)
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def offered(html: str) -> list[str]:
    """The sources among which one chooses on a page, in their order."""
    box = re.search(r'<select[^>]* name="channel"[^>]*>(.*?)</select>', html, re.DOTALL)
    assert box is not None
    return [code for code in re.findall(r'<option[^>]* value="([^"]*)"', box[1]) if code]


@pytest.mark.parametrize(("language", "name"), [("en", "Patient council"), ("ar", "مجلس المرضى")])
def test_an_own_source_is_offered_named_and_coloured_wherever_cases_are(
    reference_data: Cast, client: FlaskClient, language: str, name: str
) -> None:
    made(reference_data)
    complaint = received(reference_data, channel="council")
    inquiry = asked(reference_data, channel="council")
    sign_in(client, reference_data["px_coordinator"])

    assert offered(page(client, "/complaints/new", language)) == ["council", "desk", "phone", "moh", "chi"]
    assert offered(page(client, "/inquiries/new", language)) == ["council", "desk", "phone", "email", "whatsapp"]
    mark = '<span class="px-swatch" data-hue="purple" aria-hidden="true"></span><bdi>{}</bdi>'
    for path in (
        "/complaints/?channel=council",
        f"/complaints/{complaint.id}",
        "/inquiries/?channel=council",
        f"/inquiries/{inquiry.id}",
    ):
        assert mark.format(name) in page(client, path, language)
    assert complaint.reference not in page(client, "/complaints/?channel=moh", language)
    assert "council" in offered(page(client, "/complaints/", language))


def test_a_source_for_inquiries_only_is_none_of_complaints(reference_data: Cast, client: FlaskClient) -> None:
    made(reference_data, for_complaints=False)
    sign_in(client, reference_data["px_coordinator"])

    with pytest.raises(Invalid):
        received(reference_data, channel="council")
    assert asked(reference_data, channel="council").channel == "council"
    assert "council" not in offered(page(client, "/complaints/new")) + offered(page(client, "/complaints/"))


def test_other_systems_read_sources_and_name_own_ones_but_none_that_has_a_door_of_its_own(
    reference_data: Cast, client: FlaskClient
) -> None:
    made(reference_data)
    officer = bearer(reference_data["px_coordinator"])
    listed = client.get(API, headers=officer).json["results"]

    def entered(channel: str) -> Any:
        body = {"hospital_id": str(reference_data.a.id), "words": f"سبب {channel}", "channel": channel}
        return client.post("/api/complaints/complaints/", json=body, headers=officer).status_code

    assert listed[0]["code"] == "council"
    assert {each["code"] for each in listed if each["is_system"]} == set(BUILT_IN)
    assert (entered("council"), entered("api"), entered("phone")) == (201, 201, 201)
    assert [entered(code) for code in ("public", "survey", "email", "whatsapp", "unheard_of")] == [422] * 5
    found = client.get("/api/complaints/complaints/", query_string={"channel": "council"}, headers=officer)
    assert found.json["count"] == 1


def test_a_retired_source_takes_nothing_new_and_its_cases_keep_its_name(
    reference_data: Cast, client: FlaskClient
) -> None:
    made(reference_data)
    complaint = received(reference_data, channel="council")
    retire(reference_data, "council")
    sign_in(client, reference_data["px_coordinator"])

    assert "council" not in offered(page(client, "/complaints/new"))
    assert offered(page(client, "/complaints/"))[-1] == "council"
    assert "Patient council" in page(client, f"/complaints/{complaint.id}")
    with pytest.raises(Invalid) as refused:
        received(reference_data, channel="council")
    assert "channel" in refused.value.fields
    assert step(reference_data, complaint, "activate").status == "activated"


def test_sources_that_code_lives_by_are_renamed_and_coloured_but_never_retired(reference_data: Cast) -> None:
    actor, sources = reference_data.actor("px_admin"), resource_at("case_sources")
    with acting_as(actor):
        for code in ("desk", "public", "email", "survey", "partner", "api"):
            with pytest.raises(Conflict):
                commands.archive(sources, row_of(code).id, actor=actor)
        desk = row_of("desk")
        changed = commands.update(
            sources, desk.id, {"name_en": "PX office", "hue": "pink"}, version=desk.version, actor=actor
        )
        with pytest.raises(Invalid):
            commands.update(sources, desk.id, {"for_inquiries": False}, version=changed.version, actor=actor)
        with pytest.raises(Invalid):
            commands.update(sources, desk.id, {"code": "office"}, version=changed.version, actor=actor)
    retire(reference_data, "moh")
    with acting_as(SYSTEM):
        seed_sources(actor=SYSTEM)

    assert (row_of("desk").name_en, row_of("desk").code) == ("PX office", "desk")
    assert row_of("moh").archived_at is not None


@pytest.mark.parametrize("code", ["desk", "Council", "مجلس", "a b", "1st", "x", "<i>"])
def test_a_code_is_a_plain_word_that_nobody_has(reference_data: Cast, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(reference_data, code=code)

    assert "code" in refused.value.fields


def test_the_code_of_a_retired_source_is_not_given_again(reference_data: Cast) -> None:
    made(reference_data)
    retire(reference_data, "council")

    with pytest.raises(Invalid):
        made(reference_data)


@pytest.mark.parametrize("hue", ["red; background: url(x)", "#ff0000", "red", ""])
def test_a_colour_is_of_the_palette(reference_data: Cast, client: FlaskClient, hue: str) -> None:
    answer = client.post(API, json={**COUNCIL, "hue": hue}, headers=bearer(reference_data["px_admin"]))

    assert answer.status_code == 422


def test_a_hospitals_administrator_reads_the_panel_with_own_figures_and_changes_nothing(
    reference_data: Cast, client: FlaskClient
) -> None:
    for channel in ("desk", "desk", "phone"):
        received(reference_data, channel=channel)
    sign_in(client, reference_data["hospital_admin"])
    html = page(client, PANEL)
    shown = client.get(f"{PANEL}{row_of('moh').id}").get_data(as_text=True)
    outside = reference_data.actor("outsider")
    with acting_as(outside):
        theirs = usage(actor=outside)

    assert "Patient relations office" in html and "/admin/case_sources/new" not in html
    assert "What depends on it" in shown and "/archive" not in shown
    assert client.post(API, json=COUNCIL, headers=bearer(reference_data["hospital_admin"])).status_code == 403
    assert theirs == {}


def test_figures_count_twelve_months_what_is_open_and_what_is_late(reference_data: Cast) -> None:
    actor, now = reference_data.actor("px_admin"), clock.now()
    received(reference_data, channel="phone", received_at=now - timedelta(days=360))
    for _ in range(2):
        late = received(reference_data, channel="phone", received_at=now - timedelta(days=30))
    step(reference_data, late, "cancel")
    asked(reference_data, channel="phone")
    received(reference_data, channel="desk")
    with clock.frozen(now + timedelta(days=10)):
        new = received(reference_data, channel="phone")
        with acting_as(actor):
            found = usage(actor=actor)["phone"]

    assert found == Usage(received=4, open=4, overdue=3, last_at=new.received_at)


def test_the_page_says_which_rules_name_a_source_and_how_many_cases_keep_it_before_it_is_archived(
    reference_data: Cast, client: FlaskClient
) -> None:
    received(reference_data, channel="moh", outside_number="937-1")
    with acting_as(SYSTEM), unit_of_work():
        rung = {"level": 1, "after_minutes": 0, "to": "px_admin", "sources": ["moh", "chi"]}
        hours = {"is_business": False, "reminders": [], "target_minutes": 60}
        db.session.add(SlaPolicy(clock=sla.ACTIVATION, severity="low", ladder=[rung], **hours))
        db.session.add(SlaPolicy(clock="case.resolution", source="moh", ladder=[], **hours))
    sign_in(client, reference_data["px_admin"])

    html = page(client, f"{PANEL}{row_of('moh').id}")
    assert "2 rules name this source." in html
    assert "1 open case keeps the source and its deadlines." in html
    assert "Complaint: resolution: MOH 937" in html and "Complaint: activation: Low" in html
    assert "When it is archived, no new case comes under these rules." in html
    assert "No rule names this source." in page(client, f"{PANEL}{row_of('whatsapp').id}")


def test_deadline_rules_and_ladders_go_by_an_own_source(reference_data: Cast, client: FlaskClient) -> None:
    made(reference_data)
    sign_in(client, reference_data["px_admin"])
    offering = page(client, f"/admin/sla/new?clock={sla.RESOLUTION}")
    body = {"clock": sla.RESOLUTION, "source": "council", "target_minutes": 300, "is_business": False,
            "ladder": [{"after_minutes": 0, "to": "px_admin", "sources": ["council"]}]}  # fmt: skip
    answer = client.post("/api/sla/policies/", json=body, headers=bearer(reference_data["px_admin"]))
    complaint = received(reference_data, channel="council")

    assert "council" in re.findall(r'<option value="(\w+)"', offering)
    assert answer.status_code == 201, answer.text
    (found,) = rows(SlaClock, subject_id=complaint.id, kind=sla.RESOLUTION)
    assert (found.source, found.target_seconds) == ("council", 300 * 60)


def test_an_assignment_rule_may_name_an_own_source_and_no_unknown_one(
    reference_data: Cast, client: FlaskClient
) -> None:
    made(reference_data)
    admin = bearer(reference_data["px_admin"])
    rule = {"code": "C", "name_en": "Council", "name_ar": "المجلس", "pool": "managers", "channel": "council"}
    address = "/api/complaints/assignment_rules/"

    assert client.post(address, json={**rule, "channel": "nowhere"}, headers=admin).status_code == 422
    assert client.post(address, json=rule, headers=admin).status_code == 201
    complaint = received(reference_data, channel="council", by="hospital_admin")
    assert complaint.assignee_id == reference_data["department_manager"].id
    sign_in(client, reference_data["px_admin"])
    assert "1 rule names this source." in page(client, f"{PANEL}{row_of('council').id}")


@pytest.mark.parametrize(("channel", "then"), [("council", "council"), ("phone", "phone"), ("whatsapp", "desk")])
def test_a_converted_inquiry_keeps_a_source_that_complaints_have_too(
    reference_data: Cast, channel: str, then: str
) -> None:
    made(reference_data)
    inquiry = asked(reference_data, channel=channel)

    take(reference_data, inquiry, "convert")

    assert rows(Complaint, id=inquiry.complaint_id)[0].channel == then


def changed(cast: Cast, complaint: Complaint, source: str, by: str = "px_coordinator", **more: Any) -> Complaint:
    """A complaint of which somebody says that it came from elsewhere."""
    actor, version = cast.actor(by), complaint.version
    with acting_as(actor):
        return working.change_source(complaint.id, source, version=version, actor=actor, **more)


def test_a_changed_source_counts_every_deadline_anew_from_the_start(reference_data: Cast) -> None:
    complaint = received(reference_data, severity="low")
    before = complaint.due_at

    changed(reference_data, complaint, "moh", outside_number="937-7")

    (found,) = rows(SlaClock, subject_id=complaint.id, kind=sla.RESOLUTION)
    assert (found.source, found.target_seconds, found.pausable) == ("moh", 24 * 3600, False)
    assert complaint.due_at == found.due_at == complaint.received_at + timedelta(hours=24) != before
    (said,) = rows(EventLog, subject_id=complaint.id, kind="complaints.complaint.source_changed")
    assert (said.data["before"], said.data["after"]) == ("desk", "moh")


def test_a_source_with_more_time_waits_for_a_second_person(reference_data: Cast) -> None:
    complaint = received(reference_data, severity="low", channel="moh", outside_number="937-8")
    due = complaint.due_at

    changed(reference_data, complaint, "phone")

    assert complaint.due_at == due
    (wish,) = rows(SlaExtension)
    assert (wish.cause, wish.state) == ("source", "open")
    assert wish.until_at > due


def test_a_wrong_source_is_refused_and_one_with_a_door_of_its_own_stays(reference_data: Cast) -> None:
    known = received(reference_data, channel="moh", outside_number="937-9")
    complaint = received(reference_data)

    for source in ("public", "unheard_of", "whatsapp", "moh"):  # the last without its number
        with pytest.raises(Invalid):
            changed(reference_data, complaint, source)
    with pytest.raises(Conflict) as refused:
        changed(reference_data, complaint, "moh", outside_number="937-9")
    assert refused.value.current.id == known.id
    with pytest.raises(Conflict):
        changed(reference_data, received(reference_data, channel="public"), "desk")


def test_officers_change_the_source_on_the_page_and_other_systems_over_the_api(
    reference_data: Cast, app: Flask, client: FlaskClient
) -> None:
    complaint, public = received(reference_data), received(reference_data, channel="public")
    sign_in(client, reference_data["px_coordinator"])
    form = {"csrf_token": csrf(app, client), "version": complaint.version, "channel": "chi", "outside_number": "C-1"}
    assert offered(page(client, f"/complaints/{complaint.id}")) == ["phone", "moh", "chi"]
    assert "It came from elsewhere" not in page(client, f"/complaints/{public.id}")

    assert client.post(f"/complaints/{complaint.id}/source", data=form).status_code == 303
    shown = page(client, f"/complaints/{complaint.id}")
    assert "Source: Council of Health Insurance (before: Patient relations office)" in shown
    body = {"channel": "phone", "version": rows(Complaint, id=complaint.id)[0].version}
    address = f"/api/complaints/complaints/{complaint.id}/source/"
    answer = client.post(address, json=body, headers=bearer(reference_data["px_coordinator"]))
    assert (answer.status_code, answer.json["channel"]) == (200, "phone")


def test_every_change_is_in_the_audit_log_of_the_group(reference_data: Cast) -> None:
    row = made(reference_data)
    retire(reference_data, "council")

    logged = rows(EventLog, subject_id=row.id)
    assert [each.kind for each in logged] == ["complaints.case_source.created", "complaints.case_source.archived"]
    assert {each.hospital_id for each in logged} == {None}


def luminance(colour: str) -> float:
    """How bright a colour is, as WCAG counts it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_the_palette_stands_out_from_every_surface_of_both_themes() -> None:
    text = (STYLES / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split('[data-bs-theme="dark"] {', 1)
    faint = []
    for theme in (light, dark):
        tokens = dict(re.findall(r"--px-([\w-]+): (#[0-9a-f]{6});", theme.partition("\n}")[0]))
        tokens.setdefault("surface", "#ffffff")  # written short
        for ground in ("bg", "surface", "surface-2", "hover"):
            for hue in HUES:
                one, other = sorted((luminance(tokens[ground]), luminance(tokens[f"hue-{hue}"])))
                faint += [(hue, ground)] if (other + 0.05) / (one + 0.05) < 3 else []

    assert not faint
    styles = (STYLES / "components.css").read_text(encoding="utf-8")
    assert set(re.findall(r'\[data-hue="(\w+)"\]', styles)) == set(HUES)
