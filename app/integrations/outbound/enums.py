"""Codes of the webhooks, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext


class HookState(StrEnum):
    """Where a delivery is. It only goes forward; a person may begin a delivery that has ended anew."""

    WAITING = "waiting"
    SENDING = "sending"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    DEAD = "dead"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return {
            HookState.WAITING: pgettext("webhook", "Waiting"),
            HookState.SENDING: pgettext("webhook", "Being sent"),
            HookState.RETRYING: pgettext("webhook", "Waiting for a new try"),
            HookState.DELIVERED: pgettext("webhook", "Delivered"),
            HookState.DEAD: pgettext("webhook", "Given up"),
        }[self]


OPEN = (HookState.WAITING, HookState.RETRYING)
ENDED = (HookState.DELIVERED, HookState.DEAD)


class PauseReason(StrEnum):
    """Why nothing is sent to an endpoint now."""

    PERSON = "person"
    FAILING = "failing"
    GONE = "gone"

    @property
    def label(self) -> Any:
        """The reason in the reader's language."""
        return {
            PauseReason.PERSON: _l("Somebody paused it. What happens meanwhile waits."),
            PauseReason.FAILING: _l(
                "It was paused because nothing arrived for three days. What happens meanwhile waits."
            ),
            PauseReason.GONE: _l("It was paused because the receiver answered that it is gone (410)."),
        }[self]


class Problem(StrEnum):
    """Why a try did not succeed."""

    REFUSED_ADDRESS = "refused_address"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    REDIRECT = "redirect"
    STATUS = "status"
    GONE = "gone"
    NO_SECRET = "no_secret"
    LOST = "lost"
    TOO_OLD = "too_old"

    @property
    def label(self) -> Any:
        """The problem in the reader's language."""
        return PROBLEM_LABELS[self]


PROBLEM_LABELS: dict[Problem, Any] = {
    Problem.REFUSED_ADDRESS: _l("The name leads to an address inside a private network, which is refused."),
    Problem.UNKNOWN_HOST: _l("The name of the server is not known."),
    Problem.UNREACHABLE: _l("The server could not be reached."),
    Problem.CERTIFICATE: _l("The certificate of the server is not valid for this name."),
    Problem.TIMEOUT: _l("The server did not answer in time."),
    Problem.BROKEN: _l("The line broke before there was an answer."),
    Problem.REDIRECT: _l("The server pointed to another address; that is not followed."),
    Problem.STATUS: _l("The server answered that it did not take it."),
    Problem.GONE: _l("The server answered that it is gone for good (410)."),
    Problem.NO_SECRET: _l("The secret can not be read any more. Give a new one."),
    Problem.LOST: _l("The worker was stopped while it was sending; it is sent again."),
    Problem.TOO_OLD: _l("It waited for two weeks while the endpoint was paused."),
}
