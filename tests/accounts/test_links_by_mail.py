"""Invitation and new password by mailed link: single use, expiry, sessions ended, and no word on whether an account exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import AccountLink, User
from app.accounts.services import people, tokens
from app.core.access.actor import Role, acting_as
from app.core.db import db
from app.core.errors import Invalid, NotAllowed
from app.core.keys.links import token_for
from app.notifications.models import Message
from app.notifications.services.compose import link_of
from tests.accounts.conftest import SYSTEM, change, events, later, log_in
from tests.cast import PASSWORD, Cast, sign_in

pytestmark = pytest.mark.usefixtures("plain_forms")
EMAIL = "nurse@example.org"
NEW = "quite another long phrase"


def mails() -> list[Message]:
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(Message).order_by(Message.created_at)).scalars())


def path_in(message: Message) -> str:
    """The path of the link that a message carries."""
    return "/" + link_of(message).split("/", 3)[3]


def ask(client: FlaskClient, email: str = EMAIL) -> Any:
    return client.post("/reset", data={"email": email})


def invite(cast: Cast, actor: str = "hospital_admin", **more: Any) -> User:
    facts = {"email": "new@example.org", "name_en": "New", "name_ar": "جديد", "language": "ar", "role": Role.NURSE}
    place = {"hospital_id": cast.a.id}
    return people.invite(**{**facts, **place, **more}, actor=cast.actor(actor))


def counted(work: Callable[[], Any]) -> int:
    """How many SQL statements some work takes."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        ran.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(ran)


def test_a_reset_link_sets_the_password_once_and_ends_every_session(
    client: FlaskClient, app: Flask, cast: Cast, drain: Any
) -> None:
    signed_in = sign_in(app.test_client(), cast["nurse"])
    pair = tokens.issue(cast["nurse"])
    assert "a link is on its way" in ask(client).text
    drain()
    (mail,) = mails()
    path = path_in(mail)
    assert (mail.template, mail.email, path[:7]) == ("accounts/reset", EMAIL, "/reset/")

    assert client.get(path).status_code == 200
    assert client.post(path, data={"new_password": NEW, "again": NEW}).status_code == 303

    assert log_in(client, EMAIL, NEW).status_code == 303
    assert signed_in.get("/me").status_code == 303
    assert tokens.is_family_alive(tokens.user_of(pair.access)[1]) is False  # type: ignore[index]
    for answer in (client.get(path), client.post(path, data={"new_password": PASSWORD, "again": PASSWORD})):
        assert answer.status_code == 404 and "used already, or has run out" in answer.text


def test_an_unknown_e_mail_gets_the_same_answer_for_the_same_work(client: FlaskClient, cast: Cast, drain: Any) -> None:
    ask(client, "warm@example.org")
    known = counted(lambda: ask(client))
    unknown = counted(lambda: ask(client, "nobody@example.org"))
    assert known == unknown
    first, second = ask(client).text, ask(client, "nobody@example.org").text
    assert first.replace(EMAIL, "") == second.replace("nobody@example.org", "")
    drain()
    assert {mail.email for mail in mails()} == {EMAIL}


def test_a_blocked_account_gets_no_link(client: FlaskClient, cast: Cast, drain: Any) -> None:
    change(cast["nurse"], is_active=False)
    assert "a link is on its way" in ask(client).text
    drain()
    assert mails() == []


def test_a_link_runs_out(client: FlaskClient, cast: Cast, drain: Any) -> None:
    ask(client)
    drain()
    path = path_in(mails()[0])
    with later(minutes=61):
        assert client.get(path).status_code == 404


def test_a_link_dies_with_the_account_and_with_a_newer_password(client: FlaskClient, cast: Cast, drain: Any) -> None:
    ask(client)
    ask(client)
    drain()
    first, second = (path_in(mail) for mail in mails())
    client.post(first, data={"new_password": NEW, "again": NEW})
    assert client.get(second).status_code == 404
    ask(client)
    drain()
    people.archive(cast["nurse"].id, actor=cast.actor("hospital_admin"))
    assert client.get(path_in(mails()[-1])).status_code == 404


def test_a_token_of_another_purpose_or_made_up_opens_nothing(client: FlaskClient, cast: Cast) -> None:
    ask(client)
    link = db.session.execute(sa.select(AccountLink)).scalar_one()
    good = token_for("reset", link.handle)
    assert client.get(f"/reset/{good}").status_code == 200
    for path in (f"/invitation/{good}", f"/invitation/{token_for('invite', link.handle)}", f"/reset/{'x' * 30}"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/reset/{good[:-1]}{'A' if good[-1] != 'A' else 'B'}").status_code == 404


def test_a_weak_password_is_told_and_the_link_stays_good(client: FlaskClient, cast: Cast) -> None:
    ask(client)
    link = db.session.execute(sa.select(AccountLink)).scalar_one()
    path = f"/reset/{token_for('reset', link.handle)}"
    weak = client.post(path, data={"new_password": "short", "again": "short"})
    assert weak.status_code == 422 and "at least 12 characters" in weak.text
    different = client.post(path, data={"new_password": NEW, "again": "something else long"})
    assert different.status_code == 422 and "not the same" in different.text
    assert client.post(path, data={"new_password": NEW, "again": NEW}).status_code == 303


def test_asking_too_often_is_refused_for_known_and_unknown_alike(client: FlaskClient, cast: Cast) -> None:
    for email in (EMAIL, "nobody@example.org"):
        for _turn in range(3):
            assert ask(client, email).status_code == 200
        refused = ask(client, email)
        assert refused.status_code == 429 and refused.headers["Retry-After"]


def test_an_invited_person_chooses_a_password_and_works(
    client: FlaskClient, cast: Cast, drain: Any, reference_data: Any
) -> None:
    user = invite(cast)
    assert (user.state, log_in(client, "new@example.org", "").status_code) == ("invited", 422)
    drain()
    (mail,) = mails()
    assert (mail.template, mail.language, mail.params["name"]) == ("accounts/invitation", "ar", "جديد")
    path = path_in(mail)
    with later(days=6):
        assert client.post(path, data={"new_password": NEW, "again": NEW}).status_code == 303
        assert log_in(client, "new@example.org", NEW).status_code == 303
    assert db.session.get_one(User, user.id).state == "active"


def test_an_invitation_sent_again_ends_the_first_link(client: FlaskClient, cast: Cast, drain: Any) -> None:
    user = invite(cast)
    people.invite_again(user.id, actor=cast.actor("hospital_admin"))
    drain()
    first, second = (path_in(mail) for mail in mails()) if len(mails()) == 2 else ("", path_in(mails()[-1]))
    assert client.get(second).status_code == 200
    assert not first or client.get(first).status_code == 404


def test_somebody_of_another_hospital_is_given_a_place_without_a_word(cast: Cast, drain: Any) -> None:
    answer = invite(cast, email="Outsider@example.org", role=Role.VIEWER)
    assert answer.id == cast["outsider"].id
    drain()
    (mail,) = mails()
    assert (mail.template, mail.link_handle, mail.params["hospital"]) == ("accounts/place", "", "Al Noor Hospital")
    assert len(events("accounts.user.place_given")) == 1
    with pytest.raises(Invalid):
        invite(cast, email="outsider@example.org", role=Role.VIEWER)


def test_an_invitation_follows_the_granting_rule(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        invite(cast, role=Role.HOSPITAL_ADMIN)
    with pytest.raises(NotAllowed):
        invite(cast, hospital_id=cast.b.id)
    with pytest.raises(NotAllowed):
        invite(cast, actor="px_coordinator")
    with pytest.raises(Invalid) as refusal:
        invite(cast, role=Role.DEPARTMENT_MANAGER, department_id=cast.elsewhere.id)
    assert list(refusal.value.fields) == ["department_id"]
