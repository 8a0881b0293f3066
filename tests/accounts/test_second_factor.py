"""The second factor: set up, replaced, removed; a must by role where a hospital or the group says so."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import queries
from app.accounts.services import second_factor
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.accounts.conftest import code_at, log_in, turn_on
from tests.cast import PASSWORD, Cast, bearer, sign_in

pytestmark = pytest.mark.usefixtures("plain_forms")


def user_of(cast: Cast, name: str) -> Any:
    return queries.get(cast[name].id)


def test_it_is_on_only_after_its_first_code_and_shows_recovery_codes_once(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["nurse"])
    assert client.post("/me/second-factor").status_code == 303
    page = client.get("/me/second-factor").text
    secret = page.partition('data-copy="')[2].partition('"')[0]
    assert "<svg" in page and len(secret) == 32 and not user_of(cast, "nurse").has_second_factor
    assert client.post("/me/second-factor/confirmation", data={"code": "000000"}).status_code == 422
    confirmed = client.post("/me/second-factor/confirmation", data={"code": code_at(secret)})
    assert confirmed.status_code == 200 and confirmed.text.count('<bdi dir="ltr">') >= 10
    assert user_of(cast, "nurse").has_second_factor
    assert secret.encode() not in user_of(cast, "nurse").totp_secret
    assert "Your recovery codes" not in client.get("/me/second-factor").text


def test_the_old_one_stays_good_until_the_new_one_is_confirmed(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["nurse"], cast)
    sign_in(client, cast["nurse"])
    assert client.post("/me/second-factor", data={"password": "not the one"}).status_code == 422
    assert client.post("/me/second-factor", data={"password": PASSWORD}).status_code == 303
    assert second_factor.is_good_code(user_of(cast, "nurse"), code_at(secret, 1))
    with pytest.raises(Invalid):
        second_factor.confirm(code_at(secret, 1), actor=cast.actor("nurse"))


def test_turning_it_off_and_new_codes_need_the_password(client: FlaskClient, cast: Cast) -> None:
    _secret, codes = turn_on(cast["nurse"], cast)
    sign_in(client, cast["nurse"])
    assert client.post("/me/second-factor/removal", data={"password": "not the one"}).status_code == 422
    renewed = client.post("/me/second-factor/recovery-codes", data={"password": PASSWORD})
    assert renewed.status_code == 200 and codes[0] not in renewed.text
    assert not second_factor.is_good_code(user_of(cast, "nurse"), codes[0])
    assert client.post("/me/second-factor/removal", data={"password": PASSWORD}).status_code == 303
    assert not user_of(cast, "nurse").has_second_factor


def test_a_rule_of_the_hospital_holds_at_the_next_click(client: FlaskClient, app: Flask, cast: Cast) -> None:
    sign_in(client, cast["px_coordinator"])
    nurse = sign_in(app.test_client(), cast["nurse"])
    headers = bearer(cast["px_coordinator"])
    second_factor.set_rule(cast.a.id, ["px_coordinator"], version=0, actor=cast.actor("hospital_admin"))
    led = client.get("/patients/")
    assert (led.status_code, led.headers["Location"]) == (303, "/me/second-factor")
    assert "Your role must have a second factor" in client.get("/me/second-factor").text
    assert client.post("/me", data={}).status_code == 403
    refused = client.get("/api/auth/users/me/", headers=headers)
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "second_factor_due")
    token = {"email": "px.coordinator@example.org", "password": PASSWORD}
    assert client.post("/api/auth/token/", json=token).json["error"]["code"] == "second_factor_due"
    assert nurse.get("/me").status_code == 200, "the rule names another role"
    turn_on(cast["px_coordinator"], cast)
    assert client.get("/patients/").status_code == 200
    with pytest.raises(Conflict):
        second_factor.remove(PASSWORD, actor=cast.actor("px_coordinator"))


def test_who_signs_in_is_led_to_the_setting_up_and_may_leave(client: FlaskClient, cast: Cast) -> None:
    second_factor.set_rule(None, ["nurse"], version=0, actor=cast.actor("px_admin"))
    assert log_in(client, "nurse@example.org").status_code == 303
    assert client.get("/").headers["Location"] == "/me/second-factor"
    assert client.post("/logout").headers["Location"] == "/login"


def test_rules_are_said_by_who_may_and_only_once_at_a_time(cast: Cast) -> None:
    admin, px = cast.actor("hospital_admin"), cast.actor("px_admin")
    with pytest.raises(NotAllowed):
        second_factor.set_rule(None, ["nurse"], version=0, actor=admin)
    with pytest.raises(NotFound):
        second_factor.set_rule(cast.b.id, ["nurse"], version=0, actor=admin)
    with pytest.raises(Invalid):
        second_factor.set_rule(cast.a.id, ["px_admin"], version=0, actor=px)
    rule = second_factor.set_rule(cast.a.id, ["nurse"], version=0, actor=admin)
    with pytest.raises(Conflict):
        second_factor.set_rule(cast.a.id, [], version=0, actor=admin)
    assert second_factor.set_rule(cast.a.id, [], version=rule.version, actor=admin).roles == []


def test_the_page_of_rules_saves_what_is_ticked(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["hospital_admin"])
    address = f"/admin/people/second-factor/{cast.a.id}"
    assert client.post(address, data={"version": "0", "roles": ["nurse", "staff"]}).status_code == 303
    assert queries.second_factor_rule(cast.a.id).roles == ["nurse", "staff"]  # type: ignore[union-attr]
    assert client.post(address, data={"version": "0", "roles": []}).status_code == 409
    assert client.post("/admin/people/second-factor/group", data={"version": "0"}).status_code == 403
