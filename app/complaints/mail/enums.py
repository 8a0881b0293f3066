"""Codes of mailboxes and of incoming e-mail, with their labels."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext


class MailState(StrEnum):
    """What became of an incoming e-mail."""

    RECEIVED = "received"  # kept, not carried out yet
    OPENED = "opened"
    THREADED = "threaded"
    NOTED = "noted"  # it names a case, but nobody knows that its sender is who turned to the office with it
    IGNORED = "ignored"
    FAILED = "failed"

    @property
    def label(self) -> Any:
        """The name in the reader's language."""
        return _STATES[self]


_STATES: dict[str, Any] = {
    "received": lazy_pgettext("e-mail", "Waiting"),
    "opened": lazy_pgettext("e-mail", "A case was opened"),
    "threaded": lazy_pgettext("e-mail", "Added to a case"),
    "noted": lazy_pgettext("e-mail", "To be checked"),
    "ignored": lazy_pgettext("e-mail", "Ignored"),
    "failed": lazy_pgettext("e-mail", "Failed"),
}
BY_HAND = frozenset({MailState.NOTED, MailState.IGNORED, MailState.FAILED})  # of which a person may make a case


class Reason(StrEnum):
    """Why an e-mail was ignored, failed, or has to be checked."""

    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    MAILING_LIST = "mailing_list"
    OWN = "own"
    TOO_MANY = "too_many"
    REPEAT = "repeat"
    NO_SENDER = "no_sender"
    UNPROVED = "unproved"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NO_WORDS = "no_words"
    NOT_GIVEN = "not_given"
    GAVE_UP = "gave_up"

    @property
    def label(self) -> Any:
        """The reason in the reader's language."""
        return _REASONS[self]


_REASONS: dict[str, Any] = {
    "automatic": _l("A machine sent it: an automatic reply or notice."),
    "bounce": _l("A mail server says that a message could not be delivered."),
    "mailing_list": _l("It came through a mailing list."),
    "own": _l("It came from an address of PX360 itself."),
    "too_many": _l("This address has sent too many e-mails within a short time."),
    "repeat": _l("The same e-mail is here already."),
    "no_sender": _l("It names no address to which an answer could go."),
    "unproved": _l("It names a case, but its sender is not the address on file, or could not be confirmed."),
    "unreadable": _l("Its content could not be taken apart."),
    "too_large": _l("It is too large, and no words were found in its beginning."),
    "no_words": _l("It holds no words and no files."),
    "not_given": _l("The mail server did not give it out. It is still there."),
    "gave_up": _l("It could not be carried out after several tries."),
}

# what an e-mail that names no case becomes, by mailbox
OPENS: dict[str, Any] = {"complaint": _l("A complaint"), "inquiry": _l("An inquiry")}

SECURITY: dict[str, Any] = {
    "tls": _l("TLS from the beginning"),
    "starttls": _l("STARTTLS"),
    "none": _l("None"),
}
PORTS = {"tls": 993, "starttls": 143, "none": 143}

# what came of talking to a mail server
PROBLEMS: dict[str, Any] = {
    "unreachable": _l("The mail server can not be reached."),
    "private": _l("This server stands in a private network, which this installation does not allow."),
    "tls": _l("No trusted encrypted connection could be made."),
    "login": _l("The mail server refuses this user name and password."),
    "folder": _l("The mailbox has no such folder, or it can not be opened for writing."),
    "protocol": _l("The mail server does not answer as an IMAP server does."),
    "too_slow": _l("The mail server took too long."),
    "setup": _l("The password can not be read any more. Give it again."),
}
