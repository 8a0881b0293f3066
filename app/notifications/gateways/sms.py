"""SMS gateways over HTTP: Unifonic, Taqnyat, Twilio, and one that an administrator describes (domain.md section 1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from app.notifications.gateways.base import Outcome, OutcomeKind, Outgoing
from app.notifications.gateways.http import json_of, rejected, request

FAILED_STATES = frozenset({"failed", "undelivered", "undeliverable", "rejected", "expired"})


@dataclass(frozen=True)
class Settings:
    """What a gateway is told: its address, our callback, its secrets (never shown)."""

    base_url: str
    callback_url: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


class Sms:
    """Base of the SMS gateways."""

    channel = "sms"
    can_ask_by_reference = False

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    def ask(self, _reference: str) -> Outcome | None:
        """Most gateways can not be asked by our reference."""
        return None


class Unifonic(Sms):
    """POST /rest/SMS/messages as a form; asked by CorrelationID."""

    can_ask_by_reference = True

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over."""
        answer = request(
            "POST",
            f"{self.settings.base_url}/rest/SMS/messages",
            data={
                "AppSid": self.settings.secrets.get("app_sid", ""),
                "SenderID": message.sender,
                "Recipient": message.to.lstrip("+"),
                "Body": message.body,
                "CorrelationID": message.reference,
                "statusCallback": self.settings.callback_url,
                "async": "false",
            },
        )
        return answer if isinstance(answer, Outcome) else self._read(answer)

    def ask(self, reference: str) -> Outcome | None:
        """Ask by our CorrelationID."""
        answer = request(
            "GET",
            f"{self.settings.base_url}/rest/SMS/messages/status",
            params={"AppSid": self.settings.secrets.get("app_sid", ""), "CorrelationID": reference},
        )
        return None if isinstance(answer, Outcome) else told(self._read(answer), json_of(answer).get("data"))

    @staticmethod
    def _read(answer: httpx.Response) -> Outcome:
        body = json_of(answer)
        found = body.get("data")
        data: dict[str, Any] = found if isinstance(found, dict) else {}
        if answer.is_success and str(body.get("success")).lower() == "true" and data.get("MessageID"):
            return Outcome(OutcomeKind.ACCEPTED, str(data["MessageID"]), parts=_whole(data.get("NumberOfUnits")))
        return rejected(answer, body.get("errorCode"))


class Taqnyat(Sms):
    """POST /v1/messages as JSON with a bearer token; numbers without plus."""

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over."""
        answer = request(
            "POST",
            f"{self.settings.base_url}/v1/messages",
            json={
                "sender": message.sender,
                "recipients": [message.to.lstrip("+")],
                "body": message.body,
                "reference": message.reference,
            },
            headers={"Authorization": f"Bearer {self.settings.secrets.get('token', '')}"},
        )
        if isinstance(answer, Outcome):
            return answer
        body = json_of(answer)
        if answer.is_success and body.get("messageId"):
            return Outcome(OutcomeKind.ACCEPTED, str(body["messageId"]), parts=_whole(body.get("msgLength")))
        return rejected(answer, body.get("statusCode"))


class Twilio(Sms):
    """POST /2010-04-01/Accounts/{sid}/Messages.json as a form with basic authentication."""

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over."""
        sid, token = self.settings.secrets.get("account_sid", ""), self.settings.secrets.get("auth_token", "")
        answer = request(
            "POST",
            f"{self.settings.base_url}/2010-04-01/Accounts/{sid}/Messages.json",
            data={
                "To": message.to,
                "From": message.sender,
                "Body": message.body,
                "StatusCallback": self.settings.callback_url,
            },
            auth=(sid, token),
        )
        if isinstance(answer, Outcome):
            return answer
        body = json_of(answer)
        if answer.is_success and body.get("sid"):
            return Outcome(OutcomeKind.ACCEPTED, str(body["sid"]), parts=_whole(body.get("num_segments")))
        return rejected(answer, body.get("code"))


class Configured(Sms):
    """A gateway that an administrator describes: path, field names, where the id stands, how to ask."""

    @property
    def can_ask_by_reference(self) -> bool:  # type: ignore[override]
        """Whether a path for asking is set."""
        return bool(self.settings.options.get("ask_path"))

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over."""
        options = self.settings.options
        names = {"to": "to", "body": "body", "reference": "reference", "sender": "sender", **options.get("fields", {})}
        payload = {
            names["to"]: message.to,
            names["body"]: message.body,
            names["reference"]: message.reference,
            names["sender"]: message.sender,
            "callback": self.settings.callback_url,
        }
        body_kind = "data" if options.get("encoding") == "form" else "json"
        answer = request(
            "POST",
            f"{self.settings.base_url}{options.get('path', '/messages')}",
            headers={"Authorization": f"Bearer {self.settings.secrets.get('token', '')}"},
            **{body_kind: payload},
        )
        return answer if isinstance(answer, Outcome) else self._read(answer)

    def ask(self, reference: str) -> Outcome | None:
        """Ask by our reference where the gateway can answer."""
        path = str(self.settings.options.get("ask_path", "")).replace("{reference}", reference)
        if not path:
            return None
        answer = request(
            "GET",
            f"{self.settings.base_url}{path}",
            headers={"Authorization": f"Bearer {self.settings.secrets.get('token', '')}"},
        )
        return None if isinstance(answer, Outcome) else told(self._read(answer), json_of(answer))

    def _read(self, answer: httpx.Response) -> Outcome:
        body = json_of(answer)
        found = body.get(str(self.settings.options.get("id_field", "id")))
        if answer.is_success and found:
            return Outcome(OutcomeKind.ACCEPTED, str(found), parts=_whole(body.get("parts")))
        return rejected(answer, body.get("code"))


def told(found: Outcome, body: Any) -> Outcome | None:
    """Read an answer about our reference: only what says that it is known, or failed, decides; all else says nothing."""
    if found.kind is not OutcomeKind.ACCEPTED:
        return None
    state = str((body.get("Status") or body.get("status") or "") if isinstance(body, dict) else "").lower()
    if state in FAILED_STATES:
        return Outcome(OutcomeKind.REJECTED, found.provider_id, code=state)
    return found


def _whole(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None
