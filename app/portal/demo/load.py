"""Loading the demo: one model of a year, told from a fixed seed and written in bulk."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.access.actor import Actor
from app.core.db import command
from app.journeys.models import Journey
from app.organizations.models import Patient
from app.portal.demo import case_messages, channels, queue_views, suggestions, visits
from app.portal.demo.actions import Office
from app.portal.demo.bulk import Sheets
from app.portal.demo.complaints import Desk
from app.portal.demo.inbound import Inbox
from app.portal.demo.inquiries import Helpdesk
from app.portal.demo.log import Log
from app.portal.demo.mail import Mailroom
from app.portal.demo.messages import Post
from app.portal.demo.names import HOSPITALS
from app.portal.demo.organization import make_organization
from app.portal.demo.patients import make_patients
from app.portal.demo.surveys import Asking
from app.portal.demo.webhooks import Hooks
from app.surveys.models import SurveyInstance

SEED = 360


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demo holds, and the keys of its hospital systems by hospital code, shown once."""

    counts: dict[str, int]
    keys: dict[str, str]


@command
def load(simulator_url: str, *, actor: Actor, seed: int = SEED) -> Loaded:
    """Write the demo into a database that holds the starting data and nothing else, ending now."""
    sheets = Sheets(seed)
    group = make_organization(sheets)
    sheets.write()
    gateway = channels.make_providers(simulator_url, actor=actor)
    sources = channels.make_sources(group.hospitals, actor=actor)
    channels.make_case_sources(actor=actor)
    channels.make_webhook(group.hospitals[0], simulator_url, actor=actor)
    log = Log(sheets)
    known = visits.templates()
    happened = [
        visit
        for hospital in group.hospitals
        for visit in visits.make_visits(sheets, log, hospital, make_patients(sheets, hospital), known)
    ]
    names = {hospital.id: names[1:3] for hospital, names in zip(group.hospitals, HOSPITALS, strict=True)}
    post = Post(sheets, log, gateway, names)
    Asking(sheets, log, post).ask(happened)
    count = Office(sheets, log, group).work(sheets.rows[SurveyInstance])
    complaints = Desk(sheets, log, group).work(happened)
    inquiries = Helpdesk(sheets, log, group).work(happened)
    Inbox(sheets, log, {code: source_id for code, (source_id, _key) in sources.items()}).fill(happened)
    queue_views.share(sheets, log, group)
    mails = Mailroom(sheets).fill(list(group.hospitals))
    suggestions.fill(sheets)
    case_messages.write(log, post, happened)  # the last, so that the rest of the story stays as it is
    Hooks(sheets, log).fill(group.hospitals[0])
    counts = {
        "patients": len(sheets.rows[Patient]),
        "visits": len(sheets.rows[Journey]),
        "surveys": len(sheets.rows[SurveyInstance]),
        "actions": count,
        "complaints": complaints,
        "inquiries": inquiries,
        "e-mails": mails,
        "events": len(log.rows),
    }
    log.seal()
    sheets.write()
    return Loaded(counts, {code: key for code, (_id, key) in sources.items()})
