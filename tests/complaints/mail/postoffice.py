"""A real IMAP server (pymap) on a port of this machine, and e-mails to put into it."""

from __future__ import annotations

import imaplib
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from devstack.servers import free_port

USER, PASSWORD = "office", "a fine secret"
ARRIVED = '"24-Nov-2026 11:30:00 +0300"'  # half an hour before the noon of every test
SENDER = "noura@example.org"
WORDS = "انتظرت ثلاث ساعات في الطوارئ ولم يشرح لي أحد السبب"


@dataclass
class PostOffice:
    """The server; it forgets everything when it stops."""

    port: int
    arguments: tuple[str, ...] = ("--no-tls",)
    process: subprocess.Popen[bytes] | None = None
    folders: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [str(Path(sys.executable).parent / "pymap"), "--host", "127.0.0.1", "--port", str(self.port)]
        command += [*self.arguments, "dict", "--demo-user", USER, "--demo-password", PASSWORD]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _number in range(200):
            try:
                imaplib.IMAP4("127.0.0.1", self.port, timeout=5).logout()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the IMAP server does not start")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    @contextmanager
    def session(self) -> Iterator[imaplib.IMAP4]:
        """Be a mail program for the block."""
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        server.login(USER, PASSWORD)
        try:
            yield server
        finally:
            server.logout()

    def folder(self, name: str = "") -> str:
        """Make a folder of its own for a test."""
        name = name or f"T{secrets.token_hex(4)}"
        with self.session() as server:
            assert server.create(name)[0] == "OK"
        return name

    def count_anew(self, folder: str) -> None:
        """Make the folder anew: it is empty and has another UIDVALIDITY."""
        with self.session() as server:
            assert server.delete(folder)[0] == "OK"
            assert server.create(folder)[0] == "OK"

    def deliver(self, folder: str, *raws: bytes, flags: str = "") -> None:
        """Let e-mails arrive."""
        with self.session() as server:
            for raw in raws:
                assert server.append(folder, flags, ARRIVED, raw)[0] == "OK"

    def unseen(self, folder: str) -> int:
        """Count what nobody has read."""
        with self.session() as server:
            server.select(folder, readonly=True)
            return len(server.uid("SEARCH", "UNSEEN")[1][0].split())

    def read_all(self, folder: str) -> None:
        """Read everything, as an officer does in a mail program."""
        with self.session() as server:
            server.select(folder)
            server.uid("STORE", "1:*", "+FLAGS", "(\\Seen)")


@contextmanager
def running(*arguments: str) -> Iterator[PostOffice]:
    """Run a server for the block."""
    office = PostOffice(free_port(), arguments or ("--no-tls",))
    office.start()
    try:
        yield office
    finally:
        office.stop()


def letter(
    words: str = WORDS,
    *,
    sender: str = f"Noura <{SENDER}>",
    subject: str = "شكوى",
    files: tuple[tuple[str, str, bytes], ...] = (),
    **heads: str,
) -> bytes:
    """Write an e-mail as a mail program does; `heads` with underscores for hyphens."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = heads.pop("To", "office@hospital.example")
    mail["Subject"] = subject
    mail["Message-ID"] = heads.pop("Message_ID", f"<{secrets.token_hex(8)}@example.org>")
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    for name, kind, data in files:
        main, _slash, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def certificate() -> tuple[str, str]:
    """Make a certificate for localhost that its own authority signs; gives the files of certificate and key."""
    import datetime
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[Any] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = Path(tempfile.mkdtemp())
    certificate_file, key_file = folder / "cert.pem", folder / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certificate_file), str(key_file)
