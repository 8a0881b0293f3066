"""The records that set the intake up, declared: source systems, MLLP links, code mappings."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, cast

from app.core.access.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.resources import Choice, Code, Codes, Flag, Needs, Number, Reference, Resource, Text, bilingual
from app.core.resources.fields import zone_name
from app.core.resources.problems import FieldProblem
from app.core.text.digits import western_digits
from app.integrations.enums import CHARSETS, MAPPING_KINDS
from app.integrations.models import CodeMapping, MllpLink, SourceSystem
from app.integrations.policy import Perm
from app.integrations.services.mapping_rules import check_target

NEEDS = Needs(read=Perm.SETUP_READ, write=Perm.SETUP)
NAMES = bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True)


def _processing_id(text: str) -> str:
    """Give a processing id of HL7 table 0103: production, training, debugging."""
    if text.upper() not in ("P", "T", "D"):
        raise FieldProblem("choice")
    return text.upper()


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise FieldProblem("choice") from None


def _port_is(text: str, _actor: Actor) -> Any:
    return cast(MllpLink.port, String) == western_digits(text.strip())


SOURCES = Resource(
    path="sources",
    domain="integrations",
    subject="source_system",
    model=SourceSystem,
    title=_l("Source systems"),
    singular=_l("Source system"),
    note=_l("Hospital systems that send events: key, charset, time zone, and whether they are heard."),
    icon="plug",
    api="/api/integrations/configs/",
    needs=NEEDS,
    fields=(
        Code("code", _l("Code"), required=True, fixed=True, listed=True),
        *NAMES,
        Choice(
            "charset",
            _l("Charset where a message names none"),
            required=True,
            listed=True,
            options=CHARSETS,
            empty="utf-8",
        ),
        Text("zone", _l("Time zone of its times"), most=40, rule=zone_name, help=_l("Empty: the hospital's.")),
        Codes(
            "processing_ids",
            _l("Processing ids that are taken"),
            most=1,
            rule=_processing_id,
            empty=("P",),
            help=_l("P for production, T for training, D for debugging; others are refused."),
        ),
        Flag("is_active", _l("In use"), listed=True, empty=True),
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    filters=("hospital_id", "is_active"),
    imports=False,
    page="inbound_sources.show",
    extra={"key_hint": str, "key_rotated_at": datetime | None, "last_seen_at": datetime | None},
)

LINKS = Resource(
    path="links",
    domain="integrations",
    subject="mllp_link",
    model=MllpLink,
    title=_l("MLLP links"),
    singular=_l("MLLP link"),
    note=_l("Ports on which HL7 messages of a source arrive. A change takes effect within seconds."),
    icon="plug-connected",
    api="/api/integrations/links/",
    needs=NEEDS,
    fields=(
        Number("port", _l("Port"), required=True, listed=True, least=1024, most=65_535),
        Reference("source_id", _l("Source system"), target="sources", required=True, listed=True),
        Codes(
            "allowed_addresses",
            _l("Addresses that may call"),
            rule=_network,
            listed=True,
            help=_l("Addresses or networks such as 10.1.0.0/16, between commas. Empty: any."),
        ),
        Flag("is_active", _l("In use"), listed=True, empty=True),
    ),
    key="port",
    label=lambda row: str(row.port),
    search=_port_is,
    order=("port", "id"),
    filters=("source_id", "hospital_id", "is_active"),
    imports=False,
)


def _check_mapping(values: dict[str, Any], _row: CodeMapping | None) -> None:
    """Refuse a source of another hospital, and a target that means nothing for the kind of code."""
    if values.get("source_id") is not None:
        source = db.session.get(SourceSystem, values["source_id"])
        if source is None or source.hospital_id != values["hospital_id"]:
            raise Invalid(source_id=_l("Choose a source system of the mapping's hospital."))
    problem = check_target(values["kind"], values["to_code"], values["hospital_id"])
    if problem is not None:
        raise Invalid(to_code=problem)


MAPPINGS = Resource(
    path="mappings",
    domain="integrations",
    subject="code_mapping",
    model=CodeMapping,
    title=_l("Code mappings"),
    singular=_l("Code mapping"),
    note=_l(
        "What a site's own codes stand for. A source's own line comes before its hospital's, that before the group's."
    ),
    icon="arrows-left-right",
    api="/api/integrations/mappings/",
    needs=NEEDS,
    fields=(
        Choice("kind", _l("Kind of code"), required=True, listed=True, options=MAPPING_KINDS),
        Code("from_code", _l("The site's code"), required=True, most=80, help=_l("As it stands in the message.")),
        Code(
            "to_code",
            _l("Stands for"),
            required=True,
            listed=True,
            most=80,
            help=_l("An event code, a class (I, E, O, D) or a department's code. NONE: of no interest."),
        ),
        Reference("source_id", _l("Source system"), target="sources", listed=True, help=_l("Empty: every source.")),
        Text("note", _l("Note"), most=200),
    ),
    key="from_code",
    unique_with=("kind", "source_id"),
    label=lambda row: row.from_code,
    order=("from_code", "kind"),
    filters=("kind", "source_id"),
    validate=_check_mapping,
    imports=False,
    links=((_l("Try a message"), "inbound_sources.ask", "test-pipe"),),
)

ALL = (SOURCES, LINKS, MAPPINGS)
