"""Mailboxes: what may be set up and by whom, the connection with and without encryption, and servers that nobody should trust."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from apiflask import APIFlask

from app.complaints.mail import imap
from app.complaints.mail.imap import Account, ImapProblem, Reach, opened
from app.complaints.mail.models import Mailbox
from app.complaints.mail.services import mailboxes, polling
from app.core.access.actor import acting_as
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.keys.fields import key_id_of
from app.settings import SettingsError, from_environment
from tests.cast import Cast
from tests.complaints.mail.conftest import every, facts
from tests.complaints.mail.postoffice import PASSWORD, USER, PostOffice, certificate, running

OPEN = Reach(True)


def account(office: PostOffice, **more: Any) -> Account:
    """An account of the server."""
    given = {
        "host": "127.0.0.1",
        "port": office.port,
        "security": "none",
        "user": USER,
        "password": PASSWORD,
        "folder": "INBOX",
    }
    return Account(**{**given, **more})


def problem(account: Account, reach: Reach = OPEN) -> str:
    """What goes wrong with an account."""
    try:
        with opened(account, reach):
            return ""
    except ImapProblem as refusal:
        return refusal.code


def test_trying_says_what_is_wrong(office: PostOffice) -> None:
    assert problem(account(office)) == ""
    assert problem(account(office, password="wrong")) == "login"
    assert problem(account(office, folder="Nowhere")) == "folder"
    assert problem(account(office, port=1)) == "unreachable"
    assert problem(account(office, host="no-such-host.invalid")) == "unreachable"
    assert problem(account(office, security="tls")) == "tls"
    assert problem(account(office, security="starttls")) == "tls", "nothing is sent where encryption was asked for"


def test_starttls_needs_a_certificate_that_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate_file, key_file = certificate()
    with running("--cert", certificate_file, "--key", key_file) as server:
        wanted = account(server, host="localhost", security="starttls")
        assert problem(wanted) == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", certificate_file)
        assert problem(wanted) == ""


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("10.1.2.3", (), False), ("127.0.0.1", (), False), ("169.254.169.254", (), False), ("::1", (), False),
        ("::ffff:10.1.2.3", (), False), ("fe80::1%eth0", (), False), ("8.8.8.8", (), True),
        ("10.1.2.3", ("10.1.0.0/16",), True), ("10.2.2.3", ("10.1.0.0/16",), False),
    ],
)  # fmt: skip
def test_private_addresses_are_reached_only_where_a_setting_allows(
    address: str, networks: tuple[str, ...], allowed: bool
) -> None:
    assert Reach(False, tuple(ip_network(each) for each in networks)).allows(address) is allowed


def test_a_name_that_stands_for_a_private_address_is_refused_at_the_connection(office: PostOffice) -> None:
    assert problem(account(office, host="localhost"), Reach(False)) == "private"
    assert problem(account(office, host="localhost"), Reach(False, (ip_network("127.0.0.0/8"),))) == ""


@contextmanager
def production(app: APIFlask, *networks: str) -> Iterator[None]:
    """Be in production for the block."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before, env="production", mail_networks=tuple(ip_network(each) for each in networks)
    )
    try:
        yield
    finally:
        app.config["SETTINGS"] = before


def test_production_refuses_private_hosts_and_connections_without_encryption(
    app: APIFlask, office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    admin = cast.actor("hospital_admin")
    with acting_as(admin), production(app):
        for host in ("10.0.0.5", "localhost", "mail.local", "::1"):
            with pytest.raises(Invalid) as refusal:
                mailboxes.create(
                    hospital_id=cast.a.id, facts=facts(office, "X", host=host, security="tls"), actor=admin
                )
            assert set(refusal.value.fields) == {"host"}
        with pytest.raises(Invalid) as refusal:
            mailboxes.create(hospital_id=cast.a.id, facts=facts(office, "X", host="mail.example.org"), actor=admin)
        assert set(refusal.value.fields) == {"security"}
        assert mailboxes.try_connection(box.id, actor=admin) == "private", "one of before is refused when it is read"
    with acting_as(admin), production(app, "10.0.0.0/8"):
        mailboxes.create(hospital_id=cast.a.id, facts=facts(office, "X", host="10.0.0.5", security="tls"), actor=admin)


def test_networks_are_read_from_the_environment(settings: Any) -> None:
    environ = {"PX360_ENV": "test", "DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "PX360_SECRET_KEY": "x"}
    key = "A" * 43 + "="
    environ |= dict.fromkeys(("PX360_AUDIT_KEY", "PX360_LINK_KEY", "PX360_FIELD_KEY"), key)
    assert from_environment({**environ, "PX360_MAIL_NETWORKS": "10.1.0.0/16, fd00::/8"}).mail_networks == (
        ip_network("10.1.0.0/16"), ip_network("fd00::/8"),
    )  # fmt: skip
    with pytest.raises(SettingsError):
        from_environment({**environ, "PX360_MAIL_NETWORKS": "mail.local"})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"address": "no address"}, "address"), ({"host": "https://mail.example.org"}, "host"), ({"port": 0}, "port"),
        ({"security": "ssl3"}, "security"), ({"user": " "}, "user"), ({"folder": ""}, "folder"), ({"password": ""}, "password"),
        ({"user": "x\r\nA1 LOGOUT"}, "user"), ({"folder": "x\r\nA1 DELETE INBOX"}, "user"),
        ({"address": "office@hospital.example"}, "address"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_field(
    office: PostOffice, box: Mailbox, cast: Cast, more: dict[str, Any], field: str
) -> None:
    admin = cast.actor("hospital_admin")
    given = replace(facts(office, box.folder), **{"address": "b@hospital.example", **more})
    with acting_as(admin), pytest.raises(Invalid) as refusal:
        mailboxes.create(hospital_id=cast.a.id, facts=given, actor=admin)
    assert set(refusal.value.fields) == {field}


def test_the_password_is_encrypted_stays_when_none_is_given_and_a_stale_form_is_refused(
    office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    admin = cast.actor("hospital_admin")
    assert PASSWORD.encode() not in box.password
    assert key_id_of(box.password) == "k1"
    with acting_as(admin):
        changed = mailboxes.change(
            box.id, facts(office, box.folder, password="", port=office.port + 1), version=box.version, actor=admin
        )
        known = mailboxes.account_of(changed)
        assert known is not None
        assert known.password == PASSWORD
        with pytest.raises(Conflict):
            mailboxes.change(box.id, facts(office, box.folder), version=1, actor=admin)


def test_another_folder_is_read_from_its_beginning(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    polling.poll_next()
    [row] = every(Mailbox)
    assert row.uidvalidity is not None
    admin = cast.actor("hospital_admin")
    with acting_as(admin):
        changed = mailboxes.change(box.id, facts(office, office.folder()), version=row.version, actor=admin)
    assert (changed.uidvalidity, changed.last_uid) == (None, 0)


def test_only_administrators_of_the_hospital_set_mailboxes_up(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    for name, refusal in (("px_coordinator", NotAllowed), ("outsider", NotAllowed)):
        with acting_as(cast.actor(name)), pytest.raises(refusal):
            mailboxes.create(hospital_id=cast.a.id, facts=facts(office, "X"), actor=cast.actor(name))
    with acting_as(cast.actor("outsider")), pytest.raises(NotFound):
        mailboxes.try_connection(box.id, actor=cast.actor("outsider"))


@contextmanager
def hostile(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that answers as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _where = server.accept()
            with line:
                try:
                    answer(line)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


CAN, YES = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n", b"TAG OK done\r\n"


def _says(*lines: bytes) -> Callable[[socket.socket], None]:
    def answer(line: socket.socket) -> None:
        line.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for each in lines:
            tag = line.recv(4096).split(b" ")[0]
            line.sendall(each.replace(b"TAG", tag))
        line.recv(4096)

    return answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda line: line.sendall(b"SSH-2.0-OpenSSH\r\n"), "protocol"),
        (lambda line: line.close(), "unreachable"),
        (lambda line: line.recv(10), "too_slow"),
        (_says(b"* X {99999999999}\r\n"), "protocol"),
        (_says(CAN, YES, b"* 1 EXISTS\r\nTAG OK [READ-WRITE] done\r\n"), "protocol"),
        (_says(CAN, YES, b"* 1 EXISTS\r\nTAG OK [READ-ONLY] done\r\n"), "folder"),
        (_says(CAN, b"TAG BAD no\r\n"), "login"),
    ],
)
def test_a_server_that_misbehaves_is_told_by_a_code_and_costs_neither_time_nor_memory(
    office: PostOffice, answer: Callable[[socket.socket], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(imap, "ANSWER_SECONDS", 1.0)
    with hostile(answer) as port:
        found = problem(account(office, port=port))
    assert found == code


def test_a_slow_server_is_left_after_the_time_over_all(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "WHOLE_SECONDS", -1.0)
    assert problem(account(office)) == "too_slow"


def test_a_mailbox_whose_password_no_key_opens_says_so(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "CONTEXT", "another.column")
    polling.poll_next()
    assert [(each.error, each.failures) for each in every(Mailbox)] == [("setup", 1)]
