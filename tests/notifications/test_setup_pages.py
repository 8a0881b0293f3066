"""Panels and endpoints of texts, providers and contact rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.notifications.models import ContactRule, MessageTemplate
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from tests.cast import Cast, bearer, sign_in
from tests.notifications.conftest import SYSTEM, make_provider, message, queue, work
from tests.provider import Provider

GOOD = {"body_en": "{hospital} {link}", "body_ar": "رأيكم {link} {hospital}"}


@pytest.fixture(autouse=True)
def _no_csrf(app: Flask) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def at_browser(app: Flask, cast: Cast, name: str) -> FlaskClient:
    """A person at a browser, reading English."""
    client = app.test_client()
    client.set_cookie("px_lang", "en")
    return sign_in(client, cast[name])


def one(model: type, **where: Any) -> Any:
    """The one row of a table, as the database has it."""
    with acting_as(SYSTEM):
        query: Any = sa.select(model).filter_by(**where).execution_options(populate_existing=True)
        return db.session.execute(query).scalar_one()


def group_text() -> MessageTemplate:
    """The group's invitation by SMS."""
    return one(MessageTemplate, code="surveys/invitation", channel="sms", hospital_id=None)


def test_the_group_writes_its_text_and_sees_parts_and_cost(app: Flask, cast: Cast, texts: None, sms: Provider) -> None:
    client, row = at_browser(app, cast, "px_admin"), group_text()
    page = client.get(f"/admin/message-texts/{row.id}").get_data(as_text=True)
    assert "UCS-2" in page
    assert "0.05 SAR a message" in page

    answer = client.post(f"/admin/message-texts/{row.id}", data={**GOOD, "version": row.version})

    assert answer.status_code == 303
    assert group_text().body_ar == GOOD["body_ar"]
    assert "The text was changed" in client.get(f"/admin/message-texts/{row.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"body_en": "{link}"}, "The other language has {hospital}"),
        ({"body_en": "{name} {hospital} {link}"}, "There is no placeholder {name}."),
        ({"body_ar": "{hospital} {link"}, "A brace stands alone"),
        ({"body_en": "{hospital}", "body_ar": "{hospital}"}, "The text lacks {link}"),
        ({"body_en": "{hospital} {link} " + "x" * 1000}, "too long for an SMS"),
        ({"body_ar": ""}, "This field is required."),
    ],
)
def test_a_text_with_a_fault_is_refused_and_kept_in_the_form(
    app: Flask, cast: Cast, texts: None, change: dict[str, str], said: str
) -> None:
    client, row = at_browser(app, cast, "px_admin"), group_text()
    answer = client.post(f"/admin/message-texts/{row.id}", data={**GOOD, **change, "version": row.version})

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True).replace("&#39;", "'")
    assert group_text().body_en == row.body_en


def test_the_preview_shows_what_is_being_written_and_saves_nothing(app: Flask, cast: Cast, texts: None) -> None:
    client, row = at_browser(app, cast, "px_admin"), group_text()
    answer = client.post(
        f"/admin/message-texts/{row.id}/preview",
        data={"body_en": "Hello {hospital}", "body_ar": "أهلا <b>{hospital}"},
        headers={"HX-Request": "true"},
    )

    page = answer.get_data(as_text=True)
    assert "<html" not in page
    assert "Hello Al Noor Hospital" in page
    assert "أهلا &lt;b&gt;مستشفى النور" in page
    assert "GSM-7" in page
    assert group_text().body_en == row.body_en


def test_two_administrators_at_once_do_not_overwrite_each_other(app: Flask, cast: Cast, texts: None) -> None:
    client, row = at_browser(app, cast, "px_admin"), group_text()
    seen = row.version
    client.post(f"/admin/message-texts/{row.id}", data={**GOOD, "version": seen})
    answer = client.post(
        f"/admin/message-texts/{row.id}", data={**GOOD, "body_en": "{link} {hospital}", "version": seen}
    )

    assert answer.status_code == 409
    assert group_text().body_en == GOOD["body_en"]


def test_a_hospital_writes_its_own_copy_and_goes_back_to_the_groups(app: Flask, cast: Cast, sms: Provider) -> None:
    client, row = at_browser(app, cast, "hospital_admin"), group_text()
    assert client.post(f"/admin/message-texts/{row.id}", data={**GOOD, "version": row.version}).status_code == 403
    assert client.post(f"/admin/message-texts/{row.id}/copies", data={"hospital_id": str(cast.b.id)}).status_code == 403

    client.post(f"/admin/message-texts/{row.id}/copies", data={"hospital_id": str(cast.a.id)})
    own = one(MessageTemplate, hospital_id=cast.a.id)
    client.post(
        f"/admin/message-texts/{own.id}", data={**GOOD, "body_ar": "خاص {hospital} {link}", "version": own.version}
    )
    queue(hospital_id=cast.a.id)
    queue(hospital_id=cast.b.id)
    work()
    assert sorted(each["body"].startswith("خاص") for each in sms.arrived) == [False, True]

    assert client.post(f"/admin/message-texts/{own.id}/archive").status_code == 303
    queue(hospital_id=cast.a.id)
    work()
    assert not sms.arrived[-1]["body"].startswith("خاص")


def test_another_hospitals_text_is_nowhere(app: Flask, cast: Cast, texts: None) -> None:
    headers = bearer(cast["outsider"])
    body = {**GOOD, "hospital_id": str(cast.b.id), "code": "surveys/invitation", "channel": "sms"}
    made = app.test_client().post("/api/notifications/texts/", json=body, headers=headers)
    assert made.status_code == 201, made.get_json()
    client = at_browser(app, cast, "hospital_admin")

    assert client.get(f"/admin/message-texts/{made.get_json()['id']}").status_code == 404
    listed = app.test_client().get("/api/notifications/texts/?page_size=200", headers=bearer(cast["hospital_admin"]))
    assert made.get_json()["id"] not in {each["id"] for each in listed.get_json()["results"]}


PROVIDER = {
    "channel": "sms",
    "kind": "taqnyat",
    "name": "Taqnyat",
    "base_url": "https://api.example.org",
    "sender": "ALNOOR",
    "secret_token": "very-secret-token",
    "priority": "10",
    "rate_per_minute": "60",
    "price_per_part_halalas": "5",
    "is_active": "y",
}


def test_secrets_go_in_and_never_come_out(app: Flask, cast: Cast) -> None:
    client = at_browser(app, cast, "px_admin")
    assert client.post("/admin/providers/new", data=PROVIDER).status_code == 303
    row = one(ProviderRow, kind="taqnyat")

    assert b"very-secret" not in (row.secrets or b"")
    page = client.get(f"/admin/providers/{row.id}").get_data(as_text=True)
    shown = app.test_client().get(f"/api/notifications/providers/{row.id}/", headers=bearer(cast["px_admin"]))
    assert "very-secret" not in page + shown.get_data(as_text=True)
    assert shown.get_json()["secrets_set"] == ["token"]
    assert "Set. Leave it empty to keep it." in page


SHOWN = {
    ("sms", "taqnyat"): {"base_url", "sender", "unsigned_receipts", "secret_token", "secret_receipt_secret"},
    ("sms", "simulator"): {"base_url", "sender", "ask_path", "secret_token", "secret_receipt_secret"},
    ("whatsapp", "simulator"): {"base_url", "phone_number_id", "secret_token", "secret_app_secret"},
    ("email", "simulator"): {"host", "port", "sender"},
    ("email", "smtp"): {"host", "port", "security", "user", "sender", "secret_password"},
    ("sms", "null"): set(),
}
ALWAYS = {"csrf_token", "version", "channel", "kind", "hospital_id", "name", "is_active", "priority", "rate_per_minute"}
ALWAYS |= {"price_per_part_halalas"}


@pytest.mark.parametrize(("channel", "kind"), SHOWN)
def test_the_form_shows_the_fields_of_the_chosen_kind_and_channel_alone(
    app: Flask, cast: Cast, channel: str, kind: str
) -> None:
    client = at_browser(app, cast, "px_admin")
    row_id = make_provider(channel, "http://127.0.0.1:9", kind, settings={})

    assert fields_of(client, f"/admin/providers/new?channel={channel}&kind={kind}") == SHOWN[channel, kind]
    assert fields_of(client, f"/admin/providers/{row_id}") == SHOWN[channel, kind]


def fields_of(client: FlaskClient, path: str) -> set[str]:
    """The settings and secrets that the form of a provider asks for."""
    page = client.get(path).get_data(as_text=True)
    form = page.partition(f'action="{path.partition("?")[0]}"')[2].partition("</form>")[0]
    names = set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', form))
    assert names > {"name", "priority"}
    return names - ALWAYS


def test_a_provider_whose_port_is_a_number_opens_like_the_others(app: Flask, cast: Cast) -> None:
    row_id = make_provider("email", "", "smtp", settings={"host": "mail", "port": 8362, "sender": "a@b.org"})

    assert 'value="8362"' in at_browser(app, cast, "px_admin").get(f"/admin/providers/{row_id}").get_data(as_text=True)


def test_an_empty_secret_keeps_the_old_one_and_a_new_one_replaces_it(app: Flask, cast: Cast) -> None:
    client = at_browser(app, cast, "px_admin")
    client.post("/admin/providers/new", data=PROVIDER)
    row = one(ProviderRow, kind="taqnyat")
    client.post(
        f"/admin/providers/{row.id}", data={**PROVIDER, "secret_token": "", "name": "T2", "version": row.version}
    )
    row = one(ProviderRow, kind="taqnyat")
    assert (row.name, providers.secrets_of(row)["token"]) == ("T2", "very-secret-token")

    client.post(f"/admin/providers/{row.id}", data={**PROVIDER, "secret_token": "new", "version": row.version})
    assert providers.secrets_of(one(ProviderRow, kind="taqnyat"))["token"] == "new"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"rate_per_minute": "0"}, "rate_per_minute"),
        ({"name": ""}, "name"),
    ],
)
def test_a_provider_that_could_not_work_is_refused(app: Flask, cast: Cast, change: dict[str, str], field: str) -> None:
    answer = at_browser(app, cast, "px_admin").post("/admin/providers/new", data={**PROVIDER, **change})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)


def test_the_simulator_is_refused_in_production(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, env="production"))
    headers = bearer(cast["px_admin"])
    body = {"channel": "sms", "kind": "simulator", "name": "S", "settings": {"base_url": "https://sim.example"}}
    refused = app.test_client().post("/api/notifications/providers/", json=body, headers=headers)
    assert refused.status_code == 422
    assert "kind" in refused.get_json()["error"]["fields"]
    assert "kind=simulator" not in at_browser(app, cast, "px_admin").get("/admin/providers/new").get_data(as_text=True)

    plain = {**body, "kind": "http", "settings": {"base_url": "http://gateway.example"}}
    refused = app.test_client().post("/api/notifications/providers/", json=plain, headers=headers)
    assert "base_url" in refused.get_json()["error"]["fields"], "secrets do not travel in the open"


def test_a_simulator_row_sends_nothing_in_production(app: Flask, texts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    make_provider("sms", "http://127.0.0.1:9", "simulator")
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], env="production"))
    found = queue()
    work()

    assert (message(found).status, message(found).provider_code) == ("queued", "setup")


def test_a_test_message_goes_to_ones_own_number_at_once(app: Flask, cast: Cast, sms: Provider) -> None:
    client = at_browser(app, cast, "px_admin")
    answer = client.post(f"/admin/providers/{sms.row_id}/tests", data={"to": "٠٥٠٧٦٥٤٣٢١"}, follow_redirects=True)

    assert [each["to"] for each in sms.arrived] == ["+966507654321"]
    assert "The provider took the test message" in answer.get_data(as_text=True)
    assert "966507654321" not in repr(one(ProviderRow, id=sms.row_id).settings)
    wrong = client.post(f"/admin/providers/{sms.row_id}/tests", data={"to": "12"}, follow_redirects=True)
    assert "no number or address" in wrong.get_data(as_text=True)


def test_a_hospital_sees_the_groups_provider_but_changes_only_its_own(app: Flask, cast: Cast, sms: Provider) -> None:
    client = at_browser(app, cast, "hospital_admin")
    page = client.get(f"/admin/providers/{sms.row_id}").get_data(as_text=True)

    assert "secret_token" not in page
    assert one(ProviderRow, id=sms.row_id).receipt_handle not in page
    assert client.post(f"/admin/providers/{sms.row_id}/tests", data={"to": "0507654321"}).status_code == 403
    assert sms.arrived == []


def test_the_list_of_providers_says_how_they_did(app: Flask, cast: Cast, sms: Provider, count_statements: Any) -> None:
    client = at_browser(app, cast, "px_admin")
    queue()
    work()
    client.get("/admin/providers/")
    few = count_statements(lambda: client.get("/admin/providers/"))
    for number in range(5):
        make_provider("sms", "http://127.0.0.1:9", name=f"Other {number}", priority=50)
    assert count_statements(lambda: client.get("/admin/providers/")) == few <= 12


RULE = {
    "opens_minute": "٠٩:٣٠",
    "closes_minute": "20:00",
    "ramadan_closes_minute": "23:00",
    "prayer_from_minute": "",
    "prayer_until_minute": "",
    "jitter_minutes": "5",
    "first": "sms",
    "second": "email",
    "third": "",
}


def test_a_hospital_sets_its_own_quiet_hours_and_channels(app: Flask, cast: Cast) -> None:
    client = at_browser(app, cast, "hospital_admin")
    assert client.get(f"/admin/contact-rules/new?hospital_id={cast.a.id}").status_code == 200
    assert client.post("/admin/contact-rules/new", data={**RULE, "hospital_id": str(cast.b.id)}).status_code == 403
    assert client.post("/admin/contact-rules/new", data=RULE).status_code == 403, "the group's is not theirs"
    answer = client.post("/admin/contact-rules/new", data={**RULE, "hospital_id": str(cast.a.id)})

    assert answer.status_code == 303
    row = one(ContactRule)
    assert (row.opens_minute, row.closes_minute, row.ramadan_closes_minute) == (570, 1200, 1380)
    assert (row.prayer_from_minute, row.channels) == (None, ["sms", "email"])
    page = client.get(f"/admin/contact-rules/{row.id}").get_data(as_text=True)
    assert 'value="09:30"' in page
    changed = client.post(f"/admin/contact-rules/{row.id}", data={**RULE, "closes_minute": "21:00", "version": "1"})
    assert changed.status_code == 303
    assert one(ContactRule).closes_minute == 1260


@pytest.mark.parametrize(
    "change",
    [
        {"closes_minute": "09:00"},
        {"opens_minute": ""},
        {"opens_minute": "25:00"},
        {"prayer_from_minute": "12:00"},
        {"prayer_from_minute": "08:00", "prayer_until_minute": "22:00"},
        {"first": "", "second": ""},
        {"second": "sms"},
        {"jitter_minutes": "500"},
    ],
)
def test_hours_that_make_no_sense_are_refused(app: Flask, cast: Cast, change: dict[str, str]) -> None:
    client = at_browser(app, cast, "px_admin")

    assert client.post("/admin/contact-rules/new", data={**RULE, **change}).status_code == 422


def test_the_api_keeps_rules_texts_and_providers_whole(app: Flask, cast: Cast, texts: None) -> None:
    client, headers = app.test_client(), bearer(cast["px_admin"])
    rule = client.post("/api/notifications/rules/", json={"closes_minute": 1200}, headers=headers).get_json()
    path = f"/api/notifications/rules/{rule['id']}/"
    patched = client.patch(
        path, json={"version": 1, "prayer_from_minute": None, "prayer_until_minute": None}, headers=headers
    )
    assert (patched.get_json()["prayer_from_minute"], patched.get_json()["closes_minute"]) == (None, 1200)
    assert client.patch(path, json={"version": 1, "jitter_minutes": 1}, headers=headers).status_code == 409
    assert client.put(path, json={"version": 2}, headers=headers).get_json()["closes_minute"] == 1260
    assert client.delete(path, headers=headers).status_code == 204

    row = group_text()
    text = f"/api/notifications/texts/{row.id}/"
    wrong = client.patch(text, json={"version": row.version, "body_en": "{hospital}"}, headers=headers)
    assert wrong.status_code == 422
    assert "body_en" in wrong.get_json()["error"]["fields"]
    shown = client.get(f"{text}preview/", headers=headers).get_json()["previews"]
    assert [each["language"] for each in shown] == ["ar", "en"]
    assert client.delete(text, headers=headers).status_code == 409, "the group's text stays"

    body = {"channel": "email", "kind": "smtp", "name": "Mail", "settings": {"host": "mail", "sender": "a@b.org"}}
    made = client.post("/api/notifications/providers/", json=body, headers=headers).get_json()
    path = f"/api/notifications/providers/{made['id']}/"
    changed = client.patch(path, json={"version": 1, "is_active": False}, headers=headers).get_json()
    assert (changed["is_active"], changed["settings"]["host"]) == (False, "mail")
    other = {**body, "kind": "twilio"}
    assert client.post("/api/notifications/providers/", json=other, headers=headers).status_code == 422
