"""Words of events that no timeline needed so far, for the audit log; a domain that describes its own wins."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import LABELS, describe

WORDS: dict[str, tuple[Any, str]] = {
    "accounts.role.granted": (_l("A role was granted"), "user-check"),
    "accounts.role.ended": (_l("A role ended"), "user"),
    "accounts.user.changed": (_l("A person's facts were changed"), "edit"),
    "accounts.user.invited": (_l("A person was invited"), "user"),
    "accounts.user.password_changed": (_l("The password was changed"), "key"),
    "accounts.user.reset_requested": (_l("A new password was asked for"), "key"),
    "accounts.user.second_factor": (_l("The second factor was changed"), "shield"),
    "accounts.user.sign_in_refused": (_l("A sign-in was refused"), "alert-triangle"),
    "accounts.user.signed_in": (_l("Signed in"), "login"),
    "integrations.event.given_up": (_l("An inbound event was given up"), "alert-triangle"),
    "integrations.event.reprocessed": (_l("An inbound event was processed again"), "refresh"),
    "integrations.source.key_rotated": (_l("The key of a hospital system was replaced"), "key"),
    "notifications.message.queued": (_l("A message was queued"), "message"),
    "notifications.message.sent": (_l("A message was sent"), "send"),
    "notifications.message.delivered": (_l("A message was delivered"), "check"),
    "notifications.message.failed": (_l("A message failed"), "alert-circle"),
    "notifications.message.unknown": (_l("It is not known whether a message arrived"), "alert-triangle"),
    "surveys.instance.planned": (_l("A survey was planned"), "clipboard-list"),
    "surveys.instance.invited": (_l("The invitation to a survey went out"), "send"),
    "surveys.instance.opened": (_l("A survey was opened"), "eye"),
    "surveys.instance.completed": (_l("A survey was answered"), "check"),
    "surveys.instance.closed": (_l("A survey was closed"), "archive"),
    "surveys.instance.skipped": (_l("No survey was sent"), "circle-dashed"),
}

for _kind, (_label, _icon) in WORDS.items():
    if _kind not in LABELS:
        describe(_kind, _label, _icon)
