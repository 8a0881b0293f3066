"""The demo's providers (all of them the local simulator) and its hospital systems."""

from __future__ import annotations

import os
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.resources import commands
from app.core.resources.resource import resource_at
from app.core.time import clock
from app.integrations.models import MllpLink, SourceSystem
from app.integrations.outbound.addresses import looks_private
from app.integrations.outbound.catalogue import KINDS
from app.integrations.outbound.services import endpoints
from app.integrations.outbound.services.endpoints import EndpointFacts
from app.integrations.services import keys, sources
from app.notifications.gateways import SIMULATOR
from app.notifications.models import Provider
from app.notifications.services import providers
from app.portal.demo.messages import PRICE
from app.portal.demo.organization import DemoHospital

RECEIPT_SECRET = "simulator-receipts"  # the simulator's own; refused in production with it
HOOK_SECRET = "whsec_cHgzNjAtc2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0LTE="  # the same


@command
def make_providers(simulator_url: str, *, actor: Actor) -> UUID:
    """Set the simulator up as SMS gateway and mail server of the group; gives the id of the SMS gateway."""
    smtp_port = int(os.environ.get("SIMULATOR_SMTP_PORT", "8362"))
    rows = (
        ("sms", SIMULATOR, "Simulator: SMS", {"base_url": simulator_url, "ask_path": "/messages/{reference}"}),
        ("email", SIMULATOR, "Simulator: mail",
         {"host": urlsplit(simulator_url).hostname, "port": smtp_port, "sender": "px360@demo.example"}),
    )  # fmt: skip
    made = []
    for channel, kind, name, settings in rows:
        provider = Provider(
            channel=channel,
            kind=kind,
            name=name,
            settings=settings,
            secrets=providers.sealed({"token": "simulator", "receipt_secret": RECEIPT_SECRET}),
            receipt_handle=providers.fresh_handle(),
            price_per_part_halalas=PRICE if channel == "sms" else 0,
        )
        db.session.add(provider)
        made.append(provider)
    db.session.flush()
    return made[0].id


# code, name in English and Arabic, colour, place, for complaints, for inquiries, archived
OWN_SOURCES = (
    ("council", "Patient council", "مجلس المرضى", "purple", 200, True, True, False),
    ("minister", "Minister's visit", "زيارة الوزير", "brown", 210, True, False, False),
    ("box", "Suggestion box", "صندوق الاقتراحات", "slate", 220, True, True, True),
)


@command
def make_case_sources(*, actor: Actor) -> None:
    """Add the group's own sources of complaints and inquiries; one is retired."""
    names = ("code", "name_en", "name_ar", "hue", "position", "for_complaints", "for_inquiries")
    for *values, is_retired in OWN_SOURCES:
        row = commands.create(resource_at("case_sources"), dict(zip(names, values, strict=True)), actor=actor)
        if is_retired:
            commands.archive(resource_at("case_sources"), row.id, actor=actor)


@command
def make_sources(hospitals: list[DemoHospital], *, actor: Actor) -> dict[str, tuple[UUID, str]]:
    """Make each hospital's own system with its key and MLLP link; gives id and key by hospital code, shown once."""
    found: dict[str, tuple[UUID, str]] = {}
    first_port = int(os.environ.get("PX360_MLLP_PORT", "8363"))
    for hospital in hospitals:
        source: SourceSystem = sources.create(
            hospital_id=hospital.id, code="HIS", name_en="Hospital system", name_ar="نظام المستشفى", actor=actor
        )
        found[hospital.code] = (source.id, keys.rotate(source.id, actor=actor))
        source.last_seen_at = clock.now()
        db.session.add(MllpLink(hospital_id=hospital.id, source_id=source.id, port=first_port + len(found) - 1))
    db.session.flush()
    return found


@command
def make_webhook(hospital: DemoHospital, simulator_url: str, *, actor: Actor) -> None:
    """Let the simulator hear of what happens in a hospital from now on; its page /hooks/ shows what came.

    Nothing is made where the settings do not let webhooks call the simulator's network.
    """
    host = urlsplit(simulator_url).hostname or ""
    if looks_private(host, current_app.config["SETTINGS"].webhook_networks):
        return
    facts = EndpointFacts("Simulator: quality system", f"{simulator_url}/hooks/", tuple(KINDS))
    endpoints.create(hospital_id=hospital.id, facts=facts, actor=actor, secret=HOOK_SECRET)
