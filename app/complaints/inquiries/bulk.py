"""The same change to many inquiries: hand over, close what was answered, cancel with a reason; `app/core/bulk` says how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.complaints.inquiries.enums import CANCEL_REASONS, FINAL
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.queries import list_chosen
from app.complaints.inquiries.services import stepping, working
from app.complaints.inquiries.services.stepping import StepFacts
from app.complaints.inquiries.workflow import INQUIRY, UNCANCEL, UNCLOSE
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.bulk.deeds import REASON, REFUSALS, Bulk, Change, Deed, Wish, handing_over, versions_of


def _ended(inquiry: Inquiry) -> str:
    return "ended" if inquiry.status in FINAL else ""


def _stays(verb: str, code: str) -> Callable[[Inquiry], str]:
    """Refuse by a code where the state does not permit the step; what has ended, because it has."""
    return lambda inquiry: "" if INQUIRY.step(verb, inquiry.status) else _ended(inquiry) or code


def _step(verb: str) -> Change:
    """Take a step, or one back, with all of them at once, for the one reason that was given."""

    def take(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
        given = next((wish.given for wish in wishes.values()), {})
        facts = StepFacts(reason=given.get(REASON, ""), cancel_reason=given.get("cancel_reason", ""))
        return stepping.move_many(versions_of(wishes), verb, facts, actor=actor) if wishes else {}

    return take


BULK = Bulk(
    place="inquiries",
    needs=Perm.INQUIRY_WORK,
    deeds={
        "assign": handing_over(_ended, working.hand_over),
        "close": Deed(_l("Close"), _stays("close", "not_answered"), _step("close"), _step(UNCLOSE), icon="lock"),
        "cancel": Deed(
            _l("Cancel"),
            _stays("cancel", "answered"),
            _step("cancel"),
            _step(UNCANCEL),
            ("cancel_reason", REASON),
            icon="x",
            tone="danger",
        ),
    },
    list_chosen=list_chosen,
    row_of=lambda line: line.inquiry,
    codes={"cancel_reason": frozenset(CANCEL_REASONS)},
    refusals={
        **REFUSALS,
        "not_answered": _l("It is not answered."),
        "answered": _l("It was answered: close it."),
    },
)
