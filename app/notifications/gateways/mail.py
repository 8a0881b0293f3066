"""E-mail by SMTP: text and a plain HTML part with the right language and direction."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr

from markupsafe import escape

from app.notifications.gateways.base import Outcome, OutcomeKind, Outgoing
from app.notifications.gateways.sms import Settings

SECONDS = 15.0
NO_SENDER = "px360@localhost"


class Smtp:
    """One SMTP server."""

    channel = "email"
    can_ask_by_reference = False

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    def send(self, message: Outgoing) -> Outcome:
        """Hand one mail over. Until the text leaves a failure is busy or a refusal; after that, unknown."""
        mail = self._mail(message)
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError:
            return Outcome(OutcomeKind.BUSY, code="authentication")
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            return Outcome(OutcomeKind.BUSY, code="tls" if isinstance(problem, ssl.SSLError) else "unreachable")
        try:
            return self._envelope(server, message.to) or self._data(server, mail)
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        options, secrets = self.settings.options, self.settings.secrets
        security = options.get("security") or ("starttls" if options.get("starttls") else "")
        where = (str(options.get("host", "127.0.0.1")), int(options.get("port") or 25))
        if security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=SECONDS, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(*where, timeout=SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            if security == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if secrets.get("password"):
                server.login(str(options.get("user", "")), secrets["password"])
        except BaseException:
            server.close()
            raise
        return server

    def _envelope(self, server: smtplib.SMTP, to: str) -> Outcome | None:
        """Name sender and recipient; gives what went wrong, while nothing of the text has left."""
        sender = parseaddr(str(self.settings.options.get("sender") or NO_SENDER))[1]
        try:
            for code, _words in (server.mail(sender), server.rcpt(to)):
                if code not in (250, 251):
                    return _by_code(code)
        except (OSError, smtplib.SMTPException):
            return Outcome(OutcomeKind.BUSY, code="unreachable")
        return None

    @staticmethod
    def _data(server: smtplib.SMTP, mail: EmailMessage) -> Outcome:
        try:
            code, _words = server.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
        except smtplib.SMTPDataError as problem:
            return _by_code(problem.smtp_code)
        except (OSError, smtplib.SMTPException) as problem:
            return Outcome(OutcomeKind.UNKNOWN, code=type(problem).__name__)
        return Outcome(OutcomeKind.ACCEPTED, str(mail["Message-ID"]), parts=1) if code == 250 else _by_code(code)

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = message.sender or NO_SENDER
        mail["To"] = message.to
        mail["Message-ID"] = f"<{message.reference}@px360.invalid>"  # a repeat carries the same one
        mail["Auto-Submitted"] = (
            "auto-replied" if message.answers else "auto-generated"
        )  # RFC 3834: no machine answers it
        mail["X-Auto-Response-Suppress"] = "All"
        if message.answers:
            mail["In-Reply-To"] = mail["References"] = message.answers
        if message.reply_to:
            mail["Reply-To"] = message.reply_to
        mail.set_content(message.body)
        mail.add_alternative(_html(message), subtype="html")
        mail["Content-Language"] = message.language  # last: making parts moves such headers into the first one
        return mail


def _by_code(code: int) -> Outcome:
    """4xx: not now (greylisting among them), 5xx: never."""
    return Outcome(OutcomeKind.BUSY if 400 <= code < 500 else OutcomeKind.REJECTED, code=str(code))


def _html(message: Outgoing) -> str:
    side = "rtl" if message.language == "ar" else "ltr"
    lines = "".join(f"<p>{_linked(line)}</p>" for line in message.body.split("\n") if line.strip())
    return f'<!doctype html><html lang="{message.language}" dir="{side}"><body dir="{side}">{lines}</body></html>'


def _linked(line: str) -> str:
    words = [
        f'<a href="{escape(word)}" dir="ltr">{escape(word)}</a>'
        if word.startswith(("https://", "http://"))
        else str(escape(word))
        for word in line.split(" ")
    ]
    return " ".join(words)
