"""The endpoints of accounts: tokens, people, oneself, roles; their errors in the caller's language, versions and scope."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import refresh

from app.accounts.models import User
from app.accounts.services import tokens
from app.core.access.actor import ASSIGNABLE
from app.core.db import db
from tests.accounts.conftest import change, code_at, later, turn_on
from tests.cast import PASSWORD, Cast, bearer

USERS, ME = "/api/auth/users/", "/api/auth/users/me/"
NEW = {"email": "new@example.org", "name_en": "Reem", "name_ar": "ريم", "role": "nurse"}
NURSE = {"name_en": "Noura", "name_ar": "نورة", "job_title": "Charge nurse", "language": "en", "is_active": True}


def get_token(client: FlaskClient, email: str = "nurse@example.org", **more: str) -> Any:
    return client.post("/api/auth/token/", json={"email": email, "password": PASSWORD, **more})


def carry(access: str, language: str = "en") -> dict[str, str]:
    return {"Authorization": f"Bearer {access}", "Accept-Language": language}


def test_tokens_open_the_api_for_a_quarter_of_an_hour(client: FlaskClient, cast: Cast) -> None:
    pair = get_token(client).json
    assert pair["expires_in"] == 900
    assert client.get(ME, headers=carry(pair["access"])).json["email"] == "nurse@example.org"
    with later(minutes=15):
        assert client.get(ME, headers=carry(pair["access"])).status_code == 401


@pytest.mark.parametrize("email", ["nurse@example.org", "nobody@example.org"])
def test_wrong_credentials_are_told_in_the_callers_language(client: FlaskClient, cast: Cast, email: str) -> None:
    client.delete_cookie("px_lang")
    body = {"email": email, "password": "wrong wrong wrong"}
    said = {}
    for language in ("en", "ar"):
        refresh()  # the test's own application context keeps the language of the request before
        answer = client.post("/api/auth/token/", json=body, headers={"Accept-Language": language})
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "bad_credentials")
        said[language] = answer.json["error"]["message"]
    assert said["en"] == "The e-mail and the password do not fit together."
    assert any("\u0600" <= char <= "\u06ff" for char in said["ar"])


def test_tokens_ask_for_the_second_factor(client: FlaskClient, cast: Cast) -> None:
    secret, _codes = turn_on(cast["nurse"], cast)
    assert get_token(client).status_code == 401
    assert get_token(client, code=code_at(secret)).status_code == 200
    assert get_token(client, code=code_at(secret)).status_code == 401, "a code is good once"


def test_too_many_tries_say_when_to_come_back(client: FlaskClient, cast: Cast) -> None:
    for _turn in range(5):
        client.post("/api/auth/token/", json={"email": "nurse@example.org", "password": "wrong"})
    refused = get_token(client)
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many")
    assert int(refused.headers["Retry-After"]) > 0


def test_a_refresh_token_is_good_once_and_using_it_twice_ends_the_family(client: FlaskClient, cast: Cast) -> None:
    first = get_token(client).json
    second = client.post("/api/auth/token/refresh/", json={"refresh": first["refresh"]}).json
    assert client.get(ME, headers=carry(second["access"])).status_code == 200
    assert client.post("/api/auth/token/refresh/", json={"refresh": first["refresh"]}).status_code == 401
    assert client.post("/api/auth/token/refresh/", json={"refresh": second["refresh"]}).status_code == 401
    assert client.get(ME, headers=carry(second["access"])).status_code == 401
    assert get_token(client).status_code == 200


def test_a_refresh_token_runs_out_and_a_made_up_one_is_none(client: FlaskClient, cast: Cast) -> None:
    pair = get_token(client).json
    with later(days=14):
        assert client.post("/api/auth/token/refresh/", json={"refresh": pair["refresh"]}).status_code == 401
    assert client.post("/api/auth/token/refresh/", json={"refresh": "x" * 43}).status_code == 401
    assert client.post("/api/auth/token/refresh/", json={"refresh": pair["access"]}).status_code in (401, 422)


def test_logout_ends_both_tokens(client: FlaskClient, cast: Cast) -> None:
    pair = get_token(client).json
    assert client.post("/api/auth/logout/", headers=carry(pair["access"])).status_code == 204
    assert client.get(ME, headers=carry(pair["access"])).status_code == 401
    assert client.post("/api/auth/token/refresh/", json={"refresh": pair["refresh"]}).status_code == 401


@pytest.mark.parametrize("change_of", [{"is_active": False}, {"archived_at": "now"}])
def test_tokens_of_a_closed_account_open_nothing(client: FlaskClient, cast: Cast, change_of: dict[str, Any]) -> None:
    pair = get_token(client).json
    change(cast["nurse"], **{k: cast["nurse"].created_at if v == "now" else v for k, v in change_of.items()})
    assert client.get(ME, headers=carry(pair["access"])).status_code == 401
    assert client.post("/api/auth/token/refresh/", json={"refresh": pair["refresh"]}).status_code == 401


def test_a_token_signed_with_another_key_or_for_another_audience_is_none(client: FlaskClient, cast: Cast) -> None:
    import jwt

    access = tokens.issue(cast["nurse"]).access
    claims = jwt.decode(access, options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, "another key of enough length for it", "HS256"),
        jwt.encode(claims, "", "none"),
        jwt.encode({**claims, "aud": "else"}, client.application.config["SECRET_KEY"], "HS256"),
    ):
        assert client.get(ME, headers=carry(forged)).status_code == 401


def test_administrators_list_their_people(client: FlaskClient, cast: Cast) -> None:
    headers = bearer(cast["hospital_admin"])
    found = client.get(USERS, headers=headers).json
    assert found["count"] == 8 and "outsider@example.org" not in str(found)
    for query, emails in (
        ("search=coord", ["px.coordinator@example.org"]),
        ("role=nurse", ["nurse@example.org"]),
        ("email=STAFF@example.org", ["staff@example.org"]),
        (f"hospital_id={cast.b.id}", []),
        ("archived=true", []),
    ):
        got = client.get(f"{USERS}?{query}", headers=headers).json
        assert [each["email"] for each in got["results"]] == emails, query
    page = client.get(f"{USERS}?page_size=3&ordering=-name_en", headers=headers).json
    assert len(page["results"]) == 3 and page["next"].endswith("page=2")
    assert client.get(f"{USERS}?role=king", headers=headers).status_code == 422
    assert client.get(f"{USERS}?nothing=1", headers=headers).status_code == 422


def test_a_person_is_invited_read_changed_and_archived(client: FlaskClient, cast: Cast) -> None:
    headers = bearer(cast["hospital_admin"])
    made = client.post(USERS, json={**NEW, "hospital_id": str(cast.a.id)}, headers=headers)
    assert made.status_code == 201
    assert [each["role"] for each in made.json["assignments"]] == ["nurse"]
    address = f"{USERS}{made.json['id']}/"
    part = client.patch(address, json={"version": made.json["version"], "job_title": "Nurse"}, headers=headers)
    assert (part.status_code, part.json["job_title"], part.json["name_en"]) == (200, "Nurse", "Reem")
    whole = client.put(address, json={**NURSE, "version": part.json["version"]}, headers=headers)
    assert (whole.status_code, whole.json["name_en"]) == (200, "Noura")
    assert client.get(address, headers=headers).json == whole.json
    assert client.delete(address, headers=headers).status_code == 204
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get(address, headers=headers).json["archived_at"] is not None


def test_put_takes_the_whole_and_a_stale_version_is_a_conflict(client: FlaskClient, cast: Cast) -> None:
    headers, address = bearer(cast["hospital_admin"]), f"{USERS}{cast['nurse'].id}/"
    missing = client.put(address, json={"version": 1, "name_en": "Noura"}, headers=headers)
    assert missing.status_code == 422
    assert {"name_ar", "job_title", "language", "is_active"} <= set(missing.json["error"]["fields"])
    assert client.put(address, json={**NURSE, "version": 1}, headers=headers).status_code == 200
    for call in (client.put, client.patch):
        stale = call(address, json={**NURSE, "version": 1}, headers=headers)
        assert (stale.status_code, stale.json["error"]["code"]) == (409, "conflict")


def test_rules_speak_the_callers_language(client: FlaskClient, cast: Cast) -> None:
    headers = {**bearer(cast["hospital_admin"]), "Accept-Language": "ar"}
    refused = client.post(
        USERS, json={**NEW, "email": "nurse@example.org", "hospital_id": str(cast.a.id)}, headers=headers
    )
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "invalid")
    assert any("\u0600" <= char <= "\u06ff" for char in refused.json["error"]["fields"]["email"][0])
    refresh()
    english = client.post(USERS, json={**NEW, "email": "no"}, headers={**headers, "Accept-Language": "en"})
    assert english.json["error"]["message"] == "Some fields need your attention."


def test_people_of_another_hospital_are_404(client: FlaskClient, cast: Cast) -> None:
    headers, address = bearer(cast["outsider"]), f"{USERS}{cast['nurse'].id}/"
    assert client.get(address, headers=headers).status_code == 404
    assert client.put(address, json={**NURSE, "version": 1}, headers=headers).status_code == 404
    assert client.patch(address, json={"version": 1}, headers=headers).status_code == 404
    assert client.delete(address, headers=headers).status_code == 404
    role = {"role": "staff", "hospital_id": str(cast.b.id)}
    assert client.post(f"{address}assign_role/", json=role, headers=headers).status_code == 404


def test_a_role_is_assigned_and_roles_elsewhere_are_not_shown(client: FlaskClient, cast: Cast) -> None:
    address = f"{USERS}{cast['nurse'].id}/assign_role/"
    elsewhere = {"role": "viewer", "hospital_id": str(cast.b.id)}
    both = client.post(address, json=elsewhere, headers=bearer(cast["px_admin"])).json
    assert {each["role"] for each in both["assignments"]} == {"nurse", "viewer"}
    headers = bearer(cast["hospital_admin"])
    mine = client.post(address, json={"role": "staff", "hospital_id": str(cast.a.id)}, headers=headers).json
    assert {each["role"] for each in mine["assignments"]} == {"nurse", "staff"}
    assert str(cast.b.id) not in str(mine)
    too_high = {"role": "hospital_admin", "hospital_id": str(cast.a.id)}
    assert client.post(address, json=too_high, headers=headers).status_code == 403
    assert client.post(address, json={"role": "king"}, headers=headers).status_code == 422
    last = f"{USERS}{cast['px_admin'].id}/assign_role/"
    demoted = client.post(
        last, json={"role": "viewer", "hospital_id": str(cast.a.id)}, headers=bearer(cast["px_admin"])
    )
    assert (demoted.status_code, demoted.json["error"]["code"]) == (409, "last_px_admin")


def test_everyone_reads_and_changes_themselves(client: FlaskClient, cast: Cast) -> None:
    headers = bearer(cast["source_user"])
    me = client.get(ME, headers=headers).json
    changed = client.patch(ME, json={"version": me["version"], "theme": "dark", "zone": "Asia/Dubai"}, headers=headers)
    assert (changed.json["theme"], changed.json["zone"]) == ("dark", "Asia/Dubai")
    whole = {"name_en": "Desk", "name_ar": "مكتب", "language": "en", "theme": "auto", "zone": ""}
    put = client.put(ME, json={**whole, "version": changed.json["version"]}, headers=headers)
    assert {name: put.json[name] for name in whole} == whole
    assert client.put(ME, json={**whole, "version": 1}, headers=headers).status_code == 409
    wrong = client.patch(ME, json={"version": put.json["version"], "zone": "Mars/Olympus"}, headers=headers)
    assert (wrong.status_code, list(wrong.json["error"]["fields"])) == (422, ["zone"])
    assert client.patch(ME, json={"version": 1, "role": "px_admin"}, headers=headers).status_code == 422


def test_a_new_password_ends_every_token(client: FlaskClient, cast: Cast) -> None:
    pair = get_token(client).json
    wrong = {"old_password": "not this one", "new_password": "another fine long phrase"}
    refused = client.post(f"{USERS}change_password/", json=wrong, headers=carry(pair["access"]))
    assert list(refused.json["error"]["fields"]) == ["old_password"]
    weak = {"old_password": PASSWORD, "new_password": "short"}
    refused = client.post(f"{USERS}change_password/", json=weak, headers=carry(pair["access"]))
    assert list(refused.json["error"]["fields"]) == ["new_password"]
    good = {**wrong, "old_password": PASSWORD}
    assert client.post(f"{USERS}change_password/", json=good, headers=carry(pair["access"])).status_code == 204
    assert client.get(ME, headers=carry(pair["access"])).status_code == 401
    assert get_token(client).status_code == 401


def test_roles_are_listed_with_what_the_caller_may_give(client: FlaskClient, cast: Cast) -> None:
    headers = {**bearer(cast["hospital_admin"]), "Accept-Language": "en"}
    listed = client.get("/api/auth/roles/", headers=headers).json
    assert [each["code"] for each in listed] == list(ASSIGNABLE)
    assert [each["code"] for each in listed if each["may_grant"]] == list(ASSIGNABLE)[2:]
    one = client.get("/api/auth/roles/nurse/", headers=headers).json
    assert one == {"code": "nurse", "name": "Nurse", "level": 30, "may_grant": True}
    assert client.get("/api/auth/roles/system/", headers=headers).status_code == 404
    assert client.get("/api/auth/roles/king/", headers=headers).status_code == 404


def test_the_stored_tokens_are_only_digests(client: FlaskClient, cast: Cast) -> None:
    from app.accounts.models import RefreshToken

    pair = get_token(client).json
    row = db.session.query(RefreshToken).one()
    assert pair["refresh"].encode() not in bytes(row.token_digest)
    assert db.session.get_one(User, cast["nurse"].id).last_seen_at is not None
