"""WhatsApp Cloud API: business-started messages are approved templates with parameters (domain.md section 1.6)."""

from __future__ import annotations

from app.notifications.gateways.base import Outcome, OutcomeKind, Outgoing
from app.notifications.gateways.http import json_of, rejected, request
from app.notifications.gateways.sms import Settings


class WhatsApp:
    """POST /{version}/{phone-number-id}/messages with a bearer token."""

    channel = "whatsapp"
    can_ask_by_reference = False

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    def send(self, message: Outgoing) -> Outcome:
        """Hand one template message over."""
        options = self.settings.options
        answer = request(
            "POST",
            f"{self.settings.base_url}/{options.get('version', 'v21.0')}/{options.get('phone_number_id', '0')}/messages",
            headers=self._headers(),
            json={
                "messaging_product": "whatsapp",
                "to": message.to.lstrip("+"),
                "type": "template",
                "biz_opaque_callback_data": message.reference,
                "template": {
                    "name": message.template,
                    "language": {"code": message.language},
                    "components": [
                        {"type": "body", "parameters": [{"type": "text", "text": text} for text in message.parameters]}
                    ],
                },
            },
        )
        if isinstance(answer, Outcome):
            return answer
        body = json_of(answer)
        messages = body.get("messages")
        if answer.is_success and isinstance(messages, list) and messages and messages[0].get("id"):
            return Outcome(OutcomeKind.ACCEPTED, str(messages[0]["id"]), parts=1)
        error = body.get("error")
        return rejected(answer, error.get("code") if isinstance(error, dict) else None)

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.settings.secrets.get('token', '')}"}
        if self.settings.options.get("is_simulator"):  # the real one reports to the address of the app's own settings
            headers["X-Callback"] = self.settings.callback_url
        return headers

    def ask(self, _reference: str) -> Outcome | None:
        """The API can not be asked by our reference."""
        return None
