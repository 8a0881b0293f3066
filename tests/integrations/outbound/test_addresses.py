"""Private addresses are refused however they are written, also when a name changes its mind; a setting opens networks."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.errors import Invalid
from app.integrations.outbound import addresses, posting
from app.settings import SettingsError, from_environment
from tests.cast import Cast
from tests.integrations.outbound.conftest import Receiver, complain, make_endpoint, rows, running_receiver, send_all

PUBLIC = "93.184.215.14"
INSIDE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.5", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_inside_may_not_be_called(text: str) -> None:
    assert not addresses.may_call(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_called(text: str) -> None:
    assert addresses.may_call(ipaddress.ip_address(text), ())


def test_a_listed_network_may_be_called_and_its_neighbour_may_not() -> None:
    allowed = (ipaddress.ip_network("10.1.0.0/16"),)

    assert addresses.may_call(ipaddress.ip_address("10.1.2.3"), allowed)
    assert addresses.may_call(ipaddress.ip_address("::ffff:10.1.2.3"), allowed)
    assert not addresses.may_call(ipaddress.ip_address("10.2.2.3"), allowed)


def test_the_setting_names_networks(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"DATABASE_URL": "x", "REDIS_URL": "x", "PX360_SECRET_KEY": "x"}
    keys = {f"PX360_{name}_KEY": "A" * 43 + "=" for name in ("AUDIT", "LINK", "FIELD")}
    found = from_environment({**known, **keys, "PX360_WEBHOOK_NETWORKS": "10.1.0.0/16, fd12::/32"})
    assert [str(each) for each in found.webhook_networks] == ["10.1.0.0/16", "fd12::/32"]
    assert from_environment({**known, **keys}).webhook_networks == ()
    with pytest.raises(SettingsError, match="PX360_WEBHOOK_NETWORKS"):
        from_environment({**known, **keys, "PX360_WEBHOOK_NETWORKS": "10.1.0.0/33"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.org/",
        "hooks.example.org",
        "https://",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org/" + "x" * 500,
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
def test_an_address_that_is_none_or_private_is_refused_when_it_is_typed(house: Cast, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_endpoint(house, url)

    assert list(refused.value.fields) == ["url"]


def test_plain_http_is_refused_in_production() -> None:
    assert addresses.parsed("http://hooks.example.org/", allows_http=True) is not None
    assert addresses.parsed("http://hooks.example.org/", allows_http=False) is None
    assert addresses.parsed("https://hooks.example.org/", allows_http=False) is not None


def names(monkeypatch: pytest.MonkeyPatch, *answers: str | list[str]) -> list[str]:
    """Let names lead to these addresses, one answer after the other, the last one for ever; gives the names asked for."""
    asked: list[str] = []
    original = socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        if not text.endswith(".example.org"):
            return original(host, port, *args, **more)
        answer = answers[min(len(asked), len(answers) - 1)]
        asked.append(text)
        found = [answer] if isinstance(answer, str) else answer
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_name_that_leads_inside_is_refused_when_it_is_sent(
    house: Cast, receiver: Receiver, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, "127.0.0.1")
    make_endpoint(house, f"http://hooks.example.org:{receiver.port}/hook")
    complain(house)
    drain()
    send_all()

    assert receiver.heard == []
    assert {(row.state, row.problem) for row in rows()} == {("retrying", "refused_address")}


def test_a_name_with_one_address_inside_is_refused_altogether(
    house: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, [PUBLIC, "127.0.0.1"])

    outcome = posting.post(f"http://hooks.example.org:{receiver.port}/hook", {}, b"{}", ())

    assert outcome.problem == "refused_address" and receiver.heard == []


def test_a_name_that_leads_inside_a_moment_later_is_not_asked_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, PUBLIC, "127.0.0.1")  # what is checked, and what a second look would find
    called = []

    async def refuse(_url: Any, address: str, *_rest: Any) -> posting.Outcome:
        called.append(address)
        return posting.Outcome()

    with monkeypatch.context() as patched:
        patched.setattr(posting, "_call", refuse)
        posting.post(f"http://hooks.example.org:{receiver.port}/hook", {}, b"{}", ())

    assert called == [PUBLIC] and asked == ["hooks.example.org"] and receiver.heard == []


def test_the_connection_goes_to_the_checked_address_with_the_name_of_the_host(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, "127.0.0.1", PUBLIC)  # a second look would go elsewhere

    allowed = (ipaddress.ip_network("127.0.0.0/8"),)
    outcome = posting.post(f"http://hooks.example.org:{receiver.port}/hook", {}, b"{}", allowed)

    assert outcome.problem == "" and asked == ["hooks.example.org"]
    assert receiver.heard[0].headers["host"] == f"hooks.example.org:{receiver.port}"


def test_a_name_that_leads_nowhere_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)

    assert posting.post("https://hooks.example.org/", {}, b"{}", ()).problem == "unknown_host"


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[Any], None]]:
    """Give a function that puts TLS around a receiver, with a certificate for a name that the sender trusts."""

    def of(name: str) -> Callable[[Any], None]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=400))
            .not_valid_after(now + dt.timedelta(days=400))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "both.pem").write_bytes(plain + pem)
        trust = ssl.create_default_context(cadata=pem.decode())
        monkeypatch.setattr(posting, "_trust", lambda: trust)
        server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_side.load_cert_chain(tmp_path / "both.pem")

        def wrap(server: Any) -> None:
            server.socket = server_side.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

        return wrap

    return of


@pytest.mark.parametrize(("name", "problem"), [("hooks.example.org", ""), ("other.example.org", "certificate")])
def test_the_certificate_must_be_that_of_the_host_although_the_address_is_called(
    certified: Any, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    names(monkeypatch, "127.0.0.1")
    with running_receiver(certified(name)) as receiver:
        url = f"https://hooks.example.org:{receiver.port}/hook"
        outcome = posting.post(url, {}, b"{}", (ipaddress.ip_network("127.0.0.0/8"),))

    assert outcome.problem == problem and len(receiver.heard) == (0 if problem else 1)
