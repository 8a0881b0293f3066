"""Signing in with password and code: what it opens, what it never tells, how often it may be tried."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import passwords
from app.accounts.models import LoginSession, User
from app.accounts.services import login, sessions
from app.core import throttle
from app.core.db import db
from app.core.errors import Invalid, TooMany
from tests.accounts.conftest import change, code_at, english, events, later, log_in, turn_on
from tests.cast import PASSWORD, Cast, sign_in

pytestmark = pytest.mark.usefixtures("plain_forms")
EMAIL = "px.coordinator@example.org"


def test_a_person_signs_in_and_goes_where_they_wanted(client: FlaskClient, cast: Cast) -> None:
    answer = log_in(client, " PX.Coordinator@Example.org ", next="/search?q=x")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search?q=x")
    assert client.get("/me").status_code == 200
    assert len(events("accounts.user.signed_in")) == 1


@pytest.mark.parametrize("case", ["wrong", "unknown", "blocked", "archived", "invited"])
def test_every_refusal_looks_and_works_the_same(client: FlaskClient, cast: Cast, case: str) -> None:
    user = cast["px_coordinator"]
    email = "nobody@example.org" if case == "unknown" else EMAIL
    if case == "blocked":
        change(user, is_active=False)
    elif case == "archived":
        change(user, archived_at=user.created_at)
    elif case == "invited":
        change(user, password_hash="")
    answer = log_in(client, email, "not the password" if case == "wrong" else PASSWORD)
    assert answer.status_code == 422
    assert "The e-mail and the password do not fit together." in answer.text
    assert [event.data["factor"] for event in events("accounts.user.sign_in_refused")] == ["password"]
    assert client.get("/me").status_code == 303


def test_an_unknown_account_costs_a_hash_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = passwords._hasher

    class Counted:
        """The real hasher, counting what it is asked."""

        hash = real.hash

        def verify(self, stored: str, given: str) -> bool:
            checked.append(stored)
            return real.verify(stored, given)

    monkeypatch.setattr(passwords, "_hasher", Counted())
    assert not passwords.matches("whatever this is", "")
    assert len(checked) == 1 and checked[0].startswith("$argon2id$")


def test_passwords_are_argon2id_and_an_old_hash_is_made_anew(client: FlaskClient, cast: Cast) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    change(cast["px_coordinator"], password_hash=weak)
    assert log_in(client, EMAIL).status_code == 303
    stored = db.session.get_one(User, cast["px_coordinator"].id).password_hash
    assert stored != weak and stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("password", "email", "is_good"),
    [
        ("a fine long phrase", "a@b.c", True),
        ("elevenchars", "a@b.c", False),
        ("aaaaaaaaaaaaaaaa", "a@b.c", False),
        ("password1234", "a@b.c", False),
        ("sara.alqahtani99", "sara.alqahtani@b.c", False),
        ("x" * 129, "a@b.c", False),
    ],
)
def test_weak_passwords_are_refused(password: str, email: str, is_good: bool) -> None:
    assert (passwords.problem_of(password, email) is None) is is_good


def test_the_sixth_try_of_an_account_in_a_minute_waits(client: FlaskClient, cast: Cast) -> None:
    for _turn in range(5):
        assert log_in(client, EMAIL, "wrong wrong wrong").status_code == 422
    refused = log_in(client, EMAIL)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert log_in(client, "nurse@example.org").status_code == 303, "one account's tries are not another's"


def test_an_account_that_does_not_exist_is_limited_alike(client: FlaskClient, cast: Cast) -> None:
    for _turn in range(5):
        log_in(client, "nobody@example.org", "wrong wrong wrong")
    assert log_in(client, "nobody@example.org", "wrong wrong wrong").status_code == 429


def test_a_whole_hospital_behind_one_address_can_sign_in(cast: Cast) -> None:
    for number in range(200):
        throttle.hit("login.address", "10.0.0.1")
        throttle.hit("login.account", f"person{number}@example.org")
    with pytest.raises(TooMany):
        for _turn in range(101):
            throttle.hit("login.address", "10.0.0.1")


def test_limits_hold_without_redis(app: Flask, cast: Cast) -> None:
    kept = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        for _turn in range(5):
            throttle.hit("login.account", "memory@example.org")
        with pytest.raises(TooMany):
            throttle.hit("login.account", "memory@example.org")
        throttle.forget("login.account", "memory@example.org")
        throttle.hit("login.account", "memory@example.org")
    finally:
        app.config["REDIS_URL"] = kept


def test_the_session_before_signing_in_is_worth_nothing_after_it(client: FlaskClient, cast: Cast) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    log_in(client, EMAIL)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie and len(cookie["sid"]) >= 40
        token = cookie["sid"]
    row = db.session.execute(sa.select(LoginSession)).scalar_one()
    assert row.token_digest == sessions.digest(token) and token.encode() not in row.token_digest


def test_with_a_second_factor_the_password_alone_opens_nothing(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    answer = log_in(client, EMAIL, next="/search")
    assert answer.headers["Location"] == "/login/code?next=/search"
    assert client.get("/me").status_code == 303
    passed = client.post("/login/code", data={"code": code_at(secret), "next": "/search"})
    assert (passed.status_code, passed.headers["Location"]) == (303, "/search")
    assert client.get("/me").status_code == 200


def test_a_code_is_good_once(client: FlaskClient, app: Flask, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    code = code_at(secret)
    log_in(client, EMAIL)
    assert client.post("/login/code", data={"code": code}).status_code == 303
    other = english(app)
    log_in(other, EMAIL)
    again = other.post("/login/code", data={"code": code})
    assert again.status_code == 422 and "used already" in again.text
    assert other.post("/login/code", data={"code": code_at(secret, 1)}).status_code == 303


def test_a_code_in_arabic_digits_with_a_space_is_the_same_code(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    code = code_at(secret).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    log_in(client, EMAIL)
    assert client.post("/login/code", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303


def test_a_recovery_code_is_good_once_and_is_not_stored(client: FlaskClient, app: Flask, cast: Cast) -> None:
    _secret, codes = turn_on(cast["px_coordinator"], cast)
    log_in(client, EMAIL)
    assert client.post("/login/code", data={"code": codes[0].upper()}).status_code == 303
    user = db.session.get_one(User, cast["px_coordinator"].id)
    assert len(user.recovery_digests) == 9 and not any(code in str(user.recovery_digests) for code in codes)
    other = app.test_client()
    log_in(other, EMAIL)
    assert other.post("/login/code", data={"code": codes[0]}).status_code == 422


def test_wrong_codes_are_written_down_and_limited(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    log_in(client, EMAIL)
    for _turn in range(4):
        assert client.post("/login/code", data={"code": "000000"}).status_code == 422
    refused = client.post("/login/code", data={"code": code_at(secret)})
    assert refused.status_code == 429 and refused.headers["Retry-After"]
    assert [event.data["factor"] for event in events("accounts.user.sign_in_refused")] == ["code"] * 4


def test_the_password_waits_ten_minutes_for_its_code(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    log_in(client, EMAIL)
    with later(minutes=11):
        answer = client.post("/login/code", data={"code": code_at(secret)})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert client.get("/me").status_code == 303


def test_a_closed_account_does_not_pass_the_second_step(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["px_coordinator"], cast)
    log_in(client, EMAIL)
    change(cast["px_coordinator"], is_active=False)
    assert client.post("/login/code", data={"code": code_at(secret)}).status_code == 422
    with pytest.raises(Invalid):
        login.check_code(cast["px_coordinator"].id, code_at(secret))


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, app: Flask, cast: Cast) -> None:
    sign_in(client, cast["px_coordinator"])
    with client.session_transaction() as cookie:
        kept = cookie["sid"]
    assert client.post("/logout").headers["Location"] == "/login"
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["sid"] = kept
    assert thief.get("/me").status_code == 303


@pytest.mark.parametrize("span", [{"hours": 2.1}, {"hours": 13}])
def test_a_session_ends_when_it_rests_or_is_old(client: FlaskClient, cast: Cast, span: dict[str, float]) -> None:
    sign_in(client, cast["px_coordinator"])
    assert client.get("/me").status_code == 200
    with later(**span):
        assert client.get("/me").status_code == 303
        assert client.get("/me", headers={"HX-Request": "true"}).status_code == 401


def test_one_sees_and_ends_ones_own_sessions_only(client: FlaskClient, app: Flask, cast: Cast) -> None:
    phone = app.test_client()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"
    phone.post("/login", data={"email": EMAIL, "password": PASSWORD}, headers={"User-Agent": agent})
    log_in(client, EMAIL)
    log_in(app.test_client(), "nurse@example.org")
    assert "Safari, iPhone" in client.get("/me").text
    rows = {row.agent: row for row in db.session.execute(sa.select(LoginSession)).scalars()}
    theirs = next(row for row in rows.values() if row.user_id == cast["nurse"].id)
    assert client.post(f"/me/sessions/{theirs.id}/revocation").status_code == 404
    assert client.post(f"/me/sessions/{rows[agent].id}/revocation").status_code == 303
    assert phone.get("/me").status_code == 303
    assert client.get("/me").status_code == 200
