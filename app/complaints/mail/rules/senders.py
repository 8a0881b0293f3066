"""Who or what sent an e-mail: machines, mailing lists and bounces are never answered (RFC 3834). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from app.complaints.mail.enums import Reason

Heads = Mapping[str, Sequence[str]]  # names in small letters

OWN_DOMAIN = "@px360.invalid>"  # of every Message-ID that leaves this house
_MACHINES = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mailer-daemon")
_BULK = {
    "bulk": Reason.MAILING_LIST,
    "list": Reason.MAILING_LIST,
    "junk": Reason.AUTOMATIC,
    "auto_reply": Reason.AUTOMATIC,
}
_LISTS = ("list-id", "list-post", "list-unsubscribe")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_NOT_THEIRS = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)


def why_not_a_person(heads: Heads, sender: str, message_id: str, own: Collection[str]) -> Reason | None:
    """Tell why nobody wrote this e-mail to us; None for a person's. `own` are addresses of this house."""
    if not sender:
        return Reason.BOUNCE if _is_bounce(heads, "") else Reason.NO_SENDER
    if sender in own or message_id.endswith(OWN_DOMAIN):
        return Reason.OWN
    if _is_bounce(heads, sender):
        return Reason.BOUNCE
    if _first(heads, "auto-submitted").split(";")[0].strip() not in ("", "no"):
        return Reason.AUTOMATIC
    if any(name in heads for name in _MACHINES) or _first(heads, "x-auto-response-suppress") not in ("", "none"):
        return Reason.AUTOMATIC
    bulk = _BULK.get(_first(heads, "precedence"))
    if bulk is not None:
        return bulk
    return Reason.MAILING_LIST if any(name in heads for name in _LISTS) else None


def is_forged(heads: Heads) -> bool:
    """Tell whether the receiving server says that the sender's domain does not stand for this e-mail (RFC 8601)."""
    return any(_NOT_THEIRS.search(each) for each in heads.get("authentication-results", ()))


def _is_bounce(heads: Heads, sender: str) -> bool:
    empty_path = any(each.strip() == "<>" for each in heads.get("return-path", ()))
    return empty_path or _first(heads, "content-type").startswith("multipart/report") or bool(_DAEMON.match(sender))


def _first(heads: Heads, name: str) -> str:
    found = heads.get(name, ())
    return found[0].strip().lower() if found else ""
