"""Words of kinds of providers and of their settings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS: dict[str, Any] = {
    "unifonic": _l("Unifonic"),
    "taqnyat": _l("Taqnyat"),
    "twilio": _l("Twilio"),
    "http": _l("Other SMS gateway over HTTP"),
    "whatsapp": _l("WhatsApp Cloud API"),
    "smtp": _l("Mail server (SMTP)"),
    "simulator": _l("Simulator (not for production)"),
    "null": _l("None: refuses everything"),
}
SECRETS: dict[str, Any] = {
    "app_sid": _l("AppSid"),
    "token": _l("Access token"),
    "account_sid": _l("Account SID"),
    "auth_token": _l("Auth token"),
    "receipt_secret": _l("Secret with which reports are signed"),
    "app_secret": _l("App secret"),
    "verify_token": _l("Verify token"),
    "password": _l("Password"),
}
OUTCOMES: dict[str, Any] = {
    "": _l("no answer"),
    "accepted": _l("taken"),
    "busy": _l("not now"),
    "rejected": _l("refused"),
    "unknown": _l("unknown"),
}
TEMPLATES: dict[str, Any] = {
    "surveys/invitation": _l("Survey: invitation"),
    "surveys/reminder": _l("Survey: reminder"),
    "surveys/resolution": _l("Survey about a complaint: invitation"),
    "explanations/asked": _l("Explanation: asked for"),
    "explanations/late": _l("Explanation: late, to the manager"),
    "complaints/received": _l("Complaint: received"),
    "complaints/answered": _l("Complaint: answered"),
    "complaints/message": _l("Complaint: message to who complained"),
    "complaints/code": _l("Complaint: code for the tracking page"),
    "inquiries/received": _l("Inquiry: received"),
    "inquiries/answered": _l("Inquiry: answer"),
    "accounts/invitation": _l("Account: invitation"),
    "accounts/place": _l("Account: new place"),
    "accounts/reset": _l("Account: new password"),
}
