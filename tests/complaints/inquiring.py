"""What tests of inquiries share: taking one in, and walking it to a state through the services."""

from __future__ import annotations

from typing import Any

from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import answering, converting, receiving, stepping
from app.complaints.inquiries.services.answering import Reply
from app.complaints.inquiries.services.converting import ConvertFacts
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.inquiries.services.stepping import StepFacts
from app.core.access.actor import acting_as
from tests.cast import Cast

WORDS = "متى تكون نتيجة التحليل جاهزة؟"
ANSWER = "النتيجة جاهزة غدا صباحا"
PATH: dict[str, list[str]] = {
    "open": [],
    "in_progress": ["start"],
    "answered": ["start", "respond"],
    "closed": ["start", "respond", "close"],
    "cancelled": ["cancel"],
    "converted": ["convert"],
}
GIVEN = {"reason": "سبب", "cancel_reason": "not_needed", "way": "phone", "answer": ANSWER, "severity": "high"}


def asked(cast: Cast, by: str = "px_coordinator", **facts: Any) -> Inquiry:
    """An inquiry of a contact without a file at the emergency department, unless told otherwise."""
    actor = cast.actor(by)
    contact = {"contact_name": "هدى السالم", "contact_phone": "0509998877", "contact_email": "huda@example.org"}
    given: dict[str, Any] = {"words": WORDS, "department_id": cast.er.id, **contact, **facts}
    with acting_as(actor):
        return receiving.receive(hospital_id=cast.a.id, facts=InquiryFacts(**given), actor=actor)


def take(cast: Cast, inquiry: Inquiry, verb: str, by: str = "px_coordinator", **changed: Any) -> Inquiry:
    """Take a step as a person, with everything that it may ask for."""
    actor, given, version = cast.actor(by), {**GIVEN, **changed}, inquiry.version
    with acting_as(actor):
        if verb == "respond":
            reply = Reply(given["way"], given["answer"])
            return answering.respond(inquiry.id, reply, version=version, actor=actor)
        if verb == "convert":
            facts = ConvertFacts(given["severity"])
            return converting.convert(inquiry.id, facts, version=version, actor=actor)[0]
        said = StepFacts(given["reason"], given["cancel_reason"])
        return stepping.move(inquiry.id, verb, said, version=version, actor=actor)


def walked_to(cast: Cast, state: str, **facts: Any) -> Inquiry:
    """Walk a new inquiry to a state through the services."""
    inquiry = asked(cast, **facts)
    for verb in PATH[state]:
        inquiry = take(cast, inquiry, verb)
    assert inquiry.status == state
    return inquiry
