"""Addresses that stand in messages and on no page: patients' surveys and complaints, invitations, new passwords."""

from __future__ import annotations

import sqlalchemy as sa

from app.accounts.models import AccountLink
from app.accounts.services.credentials import INVITE, RESET
from app.complaints.enums import ExplanationStatus
from app.complaints.explanations import answering_link
from app.complaints.intake_links import services as intake_links
from app.complaints.intake_links.enums import WAITING
from app.complaints.intake_links.models import IntakeLink
from app.complaints.models import Complaint, Explanation
from app.complaints.public import tracking
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.keys.links import token_for
from app.core.time import clock
from app.surveys.enums import InstanceState
from app.surveys.models import SurveyInstance
from app.surveys.services.answering import is_open
from app.surveys.services.sending import PURPOSE

ACCOUNT_PAGES = {INVITE: "/invitation", RESET: "/reset"}


def token_addresses() -> list[str]:
    """List an open survey (first screen and questions), a thanked one, a complaint, a request to explain, links to accounts."""
    with acting_as(system_actor("look at the pages behind links")):
        surveys = list(db.session.execute(sa.select(SurveyInstance).order_by(SurveyInstance.id.desc())).scalars())
        complaint = db.session.execute(sa.select(Complaint).order_by(Complaint.id.desc()).limit(1)).scalar_one_or_none()
        waiting = sa.select(Explanation).where(Explanation.status == ExplanationStatus.REQUESTED)
        asked = db.session.execute(waiting.order_by(Explanation.id.desc()).limit(1)).scalar_one_or_none()
        waiting_link = sa.select(IntakeLink).where(IntakeLink.state.in_(WAITING)).order_by(IntakeLink.id.desc())
        intake = db.session.execute(waiting_link.limit(1)).scalar_one_or_none()
        accounts = list(db.session.execute(sa.select(AccountLink).order_by(AccountLink.id.desc())).scalars())
    # one that has left: before that it holds no questions, and nobody has its link
    left = [each for each in surveys if each.questions and is_open(each)]
    opened = next((each for each in left if each.state != InstanceState.COMPLETED), None)
    thanked = next((each for each in surveys if each.state == InstanceState.COMPLETED), None)
    found = []
    if opened is not None:
        address = f"/s/{token_for(PURPOSE, opened.handle)}"
        found += [address, f"{address}?p=1"]
    if thanked is not None:
        found.append(f"/s/{token_for(PURPOSE, thanked.handle)}/thanks")
    if complaint is not None:
        found.append(f"/c/{token_for(tracking.PURPOSE, complaint.handle)}")
    if asked is not None:
        found.append(f"/x/{token_for(answering_link.OWN, asked.handle)}")
    if intake is not None:
        found.append(f"{intake_links.PATH}{token_for(intake_links.PURPOSE, intake.handle)}")
    for purpose, path in ACCOUNT_PAGES.items():
        link = next((each for each in accounts if each.purpose == purpose and _is_good(each)), None)
        if link is not None:
            found.append(f"{path}/{token_for(purpose, link.handle)}")
    return found


def _is_good(link: AccountLink) -> bool:
    return link.used_at is None and link.expires_at > clock.now()
