"""Words for the codes of the organization."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.organizations.models import LocationKind

LOCATION_KINDS: dict[str, Any] = {
    LocationKind.BUILDING.value: _l("Building"),
    LocationKind.WARD.value: _l("Ward"),
    LocationKind.CLINIC.value: _l("Clinic"),
    LocationKind.ROOM.value: _l("Room"),
    LocationKind.BED.value: _l("Bed"),
}
SEXES: dict[str, Any] = {"M": _l("Male"), "F": _l("Female")}
CHANNELS: dict[str, Any] = {"sms": _l("Text message"), "whatsapp": _l("WhatsApp"), "email": _l("E-mail")}
# how a guardian is related, as hospital systems say it (HL7 table 0063); anything else stands as it was sent
RELATIONS: dict[str, Any] = {
    "father": _l("Father"),
    "mother": _l("Mother"),
    "guardian": _l("Legal guardian"),
    "parent": _l("Parent"),
    "spouse": _l("Spouse"),
    "brother": _l("Brother"),
    "sibling": _l("Brother or sister"),
    "grandparent": _l("Grandparent"),
}
